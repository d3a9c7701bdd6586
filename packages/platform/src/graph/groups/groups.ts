import { addOwner } from "../../directory/directoryObjects/owners.ts";
import {
  countGroups,
  createGroup,
  deleteGroup,
  type Group,
  type GroupOrder,
  listGroups,
  type NewGroup,
  updateGroup,
} from "../../directory/groups/groups.ts";
import type { PageRequest } from "../../directory/paging.ts";
import { answerCollection, answerCount, answerEntity } from "../collection/collection.ts";
import type { ItemSource } from "../collection/entityType.ts";
import { readBound } from "../collection/references.ts";
import { directoryObjectUrl, metadataUrl, showItem } from "../collection/responseBody.ts";
import { checkCanOwn } from "../directoryObjects/ownership.ts";
import { permissions } from "../request/permissions/permissions.ts";
import type { GraphRequest, GraphResponse, GraphRoute } from "../request/route.ts";
import { readGroupChanges } from "./groupBody.ts";
import { groupPermissions } from "./groupPermissions.ts";
import { groupType } from "./groupType.ts";
import { addMembers, checkMember } from "./newMembers.ts";
import { resolveGroup } from "./resolveGroup.ts";

/** @see https://learn.microsoft.com/graph/api/resources/group */
export const groupRoutes: readonly GraphRoute[] = [
  {
    method: "GET",
    path: "/groups",
    permissions: permissions["GET /groups"],
    handle: (request) => answerCollection(request, groupType, groupSource(request)),
  },
  { method: "POST", path: "/groups", permissions: groupPermissions["POST /groups"], handle: addGroup },
  {
    method: "GET",
    path: "/groups/$count",
    permissions: permissions["GET /groups"],
    handle: (request) => answerCount(request, groupType, groupSource(request)),
  },
  {
    method: "GET",
    path: "/groups/{key}",
    permissions: permissions["GET /groups/{id}"],
    handle: (request) => answerEntity(request, groupType, resolveGroup(request)),
  },
  {
    method: "PATCH",
    path: "/groups/{key}",
    permissions: groupPermissions["PATCH /groups/{id}"],
    handle: changeGroup,
  },
  {
    method: "DELETE",
    path: "/groups/{key}",
    permissions: groupPermissions["DELETE /groups/{id}"],
    handle(request) {
      const group = resolveGroup(request);
      deleteGroup(request.directory, group.id);
      return { kind: "empty" };
    },
  },
];

function addGroup(request: GraphRequest): GraphResponse {
  const { directory, tenant, caller, body } = request;
  const changes = readGroupChanges(directory, tenant, body, undefined);
  const members = readBound(request, "members");
  const owners = readBound(request, "owners");
  for (const member of members) {
    checkMember(request, undefined, member);
  }
  for (const owner of owners) {
    checkCanOwn(owner);
  }
  const group = directory.database.transaction(() => {
    const added = createGroup(directory, { ...(changes as NewGroup), tenantId: tenant.id });
    addMembers(request, added.id, members);
    const ownerIds = owners.map(({ object }) => object.id);
    // Entra: a user who creates a group becomes its owner; an application only when it asks for it.
    for (const ownerId of caller.kind === "user" && ownerIds.length === 0 ? [caller.objectId] : ownerIds) {
      addOwner(directory, added.id, ownerId);
    }
    return added;
  });
  return {
    kind: "json",
    status: 201,
    location: directoryObjectUrl(request, group.id, "Group"),
    body: { "@odata.context": `${metadataUrl(request)}groups/$entity`, ...showItem(request, groupType, group) },
  };
}

function changeGroup(request: GraphRequest): GraphResponse {
  const { directory, tenant, body } = request;
  const group = resolveGroup(request);
  const changes = readGroupChanges(directory, tenant, body, group);
  const members = readBound(request, "members");
  for (const member of members) {
    checkMember(request, group.id, member);
  }
  directory.database.transaction(() => {
    updateGroup(directory, group.id, changes);
    addMembers(request, group.id, members);
  });
  return { kind: "empty" };
}

function groupSource({ directory, tenant }: GraphRequest): ItemSource<Group> {
  return {
    orders: ["displayName"],
    page: (page) => listGroups(directory, tenant.id, page as PageRequest<GroupOrder>),
    count: () => countGroups(directory, tenant.id),
  };
}
