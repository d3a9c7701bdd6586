import {
  type DirectoryObject,
  findDirectoryObject,
  findDirectoryObjects,
} from "../../directory/directoryObjects/directoryObjects.ts";
import {
  countGroupMembers,
  listGroupMembers,
  removeGroupMember,
  transitiveMembersOf,
} from "../../directory/groups/groupMembers.ts";
import type { Group } from "../../directory/groups/groups.ts";
import type { ItemSource } from "../collection/entityType.ts";
import { listSource } from "../collection/listSource.ts";
import { readReference } from "../collection/references.ts";
import { directoryObjectType } from "../directoryObjects/directoryObjectType.ts";
import { objectCollectionRoutes } from "../directoryObjects/objectCollectionRoutes.ts";
import { GraphError } from "../request/graphErrors/graphError.ts";
import type { GraphRequest, GraphRoute } from "../request/route.ts";
import { groupPermissions } from "./groupPermissions.ts";
import { addMembers, checkMember } from "./newMembers.ts";
import { resolveGroup } from "./resolveGroup.ts";

const types = ["user", "group", "servicePrincipal"] as const;

/** @see https://learn.microsoft.com/graph/api/group-list-members, https://learn.microsoft.com/graph/api/group-post-members */
export const groupMemberRoutes: readonly GraphRoute[] = [
  ...objectCollectionRoutes({
    path: "/groups/{key}/members",
    permissions: groupPermissions["GET /groups/{id}/members"],
    cost: 3,
    types,
    find(request) {
      const group = resolveGroup(request);
      return memberSource(request, group);
    },
  }),
  ...objectCollectionRoutes({
    path: "/groups/{key}/transitiveMembers",
    permissions: groupPermissions["GET /groups/{id}/transitiveMembers"],
    cost: 5,
    types,
    find(request) {
      const group = resolveGroup(request);
      const { directory, tenant } = request;
      const members = findDirectoryObjects(directory, tenant.id, transitiveMembersOf(directory, group.id));
      return listSource(members, directoryObjectType(request));
    },
  }),
  {
    method: "POST",
    path: "/groups/{key}/members",
    permissions: groupPermissions["POST /groups/{id}/members/$ref"],
    handle() {
      const reason = "members are added with POST /groups/{id}/members/$ref";
      throw new GraphError("notContained", {}, { reason });
    },
  },
  {
    method: "POST",
    path: "/groups/{key}/members/$ref",
    permissions: groupPermissions["POST /groups/{id}/members/$ref"],
    handle(request) {
      const group = resolveGroup(request);
      const object = readReference(request);
      checkMember(request, group.id, object);
      addMembers(request, group.id, [object]);
      return { kind: "empty" };
    },
  },
  {
    method: "PATCH",
    path: "/groups/{key}/members/$ref",
    permissions: groupPermissions["POST /groups/{id}/members/$ref"],
    handle() {
      throw new GraphError("entitySetUnsupported", {}, { reason: "several members are added with PATCH /groups/{id}" });
    },
  },
  {
    method: "DELETE",
    path: "/groups/{key}/members/{key}/$ref",
    permissions: groupPermissions["POST /groups/{id}/members/$ref"],
    handle(request) {
      const group = resolveGroup(request);
      const id = request.keys[1]?.value.toLowerCase() ?? "";
      if (!removeGroupMember(request.directory, group.id, id)) {
        throw new GraphError("notFound", { id }, { reason: `${group.displayName} has no direct member ${id}` });
      }
      return { kind: "empty" };
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
