/** A value in a `$filter`, with its OData type. */
export type Literal =
  | { readonly type: "String"; readonly value: string }
  | { readonly type: "Boolean"; readonly value: boolean }
  | { readonly type: "Number"; readonly value: number }
  | { readonly type: "Guid"; readonly value: string }
  | { readonly type: "DateTime"; readonly valueMs: number }
  | { readonly type: "Null" };

export type Comparison = "eq" | "ne" | "gt" | "ge" | "lt" | "le";
export type TextFunction = "startswith" | "endswith" | "contains";

/** A parsed `$filter`. Property names are as the caller wrote them until the rules of a resource are applied. */
export type Filter =
  | { readonly kind: "and" | "or"; readonly operands: readonly Filter[] }
  | { readonly kind: "not"; readonly operand: Filter }
  | { readonly kind: "compare"; readonly operator: Comparison; readonly property: string; readonly value: Literal }
  | { readonly kind: "in"; readonly property: string; readonly values: readonly Literal[] }
  | { readonly kind: "text"; readonly name: TextFunction; readonly property: string; readonly value: string }
  /** Without a predicate: the collection is not empty. In the predicate, the variable stands for the element. */
  | {
      readonly kind: "any";
      readonly property: string;
      readonly variable: string;
      readonly predicate: Filter | undefined;
    };

const counted = /^(\w+)\/\$count$/i;

/** Returns `owners` for `owners/$count`, and `undefined` for any other path. */
export function countedName(path: string): string | undefined {
  return counted.exec(path)?.[1];
}

/**
 * Whether the filter asks if there are any elements: the only supported question about a count.
 *
 * @see https://learn.microsoft.com/graph/aad-advanced-queries
 */
export function comparesWithZero(filter: Filter): boolean {
  return (
    filter.kind === "compare" &&
    (filter.operator === "eq" || filter.operator === "ne") &&
    filter.value.type === "Number" &&
    filter.value.value === 0
  );
}
