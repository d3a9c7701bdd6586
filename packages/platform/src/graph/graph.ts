import type { PlainRequest, PlainResponse } from "../http/plainHttp.ts";
import { applicationRoutes } from "./applications/applications.ts";
import type { GraphContext } from "./context.ts";
import { federatedIdentityCredentialRoutes } from "./credentials/federatedIdentityCredentials.ts";
import { keyRollingRoutes } from "./credentials/keyRolling.ts";
import { deltaRoutes } from "./delta/delta.ts";
import { deletedItemRoutes } from "./directoryObjects/deletedItems.ts";
import { directoryObjectRoutes } from "./directoryObjects/directoryObjects.ts";
import { membershipRoutes } from "./directoryObjects/memberships.ts";
import { ownerRoutes } from "./directoryObjects/owners.ts";
import { directoryRoleRoutes } from "./directoryRoles/directoryRoles.ts";
import { groupMemberRoutes } from "./groups/groupMembers.ts";
import { groupRoutes } from "./groups/groups.ts";
import { appRoleAssignmentRoutes } from "./permissionGrants/appRoleAssignments.ts";
import { oauth2PermissionGrantRoutes } from "./permissionGrants/oauth2PermissionGrants.ts";
import { answerGraphRequest } from "./request/answerGraphRequest.ts";
import { preflight } from "./request/responses.ts";
import type { GraphRoute } from "./request/route.ts";
import { routeTable } from "./request/routeTable.ts";
import { servicePrincipalRoutes } from "./servicePrincipals/servicePrincipals.ts";
import { domainRoutes } from "./tenants/domains.ts";
import { organizationRoutes } from "./tenants/organization.ts";
import { subscribedSkuRoutes } from "./tenants/subscribedSkus.ts";
import { tenantRelationshipRoutes } from "./tenants/tenantRelationships.ts";
import { managerRoutes } from "./users/managers.ts";
import { userRoutes } from "./users/users.ts";

/** Every supported operation of Microsoft Graph. */
const routes: readonly GraphRoute[] = [
  ...tenantRelationshipRoutes,
  ...userRoutes,
  ...managerRoutes,
  ...membershipRoutes,
  ...groupRoutes,
  ...groupMemberRoutes,
  ...ownerRoutes,
  ...directoryRoleRoutes,
  ...directoryObjectRoutes,
  ...domainRoutes,
  ...deletedItemRoutes,
  ...deltaRoutes,
  ...organizationRoutes,
  ...subscribedSkuRoutes,
  ...applicationRoutes,
  ...keyRollingRoutes,
  ...servicePrincipalRoutes,
  ...appRoleAssignmentRoutes,
  ...federatedIdentityCredentialRoutes,
  ...oauth2PermissionGrantRoutes,
];
const table = routeTable(routes);

/** Answers a request to Microsoft Graph. The first segment of the path is the version. */
export function answerGraph(context: GraphContext, request: PlainRequest): PlainResponse | Promise<PlainResponse> {
  return request.method === "OPTIONS" ? preflight() : answerGraphRequest(context, table, request);
}
