import { type Refusal, refuse } from "../../aadsts/aadsts.ts";
import type { ResponseMode } from "./reply.ts";

export type ResponseType = "code" | "id_token" | "token";

export interface ResponseTypes {
  readonly kind: "types";
  readonly types: ReadonlySet<ResponseType>;
}

const known: ReadonlySet<string> = new Set(["code", "id_token", "token"]);

/** In any order. `none` is the empty set. @see OAuth 2.0 Multiple Response Type Encoding Practices sections 4 and 5 */
export function readResponseTypes(responseType: string): Refusal | ResponseTypes {
  const values = responseType.split(/\s+/).filter((value) => value !== "");
  if (values.length === 0) {
    return refuse("900144", { name: "response_type" }, "the address has no response_type; most applications send code");
  }
  if (values.length === 1 && values[0] === "none") {
    return { kind: "types", types: new Set() };
  }
  return values.every((value): value is ResponseType => known.has(value))
    ? { kind: "types", types: new Set(values) }
    : refuse("70005", { responseType }, "response_type is code, id_token, token, several of them, or none");
}

/** The mode of every answer, of a refusal too: what was asked for where that is possible, else the default of the types. */
export function readResponseMode(
  responseMode: string,
  read: Refusal | ResponseTypes,
): { readonly used: ResponseMode; readonly refusal?: Refusal } {
  const holdsTokens = read.kind === "types" && (read.types.has("id_token") || read.types.has("token"));
  const usual = holdsTokens ? "fragment" : "query";
  switch (responseMode) {
    case "":
      return { used: usual };
    case "fragment":
    case "form_post":
      return { used: responseMode };
    case "query":
      return holdsTokens ? { used: usual, refusal: unsupported(responseMode) } : { used: responseMode };
    default:
      return { used: usual, refusal: unsupported(responseMode) };
  }
}

function unsupported(responseMode: string): Refusal {
  const why = "tokens go back by fragment or form_post, a code alone by query as well";
  return refuse("70007", { responseMode }, why);
}
