import type { Directory } from "./directory.ts";
import type { PrincipalType } from "./grants.ts";
import { type Group, readGroup } from "./groups.ts";

export interface GroupMember {
  readonly id: string;
  readonly type: PrincipalType;
}

/** Nothing changes when it is a member already. Groups may be members of each other in a circle, not of themselves. */
export function addGroupMember(directory: Directory, groupId: string, member: GroupMember): void {
  if (member.id === groupId) {
    throw new Error(`Group ${groupId} cannot be a member of itself`);
  }
  directory.database.run(
    "INSERT INTO groupMember (groupId, memberId, memberType) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
    groupId,
    member.id,
    member.type,
  );
}

/** False when it was no direct member. */
export function removeGroupMember(directory: Directory, groupId: string, memberId: string): boolean {
  const sql = "DELETE FROM groupMember WHERE groupId = ? AND memberId = ?";
  return directory.database.run(sql, groupId, memberId) > 0;
}

/** The groups it was put into itself, oldest first, as all lists here. */
export function directGroupsOf(directory: Directory, memberId: string): readonly Group[] {
  return directory.database
    .all(
      `SELECT directoryGroup.* FROM directoryGroup JOIN groupMember ON groupMember.groupId = directoryGroup.id
       WHERE groupMember.memberId = ? ORDER BY directoryGroup.rowid`,
      memberId,
    )
    .map(readGroup);
}

/** Those of its direct groups that are assigned to the resource. */
export function assignedGroupsOf(directory: Directory, memberId: string, resourceId: string): readonly Group[] {
  const assigned = "SELECT 1 FROM appRoleAssignment WHERE principalId = ? AND resourceId = ?";
  return directGroupsOf(directory, memberId).filter(
    ({ id }) => directory.database.get(assigned, id, resourceId) !== undefined,
  );
}

/** The groups it is in, directly or through other groups. */
export function transitiveGroupsOf(directory: Directory, memberId: string): readonly Group[] {
  // UNION, not UNION ALL: a group that was met before leads nowhere, so that circles end.
  return directory.database
    .all(
      `WITH RECURSIVE membership (groupId) AS (
         SELECT groupId FROM groupMember WHERE memberId = ?
         UNION
         SELECT groupMember.groupId FROM groupMember JOIN membership ON groupMember.memberId = membership.groupId
       )
       SELECT directoryGroup.* FROM directoryGroup JOIN membership ON membership.groupId = directoryGroup.id
       ORDER BY directoryGroup.rowid`,
      memberId,
    )
    .map(readGroup);
}
