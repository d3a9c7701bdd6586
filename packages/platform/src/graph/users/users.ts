import type { PageRequest } from "../../directory/paging.ts";
import { revokeSessions } from "../../directory/users/signInRevocation.ts";
import { setUserPassword } from "../../directory/users/userPasswords.ts";
import {
  countUsers,
  createUser,
  deleteUser,
  listUsers,
  type NewUser,
  type User,
  type UserOrder,
  updateUser,
} from "../../directory/users/users.ts";
import { answerCollection, answerCount, answerEntity } from "../collection/collection.ts";
import type { ItemSource } from "../collection/entityType.ts";
import { directoryObjectUrl, metadataUrl, showItem } from "../collection/responseBody.ts";
import { permissions } from "../request/permissions/permissions.ts";
import type { GraphRequest, GraphResponse, GraphRoute } from "../request/route.ts";
import { resolveSignedInUser, resolveUser } from "./resolveUser.ts";
import { readNewUser, readUserChanges } from "./userBody.ts";
import { userType } from "./userType.ts";

/** @see https://learn.microsoft.com/graph/api/resources/user */
export const userRoutes: readonly GraphRoute[] = [
  {
    method: "GET",
    path: "/users",
    permissions: permissions["GET /users"],
    cost: 2,
    handle: (request) => answerCollection(request, userType, userSource(request)),
  },
  {
    method: "POST",
    path: "/users",
    permissions: permissions["POST /users"],
    handle: addUser,
  },
  {
    method: "GET",
    path: "/users/$count",
    permissions: permissions["GET /users"],
    handle: (request) => answerCount(request, userType, userSource(request)),
  },
  {
    method: "GET",
    path: "/users/{key}",
    permissions: permissions["GET /users/{id}"],
    handle: (request) => answerEntity(request, userType, resolveUser(request)),
  },
  {
    method: "PATCH",
    path: "/users/{key}",
    permissions: permissions["PATCH /users/{id}"],
    handle: changeUser,
  },
  {
    method: "DELETE",
    path: "/users/{key}",
    permissions: permissions["DELETE /users/{id}"],
    handle(request) {
      const user = resolveUser(request);
      deleteUser(request.directory, user.id);
      return { kind: "empty" };
    },
  },
  {
    method: "POST",
    path: "/users/{key}/revokeSignInSessions",
    permissions: permissions["POST /users/{id}/revokeSignInSessions"],
    bodyOptional: true,
    handle: revokeSignInSessions,
  },
  {
    method: "GET",
    path: "/me",
    permissions: permissions["GET /users/{id}"],
    handle: (request) => answerEntity(request, userType, resolveSignedInUser(request)),
  },
];

function userSource({ directory, tenant }: GraphRequest): ItemSource<User> {
  return {
    orders: ["displayName", "userPrincipalName"],
    page: (page) => listUsers(directory, tenant.id, page as PageRequest<UserOrder>),
    count: () => countUsers(directory, tenant.id),
  };
}

function addUser(request: GraphRequest): GraphResponse {
  const { directory, tenant } = request;
  const changes = readNewUser(directory, tenant, request.body);
  const user = directory.database.transaction(() => {
    const added = createUser(directory, { ...(changes.properties as NewUser), tenantId: tenant.id });
    if (changes.password !== undefined) {
      setUserPassword(directory, added.id, changes.password);
    }
    return added;
  });
  // Entra: in the response to a POST the id comes first, everywhere else last.
  const names = ["id", ...userType.defaults.filter((name) => name !== "id")];
  return {
    kind: "json",
    status: 201,
    location: directoryObjectUrl(request, user.id, "User"),
    body: { "@odata.context": `${metadataUrl(request)}users/$entity`, ...showItem(request, userType, user, names) },
  };
}

function changeUser(request: GraphRequest): GraphResponse {
  const { directory, tenant } = request;
  const user = resolveUser(request);
  const changes = readUserChanges(directory, tenant, request.body, user.id);
  directory.database.transaction(() => {
    updateUser(directory, user.id, changes.properties);
    if (changes.password !== undefined) {
      setUserPassword(directory, user.id, changes.password);
    }
  });
  return { kind: "empty" };
}

/** Ends refresh tokens, browser sessions and access tokens that are evaluated continuously. */
function revokeSignInSessions(request: GraphRequest): GraphResponse {
  const user = resolveUser(request);
  revokeSessions(request.directory, user.id);
  const body = { "@odata.context": `${metadataUrl(request)}Edm.Boolean`, value: true };
  return {
    kind: "json",
    status: 200,
    body,
    reason: `all sign-ins of ${user.userPrincipalName} until now have been revoked`,
  };
}
