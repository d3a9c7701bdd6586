import { Refusal } from "../../aadsts/aadsts.ts";
import type { ResponseMode } from "./reply.ts";

export type ResponseType = "code" | "id_token" | "token";

const known: ReadonlySet<string> = new Set(["code", "id_token", "token"]);

/**
 * In any order. `none` is the empty set; `undefined` stands for what is no response type.
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

/** The refusal of what `readResponseTypes` cannot read. */
export function unknownResponseType(responseType: string): Refusal {
  return wordsOf(responseType).length === 0
    ? new Refusal("900144", { name: "response_type" }, "the address has no response_type; most applications send code")
    : new Refusal("70005", { responseType }, "response_type is code, id_token, token, several of them, or none");
}

/** The mode of every answer, of a refusal too: what was asked for where that is possible, else the default of the types. */
export function replyMode(responseMode: string, types: ReadonlySet<ResponseType> = new Set()): ResponseMode {
  if (responseMode === "fragment" || responseMode === "form_post") {
    return responseMode;
  }
  return holdsTokens(types) ? "fragment" : "query";
}

/** Refuses a mode that is not known, and one that the types do not go back by. */
export function checkResponseMode(responseMode: string, types: ReadonlySet<ResponseType>): void {
  const isKnown = ["", "fragment", "form_post", "query"].includes(responseMode);
  if (!isKnown || (responseMode === "query" && holdsTokens(types))) {
    const why = "tokens go back by fragment or form_post, a code alone by query as well";
    throw new Refusal("70007", { responseMode }, why);
  }
}

function holdsTokens(types: ReadonlySet<ResponseType>): boolean {
  return types.has("id_token") || types.has("token");
}

function wordsOf(responseType: string): readonly string[] {
  return responseType.split(/\s+/).filter((value) => value !== "");
}
