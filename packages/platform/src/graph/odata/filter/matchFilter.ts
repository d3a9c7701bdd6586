import { compareFolded, fold } from "../fold.ts";
import type { Filter, Literal } from "./filterSyntax.ts";

/** Reads a property of the object being tested. Absent and `null` are the same. */
export type ReadProperty = (property: string) => unknown;

/** Whether an object satisfies a filter. Text is compared without regard to case. */
export function matchesFilter(filter: Filter, read: ReadProperty): boolean {
  switch (filter.kind) {
    case "and":
      return filter.operands.every((operand) => matchesFilter(operand, read));
    case "or":
      return filter.operands.some((operand) => matchesFilter(operand, read));
    case "not":
      return !matchesFilter(filter.operand, read);
    case "compare":
      return compareWith(filter.operator, read(filter.property), filter.value);
    case "in": {
      const value = read(filter.property);
      return filter.values.some((literal) => equals(value, literal));
    }
    case "text":
      return matchesText(filter.name, read(filter.property), filter.value);
    case "any":
      return matchesAny(filter, read);
  }
}

function matchesAny({ property, variable, predicate }: Filter & { readonly kind: "any" }, read: ReadProperty): boolean {
  const elements = read(property);
  if (!Array.isArray(elements)) {
    return false;
  }
  return elements.some(
    (element: unknown) =>
      predicate === undefined || matchesFilter(predicate, (name) => (name === variable ? element : read(name))),
  );
}

function matchesText(name: "startswith" | "endswith" | "contains", value: unknown, searchText: string): boolean {
  if (typeof value !== "string") {
    return false;
  }
  const [text, part] = [fold(value), fold(searchText)];
  switch (name) {
    case "startswith":
      return text.startsWith(part);
    case "endswith":
      return text.endsWith(part);
    case "contains":
      return text.includes(part);
  }
}

function compareWith(operator: "eq" | "ne" | "gt" | "ge" | "lt" | "le", value: unknown, literal: Literal): boolean {
  if (operator === "eq" || operator === "ne") {
    return equals(value, literal) === (operator === "eq");
  }
  const order = compareValues(value, literal);
  if (order === undefined) {
    return false;
  }
  switch (operator) {
    case "gt":
      return order > 0;
    case "ge":
      return order >= 0;
    case "lt":
      return order < 0;
    case "le":
      return order <= 0;
  }
}

function equals(value: unknown, literal: Literal): boolean {
  switch (literal.type) {
    case "Null":
      return value === null || value === undefined;
    case "Boolean":
      return value === literal.value;
    default:
      return compareValues(value, literal) === 0;
  }
}

/** Negative, zero or positive; `undefined` when the values cannot be compared. */
function compareValues(value: unknown, literal: Literal): number | undefined {
  if (literal.type === "Number") {
    return typeof value === "number" ? value - literal.value : undefined;
  }
  if (typeof value !== "string" || literal.type === "Null" || literal.type === "Boolean") {
    return undefined;
  }
  return literal.type === "DateTime" ? Date.parse(value) - literal.valueMs : compareFolded(value, literal.value);
}
