import { GraphError } from "../../request/graphErrors/graphError.ts";
import type { Comparison, Filter, Literal, TextFunction } from "./filterSyntax.ts";
import { type Token, tokenizeFilter } from "./filterTokens.ts";

/** Deeper nesting than any real filter has. It bounds the recursion. */
const maxDepth = 50;

/**
 * Parses a `$filter`: comparisons, `in`, `startswith`, `endswith`, `contains`, `any`, `and`, `or`, `not`, parentheses.
 * Keywords ignore case.
 *
 * @see OData Version 4.0 Part 2: URL Conventions, section 5.1.1
 */
export function parseFilter(text: string): Filter {
  const tokens = tokenizeFilter(text);
  let position = 0;

  function peek(offset = 0): Token {
    return tokens[position + offset] ?? { kind: "end", at: text.length };
  }

  function fail(): never {
    throw new GraphError("filterSyntax", { reason: `Syntax error at position ${peek().at} in '${text}'.` });
  }

  function isMark(expected: string, offset = 0): boolean {
    const token = peek(offset);
    return token.kind === "mark" && token.text === expected;
  }

  function isKeyword(expected: string): boolean {
    const token = peek();
    return token.kind === "word" && token.text.toLowerCase() === expected;
  }

  function expectMark(expected: string): void {
    if (!isMark(expected)) {
      fail();
    }
    position++;
  }

  function word(): string {
    const token = peek();
    if (token.kind !== "word") {
      return fail();
    }
    position++;
    return token.text;
  }

  function literal(): Literal {
    const token = peek();
    if (token.kind !== "literal") {
      return fail();
    }
    position++;
    return token.literal;
  }

  /** `displayName`, `web/homePageUrl`, or the variable of an enclosing `any`. */
  function path(): string {
    let name = word();
    while (isMark("/") && peek(1).kind === "word" && !isLambda(1)) {
      position++;
      name += `/${word()}`;
    }
    return name;
  }

  function isLambda(offset: number): boolean {
    const token = peek(offset);
    return token.kind === "word" && ["any", "all"].includes(token.text.toLowerCase()) && isMark("(", offset + 1);
  }

  function chain(kind: "and" | "or", next: (depth: number) => Filter, depth: number): Filter {
    const operands = [next(depth)];
    while (isKeyword(kind)) {
      position++;
      operands.push(next(depth));
    }
    const [only] = operands;
    return operands.length === 1 && only !== undefined ? only : { kind, operands };
  }

  function disjunction(depth: number): Filter {
    return chain("or", conjunction, depth);
  }

  function conjunction(depth: number): Filter {
    return chain("and", unary, depth);
  }

  function unary(depth: number): Filter {
    if (depth > maxDepth) {
      return fail();
    }
    if (isKeyword("not")) {
      position++;
      // `not` binds tighter than a comparison: `not a eq b` would negate `a`, which is not a boolean.
      const operand = isKeyword("not") ? unary(depth + 1) : bracketed(depth + 1);
      return { kind: "not", operand };
    }
    return isMark("(") ? group(depth + 1) : predicate(depth);
  }

  function bracketed(depth: number): Filter {
    if (isMark("(")) {
      return group(depth);
    }
    const found = predicate(depth);
    return found.kind === "compare" || found.kind === "in" ? fail() : found;
  }

  function group(depth: number): Filter {
    expectMark("(");
    const inner = disjunction(depth);
    expectMark(")");
    return inner;
  }

  function predicate(depth: number): Filter {
    if (peek().kind === "word" && isMark("(", 1)) {
      return textFunction();
    }
    const property = path();
    if (isMark("/")) {
      position++;
      return lambda(property, depth);
    }
    const operator = word().toLowerCase();
    if (operator === "in") {
      return { kind: "in", property, values: literals() };
    }
    return isComparison(operator) ? { kind: "compare", operator, property, value: literal() } : fail();
  }

  function literals(): readonly Literal[] {
    expectMark("(");
    const values = [literal()];
    while (isMark(",")) {
      position++;
      values.push(literal());
    }
    expectMark(")");
    return values;
  }

  function textFunction(): Filter {
    const name = peek().kind === "word" ? word().toLowerCase() : fail();
    if (!isTextFunction(name)) {
      position--;
      return fail();
    }
    expectMark("(");
    const property = path();
    expectMark(",");
    const value = literal();
    expectMark(")");
    return value.type === "String" ? { kind: "text", name, property, value: value.value } : fail();
  }

  function lambda(property: string, depth: number): Filter {
    if (word().toLowerCase() !== "any") {
      position--;
      return fail();
    }
    expectMark("(");
    if (isMark(")")) {
      position++;
      return { kind: "any", property, variable: "", predicate: undefined };
    }
    const variable = word();
    expectMark(":");
    const inner = disjunction(depth + 1);
    expectMark(")");
    return { kind: "any", property, variable, predicate: inner };
  }

  const filter = disjunction(0);
  return peek().kind === "end" ? filter : fail();
}

function isComparison(word: string): word is Comparison {
  return ["eq", "ne", "gt", "ge", "lt", "le"].includes(word);
}

function isTextFunction(word: string): word is TextFunction {
  return ["startswith", "endswith", "contains"].includes(word);
}
