import type { Json } from "../../directory/applications/applicationProperties.ts";
import type { Directory } from "../../directory/directory.ts";
import type { DirectoryObject, DirectoryObjectType } from "../../directory/directoryObjects/directoryObjects.ts";
import { applicationType } from "../applications/applicationType.ts";
import type { EntityType, ItemType, PropertyTable } from "../collection/entityType.ts";
import { directoryObjectUrl } from "../collection/responseBody.ts";
import { directoryRoleType } from "../directoryRoles/directoryRoleType.ts";
import { groupType } from "../groups/groupType.ts";
import { findSatisfied } from "../request/permissions/authorize.ts";
import { type OperationPermissions, permissions } from "../request/permissions/permissions.ts";
import type { GraphRequest } from "../request/route.ts";
import { servicePrincipalType } from "../servicePrincipals/servicePrincipalType.ts";
import { userType } from "../users/userType.ts";
import { directoryPermissions } from "./directoryPermissions.ts";

const types: Readonly<Record<DirectoryObjectType, ItemType>> = {
  user: userType,
  group: groupType,
  servicePrincipal: servicePrincipalType,
  application: applicationType,
  directoryRole: directoryRoleType,
};

/** The permissions that let a caller see more of such an object than its id. */
const readPermissions: Readonly<Record<DirectoryObjectType, OperationPermissions>> = {
  user: permissions["GET /users"],
  group: permissions["GET /groups"],
  servicePrincipal: permissions["GET /servicePrincipals"],
  application: permissions["GET /applications"],
  directoryRole: directoryPermissions["GET /directoryRoles"],
};

/** The properties of all types. Except for the id, querying them needs an advanced query. */
const properties: PropertyTable = {
  ...Object.fromEntries(
    Object.values(types).flatMap((type) =>
      Object.entries(type.properties).map(([name, property]) => [name, { type: property.type }]),
    ),
  ),
  id: { type: "String", filter: ["eq", "in"] },
  displayName: {
    type: "String",
    advancedFilter: ["eq", "ge", "le", "in", "startswith", "null"],
    orderBy: "advanced",
    search: "words",
  },
};

/**
 * The type of a collection of mixed objects. An object of a type that the caller may not read shows its id only.
 *
 * @see https://learn.microsoft.com/graph/permissions-overview#limited-information-returned-for-inaccessible-member-objects
 */
export function directoryObjectType({ caller }: Pick<GraphRequest, "caller">): EntityType<DirectoryObject> {
  const hidden = new Set(
    Object.entries(readPermissions)
      .filter(
        ([, { delegated, application }]) =>
          findSatisfied(caller.kind === "user" ? delegated : application, caller.permissions) === undefined,
      )
      .map(([type]) => type),
  );
  return {
    name: "directoryObject",
    resource: "DirectoryObject",
    set: "directoryObjects",
    typeOf: ({ type }) => types[type],
    properties,
    defaults: ["id"],
    id: ({ object }) => object.id,
    value(item, property, directory) {
      const value = propertyOf(item, property, directory);
      return property === "id" || !hidden.has(item.type) ? value : Array.isArray(value) ? [] : null;
    },
  };
}

/** The same objects, by their URLs only: what `/$ref` lists. @see OData Version 4.0 Part 1, section 11.2.7 */
export function referenceType(request: GraphRequest): EntityType<DirectoryObject> {
  const { typeOf: _, ...mixed } = directoryObjectType(request);
  return {
    ...mixed,
    set: "Collection($ref)",
    defaults: ["@odata.id"],
    value: (item, property, directory) =>
      property === "@odata.id"
        ? directoryObjectUrl(request, item.object.id, types[item.type].resource)
        : mixed.value(item, property, directory),
  };
}

/** One of the types, for a mixed collection that is narrowed to it. */
export function singleTypeOf(
  request: Pick<GraphRequest, "caller">,
  type: DirectoryObjectType,
): EntityType<DirectoryObject> {
  const { typeOf: _, ...mixed } = directoryObjectType(request);
  const { name, resource, set, defaults, properties: own } = types[type];
  const withoutIndex = Object.entries(own).map(([property, { index: __, ...rest }]) => [property, rest]);
  return { ...mixed, name, resource, set, defaults, properties: Object.fromEntries(withoutIndex) };
}

function propertyOf(item: DirectoryObject, property: string, directory: Directory): Json {
  if (!Object.hasOwn(types[item.type].properties, property)) {
    return null;
  }
  switch (item.type) {
    case "user":
      return userType.value(item.object, property, directory);
    case "group":
      return groupType.value(item.object, property, directory);
    case "servicePrincipal":
      return servicePrincipalType.value(item.object, property, directory);
    case "application":
      return applicationType.value(item.object, property, directory);
    case "directoryRole":
      return directoryRoleType.value(item.object, property, directory);
  }
}
