import { type EntityType, type FilterOperator, type Property, propertyName } from "../../collection/entityType.ts";
import { GraphError } from "../../request/graphErrors/graphError.ts";
import type { Filter, Literal } from "./filterSyntax.ts";
import { comparesWithZero, countedName } from "./filterSyntax.ts";

/** Without advanced query parameters, the directory accepts at most this many alternatives. */
const maxAlternatives = 15;

/** What the rules apply to. `element` is set inside `any`: the variable and the collection it iterates over. */
interface Scope {
  readonly type: Pick<EntityType<never>, "name" | "resource" | "properties">;
  readonly advanced: boolean;
  /** Returns the canonical name of a relationship that `/$count` can count, beside collection properties. */
  readonly relationshipName: (name: string) => string | undefined;
  readonly element?: { readonly variable: string; readonly property: string } | undefined;
}

/**
 * Applies the rules of a resource to a filter and returns it with canonical property names. Throws for an unknown
 * property, an incompatible type, or an operator that the property does not support.
 *
 * @see https://learn.microsoft.com/graph/aad-advanced-queries
 */
export function applyFilterRules(filter: Filter, scope: Scope): Filter {
  const alternatives = countAlternatives(filter);
  if (!scope.advanced && alternatives > maxAlternatives) {
    throw new GraphError("tooManyClauses", { count: String(alternatives) });
  }
  return checkFilter(filter, scope);
}

function checkFilter(filter: Filter, scope: Scope): Filter {
  switch (filter.kind) {
    case "and":
    case "or":
      return { kind: filter.kind, operands: filter.operands.map((operand) => checkFilter(operand, scope)) };
    case "not": {
      if (!scope.advanced) {
        throw new GraphError("operatorNeedsAdvanced", { operator: "not" });
      }
      return { kind: "not", operand: checkFilter(filter.operand, scope) };
    }
    case "compare":
    case "in":
    case "text":
      return checkPredicate(filter, scope);
    case "any":
      return checkAny(filter, scope);
  }
}

type Predicate = Filter & { readonly kind: "compare" | "in" | "text" };

function checkPredicate(filter: Predicate, scope: Scope): Filter {
  const counted = countedName(filter.property);
  if (counted !== undefined) {
    return checkCount(filter, counted, scope);
  }
  const subject = resolve(filter.property, scope);
  const { name, property, isElement } = subject;
  if (filter.kind === "text" && filter.name === "contains") {
    throw new GraphError("operatorUnsupported", { operator: "Contains" });
  }
  const values = filter.kind === "compare" ? [filter.value] : filter.kind === "in" ? filter.values : [];
  const comparison = filter.kind === "compare" ? filter.operator : "eq";
  for (const value of values) {
    if (!isCompatible(property, value, isElement)) {
      throw new GraphError("filterSyntax", { reason: incompatibleTypes(property, value, comparison, isElement) });
    }
  }
  if (filter.kind === "text" && property.type !== "String" && !isElement) {
    throw new GraphError("filterUnsupported", { property: name, resource: scope.type.resource });
  }
  checkOperator(filter, subject, scope);
  return { ...filter, property: isElement ? filter.property : name };
}

function checkCount(filter: Predicate, counted: string, { type, advanced, relationshipName, element }: Scope): Filter {
  const property = propertyName(type, counted);
  const isCollection = property !== undefined && type.properties[property]?.type.endsWith("Collection");
  const name = relationshipName(counted) ?? (isCollection ? property : undefined);
  if (property === undefined && name === undefined) {
    throw new GraphError("filterProperty", { property: counted, type: type.name });
  }
  if (name === undefined || element !== undefined || !comparesWithZero(filter)) {
    throw new GraphError("filterUnsupported", { property: counted, resource: type.resource });
  }
  if (!advanced) {
    const reason = `${name}/$count needs an advanced query`;
    throw new GraphError("operatorNeedsAdvanced", { operator: "Count" }, { reason });
  }
  return { ...filter, property: `${name}/$count` };
}

interface Subject {
  readonly name: string;
  readonly property: Property;
  readonly isElement: boolean;
}

function resolve(path: string, scope: Scope): Subject {
  const { element } = scope;
  if (element !== undefined && path === element.variable) {
    const property = scope.type.properties[element.property];
    if (property !== undefined) {
      return { name: element.property, property, isElement: true };
    }
  }
  const [first = "", ...rest] = path.split("/");
  const name = propertyName(scope.type, first);
  const property = name === undefined ? undefined : scope.type.properties[name];
  if (name === undefined || property === undefined) {
    throw new GraphError("filterProperty", { property: first, type: scope.type.name });
  }
  if (rest.length > 0 || element !== undefined) {
    throw new GraphError("filterUnsupported", { property: name, resource: scope.type.resource });
  }
  return { name, property, isElement: false };
}

