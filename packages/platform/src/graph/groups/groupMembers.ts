import {
  type DirectoryObject,
  findDirectoryObject,
  findDirectoryObjects,
} from "../../directory/directoryObjects/directoryObjects.ts";
import {
  addGroupMember,
  countGroupMembers,
  isGroupMember,
  listGroupMembers,
  removeGroupMember,
  transitiveMembersOf,
} from "../../directory/groups/groupMembers.ts";
import type { Group } from "../../directory/groups/groups.ts";
import type { PrincipalType } from "../../directory/permissionGrants/permissionGrants.ts";
import type { ItemSource } from "../collection/entityType.ts";
import { listSource } from "../collection/listSource.ts";
import { readReference } from "../collection/references.ts";
import { directoryObjectRoutes } from "../directoryObjects/directoryObjectRoutes.ts";
import { directoryObjectType } from "../directoryObjects/directoryObjectType.ts";
import { type Fault, fault, isFault } from "../request/graphErrors/faults.ts";
import { satisfied } from "../request/permissions/permissions.ts";
import { permissionChoice } from "../request/permissions/why.ts";
import type { GraphRequest, GraphRoute } from "../request/route.ts";
import { groupPermissions } from "./groupPermissions.ts";
import { keyedGroup } from "./keyedGroup.ts";

const types = ["user", "group", "servicePrincipal"] as const;

/** What a new member's kind asks of the caller, beside the right to change members. D group-post-members.md, + Group.* K */
const toAdd: Readonly<Record<PrincipalType, readonly string[]>> = {
  User: ["GroupMember.ReadWrite.All + User.ReadWrite.All", "Group.ReadWrite.All", "Directory.ReadWrite.All"],
  Group: ["Group.ReadWrite.All", "Directory.ReadWrite.All"],
  ServicePrincipal: [
    "GroupMember.ReadWrite.All + Application.ReadWrite.All",
    "Group.ReadWrite.All + Application.ReadWrite.All",
    "Directory.ReadWrite.All",
  ],
};

/** @see https://learn.microsoft.com/graph/api/group-list-members, https://learn.microsoft.com/graph/api/group-post-members */
export const groupMemberRoutes: readonly GraphRoute[] = [
  ...directoryObjectRoutes({
    path: "/groups/{key}/members",
    permissions: groupPermissions["GET /groups/{id}/members"],
    cost: 3,
    types,
    find(request) {
      const group = keyedGroup(request);
      return isFault(group) ? group : memberSource(request, group);
    },
  }),
  ...directoryObjectRoutes({
    path: "/groups/{key}/transitiveMembers",
    permissions: groupPermissions["GET /groups/{id}/transitiveMembers"],
    cost: 5,
    types,
    find(request) {
      const group = keyedGroup(request);
      if (isFault(group)) {
        return group;
      }
      const { directory, tenant } = request;
      const members = findDirectoryObjects(directory, tenant.id, transitiveMembersOf(directory, group.id));
      return listSource(members, directoryObjectType(request));
    },
  }),
  {
    method: "POST",
    path: "/groups/{key}/members",
    permissions: groupPermissions["POST /groups/{id}/members/$ref"],
    handle: () => fault("notContained", {}, { why: "members are added with POST /groups/{id}/members/$ref" }),
  },
  {
    method: "POST",
    path: "/groups/{key}/members/$ref",
    permissions: groupPermissions["POST /groups/{id}/members/$ref"],
    handle(request) {
      const group = keyedGroup(request);
      const object = isFault(group) ? group : readReference(request);
      if (isFault(group) || isFault(object)) {
        return isFault(group) ? group : (object as Fault);
      }
      const refused = refuseMember(request, group.id, object);
      if (refused !== undefined) {
        return refused;
      }
      addMembers(request, group.id, [object]);
      return { kind: "empty" };
    },
  },
  {
    method: "PATCH",
    path: "/groups/{key}/members/$ref",
    permissions: groupPermissions["POST /groups/{id}/members/$ref"],
    handle: () => fault("entitySetUnsupported", {}, { why: "several members are added with PATCH /groups/{id}" }),
  },
  {
    method: "DELETE",
    path: "/groups/{key}/members/{key}/$ref",
    permissions: groupPermissions["POST /groups/{id}/members/$ref"],
    handle(request) {
      const group = keyedGroup(request);
      if (isFault(group)) {
        return group;
      }
      const id = request.keys[1]?.value.toLowerCase() ?? "";
      return removeGroupMember(request.directory, group.id, id)
        ? { kind: "empty" }
        : fault("notFound", { id }, { why: `${group.displayName} has no direct member ${id}` });
    },
  },
];

function memberSource({ directory, tenant }: GraphRequest, group: Group): ItemSource<DirectoryObject> {
  return {
    orders: [],
    page({ limit, after }) {
      const { items, ...rest } = listGroupMembers(directory, group.id, { limit, after });
      return { ...rest, items: items.flatMap((id) => findDirectoryObject(directory, tenant.id, id) ?? []) };
    },
    count: () => countGroupMembers(directory, group.id),
  };
}

const principalTypes: Readonly<Record<DirectoryObject["type"], PrincipalType | undefined>> = {
  user: "User",
  group: "Group",
  servicePrincipal: "ServicePrincipal",
  application: undefined,
  directoryRole: undefined,
};

/** The fault for an object that the caller cannot put into the group. Without a group, one still to be made. */
export function refuseMember(
  { directory, caller }: GraphRequest,
  groupId: string | undefined,
  { type, object }: DirectoryObject,
): Fault | undefined {
  const principalType = principalTypes[type];
  if (principalType === undefined || object.id === groupId) {
    const why = principalType === undefined ? `a group has no members that are ${type}s` : "a group is not in itself";
    return fault("invalidReference", {}, { why });
  }
  if (groupId !== undefined && isGroupMember(directory, groupId, object.id)) {
    return fault("referenceExists", { property: "members" });
  }
  const needed = toAdd[principalType];
  return satisfied(needed, caller.permissions) === undefined
    ? fault("denied", {}, { why: `adding a ${type} to a group needs ${permissionChoice(needed)}` })
    : undefined;
}

export function addMembers({ directory }: GraphRequest, groupId: string, members: readonly DirectoryObject[]): void {
  for (const { type, object } of members) {
    const principalType = principalTypes[type];
    if (principalType !== undefined) {
      addGroupMember(directory, groupId, { id: object.id, type: principalType });
    }
  }
}
