import type { Directory } from "../directory.ts";

/** Removes what a user, group or service principal was assigned, and its memberships. Called when it is deleted. */
export function removePrincipalReferences(directory: Directory, id: string): void {
  directory.database.run("DELETE FROM appRoleAssignment WHERE principalId = ?", id);
  directory.database.run("DELETE FROM directoryRoleMember WHERE principalId = ?", id);
  directory.database.run("DELETE FROM groupMember WHERE memberId = ?", id);
  directory.database.run("DELETE FROM oauth2PermissionGrant WHERE principalId = ?", id);
  directory.database.run("DELETE FROM userManager WHERE userId = ? OR managerId = ?", id, id);
  removeOwnerships(directory, id);
}

/** Removes the ownerships of the object, as owner and as owned. */
export function removeOwnerships(directory: Directory, id: string): void {
  directory.database.run("DELETE FROM objectOwner WHERE objectId = ? OR ownerId = ?", id, id);
}