/** Throws for an operator that the property does not support, or supports in advanced queries only. */
function checkOperator(filter: Predicate, { name, property }: Subject, scope: Scope): void {
  const allows = (operator: FilterOperator): "always" | "advanced" | "never" =>
    property.filter?.includes(operator) ? "always" : property.advancedFilter?.includes(operator) ? "advanced" : "never";
  const negates = filter.kind === "compare" && filter.operator === "ne";
  const unsupported = () => new GraphError("filterUnsupported", { property: name, resource: scope.type.resource });
  const levels = requiredOperators(filter)?.map(allows) ?? ["never"];
  if (levels.includes("never")) {
    throw unsupported();
  }
  if (scope.advanced || (!negates && !levels.includes("advanced"))) {
    return;
  }
  if (negates) {
    throw new GraphError("operatorUnsupported", { operator: "NotEqualsMatch" });
  }
  throw filter.kind === "text" && filter.name === "endswith"
    ? new GraphError("operatorNeedsAdvanced", { operator: "endsWith" })
    : unsupported();
}

/** The operators that the property must support; `undefined` when no property supports the filter. */
function requiredOperators(filter: Predicate): readonly FilterOperator[] | undefined {
  const isNull = (value: Literal): boolean => value.type === "Null";
  switch (filter.kind) {
    case "in":
      return filter.values.some(isNull) ? ["in", "null"] : ["in"];
    case "text":
      return filter.name === "contains" ? undefined : [filter.name];
    case "compare": {
      const { operator } = filter;
      if (operator === "eq" || operator === "ne") {
        return isNull(filter.value) ? ["eq", "null"] : ["eq"];
      }
      // The directory has no strict comparison: `gt` and `lt` exist in the grammar only.
      return operator === "ge" || operator === "le" ? [operator] : undefined;
    }
  }
}

function checkAny(filter: Filter & { readonly kind: "any" }, scope: Scope): Filter {
  const subject = resolve(filter.property, scope);
  const { name, property } = subject;
  if (property.type !== "StringCollection" || filter.predicate === undefined || property.filter === undefined) {
    throw new GraphError("filterUnsupported", { property: name, resource: scope.type.resource });
  }
  const element = { variable: filter.variable, property: name };
  return { ...filter, property: name, predicate: checkFilter(filter.predicate, { ...scope, element }) };
}

function isCompatible(property: Property, value: Literal, isElement: boolean): boolean {
  if (property.type === "StringCollection" && !isElement) {
    return false;
  }
  switch (value.type) {
    case "Null":
      return !isElement;
    case "String":
      return property.type === "String" || isElement;
    default:
      return value.type === property.type;
  }
}

const operatorKinds = {
  eq: "Equal",
  ne: "NotEqual",
  gt: "GreaterThan",
  ge: "GreaterThanOrEqual",
  lt: "LessThan",
  le: "LessThanOrEqual",
};
const edmTypes = {
  String: "Edm.String",
  Boolean: "Edm.Boolean",
  Guid: "Edm.Guid",
  DateTime: "Edm.DateTimeOffset",
  Number: "Edm.Int32",
  Null: "null",
  StringCollection: "Collection(Edm.String)",
  ObjectCollection: "Collection(Edm.ComplexType)",
  Other: "Edm.ComplexType",
};

function incompatibleTypes(
  property: Property,
  value: Literal,
  operator: keyof typeof operatorKinds,
  isElement: boolean,
): string {
  const left = isElement ? edmTypes.String : edmTypes[property.type];
  return `A binary operator with incompatible types was detected. Found operand types '${left}' and '${edmTypes[value.type]}' for operator kind '${operatorKinds[operator]}'.`;
}

function countAlternatives(filter: Filter): number {
  switch (filter.kind) {
    case "and":
      return Math.max(...filter.operands.map(countAlternatives));
    case "or":
      return filter.operands.reduce((sum, operand) => sum + countAlternatives(operand), 0);
    case "in":
      return filter.values.length;
    case "not":
      return countAlternatives(filter.operand);
    case "any":
      return filter.predicate === undefined ? 1 : countAlternatives(filter.predicate);
    default:
      return 1;
  }
}
