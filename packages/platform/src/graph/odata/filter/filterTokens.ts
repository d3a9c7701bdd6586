import { GraphError } from "../../request/graphErrors/graphError.ts";
import type { Literal } from "./filterSyntax.ts";

export type Token =
  | { readonly kind: "word"; readonly text: string; readonly at: number }
  | { readonly kind: "literal"; readonly literal: Literal; readonly at: number }
  | { readonly kind: "mark"; readonly text: "(" | ")" | "," | "/" | ":"; readonly at: number }
  | { readonly kind: "end"; readonly at: number };

const space = /\s+/y;
const string = /'((?:[^']|'')*)'/y;
const guid = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?![\w-])/iy;
const dateTime = /\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,12})?)?(?:Z|[+-]\d{2}:\d{2}))?(?![\w:-])/iy;
const number = /-?\d+(?:\.\d+)?(?![\w.])/y;
const word = /[A-Za-z_$@][\w$@.]*/y;
const mark = /[(),/:]/y;

/**
 * Splits a `$filter` into tokens.
 *
 * @see OData Version 4.0 ABNF: primitiveLiteral, odataIdentifier
 */
export function tokenizeFilter(text: string): readonly Token[] {
  const tokens: Token[] = [];
  let at = 0;
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    return pattern.exec(text)?.[0];
  };
  while (at < text.length) {
    const blank = take(space);
    if (blank !== undefined) {
      at += blank.length;
      continue;
    }
    const found = literalAt(take, at) ?? wordAt(take, at) ?? markAt(take, at);
    if (found === undefined) {
      throw new GraphError("filterSyntax", { reason: unreadable(text, at) });
    }
    tokens.push(found.token);
    at += found.length;
  }
  tokens.push({ kind: "end", at });
  return tokens;
}

type Take = (pattern: RegExp) => string | undefined;
type Found = { readonly token: Token; readonly length: number } | undefined;

function literalAt(take: Take, at: number): Found {
  const found = (source: string, literal: Literal): Found => ({
    token: { kind: "literal", literal, at },
    length: source.length,
  });
  const text = take(string);
  if (text !== undefined) {
    return found(text, { type: "String", value: text.slice(1, -1).replaceAll("''", "'") });
  }
  const id = take(guid);
  if (id !== undefined) {
    return found(id, { type: "Guid", value: id.toLowerCase() });
  }
  const date = take(dateTime);
  if (date !== undefined) {
    const valueMs = Date.parse(date);
    return Number.isNaN(valueMs) ? undefined : found(date, { type: "DateTime", valueMs });
  }
  const digits = take(number);
  return digits === undefined ? undefined : found(digits, { type: "Number", value: Number(digits) });
}

function wordAt(take: Take, at: number): Found {
  const text = take(word);
  if (text === undefined) {
    return undefined;
  }
  const lower = text.toLowerCase();
  if (lower === "true" || lower === "false") {
    const literal: Literal = { type: "Boolean", value: lower === "true" };
    return { token: { kind: "literal", literal, at }, length: text.length };
  }
  if (lower === "null") {
    return { token: { kind: "literal", literal: { type: "Null" }, at }, length: text.length };
  }
  return { token: { kind: "word", text, at }, length: text.length };
}

function markAt(take: Take, at: number): Found {
  const text = take(mark);
  return text === undefined
    ? undefined
    : { token: { kind: "mark", text: text as "(" | ")" | "," | "/" | ":", at }, length: 1 };
}

function unreadable(text: string, at: number): string {
  return text[at] === "'"
    ? `There is an unterminated string literal at position ${text.length} in '${text}'.`
    : `Syntax error: character '${text[at]}' is not valid at position ${at} in '${text}'.`;
}
