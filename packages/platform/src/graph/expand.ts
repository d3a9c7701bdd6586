import type { Directory } from "../directory/directory.ts";
import { type DirectoryObject, findDirectoryObjects } from "../directory/directoryObjects.ts";
import { directGroupsOf, listGroupMembers } from "../directory/groupMembers.ts";
import { findManager, listDirectReports } from "../directory/managers.ts";
import { membershipsOf } from "../directory/memberships.ts";
import { listOwnedObjects, listOwners } from "../directory/owners.ts";
import { directoryObjectType } from "./directoryObjectType.ts";
import type { EntityType } from "./entityType.ts";
import { type Fault, fault, isFault } from "./faults.ts";
import { readCount, readNames } from "./odata/queryOptions.ts";
import type { GraphRequest, JsonObject } from "./route.ts";
import { showItem } from "./showItem.ts";

/** The relation that a request shows with each object. */
export interface Expansion {
  readonly relation: string;
  /** Of the related objects. Default the usual properties. */
  readonly select: readonly string[] | undefined;
  readonly isSingle: boolean;
  readonly list: RelatedList;
}

type RelatedList = (directory: Directory, tenantId: string, id: string) => readonly DirectoryObject[];

/** Entra: the first of them only, and no link to the others. */
const mostShown = 20;

const manager = named("manager", (directory, id) => findManager(directory, id) ?? [], true);
const owners = named("owners", listOwners);
const memberOf: Related = {
  name: "memberOf",
  isSingle: false,
  list: (directory, tenantId, id) => membershipsOf(directory, tenantId, id, directGroupsOf),
};
const ownedObjects = named("ownedObjects", listOwnedObjects);

interface Related extends Pick<Expansion, "isSingle" | "list"> {
  readonly name: string;
}

/** What can be expanded, by type. */
const relations: Readonly<Record<string, readonly Related[]>> = {
  user: [manager, named("directReports", listDirectReports), memberOf, ownedObjects],
  group: [
    named("members", (directory, id) => listGroupMembers(directory, id, { limit: mostShown }).items),
    owners,
    memberOf,
  ],
  application: [owners],
  servicePrincipal: [owners, memberOf, ownedObjects],
};

/** Reads `$expand`: one relation, perhaps with a `$select` of its own. @see https://learn.microsoft.com/graph/query-parameters#expand */
export function readExpansion<Item>(request: GraphRequest, type: EntityType<Item>): Expansion | undefined | Fault {
  const text = request.options.get("expand");
  if (text === undefined) {
    return undefined;
  }
  const [, name = "", inner] = /^\s*([\w.]+)\s*(?:\(\s*(.*?)\s*\))?\s*$/.exec(text) ?? [];
  if (name === "") {
    return fault("expandUnsupported", {}, { why: "$expand takes one relation, such as manager($select=id)" });
  }
  const related = relations[type.name]?.find((candidate) => candidate.name.toLowerCase() === name.toLowerCase());
  if (related === undefined) {
    const known = relations[type.name]?.map((candidate) => candidate.name).join(", ") ?? "nothing";
    const why = `"${name}" is no relation of ${type.name} that is built in this platform; ${known} can be expanded`;
    return fault("selectProperty", { property: name, type: type.name }, { why });
  }
  if (request.eventual && readCount(request.options) === true) {
    return fault("expandUnsupported", {}, { why: "$expand does not go together with an advanced query" });
  }
  const selected = inner === undefined ? undefined : /^\$select=(.+)$/i.exec(inner)?.[1];
  if (inner !== undefined && selected === undefined) {
    return fault("expandUnsupported", {}, { why: `only $select may stand in the parentheses of $expand=${name}` });
  }
  const select = readNames(selected, directoryObjectType(request), false);
  const { isSingle, list } = related;
  return isFault(select) ? select : { relation: related.name, select, isSingle, list };
}

/** The related objects of one, as its property. A single one that there is not has none. */
export function expand(request: GraphRequest, { relation, select, isSingle, list }: Expansion, id: string): JsonObject {
  const type = directoryObjectType(request);
  const shown = list(request.directory, request.tenant.id, id)
    .slice(0, mostShown)
    .map((object) => showItem(request, type, object, select));
  const [first] = shown;
  return isSingle ? (first === undefined ? {} : { [relation]: first }) : { [relation]: shown };
}

function named(
  name: string,
  ids: (directory: Directory, id: string) => string | readonly string[],
  isSingle = false,
): Related {
  return {
    name,
    isSingle,
    list: (directory, tenantId, id) => findDirectoryObjects(directory, tenantId, [ids(directory, id)].flat()),
  };
}
