import {
  type DeletableType,
  type DeletedObject,
  getDeleted,
  listDeleted,
  purgeDeleted,
  restoreDeleted,
} from "../../directory/directoryObjects/deletedObjects.ts";
import type { DirectoryObject } from "../../directory/directoryObjects/directoryObjects.ts";
import { globalAdministrator } from "../../directory/directoryRoles/roleTemplates.ts";
import { answerCollection, answerCount, answerEntity } from "../collection/collection.ts";
import { listSource } from "../collection/listSource.ts";
import { groupPermissions } from "../groups/groupPermissions.ts";
import { GraphError } from "../request/graphErrors/graphError.ts";
import { findSatisfied } from "../request/permissions/authorize.ts";
import { type OperationPermissions, permissions } from "../request/permissions/permissions.ts";
import { formatPermissions } from "../request/permissions/wording.ts";
import type { GraphRequest, GraphRoute } from "../request/route.ts";
import { directoryObjectType, singleTypeOf } from "./directoryObjectType.ts";

/** Required permissions: those of the same operation on an object that is not deleted. K */
const requiredPermissions: Readonly<Record<DeletableType, Readonly<Record<"read" | "write", OperationPermissions>>>> = {
  user: { read: permissions["GET /users"], write: permissions["DELETE /users/{id}"] },
  group: { read: permissions["GET /groups"], write: groupPermissions["DELETE /groups/{id}"] },
  application: { read: permissions["GET /applications"], write: permissions["DELETE /applications/{id}"] },
  servicePrincipal: {
    read: permissions["GET /servicePrincipals"],
    write: permissions["DELETE /servicePrincipals/{id}"],
  },
};

/** The type of the object in the path is not known yet, so the permissions of any type are accepted at first. */
function anyOf(verb: "read" | "write"): OperationPermissions {
  const all = Object.values(requiredPermissions).map((each) => each[verb]);
  return {
    delegated: [...new Set(all.flatMap(({ delegated }) => delegated))],
    application: [...new Set(all.flatMap(({ application }) => application))],
    ...(verb === "write" ? { userRoles: [globalAdministrator.templateId] } : {}),
    source: "K",
  };
}

const path = "/directory/deletedItems";

/** @see https://learn.microsoft.com/graph/api/resources/directory */
export const deletedItemRoutes: readonly GraphRoute[] = [
  ...(Object.keys(requiredPermissions) as DeletableType[]).flatMap((type): readonly GraphRoute[] => [
    {
      method: "GET",
      path: `${path}/microsoft.graph.${type}`,
      permissions: requiredPermissions[type].read,
      handle: (request) => answerCollection(request, singleTypeOf(request, type), deletedSource(request, type)),
    },
    {
      method: "GET",
      path: `${path}/microsoft.graph.${type}/$count`,
      permissions: requiredPermissions[type].read,
      handle: (request) => answerCount(request, singleTypeOf(request, type), deletedSource(request, type)),
    },
  ]),
  {
    method: "GET",
    path: `${path}/{key}`,
    permissions: anyOf("read"),
    handle: (request) =>
      answerEntity(request, directoryObjectType(request), asDirectoryObject(resolveDeletedObject(request, "read"))),
  },
  {
    method: "DELETE",
    path: `${path}/{key}`,
    permissions: anyOf("write"),
    handle(request) {
      const deleted = resolveDeletedObject(request, "write");
      purgeDeleted(request.directory, deleted.id);
      return { kind: "empty" };
    },
  },
  {
    method: "POST",
    path: `${path}/{key}/restore`,
    permissions: anyOf("write"),
    bodyOptional: true,
    handle(request) {
      const deleted = resolveDeletedObject(request, "write");
      const { object } = deleted;
      if (!restoreDeleted(request.directory, deleted)) {
        throw new GraphError("duplicateValue", { property: uniqueProperty[deleted.type] });
      }
      const restored = asDirectoryObject({ ...deleted, object: Object.assign({}, object, { deletedDateTime: null }) });
      return answerEntity(request, directoryObjectType(request), restored);
    },
  },
];

const uniqueProperty: Readonly<Record<DeletableType, string>> = {
  user: "userPrincipalName",
  group: "uniqueName",
  application: "identifierUris",
  servicePrincipal: "servicePrincipalNames",
};

function deletedSource(request: GraphRequest, type: DeletableType): ReturnType<typeof listSource<DirectoryObject>> {
  return listSource(
    listDeleted(request.directory, request.tenant.id, type).map(asDirectoryObject),
    directoryObjectType(request),
  );
}

/** The cast is safe: the complete object was stored under its type. */
function asDirectoryObject({
  type,
  object,
}: Pick<DeletedObject, "type"> & { readonly object: object }): DirectoryObject {
  return { type, object } as unknown as DirectoryObject;
}

function resolveDeletedObject(
  { directory, tenant, caller, keys }: GraphRequest,
  verb: "read" | "write",
): DeletedObject {
  const id = keys[0]?.value ?? "";
  const deleted = getDeleted(directory, tenant.id, id);
  if (deleted === undefined) {
    throw new GraphError("notFound", { id }, { reason: `the tenant has no deleted object ${id}` });
  }
  const { delegated, application } = requiredPermissions[deleted.type][verb];
  // The owners of a deleted object are unknown, so the permission for owned objects does not cover it.
  const set = (caller.kind === "user" ? delegated : application).filter((entry) => !entry.endsWith(".OwnedBy"));
  if (findSatisfied(set, caller.permissions) === undefined) {
    const reason = `the object is of type ${deleted.type}, which requires ${formatPermissions(set)}`;
    throw new GraphError("denied", {}, { reason });
  }
  return deleted;
}
