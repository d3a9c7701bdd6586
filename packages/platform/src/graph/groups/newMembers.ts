import type { DirectoryObject } from "../../directory/directoryObjects/directoryObjects.ts";
import { addGroupMember, isGroupMember } from "../../directory/groups/groupMembers.ts";
import type { PrincipalType } from "../../directory/permissionGrants/permissionGrants.ts";
import { invalidReference } from "../collection/references.ts";
import { GraphError } from "../request/graphErrors/graphError.ts";
import { findSatisfied } from "../request/permissions/authorize.ts";
import { formatPermissions } from "../request/permissions/wording.ts";
import type { GraphRequest } from "../request/route.ts";

/**
 * What adding a member of each type requires, beside the right to change members. D group-post-members.md, + Group.* K
 */
const permissionsToAdd: Readonly<Record<PrincipalType, readonly string[]>> = {
  User: ["GroupMember.ReadWrite.All + User.ReadWrite.All", "Group.ReadWrite.All", "Directory.ReadWrite.All"],
  Group: ["Group.ReadWrite.All", "Directory.ReadWrite.All"],
  ServicePrincipal: [
    "GroupMember.ReadWrite.All + Application.ReadWrite.All",
    "Group.ReadWrite.All + Application.ReadWrite.All",
    "Directory.ReadWrite.All",
  ],
};

const principalTypes: Readonly<Record<DirectoryObject["type"], PrincipalType | undefined>> = {
  user: "User",
  group: "Group",
  servicePrincipal: "ServicePrincipal",
  application: undefined,
  directoryRole: undefined,
};

/** Throws when the caller cannot add the object to the group. Without a group id, the group is about to be created. */
export function checkMember(
  { directory, caller }: GraphRequest,
  groupId: string | undefined,
  { type, object }: DirectoryObject,
): void {
  const principalType = principalTypes[type];
  if (principalType === undefined || object.id === groupId) {
    const reason =
      principalType === undefined
        ? `a group cannot have members that are ${type}s`
        : "a group cannot be a member of itself";
    throw invalidReference(reason);
  }
  if (groupId !== undefined && isGroupMember(directory, groupId, object.id)) {
    throw new GraphError("referenceExists", { property: "members" });
  }
  const needed = permissionsToAdd[principalType];
  if (findSatisfied(needed, caller.permissions) === undefined) {
    throw new GraphError("denied", {}, { reason: `adding a ${type} to a group requires ${formatPermissions(needed)}` });
  }
}

export function addMembers({ directory }: GraphRequest, groupId: string, members: readonly DirectoryObject[]): void {
  for (const { type, object } of members) {
    const principalType = principalTypes[type];
    if (principalType !== undefined) {
      addGroupMember(directory, groupId, { id: object.id, type: principalType });
    }
  }
}
