import type { Json } from "../../directory/applications/applicationProperties.ts";
import type { Directory } from "../../directory/directory.ts";
import type { Page, PageRequest } from "../../directory/paging.ts";

export type PropertyType =
  | "String"
  | "Boolean"
  | "Guid"
  | "DateTime"
  | "StringCollection"
  | "ObjectCollection"
  | "Other";

export type FilterOperator = "eq" | "ge" | "le" | "in" | "startswith" | "endswith" | "null";

/** How a property can be asked about. What is absent is not supported, as on the real service. */
export interface Property {
  readonly type: PropertyType;
  /** Operators that work in every request; `ne` and `not` need an advanced query and follow from `eq`. */
  readonly filter?: readonly FilterOperator[];
  /** Operators that need `ConsistencyLevel: eventual` and `$count=true`. */
  readonly advancedFilter?: readonly FilterOperator[];
  readonly orderBy?: "always" | "advanced";
  /** `words`: the text is cut into words; `prefix`: the whole text must begin so. */
  readonly search?: "words" | "prefix";
  /** Where an index of the database leads from a value to the objects that have it. */
  readonly index?: PropertyIndex;
}

export type PropertyIndex =
  /** A column; `lowerCase` when it holds lower-case text compared byte by byte, otherwise letter case is ignored. */
  | { readonly kind: "column"; readonly column: string; readonly lowerCase?: boolean }
  /** A table with one row per element of a collection. */
  | { readonly kind: "members"; readonly table: string; readonly owner: string; readonly element: string };

export type PropertyTable = { readonly [name: string]: Property };

/** A resource of Graph as its collections and query options see it. */
export interface EntityType<Item> {
  /** As in `microsoft.graph.user`. */
  readonly name: string;
  /** As error messages call it: `User`. */
  readonly resource: string;
  /** As contexts call its collection: `users`. */
  readonly set: string;
  /** In a collection of several types: the one that an object is of, which its answer says first. */
  readonly typeOf?: (item: Item) => ItemType;
  readonly properties: PropertyTable;
  /** What an answer shows without `$select`, in wire order. */
  readonly defaults: readonly string[];
  /** Properties of the real service that only one object at a time shows: 501 on a list. */
  readonly singleObjectOnly?: readonly string[];
  id(item: Item): string;
  /** One property as it stands on the wire. */
  value(item: Item, property: string, directory: Directory): Json;
}

/** What an object among others of several types shows. */
export type ItemType = Pick<EntityType<never>, "name" | "resource" | "set" | "properties" | "defaults">;

/** Where a collection's objects come from, in pages. */
export interface ItemSource<Item> {
  page(request: PageRequest<string>): Page<Item>;
  count(): number;
  /** Properties that `page` can order by; `id` is always one. */
  readonly orders: readonly string[];
}

/** The property's canonical name: letter case does not matter in query options. */
export function propertyName(type: { readonly properties: PropertyTable }, name: string): string | undefined {
  if (Object.hasOwn(type.properties, name)) {
    return name;
  }
  const lower = name.toLowerCase();
  return Object.keys(type.properties).find((candidate) => candidate.toLowerCase() === lower);
}
