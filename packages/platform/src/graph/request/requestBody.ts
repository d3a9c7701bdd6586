import type { Json } from "../../directory/applications/applicationProperties.ts";
import type { PlainRequest } from "../../http/plainHttp.ts";
import { isArray, isObject } from "../collection/bodyRules.ts";
import { type Fault, fault } from "./graphErrors/faults.ts";
import type { GraphRoute, JsonObject } from "./route.ts";

/** The JSON object that a write brings; empty where none is expected. */
export async function readBody(request: PlainRequest, route: GraphRoute): Promise<JsonObject | Fault> {
  if (route.method === "GET" || route.method === "DELETE") {
    return {};
  }
  const text = await request.text();
  if (text.trim() === "") {
    return route.bodyOptional ? {} : fault("emptyPayload", {});
  }
  if (!/^application\/json\b/i.test(request.headers.get("content-type") ?? "")) {
    return fault("badJson", {}, { why: "the request has no Content-Type: application/json" });
  }
  const value = parseJson(text);
  return isObject(value) && !isArray(value) ? value : fault("badJson", {}, { why: "the body is not a JSON object" });
}

/** `undefined` when the text is no JSON. */
export function parseJson(text: string): Json | undefined {
  try {
    const value: Json = JSON.parse(text);
    return value;
  } catch {
    return undefined;
  }
}
