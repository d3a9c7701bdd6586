import type { Directory } from "../directory.ts";
import { listDirectoryRoles, roleTemplateIdsOf } from "../directoryRoles/directoryRoles.ts";
import type { Group } from "../groups/groups.ts";
import type { DirectoryObject } from "./directoryObjects.ts";

/** Returns the groups that the object is a member of, as found by `groupsOf`, and its directory roles. */
export function membershipsOf(
  directory: Directory,
  tenantId: string,
  id: string,
  groupsOf: (directory: Directory, memberId: string) => readonly Group[],
): readonly DirectoryObject[] {
  const templateIds = roleTemplateIdsOf(directory, id);
  return [
    ...groupsOf(directory, id).map((object): DirectoryObject => ({ type: "group", object })),
    ...listDirectoryRoles(tenantId)
      .filter(({ templateId }) => templateIds.includes(templateId))
      .map((object): DirectoryObject => ({ type: "directoryRole", object })),
  ];
}
