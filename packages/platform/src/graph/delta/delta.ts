import { getApplication, listApplications } from "../../directory/applications/applications.ts";
import { findDirectoryObjects } from "../../directory/directoryObjects/directoryObjects.ts";
import { listDirectoryRoles, listRoleMembers } from "../../directory/directoryRoles/directoryRoles.ts";
import { groupMembersOf, isGroupMember } from "../../directory/groups/groupMembers.ts";
import { getGroup, listGroups } from "../../directory/groups/groups.ts";
import { getPermissionGrant, listTenantPermissionGrants } from "../../directory/permissionGrants/permissionGrants.ts";
import { getServicePrincipal, listServicePrincipals } from "../../directory/servicePrincipals/servicePrincipals.ts";
import { getUser, listUsers } from "../../directory/users/users.ts";
import { applicationPermissions } from "../applications/applicationPermissions.ts";
import { applicationType } from "../applications/applicationType.ts";
import type { EntityType } from "../collection/entityType.ts";
import { listSource } from "../collection/listSource.ts";
import { directoryPermissions } from "../directoryObjects/directoryPermissions.ts";
import { directoryRoleType } from "../directoryRoles/directoryRoleType.ts";
import { groupType } from "../groups/groupType.ts";
import { grantType } from "../permissionGrants/oauth2PermissionGrants.ts";
import { type OperationPermissions, permissions } from "../request/permissions/permissions.ts";
import type { GraphRoute } from "../request/route.ts";
import { servicePrincipalType } from "../servicePrincipals/servicePrincipalType.ts";
import { userType } from "../users/userType.ts";
import { answerDelta, type DeltaSource } from "./answerDelta.ts";
import { memberChanges } from "./memberChanges.ts";

/** @see https://learn.microsoft.com/graph/delta-query-overview */
export const deltaRoutes: readonly GraphRoute[] = [
  deltaRoute(permissions["GET /users"], {
    type: userType,
    tracked: "user",
    maxIds: 50,
    list: listUsers,
    find: getUser,
  }),
  deltaRoute(permissions["GET /groups"], {
    type: withMembers(groupType),
    tracked: "group",
    maxIds: 50,
    list: listGroups,
    find: getGroup,
    annotate: memberChanges({
      list: ({ directory }, group) => groupMembersOf(directory, group.id),
      has: ({ directory }, group, memberId) => isGroupMember(directory, group.id, memberId),
    }),
  }),
  deltaRoute(permissions["GET /applications/delta"], {
    type: applicationType,
    tracked: "application",
    list: listApplications,
    find: getApplication,
  }),
  deltaRoute(permissions["GET /servicePrincipals"], {
    type: servicePrincipalType,
    tracked: "servicePrincipal",
    list: listServicePrincipals,
    find: getServicePrincipal,
  }),
  deltaRoute(directoryPermissions["GET /directoryRoles"], {
    type: withMembers(directoryRoleType),
    tracked: "directoryRole",
    list: (_, tenantId, page, ids) =>
      listSource(selectByIds(listDirectoryRoles(tenantId), ids), directoryRoleType).page(page),
    find: (_, templateId, tenantId) => listDirectoryRoles(tenantId).find((role) => role.templateId === templateId),
    idInLog: (id, tenantId) => listDirectoryRoles(tenantId).find((role) => role.id === id)?.templateId ?? id,
    annotate: memberChanges({
      list: ({ directory, tenant }, { templateId }) =>
        findDirectoryObjects(directory, tenant.id, listRoleMembers(directory, tenant.id, templateId)).map(
          ({ type, object }) => ({ type, id: object.id }),
        ),
      has: ({ directory, tenant }, { templateId }, memberId) =>
        listRoleMembers(directory, tenant.id, templateId).includes(memberId),
    }),
  }),
  deltaRoute(applicationPermissions["GET /oauth2PermissionGrants"], {
    type: grantType,
    tracked: "oauth2PermissionGrant",
    list: (directory, tenantId, page, ids) =>
      listSource(selectByIds(listTenantPermissionGrants(directory, tenantId), ids), grantType).page(page),
    find: getPermissionGrant,
  }),
];

/** Tracking changes needs the same permissions as reading the collection, except for applications. */
function deltaRoute<Item>(required: OperationPermissions, source: DeltaSource<Item>): GraphRoute {
  return {
    method: "GET",
    path: `/${source.type.set}/delta`,
    permissions: required,
    handle: (request) => answerDelta(request, source),
  };
}

function withMembers<Item>(type: EntityType<Item>): EntityType<Item> {
  return { ...type, properties: { ...type.properties, members: { type: "Other" } } };
}

function selectByIds<Item extends { readonly id: string }>(
  items: readonly Item[],
  ids: readonly string[] | undefined,
): readonly Item[] {
  return ids === undefined ? items : items.filter(({ id }) => ids.includes(id));
}
