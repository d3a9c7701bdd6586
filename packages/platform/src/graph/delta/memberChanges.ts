import type { ObjectChange } from "../../directory/changes.ts";
import type { Directory } from "../../directory/directory.ts";
import { type GroupMember, groupMembersOf, isGroupMember } from "../../directory/groupMembers.ts";
import type { Group } from "../../directory/groups.ts";
import type { JsonObject } from "../route.ts";

/** `members@delta`: who joined the group and who left it, or all members of a group that is told whole. */
export function memberChanges(
  directory: Directory,
  group: Group,
  names: readonly string[] | undefined,
  change: ObjectChange | undefined,
): JsonObject {
  if (names?.includes("members") === false) {
    return {};
  }
  const isWhole = change === undefined || change.properties.includes("");
  const shown = isWhole
    ? groupMembersOf(directory, group.id).map(showMember)
    : change.properties.flatMap((property) => {
        const member = readMember(property);
        const isGone = member !== undefined && !isGroupMember(directory, group.id, member.id);
        return member === undefined
          ? []
          : [{ ...showMember(member), ...(isGone ? { "@removed": { reason: "deleted" } } : {}) }];
      });
  return shown.length === 0 ? {} : { "members@delta": shown };
}

function readMember(property: string): GroupMember | undefined {
  const [name, type, id] = property.split("/");
  return name === "members" && id !== undefined ? { type: type as GroupMember["type"], id } : undefined;
}

function showMember({ type, id }: GroupMember): JsonObject {
  return { "@odata.type": `#microsoft.graph.${type.charAt(0).toLowerCase()}${type.slice(1)}`, id };
}
