import { membershipsOf } from "../../directory/directoryObjects/memberships.ts";
import { directGroupsOf, transitiveGroupsOf } from "../../directory/groups/groupMembers.ts";
import {
  type BodyRules,
  checkBody,
  isArrayOf,
  isBooleanOrNull,
  isGuidText,
  requireProperties,
} from "../collection/bodyRules.ts";
import { listSource } from "../collection/listSource.ts";
import { resolveObject } from "../collection/references.ts";
import { metadataUrl } from "../collection/responseBody.ts";
import { groupPermissions } from "../groups/groupPermissions.ts";
import { resolveGroup } from "../groups/resolveGroup.ts";
import { type OperationPermissions, permissions } from "../request/permissions/permissions.ts";
import type { GraphRequest, GraphResponse, GraphRoute } from "../request/route.ts";
import { resolveServicePrincipal } from "../servicePrincipals/resolveServicePrincipal.ts";
import { resolveSignedInUser, resolveUser } from "../users/resolveUser.ts";
import { directoryObjectType } from "./directoryObjectType.ts";
import { objectCollectionRoutes } from "./objectCollectionRoutes.ts";

const collections = [
  { segment: "memberOf", list: directGroupsOf },
  { segment: "transitiveMemberOf", list: transitiveGroupsOf },
] as const;

/** `bodyProperty`: the property of the request body. */
const actions = [
  { name: "getMemberGroups", permission: "getMemberGroups", bodyProperty: "securityEnabledOnly", cost: 2 },
  { name: "getMemberObjects", permission: "getMemberObjects", bodyProperty: "securityEnabledOnly", cost: 2 },
  { name: "checkMemberGroups", permission: "getMemberGroups", bodyProperty: "groupIds", cost: 4 },
  { name: "checkMemberObjects", permission: "getMemberObjects", bodyProperty: "ids", cost: 4 },
] as const;

type MembershipOperation = (typeof collections)[number]["segment"] | (typeof actions)[number]["permission"];

/** An object whose memberships can be queried, and one way to address it in a path. */
interface Subject {
  readonly path: string;
  readonly permissions: Readonly<Record<MembershipOperation, OperationPermissions>>;
  find(request: GraphRequest): { readonly id: string };
}

const userPermissions: Subject["permissions"] = {
  memberOf: permissions["GET /users/{id}/memberOf"],
  transitiveMemberOf: permissions["GET /users/{id}/transitiveMemberOf"],
  getMemberGroups: permissions["POST /users/{id}/getMemberGroups"],
  getMemberObjects: permissions["POST /users/{id}/getMemberObjects"],
};

const subjects: readonly Subject[] = [
  { path: "/users/{key}", permissions: userPermissions, find: resolveUser },
  { path: "/me", permissions: userPermissions, find: resolveSignedInUser },
  {
    path: "/groups/{key}",
    permissions: forAllOperations(groupPermissions["GET /groups/{id}/memberOf"]),
    find: resolveGroup,
  },
  {
    path: "/servicePrincipals/{key}",
    permissions: forAllOperations(groupPermissions["GET /servicePrincipals/{id}/memberOf"]),
    find: resolveServicePrincipal,
  },
];

const anyObject: Subject = {
  path: "/directoryObjects/{key}",
  permissions: forAllOperations(groupPermissions["POST /directoryObjects/{id}/getMemberGroups"]),
  find: (request) => resolveObject(request, request.keys[0]?.value ?? "").object,
};

/** @see https://learn.microsoft.com/graph/api/directoryobject-getmemberobjects, https://learn.microsoft.com/graph/api/user-list-memberof */
export const membershipRoutes: readonly GraphRoute[] = [
  ...subjects.flatMap(({ path, find, permissions: permissionsOf }) =>
    collections.flatMap(({ segment, list }) =>
      objectCollectionRoutes({
        path: `${path}/${segment}`,
        permissions: permissionsOf[segment],
        cost: 2,
        types: ["group", "directoryRole"],
        find(request) {
          const subject = find(request);
          return listSource(
            membershipsOf(request.directory, request.tenant.id, subject.id, list),
            directoryObjectType(request),
          );
        },
      }),
    ),
  ),
  ...[...subjects, anyObject].flatMap(({ path, find, permissions: permissionsOf }) =>
    actions.map(
      ({ name, permission, bodyProperty, cost }): GraphRoute => ({
        method: "POST",
        path: `${path}/${name}`,
        permissions: permissionsOf[permission],
        cost,
        handle: (request) => respondWithIds(request, find(request).id, bodyProperty, permission === "getMemberObjects"),
      }),
    ),
  ),
];

function forAllOperations(each: OperationPermissions): Subject["permissions"] {
  return { memberOf: each, transitiveMemberOf: each, getMemberGroups: each, getMemberObjects: each };
}

const bodies: Readonly<Record<(typeof actions)[number]["bodyProperty"], BodyRules>> = {
  securityEnabledOnly: { securityEnabledOnly: isBooleanOrNull },
  groupIds: { groupIds: isArrayOf(isGuidText, 20) },
  ids: { ids: isArrayOf(isGuidText, 20) },
};

/** Returns the ids of everything the subject is a member of, or of those that the caller asks about. */
function respondWithIds(
  request: GraphRequest,
  id: string,
  bodyProperty: keyof typeof bodies,
  withRoles: boolean,
): GraphResponse {
  checkBody(request.body, "DirectoryObject", bodies[bodyProperty]);
  if (bodyProperty !== "securityEnabledOnly") {
    requireProperties(request.body, "DirectoryObject", [bodyProperty]);
  }
  const { [bodyProperty]: value = null } = request.body;
  const requestedIds = Array.isArray(value) ? new Set(value.map((id) => String(id).toLowerCase())) : undefined;
  const ids = membershipsOf(request.directory, request.tenant.id, id, transitiveGroupsOf)
    .filter((item) =>
      item.type === "group" ? value !== true || item.object.securityEnabled : withRoles && value !== true,
    )
    .map(({ object }) => object.id);
  return {
    kind: "json",
    status: 200,
    location: request.origin,
    body: {
      "@odata.context": `${metadataUrl(request)}Collection(Edm.String)`,
      value: requestedIds === undefined ? ids : ids.filter((found) => requestedIds.has(found)),
    },
  };
}
