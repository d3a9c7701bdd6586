import { Hono } from "hono";
import { answerGraphRequest, preflight } from "./graph/answer.ts";
import { applicationRoutes } from "./graph/applications.ts";
import { appRoleAssignmentRoutes } from "./graph/appRoleAssignments.ts";
import { deletedItemRoutes } from "./graph/deletedItems.ts";
import { deltaRoutes } from "./graph/delta.ts";
import { directoryObjectsRoutes } from "./graph/directoryObjects.ts";
import { directoryRoleRoutes } from "./graph/directoryRoles.ts";
import { domainRoutes } from "./graph/domains.ts";
import { federatedIdentityCredentialRoutes } from "./graph/federatedIdentityCredentials.ts";
import { groupMemberRoutes } from "./graph/groupMembers.ts";
import { groupRoutes } from "./graph/groups.ts";
import { keyRollingRoutes } from "./graph/keyRolling.ts";
import { managerRoutes } from "./graph/managers.ts";
import { membershipRoutes } from "./graph/memberships.ts";
import { oauth2PermissionGrantRoutes } from "./graph/oauth2PermissionGrants.ts";
import { organizationRoutes } from "./graph/organization.ts";
import { ownerRoutes } from "./graph/owners.ts";
import type { GraphContext, GraphRoute } from "./graph/route.ts";
import { routeTable } from "./graph/routeTable.ts";
import { servicePrincipalRoutes } from "./graph/servicePrincipals.ts";
import { subscribedSkuRoutes } from "./graph/subscribedSkus.ts";
import { tenantRelationshipRoutes } from "./graph/tenantRelationships.ts";
import { userRoutes } from "./graph/users.ts";
import { type PlainAnswer, type PlainRequest, responseOf } from "./plainHttp.ts";

/** Every operation of Microsoft Graph that is built. */
const routes: readonly GraphRoute[] = [
  ...tenantRelationshipRoutes,
  ...userRoutes,
  ...managerRoutes,
  ...membershipRoutes,
  ...groupRoutes,
  ...groupMemberRoutes,
  ...ownerRoutes,
  ...directoryRoleRoutes,
  ...directoryObjectsRoutes,
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

/** Microsoft Graph. The first segment of a request's path is its version, wherever this is mounted. */
export function graphRoutes(context: GraphContext): Hono {
  const app = new Hono();
  app.options("*", () => preflight());
  app.all("*", async (c) => responseOf(await answerGraphRequest(context, table, c.req.raw)));
  return app;
}

/** A request that has come directly. */
export function answerGraph(context: GraphContext, request: PlainRequest): Promise<PlainAnswer> {
  return answerGraphRequest(context, table, request);
}
