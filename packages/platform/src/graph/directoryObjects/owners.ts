import { type DirectoryObject, findDirectoryObjects } from "../../directory/directoryObjects/directoryObjects.ts";
import {
  addOwner,
  isOwner,
  listOwnedObjects,
  listOwners,
  removeOwner,
} from "../../directory/directoryObjects/owners.ts";
import { applicationPermissions } from "../applications/applicationPermissions.ts";
import { resolveApplication } from "../applications/resolveApplication.ts";
import { listSource } from "../collection/listSource.ts";
import { readReference } from "../collection/references.ts";
import { groupPermissions } from "../groups/groupPermissions.ts";
import { resolveGroup } from "../groups/resolveGroup.ts";
import { GraphError } from "../request/graphErrors/graphError.ts";
import { type OperationPermissions, permissions } from "../request/permissions/permissions.ts";
import type { GraphRequest, GraphResponse, GraphRoute } from "../request/route.ts";
import { resolveServicePrincipal } from "../servicePrincipals/resolveServicePrincipal.ts";
import { resolveSignedInUser, resolveUser } from "../users/resolveUser.ts";
import { directoryObjectType } from "./directoryObjectType.ts";
import { objectCollectionRoutes } from "./objectCollectionRoutes.ts";
import { checkCanOwn, requireOwnership } from "./ownership.ts";

type Finder = (request: GraphRequest) => { readonly id: string };

const ownedResources: readonly {
  readonly path: string;
  readonly find: Finder;
  readonly read: OperationPermissions;
  readonly write: OperationPermissions;
}[] = [
  {
    path: "/applications/{key}",
    find: resolveApplication,
    read: applicationPermissions["GET /applications/{id}/owners"],
    write: applicationPermissions["POST /applications/{id}/owners/$ref"],
  },
  {
    path: "/servicePrincipals/{key}",
    find: resolveServicePrincipal,
    read: applicationPermissions["GET /applications/{id}/owners"],
    write: applicationPermissions["POST /applications/{id}/owners/$ref"],
  },
  {
    path: "/groups/{key}",
    find: resolveGroup,
    read: groupPermissions["GET /groups/{id}/owners"],
    write: groupPermissions["POST /groups/{id}/owners/$ref"],
  },
];

const owningResources: readonly {
  readonly path: string;
  readonly find: Finder;
  readonly read: OperationPermissions;
}[] = [
  { path: "/me", find: resolveSignedInUser, read: permissions["GET /users/{id}"] },
  { path: "/users/{key}", find: resolveUser, read: permissions["GET /users/{id}"] },
  { path: "/servicePrincipals/{key}", find: resolveServicePrincipal, read: permissions["GET /servicePrincipals/{id}"] },
];

/** @see https://learn.microsoft.com/graph/api/application-list-owners, https://learn.microsoft.com/graph/api/user-list-ownedobjects */
export const ownerRoutes: readonly GraphRoute[] = [
  ...ownedResources.flatMap(({ path, find, read, write }): readonly GraphRoute[] => [
    ...objectCollectionRoutes({
      path: `${path}/owners`,
      permissions: read,
      types: ["user", "servicePrincipal"],
      find: (request) => relatedSource(request, find(request), listOwners),
    }),
    {
      method: "POST",
      path: `${path}/owners/$ref`,
      permissions: write,
      handle: (request) => addOwnerReference(request, find(request)),
    },
    {
      method: "DELETE",
      path: `${path}/owners/{key}/$ref`,
      permissions: write,
      handle: (request) => removeOwnerReference(request, find(request)),
    },
  ]),
  ...owningResources.flatMap(({ path, find, read }) =>
    objectCollectionRoutes({
      path: `${path}/ownedObjects`,
      permissions: read,
      cost: 2,
      types: ["application", "servicePrincipal", "group"],
      find: (request) => relatedSource(request, find(request), listOwnedObjects),
    }),
  ),
];

function relatedSource(
  request: GraphRequest,
  subject: { readonly id: string },
  list: typeof listOwners,
): ReturnType<typeof listSource<DirectoryObject>> {
  const { directory, tenant } = request;
  const objects = findDirectoryObjects(directory, tenant.id, list(directory, subject.id));
  return listSource(objects, directoryObjectType(request));
}

function addOwnerReference(request: GraphRequest, subject: { readonly id: string }): GraphResponse {
  const owner = readReference(request);
  checkCanOwn(owner);
  requireOwnership(request, subject.id);
  if (isOwner(request.directory, subject.id, owner.object.id)) {
    throw new GraphError("referenceExists", { property: "owners" });
  }
  addOwner(request.directory, subject.id, owner.object.id);
  return { kind: "empty" };
}

function removeOwnerReference(request: GraphRequest, subject: { readonly id: string }): GraphResponse {
  requireOwnership(request, subject.id);
  const id = request.keys[1]?.value.toLowerCase() ?? "";
  if (!isOwner(request.directory, subject.id, id)) {
    throw new GraphError("notFound", { id }, { reason: `${id} is not an owner of ${subject.id}` });
  }
  const isGroup = request.url.pathname.toLowerCase().includes("/groups/");
  if (isGroup && listOwners(request.directory, subject.id).length === 1) {
    throw new GraphError("lastOwner", {});
  }
  removeOwner(request.directory, subject.id, id);
  return { kind: "empty" };
}
