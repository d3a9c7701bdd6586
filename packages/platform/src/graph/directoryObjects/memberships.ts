import { findDirectoryObject } from "../../directory/directoryObjects/directoryObjects.ts";
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
import { metadataUrl } from "../collection/responseBody.ts";
import { groupPermissions } from "../groups/groupPermissions.ts";
import { keyedGroup } from "../groups/keyedGroup.ts";
import { GraphError } from "../request/graphErrors/graphError.ts";
import { type OperationPermissions, permissions } from "../request/permissions/permissions.ts";
import type { GraphRequest, GraphResponse, GraphRoute } from "../request/route.ts";
import { keyedServicePrincipal } from "../servicePrincipals/keyedServicePrincipal.ts";
import { keyedUser, signedInUser } from "../users/keyedUser.ts";
import { directoryObjectRoutes } from "./directoryObjectRoutes.ts";
import { directoryObjectType } from "./directoryObjectType.ts";

const collections = [
  { segment: "memberOf", list: directGroupsOf },
  { segment: "transitiveMemberOf", list: transitiveGroupsOf },
] as const;

/** `member`: the body's own part, which says what is asked for. */
const actions = [
  { name: "getMemberGroups", permission: "getMemberGroups", member: "securityEnabledOnly", cost: 2 },
  { name: "getMemberObjects", permission: "getMemberObjects", member: "securityEnabledOnly", cost: 2 },
  { name: "checkMemberGroups", permission: "getMemberGroups", member: "groupIds", cost: 4 },
  { name: "checkMemberObjects", permission: "getMemberObjects", member: "ids", cost: 4 },
] as const;

type Asked = (typeof collections)[number]["segment"] | (typeof actions)[number]["permission"];

/** An object whose memberships are asked for, by one of the ways to name it in a path. */
interface Subject {
  readonly path: string;
  readonly permissions: Readonly<Record<Asked, OperationPermissions>>;
  find(request: GraphRequest): { readonly id: string };
}

const ofUsers: Subject["permissions"] = {
  memberOf: permissions["GET /users/{id}/memberOf"],
  transitiveMemberOf: permissions["GET /users/{id}/transitiveMemberOf"],
  getMemberGroups: permissions["POST /users/{id}/getMemberGroups"],
  getMemberObjects: permissions["POST /users/{id}/getMemberObjects"],
};

const subjects: readonly Subject[] = [
  { path: "/users/{key}", permissions: ofUsers, find: keyedUser },
  { path: "/me", permissions: ofUsers, find: signedInUser },
  { path: "/groups/{key}", permissions: everywhere(groupPermissions["GET /groups/{id}/memberOf"]), find: keyedGroup },
  {
    path: "/servicePrincipals/{key}",
    permissions: everywhere(groupPermissions["GET /servicePrincipals/{id}/memberOf"]),
    find: keyedServicePrincipal,
  },
];

const anyObject: Subject = {
  path: "/directoryObjects/{key}",
  permissions: everywhere(groupPermissions["POST /directoryObjects/{id}/getMemberGroups"]),
  find: keyedObject,
};

/** @see https://learn.microsoft.com/graph/api/directoryobject-getmemberobjects, https://learn.microsoft.com/graph/api/user-list-memberof */
export const membershipRoutes: readonly GraphRoute[] = [
  ...subjects.flatMap(({ path, find, permissions: needed }) =>
    collections.flatMap(({ segment, list }) =>
      directoryObjectRoutes({
        path: `${path}/${segment}`,
        permissions: needed[segment],
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
  ...[...subjects, anyObject].flatMap(({ path, find, permissions: needed }) =>
    actions.map(
      ({ name, permission, member, cost }): GraphRoute => ({
        method: "POST",
        path: `${path}/${name}`,
        permissions: needed[permission],
        cost,
        handle: (request) => respondWithIds(request, find(request).id, member, permission === "getMemberObjects"),
      }),
    ),
  ),
];

function everywhere(needed: OperationPermissions): Subject["permissions"] {
  return { memberOf: needed, transitiveMemberOf: needed, getMemberGroups: needed, getMemberObjects: needed };
}

const bodies: Readonly<Record<(typeof actions)[number]["member"], BodyRules>> = {
  securityEnabledOnly: { securityEnabledOnly: isBooleanOrNull },
  groupIds: { groupIds: isArrayOf(isGuidText, 20) },
  ids: { ids: isArrayOf(isGuidText, 20) },
};

/** The ids of all that the subject is in, or of those that the caller asks about. */
function respondWithIds(
  request: GraphRequest,
  id: string,
  member: keyof typeof bodies,
  withRoles: boolean,
): GraphResponse {
  checkBody(request.body, "DirectoryObject", bodies[member]);
  if (member !== "securityEnabledOnly") {
    requireProperties(request.body, "DirectoryObject", [member]);
  }
  const { [member]: given = null } = request.body;
  const asked = Array.isArray(given) ? new Set(given.map((wanted) => String(wanted).toLowerCase())) : undefined;
  const ids = membershipsOf(request.directory, request.tenant.id, id, transitiveGroupsOf)
    .filter((item) =>
      item.type === "group" ? given !== true || item.object.securityEnabled : withRoles && given !== true,
    )
    .map(({ object }) => object.id);
  return {
    kind: "json",
    status: 200,
    location: request.origin,
    body: {
      "@odata.context": `${metadataUrl(request)}Collection(Edm.String)`,
      value: asked === undefined ? ids : ids.filter((found) => asked.has(found)),
    },
  };
}

function keyedObject({ directory, tenant, keys }: GraphRequest): { readonly id: string } {
  const id = keys[0]?.value ?? "";
  const found = findDirectoryObject(directory, tenant.id, id);
  if (found === undefined) {
    throw new GraphError("notFound", { id }, { reason: `the tenant has no object ${id}` });
  }
  return found.object;
}
