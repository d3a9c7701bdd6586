import { numberColumn, textColumn } from "../../storage/database.ts";
import type { Directory } from "../directory.ts";
import type { Page, PageRequest } from "../paging.ts";
import type { PrincipalType } from "../permissionGrants/permissionGrants.ts";
import { type Group, readGroup } from "./groups.ts";

export interface GroupMember {
  readonly id: string;
  readonly type: PrincipalType;
}

/** Changes nothing when it already is a member. Groups may contain each other, but not themselves. */
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

export function isGroupMember(directory: Directory, groupId: string, memberId: string): boolean {
  const sql = "SELECT 1 FROM groupMember WHERE groupId = ? AND memberId = ?";
  return directory.database.get(sql, groupId, memberId) !== undefined;
}

/** The object ids of the direct members, sorted. */
export function listGroupMembers(
  directory: Directory,
  groupId: string,
  { limit, after }: PageRequest<never>,
): Page<string> {
  const ids = directory.database
    .all(
      "SELECT memberId FROM groupMember WHERE groupId = ? AND memberId > ? ORDER BY memberId LIMIT ?",
      groupId,
      after?.id ?? "",
      limit + 1,
    )
    .map((row) => textColumn(row, "memberId"));
  const items = ids.slice(0, limit);
  const last = items.at(-1);
  return last === undefined || ids.length <= limit ? { items } : { items, next: { key: last, id: last } };
}

/** All direct members with their types, sorted by id. */
export function groupMembersOf(directory: Directory, groupId: string): readonly GroupMember[] {
  return directory.database
    .all("SELECT memberId, memberType FROM groupMember WHERE groupId = ? ORDER BY memberId", groupId)
    .map((row) => ({ id: textColumn(row, "memberId"), type: textColumn(row, "memberType") as PrincipalType }));
}

export function countGroupMembers(directory: Directory, groupId: string): number {
  const row = directory.database.get("SELECT count(*) AS n FROM groupMember WHERE groupId = ?", groupId);
  return numberColumn(row ?? {}, "n");
}

/** The object ids of direct and indirect members, including the groups in between. */
export function transitiveMembersOf(directory: Directory, groupId: string): readonly string[] {
  return directory.database
    .all(
      `WITH RECURSIVE member (id) AS (
         SELECT memberId FROM groupMember WHERE groupId = ?
         UNION
         SELECT groupMember.memberId FROM groupMember JOIN member ON groupMember.groupId = member.id
       )
       SELECT id FROM member`,
      groupId,
    )
    .map((row) => textColumn(row, "id"));
}

/** Returns false when it was not a direct member. */
export function removeGroupMember(directory: Directory, groupId: string, memberId: string): boolean {
  const sql = "DELETE FROM groupMember WHERE groupId = ? AND memberId = ?";
  return directory.database.run(sql, groupId, memberId) > 0;
}

/** The groups it is a direct member of, oldest first, like all lists here. */
export function directGroupsOf(directory: Directory, memberId: string): readonly Group[] {
  return directory.database
    .all(
      `SELECT directoryGroup.* FROM directoryGroup JOIN groupMember ON groupMember.groupId = directoryGroup.id
       WHERE groupMember.memberId = ? ORDER BY directoryGroup.rowid`,
      memberId,
    )
    .map(readGroup);
}

/** The direct groups that are assigned to the resource. */
export function assignedGroupsOf(directory: Directory, memberId: string, resourceId: string): readonly Group[] {
  const assigned = "SELECT 1 FROM appRoleAssignment WHERE principalId = ? AND resourceId = ?";
  return directGroupsOf(directory, memberId).filter(
    ({ id }) => directory.database.get(assigned, id, resourceId) !== undefined,
  );
}

/** The groups it is a direct or indirect member of. */
export function transitiveGroupsOf(directory: Directory, memberId: string): readonly Group[] {
  // UNION, not UNION ALL: groups that were already visited are not followed again, so that cycles end.
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
