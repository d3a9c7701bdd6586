import { findDirectoryObject, findDirectoryObjects } from "../../directory/directoryObjects/directoryObjects.ts";
import { findManager, listDirectReports, removeManager, setManager } from "../../directory/users/managers.ts";
import type { User } from "../../directory/users/users.ts";
import { answerEntity } from "../collection/collection.ts";
import { listSource } from "../collection/listSource.ts";
import { invalidReference, readReference } from "../collection/references.ts";
import { directoryObjectType } from "../directoryObjects/directoryObjectType.ts";
import { objectCollectionRoutes } from "../directoryObjects/objectCollectionRoutes.ts";
import { GraphError } from "../request/graphErrors/graphError.ts";
import { permissions } from "../request/permissions/permissions.ts";
import type { GraphRequest, GraphResponse, GraphRoute } from "../request/route.ts";
import { resolveSignedInUser, resolveUser } from "./resolveUser.ts";

const subjects: readonly { readonly path: string; find(request: GraphRequest): User }[] = [
  { path: "/users/{key}", find: resolveUser },
  { path: "/me", find: resolveSignedInUser },
];

/** @see https://learn.microsoft.com/graph/api/user-list-manager, https://learn.microsoft.com/graph/api/user-list-directreports */
export const managerRoutes: readonly GraphRoute[] = [
  ...subjects.flatMap(({ path, find }): readonly GraphRoute[] => [
    {
      method: "GET",
      path: `${path}/manager`,
      permissions: permissions["GET /users/{id}/manager"],
      handle(request) {
        const user = find(request);
        return showManager(request, user);
      },
    },
    ...objectCollectionRoutes({
      path: `${path}/directReports`,
      permissions: permissions["GET /users/{id}/directReports"],
      types: ["user"],
      find(request) {
        const user = find(request);
        const { directory, tenant } = request;
        const reports = findDirectoryObjects(directory, tenant.id, listDirectReports(directory, user.id));
        return listSource(reports, directoryObjectType(request));
      },
    }),
  ]),
  {
    method: "PUT",
    path: "/users/{key}/manager/$ref",
    permissions: permissions["PUT /users/{id}/manager/$ref"],
    handle: changeManager,
  },
  {
    method: "DELETE",
    path: "/users/{key}/manager/$ref",
    permissions: permissions["PUT /users/{id}/manager/$ref"],
    handle(request) {
      const user = resolveUser(request);
      if (!removeManager(request.directory, user.id)) {
        throw noManagerError(user);
      }
      return { kind: "empty" };
    },
  },
];

function showManager(request: GraphRequest, user: User): GraphResponse {
  const { directory, tenant } = request;
  const manager = findDirectoryObject(directory, tenant.id, findManager(directory, user.id) ?? "");
  if (manager === undefined) {
    throw noManagerError(user);
  }
  return answerEntity(request, directoryObjectType(request), manager);
}

function changeManager(request: GraphRequest): GraphResponse {
  const user = resolveUser(request);
  const manager = readReference(request);
  if (manager.type !== "user") {
    throw invalidReference(`an object of type ${manager.type} cannot be a manager`);
  }
  setManager(request.directory, user.id, manager.object.id);
  return { kind: "empty" };
}

function noManagerError({ userPrincipalName }: User): GraphError {
  return new GraphError("notFound", { id: "manager" }, { reason: `${userPrincipalName} has no manager` });
}
