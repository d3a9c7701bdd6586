import type { Directory } from "../../directory/directory.ts";
import { type DirectoryObject, findDirectoryObjects } from "../../directory/directoryObjects/directoryObjects.ts";
import { membershipsOf } from "../../directory/directoryObjects/memberships.ts";
import { listOwnedObjects, listOwners } from "../../directory/directoryObjects/owners.ts";
import { directGroupsOf, listGroupMembers } from "../../directory/groups/groupMembers.ts";
import { findManager, listDirectReports } from "../../directory/users/managers.ts";
import { directoryObjectType } from "../directoryObjects/directoryObjectType.ts";
import { readCount, readNames } from "../odata/queryOptions.ts";
import { GraphError } from "../request/graphErrors/graphError.ts";
import type { GraphRequest, JsonObject } from "../request/route.ts";
import type { EntityType } from "./entityType.ts";
import { showItem } from "./responseBody.ts";

/** A relationship from an object to others. */
interface Relationship {
  readonly name: string;
  /** Whether there is at most one related object. */
  readonly isSingle: boolean;
  /** Returns the first related objects, at most `max`. */
  list(directory: Directory, tenantId: string, id: string, max: number): readonly DirectoryObject[];
}

const manager = relationship("manager", (directory, id) => findManager(directory, id) ?? [], true);
const owners = relationship("owners", listOwners);
const ownedObjects = relationship("ownedObjects", listOwnedObjects);
const memberOf: Relationship = {
  name: "memberOf",
  isSingle: false,
  list: (directory, tenantId, id, max) => membershipsOf(directory, tenantId, id, directGroupsOf).slice(0, max),
};
const members = relationship("members", (directory, id, max) => listGroupMembers(directory, id, { limit: max }).items);

/** The relationships that `$expand` can show and `/$count` in a `$filter` can count, by type. */
const relationships: Readonly<Record<string, readonly Relationship[]>> = {
  user: [manager, relationship("directReports", listDirectReports), memberOf, ownedObjects],
  group: [members, owners, memberOf],
  application: [owners],
  servicePrincipal: [owners, memberOf, ownedObjects],
};

/** Returns a relationship of a type such as `user`; case is ignored. */
export function findRelationship(type: string, name: string): Relationship | undefined {
  return relationshipsOf(type).find((candidate) => candidate.name.toLowerCase() === name.toLowerCase());
}

function relationshipsOf(type: string): readonly Relationship[] {
  return relationships[type] ?? [];
}

function relationship(
  name: string,
  ids: (directory: Directory, id: string, max: number) => string | readonly string[],
  isSingle = false,
): Relationship {
  return {
    name,
    isSingle,
    list: (directory, tenantId, id, max) =>
      findDirectoryObjects(directory, tenantId, [ids(directory, id, max)].flat().slice(0, max)),
  };
}

/** The relationship that a request shows with each object. */
export interface Expansion {
  readonly relationship: Relationship;
  /** Properties of the related objects. Default: their default properties. */
  readonly select: readonly string[] | undefined;
}

/** Entra: only the first related objects are returned, without a link to the others. */
const maxExpanded = 20;

/**
 * Reads `$expand`: one relationship, optionally with its own `$select`. @see
 * https://learn.microsoft.com/graph/query-parameters#expand
 */
export function readExpansion<Item>(request: GraphRequest, type: EntityType<Item>): Expansion | undefined {
  const text = request.options.get("expand");
  if (text === undefined) {
    return undefined;
  }
  const [, name = "", inner] = /^\s*([\w.]+)\s*(?:\(\s*(.*?)\s*\))?\s*$/.exec(text) ?? [];
  if (name === "") {
    throw new GraphError(
      "expandUnsupported",
      {},
      { reason: "$expand takes one relationship, such as manager($select=id)" },
    );
  }
  const relationship = findRelationship(type.name, name);
  if (relationship === undefined) {
    const known = relationshipsOf(type.name).map((candidate) => candidate.name);
    const reason = `"${name}" is not a relationship of ${type.name} that this platform supports: ${known.join(", ") || "none"}`;
    throw new GraphError("selectProperty", { property: name, type: type.name }, { reason });
  }
  if (request.eventual && readCount(request.options) === true) {
    throw new GraphError("expandUnsupported", {}, { reason: "$expand cannot be combined with an advanced query" });
  }
  const selected = inner === undefined ? undefined : /^\$select=(.+)$/i.exec(inner)?.[1];
  if (inner !== undefined && selected === undefined) {
    throw new GraphError(
      "expandUnsupported",
      {},
      { reason: `only $select is allowed in the parentheses of $expand=${name}` },
    );
  }
  const select = readNames(selected, directoryObjectType(request), false);
  return { relationship, select };
}

/**
 * Returns the related objects as a property of the object. A single relationship without a related object adds none.
 */
export function expand(request: GraphRequest, { relationship, select }: Expansion, id: string): JsonObject {
  const { name, isSingle, list } = relationship;
  const type = directoryObjectType(request);
  const shown = list(request.directory, request.tenant.id, id, maxExpanded).map((object) =>
    showItem(request, type, object, select),
  );
  const [first] = shown;
  return isSingle ? (first === undefined ? {} : { [name]: first }) : { [name]: shown };
}
