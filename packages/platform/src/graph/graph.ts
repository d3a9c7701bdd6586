import { Hono } from "hono";
import { type PlainAnswer, type PlainRequest, responseOf } from "../http/plainHttp.ts";
import { answerGraphRequest, preflight } from "./answer.ts";
import { applicationRoutes } from "./applications.ts";
import { appRoleAssignmentRoutes } from "./appRoleAssignments.ts";
import { deletedItemRoutes } from "./deletedItems.ts";
import { deltaRoutes } from "./delta.ts";
import { directoryObjectsRoutes } from "./directoryObjects.ts";
import { directoryRoleRoutes } from "./directoryRoles.ts";
import { domainRoutes } from "./domains.ts";
import { federatedIdentityCredentialRoutes } from "./federatedIdentityCredentials.ts";
import { groupMemberRoutes } from "./groupMembers.ts";
import { groupRoutes } from "./groups.ts";
import { keyRollingRoutes } from "./keyRolling.ts";
import { managerRoutes } from "./managers.ts";
import { membershipRoutes } from "./memberships.ts";
import { oauth2PermissionGrantRoutes } from "./oauth2PermissionGrants.ts";
import { organizationRoutes } from "./organization.ts";
import { ownerRoutes } from "./owners.ts";
import type { GraphContext, GraphRoute } from "./route.ts";
import { routeTable } from "./routeTable.ts";
import { servicePrincipalRoutes } from "./servicePrincipals.ts";
import { subscribedSkuRoutes } from "./subscribedSkus.ts";
import { tenantRelationshipRoutes } from "./tenantRelationships.ts";
import { userRoutes } from "./users.ts";

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
