import { textColumn } from "../../storage/database.ts";
import type { Directory } from "../directory.ts";

/**
 * The ids of the app roles that a user has on a resource, oldest first; empty when the user is not assigned to it.
 *
 * Entra: roles of a group apply to its direct members only, and to users only.
 *
 * @see https://learn.microsoft.com/entra/identity-platform/howto-add-app-roles-in-apps
 */
export function assignedRoleIds(directory: Directory, userId: string, resourceId: string): readonly string[] {
  return directory.database
    .all(
      `SELECT appRoleId FROM appRoleAssignment
       WHERE resourceId = ?
         AND (principalId = ? OR principalId IN (SELECT groupId FROM groupMember WHERE memberId = ?))
       GROUP BY appRoleId ORDER BY min(rowid)`,
      resourceId,
      userId,
      userId,
    )
    .map((row) => textColumn(row, "appRoleId"));
}
