import { countGroups, type Group, type GroupOrder, getGroup, listGroups } from "../directory/groups.ts";
import type { PageRequest } from "../directory/paging.ts";
import { isGuid } from "../exchange.ts";
import { answerCollection, answerCount, answerEntity } from "./collection.ts";
import type { ItemSource } from "./entityType.ts";
import { type Fault, fault, isFault } from "./faults.ts";
import { groupType } from "./groupType.ts";
import { permissions } from "./permissions.ts";
import type { GraphRequest, GraphRoute } from "./route.ts";

/** @see https://learn.microsoft.com/graph/api/resources/group */
export const groupRoutes: readonly GraphRoute[] = [
  {
    method: "GET",
    path: "/groups",
    permissions: permissions["GET /groups"],
    handle: (request) => answerCollection(request, groupType, groupSource(request)),
  },
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
    handle(request) {
      const group = keyedGroup(request);
      return isFault(group) ? group : answerEntity(request, groupType, group);
    },
  },
];

function groupSource({ directory, tenant }: GraphRequest): ItemSource<Group> {
  return {
    orders: ["displayName"],
    page: (page) => listGroups(directory, tenant.id, page as PageRequest<GroupOrder>),
    count: () => countGroups(directory, tenant.id),
  };
}

function keyedGroup({ directory, tenant, keys }: GraphRequest): Group | Fault {
  const id = keys[0]?.value ?? "";
  if (!isGuid(id)) {
    return fault("invalidId", { id }, { why: `${id} is not an object id (a GUID)` });
  }
  const group = getGroup(directory, id);
  return group?.tenantId === tenant.id ? group : fault("notFound", { id }, { why: `the tenant has no group ${id}` });
}
