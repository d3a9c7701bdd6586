import { Refusal } from "../../aadsts/aadsts.ts";
import type { ResponseMode } from "./authorizeResponse.ts";

export type ResponseType = "code" | "id_token" | "token";

const known: ReadonlySet<string> = new Set(["code", "id_token", "token"]);

/**
 * Reads the types in any order. `none` returns the empty set; an invalid response type returns `undefined`.
 *
 * @see OAuth 2.0 Multiple Response Type Encoding Practices sections 4 and 5
 */
export function readResponseTypes(responseType: string): ReadonlySet<ResponseType> | undefined {
  const values = wordsOf(responseType);
  if (values.length === 1 && values[0] === "none") {
    return new Set();
  }
  return values.length > 0 && values.every((value): value is ResponseType => known.has(value))
    ? new Set(values)
    : undefined;
}

/** The refusal of a type for which `readResponseTypes` returns `undefined`. */
export function unknownResponseType(responseType: string): Refusal {
  return wordsOf(responseType).length === 0
    ? new Refusal("900144", { name: "response_type" }, "the address has no response_type; most applications send code")
    : new Refusal("70005", { responseType }, "response_type is code, id_token, token, several of them, or none");
}

/**
 * The mode of every response, including refusals: the requested one if possible, otherwise the default for the types.
 */
export function effectiveResponseMode(
  responseMode: string,
  types: ReadonlySet<ResponseType> = new Set(),
): ResponseMode {
  if (responseMode === "fragment" || responseMode === "form_post") {
    return responseMode;
  }
  return holdsTokens(types) ? "fragment" : "query";
}

/** Refuses an unknown mode, and one that the types do not allow. */
export function checkResponseMode(responseMode: string, types: ReadonlySet<ResponseType>): void {
  const isKnown = ["", "fragment", "form_post", "query"].includes(responseMode);
  if (!isKnown || (responseMode === "query" && holdsTokens(types))) {
    const why = "tokens are returned by fragment or form_post, a code alone by query too";
    throw new Refusal("70007", { responseMode }, why);
  }
}

function holdsTokens(types: ReadonlySet<ResponseType>): boolean {
  return types.has("id_token") || types.has("token");
}

function wordsOf(responseType: string): readonly string[] {
  return responseType.split(/\s+/).filter((value) => value !== "");
}
