import type { Directory } from "../../directory/directory.ts";
import { type DirectoryObject, findDirectoryObjects } from "../../directory/directoryObjects/directoryObjects.ts";
import { membershipsOf } from "../../directory/directoryObjects/memberships.ts";
import { listOwnedObjects, listOwners } from "../../directory/directoryObjects/owners.ts";
import { directGroupsOf, listGroupMembers } from "../../directory/groups/groupMembers.ts";
import { findManager, listDirectReports } from "../../directory/users/managers.ts";

/** Other objects that an object has to do with. */
export interface Relation {
  readonly name: string;
  /** There is one or none. */
  readonly isSingle: boolean;
  /** The first of them, `most` at most. */
  list(directory: Directory, tenantId: string, id: string, most: number): readonly DirectoryObject[];
}

const manager = relation("manager", (directory, id) => findManager(directory, id) ?? [], true);
const owners = relation("owners", listOwners);
const ownedObjects = relation("ownedObjects", listOwnedObjects);
const memberOf: Relation = {
  name: "memberOf",
  isSingle: false,
  list: (directory, tenantId, id, most) => membershipsOf(directory, tenantId, id, directGroupsOf).slice(0, most),
};
const members = relation("members", (directory, id, most) => listGroupMembers(directory, id, { limit: most }).items);

/** What `$expand` shows and `/$count` in a `$filter` counts, by type. */
const relations: Readonly<Record<string, readonly Relation[]>> = {
  user: [manager, relation("directReports", listDirectReports), memberOf, ownedObjects],
  group: [members, owners, memberOf],
  application: [owners],
  servicePrincipal: [owners, memberOf, ownedObjects],
};

/** A relation of a type, such as `user`; letter case does not matter. */
export function findRelation(type: string, name: string): Relation | undefined {
  return relationsOf(type).find((candidate) => candidate.name.toLowerCase() === name.toLowerCase());
}

export function relationsOf(type: string): readonly Relation[] {
  return relations[type] ?? [];
}

function relation(
  name: string,
  ids: (directory: Directory, id: string, most: number) => string | readonly string[],
  isSingle = false,
): Relation {
  return {
    name,
    isSingle,
    list: (directory, tenantId, id, most) =>
      findDirectoryObjects(directory, tenantId, [ids(directory, id, most)].flat().slice(0, most)),
  };
}
