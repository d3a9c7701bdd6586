import type { Directory } from "../directory/directory.ts";
import { directGroupsOf, transitiveGroupsOf } from "../directory/groupMembers.ts";
import type { Group } from "../directory/groups.ts";
import type { User } from "../directory/users.ts";
import { type BodyRules, isBooleanOrNull, refuseBody } from "./bodyRules.ts";
import { answerCollection } from "./collection.ts";
import type { EntityType } from "./entityType.ts";
import { type Fault, isFault } from "./faults.ts";
import { groupType } from "./groupType.ts";
import { listSource } from "./listSource.ts";
import { permissions, satisfied } from "./permissions.ts";
import { type Answer, type GraphRequest, type GraphRoute, metadataUrl } from "./route.ts";
import { keyedUser, signedInUser } from "./users.ts";

/** A group among directory objects of other types. Filters and sorting, which need an advanced query, are not built. */
const memberOfType: EntityType<Group> = {
  ...groupType,
  set: "directoryObjects",
  saysType: true,
  properties: Object.fromEntries(Object.entries(groupType.properties).map(([name, { type }]) => [name, { type }])),
};

/** The same for a caller who may not read groups: their ids, and nothing else. */
const namelessType: EntityType<Group> = {
  ...memberOfType,
  value(group, property, directory) {
    const value = groupType.value(group, property, directory);
    return property === "id" ? value : Array.isArray(value) ? [] : null;
  },
};

/** The two ways to name a user in a path. */
const subjects: readonly { readonly path: string; find(request: GraphRequest): User | Fault }[] = [
  { path: "/users/{key}", find: keyedUser },
  { path: "/me", find: signedInUser },
];

const collections = [
  { segment: "memberOf", list: directGroupsOf },
  { segment: "transitiveMemberOf", list: transitiveGroupsOf },
] as const;

const actions = ["getMemberGroups", "getMemberObjects"] as const;

const body: BodyRules = { securityEnabledOnly: isBooleanOrNull };

/** @see https://learn.microsoft.com/graph/api/directoryobject-getmemberobjects, https://learn.microsoft.com/graph/api/user-list-memberof */
export const membershipRoutes: readonly GraphRoute[] = subjects.flatMap(({ path, find }): readonly GraphRoute[] => [
  ...collections.map(
    ({ segment, list }): GraphRoute => ({
      method: "GET",
      path: `${path}/${segment}`,
      permissions: permissions[`GET /users/{id}/${segment}`],
      cost: 2,
      handle: (request) => showGroups(request, find(request), list),
    }),
  ),
  ...actions.map(
    (action): GraphRoute => ({
      method: "POST",
      path: `${path}/${action}`,
      permissions: permissions[`POST /users/{id}/${action}`],
      cost: 2,
      handle: (request) => groupIds(request, find(request)),
    }),
  ),
]);

function showGroups(
  request: GraphRequest,
  user: User | Fault,
  list: (directory: Directory, memberId: string) => readonly Group[],
): Answer {
  if (isFault(user)) {
    return user;
  }
  const { delegated, application } = permissions["GET /groups"];
  const { kind, permissions: granted } = request.caller;
  const mayRead = satisfied(kind === "user" ? delegated : application, granted) !== undefined;
  const type = mayRead ? memberOfType : namelessType;
  return answerCollection(request, type, listSource(list(request.directory, user.id), type));
}

/** Directory roles and administrative units are no objects here: both actions answer with groups. */
function groupIds(request: GraphRequest, user: User | Fault): Answer {
  const refused = refuseBody(request.body, "DirectoryObject", body);
  if (isFault(user) || refused !== undefined) {
    return isFault(user) ? user : (refused ?? { kind: "empty" });
  }
  const groups = transitiveGroupsOf(request.directory, user.id);
  const wanted =
    request.body["securityEnabledOnly"] === true ? groups.filter((group) => group.securityEnabled) : groups;
  return {
    kind: "json",
    status: 200,
    location: request.origin,
    body: { "@odata.context": `${metadataUrl(request)}Collection(Edm.String)`, value: wanted.map(({ id }) => id) },
  };
}
