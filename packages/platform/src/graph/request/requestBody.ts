import type { Json } from "../../directory/applications/applicationProperties.ts";
import type { PlainRequest } from "../../http/plainHttp.ts";
import { isObject } from "../collection/bodyRules.ts";
import { GraphError } from "./graphErrors/graphError.ts";
import type { GraphRoute, JsonObject } from "./route.ts";

/** The JSON object in the body of a POST, PATCH or PUT; empty when an optional body is missing. */
export async function readBody(request: PlainRequest, route: GraphRoute): Promise<JsonObject> {
  const text = await request.text();
  if (text.trim() === "" && route.bodyOptional) {
    return {};
  }
  if (text.trim() === "") {
    throw new GraphError("emptyPayload", {});
  }
  if (!/^application\/json\b/i.test(request.headers.get("content-type") ?? "")) {
    throw new GraphError("badJson", {}, { reason: "the request has no Content-Type: application/json" });
  }
  const value = parseJson(text);
  if (!isObject(value)) {
    throw new GraphError("badJson", {}, { reason: "the body is not a JSON object" });
  }
  return value;
}

/** Returns `undefined` when the text is not JSON. */
export function parseJson(text: string): Json | undefined {
  try {
    const value: Json = JSON.parse(text);
    return value;
  } catch {
    return undefined;
  }
}
