import { type EntityType, propertyName } from "../collection/entityType.ts";
import { GraphError } from "../request/graphErrors/graphError.ts";
import type { ReadProperty } from "./filter/matchFilter.ts";
import { fold } from "./fold.ts";

/** A parsed `$search`. */
export type Search =
  | { readonly kind: "and" | "or"; readonly operands: readonly Search[] }
  | { readonly kind: "clause"; readonly property: string; readonly text: string; readonly mode: "words" | "prefix" };

type Token = { readonly kind: "clause" | "operator" | "(" | ")"; readonly text: string; readonly at: number };

type SearchedType = Pick<EntityType<never>, "name" | "resource" | "properties">;

const maxDepth = 50;

/**
 * Parses `"property:text"` clauses joined by AND and OR. The operators are upper case; AND binds tighter.
 *
 * @see https://learn.microsoft.com/graph/search-query-parameter#using-search-on-directory-object-collections
 */
export function parseSearch(text: string, type: SearchedType): Search {
  return readSearch(text, tokenize(text), type);
}

function readSearch(text: string, tokens: readonly Token[], type: SearchedType): Search {
  let position = 0;

  function operator(expected: "AND" | "OR"): boolean {
    const token = tokens[position];
    const found = token?.kind === "operator" && token.text === expected;
    position += Number(found);
    return found;
  }

  function chain(kind: "and" | "or", next: (depth: number) => Search, depth: number): Search {
    const operands: Search[] = [];
    do {
      operands.push(next(depth));
    } while (operator(kind === "and" ? "AND" : "OR"));
    const [only] = operands;
    return operands.length === 1 && only !== undefined ? only : { kind, operands };
  }

  function disjunction(depth: number): Search {
    return chain("or", (inner) => chain("and", operand, inner), depth);
  }

  function operand(depth: number): Search {
    const token = tokens[position];
    if (token?.kind === "clause") {
      position++;
      return clause(token, text, type);
    }
    if (token?.kind !== "(" || depth > maxDepth) {
      throw syntax(text, token?.at ?? text.length);
    }
    position++;
    const inner = disjunction(depth + 1);
    if (tokens[position]?.kind !== ")") {
      throw syntax(text, tokens[position]?.at ?? text.length);
    }
    position++;
    return inner;
  }

  const search = disjunction(0);
  if (position < tokens.length) {
    throw syntax(text, tokens[position]?.at ?? text.length);
  }
  return search;
}

function tokenize(text: string): readonly Token[] {
  const tokens: Token[] = [];
  const pattern = /\s*(?:"((?:[^"\\]|\\.)*)"|(AND|OR)(?![A-Za-z0-9])|([()]))/y;
  let at = 0;
  while (text.slice(at).trim() !== "") {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (found === null) {
      const offset = /^\s*[A-Za-z0-9]*/.exec(text.slice(at))?.[0].length ?? 0;
      throw syntax(text, at + offset);
    }
    const [whole, quoted, word, mark] = found;
    const kind = quoted !== undefined ? "clause" : word !== undefined ? "operator" : mark === "(" ? "(" : ")";
    tokens.push({ kind, text: quoted?.replace(/\\(.)/g, "$1") ?? word ?? mark ?? "", at });
    at += whole.length;
  }
  return tokens;
}

function syntax(text: string, at: number): GraphError {
  const character = text[at];
  return new GraphError("searchSyntax", {
    reason:
      character === undefined
        ? `Syntax error at position ${at} in '${text}'.`
        : `Syntax error: character '${character}' is not valid at position ${at} in '${text}'.`,
  });
}

function clause(token: Token, text: string, type: SearchedType): Search {
  const colon = token.text.indexOf(":");
  if (colon < 1) {
    throw syntax(text, token.at);
  }
  const name = propertyName(type, token.text.slice(0, colon).trim());
  const mode = name === undefined ? undefined : type.properties[name]?.search;
  const searchText = token.text.slice(colon + 1).trim();
  if (name === undefined || mode === undefined || searchText === "") {
    throw new GraphError("searchProperty", {});
  }
  return { kind: "clause", property: name, text: searchText, mode };
}

export function matchesSearch(search: Search, read: ReadProperty): boolean {
  switch (search.kind) {
    case "and":
      return search.operands.every((operand) => matchesSearch(operand, read));
    case "or":
      return search.operands.some((operand) => matchesSearch(operand, read));
    case "clause": {
      const value = read(search.property);
      const texts = (Array.isArray(value) ? value : [value]).filter((text) => typeof text === "string");
      return texts.some((text) =>
        search.mode === "words" ? matchesWords(text, search.text) : fold(text).startsWith(fold(search.text)),
      );
    }
  }
}

/** Whether every word of the search text is the start of a word of the text, in any order. */
function matchesWords(text: string, searchText: string): boolean {
  const words = wordsOf(text);
  const parts = splitWords(searchText);
  return parts.length === 0
    ? text.includes(searchText)
    : parts.every((part) => words.some((word) => word.startsWith(part)));
}

/**
 * `hello.World 42` has the words hello, world, 42, and helloworld: words separated by symbols only also count as one.
 */
function wordsOf(text: string): readonly string[] {
  const joined = text.split(/\s+/).map((run) => fold(run.replace(/[^\p{L}\p{N}]/gu, "")));
  return [...splitWords(text), ...joined.filter((word) => word !== "")];
}

function splitWords(text: string): readonly string[] {
  return (text.match(/\p{N}+|\p{Lu}*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+|\p{Lu}+/gu) ?? []).map(fold);
}
