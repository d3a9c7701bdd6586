import { type EntityType, type FilterOperator, type Property, propertyName } from "../collection/entityType.ts";
import { type Fault, fault, isFault } from "../request/graphErrors/faults.ts";
import { asksForAny, countedName } from "./countSegment.ts";
import type { Filter, Literal } from "./filterSyntax.ts";

/** Without advanced parameters the directory takes at most so many alternatives. */
const mostAlternatives = 15;

/** What the rules look at. `element` is set inside `any`: the variable and what it stands for. */
interface Scope {
  readonly type: Pick<EntityType<never>, "name" | "resource" | "properties">;
  readonly advanced: boolean;
  /** The name, spelled as the type has it, of what `/$count` counts beside collections of values. */
  readonly relationName: (name: string) => string | undefined;
  readonly element?: { readonly variable: string; readonly property: string } | undefined;
}

/**
 * Applies a resource's rules to a filter: gives it back with the properties' own spelling, or the fault that Graph
 * answers for an unknown property, a type that does not fit, or an operator that is not supported there.
 *
 * @see https://learn.microsoft.com/graph/aad-advanced-queries
 */
export function applyFilterRules(filter: Filter, scope: Scope): Filter | Fault {
  const alternatives = countAlternatives(filter);
  if (!scope.advanced && alternatives > mostAlternatives) {
    return fault("tooManyClauses", { count: String(alternatives) });
  }
  return checked(filter, scope);
}

function checked(filter: Filter, scope: Scope): Filter | Fault {
  switch (filter.kind) {
    case "and":
    case "or":
      return checkedOperands(filter, scope);
    case "not": {
      if (!scope.advanced) {
        return fault("operatorNeedsAdvanced", { operator: "not" });
      }
      const operand = checked(filter.operand, scope);
      return isFault(operand) ? operand : { kind: "not", operand };
    }
    case "compare":
    case "in":
    case "text":
      return checkedPredicate(filter, scope);
    case "any":
      return checkedAny(filter, scope);
  }
}

function checkedOperands(filter: Filter & { readonly kind: "and" | "or" }, scope: Scope): Filter | Fault {
  const operands: Filter[] = [];
  for (const operand of filter.operands) {
    const result = checked(operand, scope);
    if (isFault(result)) {
      return result;
    }
    operands.push(result);
  }
  return { kind: filter.kind, operands };
}

type Predicate = Filter & { readonly kind: "compare" | "in" | "text" };

function checkedPredicate(filter: Predicate, scope: Scope): Filter | Fault {
  const counted = countedName(filter.property);
  if (counted !== undefined) {
    return checkedCount(filter, counted, scope);
  }
  const subject = resolve(filter.property, scope);
  if (isFault(subject)) {
    return subject;
  }
  const { name, property, isElement } = subject;
  if (filter.kind === "text" && filter.name === "contains") {
    return fault("operatorUnsupported", { operator: "Contains" });
  }
  const values = filter.kind === "compare" ? [filter.value] : filter.kind === "in" ? filter.values : [];
  const comparison = filter.kind === "compare" ? filter.operator : "eq";
  for (const value of values) {
    if (!fits(property, value, isElement)) {
      return fault("filterSyntax", { reason: incompatible(property, value, comparison, isElement) });
    }
  }
  if (filter.kind === "text" && property.type !== "String" && !isElement) {
    return fault("filterUnsupported", { property: name, resource: scope.type.resource });
  }
  const refused = refusal(filter, subject, scope);
  const spelled = isElement ? filter.property : name;
  return refused ?? { ...filter, property: spelled };
}

function checkedCount(
  filter: Predicate,
  counted: string,
  { type, advanced, relationName, element }: Scope,
): Filter | Fault {
  const property = propertyName(type, counted);
  const isCollection = property !== undefined && type.properties[property]?.type.endsWith("Collection");
  const name = relationName(counted) ?? (isCollection ? property : undefined);
  if (property === undefined && name === undefined) {
    return fault("filterProperty", { property: counted, type: type.name });
  }
  if (name === undefined || element !== undefined || !asksForAny(filter)) {
    return fault("filterUnsupported", { property: counted, resource: type.resource });
  }
  return advanced
    ? { ...filter, property: `${name}/$count` }
    : fault("operatorNeedsAdvanced", { operator: "Count" }, { why: `${name}/$count needs an advanced query` });
}

interface Subject {
  readonly name: string;
  readonly property: Property;
  readonly isElement: boolean;
}

function resolve(path: string, scope: Scope): Subject | Fault {
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
    return fault("filterProperty", { property: first, type: scope.type.name });
  }
  if (rest.length > 0 || element !== undefined) {
    return fault("filterUnsupported", { property: name, resource: scope.type.resource });
  }
  return { name, property, isElement: false };
}

function refusal(filter: Predicate, { name, property }: Subject, scope: Scope): Fault | undefined {
  const unsupported = fault("filterUnsupported", { property: name, resource: scope.type.resource });
  const allows = (operator: FilterOperator): "always" | "advanced" | "never" =>
    property.filter?.includes(operator) ? "always" : property.advancedFilter?.includes(operator) ? "advanced" : "never";
  const negates = filter.kind === "compare" && filter.operator === "ne";
  const operators = needed(filter);
  if (operators === undefined) {
    return unsupported;
  }
  const level = operators.reduce<"always" | "advanced" | "never">(
    (worst, operator) => {
      const found = allows(operator);
      return worst === "never" || found === "never" ? "never" : worst === "advanced" ? worst : found;
    },
    negates ? "advanced" : "always",
  );
  if (level === "never") {
    return unsupported;
  }
  if (level === "always" || scope.advanced) {
    return undefined;
  }
  if (negates) {
    return fault("operatorUnsupported", { operator: "NotEqualsMatch" });
  }
  return filter.kind === "text" && filter.name === "endswith"
    ? fault("operatorNeedsAdvanced", { operator: "endsWith" })
    : unsupported;
}

/** The operators a property must support; `undefined` when no property does. */
function needed(filter: Predicate): readonly FilterOperator[] | undefined {
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
      // The directory has no strict comparison; `gt` and `lt` are part of the grammar only.
      return operator === "ge" || operator === "le" ? [operator] : undefined;
    }
  }
}

function checkedAny(filter: Filter & { readonly kind: "any" }, scope: Scope): Filter | Fault {
  const subject = resolve(filter.property, scope);
  if (isFault(subject)) {
    return subject;
  }
  const { name, property } = subject;
  if (property.type !== "StringCollection" || filter.predicate === undefined || property.filter === undefined) {
    return fault("filterUnsupported", { property: name, resource: scope.type.resource });
  }
  const predicate = checked(filter.predicate, {
    ...scope,
    element: { variable: filter.variable, property: name },
  });
  return isFault(predicate) ? predicate : { ...filter, property: name, predicate };
}

function fits(property: Property, value: Literal, isElement: boolean): boolean {
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

const kinds = {
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

function incompatible(property: Property, value: Literal, operator: keyof typeof kinds, isElement: boolean): string {
  const left = isElement ? edmTypes.String : edmTypes[property.type];
  return `A binary operator with incompatible types was detected. Found operand types '${left}' and '${edmTypes[value.type]}' for operator kind '${kinds[operator]}'.`;
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
