import type { Directory } from "../directory.ts";

/** Forgets what a user, a group or a service principal that is being deleted was given, and who belonged to it. */
export function removePrincipalReferences(directory: Directory, id: string): void {
  directory.database.run("DELETE FROM appRoleAssignment WHERE principalId = ?", id);
  directory.database.run("DELETE FROM directoryRoleMember WHERE principalId = ?", id);
  directory.database.run("DELETE FROM groupMember WHERE memberId = ?", id);
  directory.database.run("DELETE FROM oauth2PermissionGrant WHERE principalId = ?", id);
  directory.database.run("DELETE FROM userManager WHERE userId = ? OR managerId = ?", id, id);
  removeOwnerships(directory, id);
}

/** Forgets what the object owned and who owned it. */
export function removeOwnerships(directory: Directory, id: string): void {
  directory.database.run("DELETE FROM objectOwner WHERE objectId = ? OR ownerId = ?", id, id);
}
