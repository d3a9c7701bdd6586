import { findDirectoryObject } from "../../directory/directoryObjects/directoryObjects.ts";
import { membershipsOf } from "../../directory/directoryObjects/memberships.ts";
import { directGroupsOf, transitiveGroupsOf } from "../../directory/groups/groupMembers.ts";
import {
  type BodyRules,
  isArrayOf,
  isBooleanOrNull,
  isGuidText,
  refuseBody,
  refuseMissing,
} from "../collection/bodyRules.ts";
import { listSource } from "../collection/listSource.ts";
import { groupPermissions } from "../groups/groupPermissions.ts";
import { keyedGroup } from "../groups/keyedGroup.ts";
import { type Fault, fault, isFault } from "../request/graphErrors/faults.ts";
import { type OperationPermissions, permissions } from "../request/permissions/permissions.ts";
import { type Answer, type GraphRequest, type GraphRoute, metadataUrl } from "../request/route.ts";
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
  find(request: GraphRequest): { readonly id: string } | Fault;
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
          return isFault(subject)
            ? subject
            : listSource(
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
        handle(request) {
          const subject = find(request);
          return isFault(subject) ? subject : answerIds(request, subject.id, member, permission === "getMemberObjects");
        },
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
function answerIds(request: GraphRequest, id: string, member: keyof typeof bodies, withRoles: boolean): Answer {
  const refused =
    refuseBody(request.body, "DirectoryObject", bodies[member]) ??
    (member === "securityEnabledOnly" ? undefined : refuseMissing(request.body, "DirectoryObject", [member]));
  if (refused !== undefined) {
    return refused;
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

function keyedObject({ directory, tenant, keys }: GraphRequest): { readonly id: string } | Fault {
  const id = keys[0]?.value ?? "";
  return (
    findDirectoryObject(directory, tenant.id, id)?.object ??
    fault("notFound", { id }, { why: `the tenant has no object ${id}` })
  );
}
