import { getApplication, listApplications } from "../directory/applications.ts";
import { getGroup, listGroups } from "../directory/groups.ts";
import { getServicePrincipal, listServicePrincipals } from "../directory/servicePrincipals.ts";
import { getUser, listUsers } from "../directory/users.ts";
import { applicationType } from "./applicationType.ts";
import { answerDelta, type DeltaSource } from "./delta/answerDelta.ts";
import { memberChanges } from "./delta/memberChanges.ts";
import { groupType } from "./groupType.ts";
import { type Operation, permissions } from "./permissions.ts";
import type { GraphRoute } from "./route.ts";
import { servicePrincipalType } from "./servicePrincipalType.ts";
import { userType } from "./userType.ts";

/** @see https://learn.microsoft.com/graph/delta-query-overview */
export const deltaRoutes: readonly GraphRoute[] = [
  deltaRoute("GET /users", { type: userType, tracked: "user", mostFollowed: 50, list: listUsers, find: getUser }),
  deltaRoute("GET /groups", {
    type: { ...groupType, properties: { ...groupType.properties, members: { type: "Other" } } },
    tracked: "group",
    mostFollowed: 50,
    list: listGroups,
    find: getGroup,
    annotate: memberChanges,
  }),
  deltaRoute("GET /applications", {
    type: applicationType,
    tracked: "application",
    list: listApplications,
    find: getApplication,
  }),
  deltaRoute("GET /servicePrincipals", {
    type: servicePrincipalType,
    tracked: "servicePrincipal",
    list: listServicePrincipals,
    find: getServicePrincipal,
  }),
];

/** Who may read the collection may follow its changes. */
function deltaRoute<Item extends { readonly tenantId: string }>(
  list: Operation,
  source: DeltaSource<Item>,
): GraphRoute {
  return {
    method: "GET",
    path: `/${source.type.set}/delta`,
    permissions: permissions[list],
    handle: (request) => answerDelta(request, source),
  };
}
