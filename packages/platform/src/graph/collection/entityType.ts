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

/** How a property can be queried. What is absent is not supported, as in the real service. */
export interface Property {
  readonly type: PropertyType;
  /** Operators that work in every request. `ne` and `not` follow from `eq` and need an advanced query. */
  readonly filter?: readonly FilterOperator[];
  /** Operators that need `ConsistencyLevel: eventual` and `$count=true`. */
  readonly advancedFilter?: readonly FilterOperator[];
  readonly orderBy?: "always" | "advanced";
  /** `words`: matches the start of any word. `prefix`: matches the start of the whole text. */
  readonly search?: "words" | "prefix";
  /** The database index that finds objects by a value of this property. */
  readonly index?: PropertyIndex;
}

export type PropertyIndex =
  /** A column. `lowerCase`: it holds lower-case text that is compared byte by byte; otherwise case is ignored. */
  | { readonly kind: "column"; readonly column: string; readonly lowerCase?: boolean }
  /** A table with one row for each element of a collection. */
  | { readonly kind: "members"; readonly table: string; readonly owner: string; readonly element: string };

export type PropertyTable = { readonly [name: string]: Property };

/** A Graph resource as collections and query options see it. */
export interface EntityType<Item> {
  /** The name in `microsoft.graph.user`: `user`. */
  readonly name: string;
  /** The name in error messages: `User`. */
  readonly resource: string;
  /** The name of the collection in context URLs: `users`. */
  readonly set: string;
  /** In a collection of mixed types: the type of an object, which becomes its `@odata.type`. */
  readonly typeOf?: (item: Item) => ItemType;
  readonly properties: PropertyTable;
  /** The properties of a response without `$select`, in wire order. */
  readonly defaults: readonly string[];
  /** Properties that the real service returns for a single object only. A list that selects one is refused with 501. */
  readonly singleObjectOnly?: readonly string[];
  id(item: Item): string;
  /** Returns a property as it appears on the wire. */
  value(item: Item, property: string, directory: Directory): Json;
}

/** The part of an entity type that an object in a collection of mixed types needs. */
export type ItemType = Pick<EntityType<never>, "name" | "resource" | "set" | "properties" | "defaults">;

/** Provides the objects of a collection in pages. */
export interface ItemSource<Item> {
  page(request: PageRequest<string>): Page<Item>;
  count(): number;
  /** The properties that `page` can sort by, beside `id`. */
  readonly orders: readonly string[];
}

/** Returns the canonical name of a property: query options ignore case. */
export function propertyName(type: { readonly properties: PropertyTable }, name: string): string | undefined {
  if (Object.hasOwn(type.properties, name)) {
    return name;
  }
  const lower = name.toLowerCase();
  return Object.keys(type.properties).find((candidate) => candidate.toLowerCase() === lower);
}
