import type { Directory } from "../directory.ts";
import { removeOwnerships } from "./owners.ts";

/** Forgets what a user, a group or a service principal that is being deleted was given, and who belonged to it. */
export function forgetPrincipal(directory: Directory, id: string): void {
  directory.database.run("DELETE FROM appRoleAssignment WHERE principalId = ?", id);
  directory.database.run("DELETE FROM directoryRoleMember WHERE principalId = ?", id);
  directory.database.run("DELETE FROM groupMember WHERE memberId = ?", id);
  directory.database.run("DELETE FROM oauth2PermissionGrant WHERE principalId = ?", id);
  directory.database.run("DELETE FROM userManager WHERE userId = ? OR managerId = ?", id, id);
  removeOwnerships(directory, id);
}
