import { findDirectoryObjects } from "../../directory/directoryObjects/directoryObjects.ts";
import {
  addRoleMember,
  listDirectoryRoles,
  listRoleMembers,
  removeRoleMember,
  type TenantRole,
} from "../../directory/directoryRoles/directoryRoles.ts";
import { answerCollection, answerEntity } from "../collection/collection.ts";
import { listSource } from "../collection/listSource.ts";
import { invalidReference, readReference } from "../collection/references.ts";
import { directoryObjectType } from "../directoryObjects/directoryObjectType.ts";
import { directoryPermissions } from "../directoryObjects/directoryPermissions.ts";
import { objectCollectionRoutes } from "../directoryObjects/objectCollectionRoutes.ts";
import { GraphError } from "../request/graphErrors/graphError.ts";
import type { GraphRequest, GraphRoute } from "../request/route.ts";
import { directoryRoleType } from "./directoryRoleType.ts";

/** @see https://learn.microsoft.com/graph/api/resources/directoryrole */
export const directoryRoleRoutes: readonly GraphRoute[] = [
  {
    method: "GET",
    path: "/directoryRoles",
    permissions: directoryPermissions["GET /directoryRoles"],
    handle: (request) =>
      answerCollection(
        request,
        directoryRoleType,
        listSource(listDirectoryRoles(request.tenant.id), directoryRoleType),
      ),
  },
  {
    method: "GET",
    path: "/directoryRoles/{key}",
    permissions: directoryPermissions["GET /directoryRoles"],
    handle: (request) => answerEntity(request, directoryRoleType, resolveRole(request)),
  },
  ...objectCollectionRoutes({
    path: "/directoryRoles/{key}/members",
    permissions: directoryPermissions["GET /directoryRoles"],
    types: ["user", "group", "servicePrincipal"],
    find(request) {
      const role = resolveRole(request);
      const { directory, tenant } = request;
      const ids = listRoleMembers(directory, tenant.id, role.templateId);
      return listSource(findDirectoryObjects(directory, tenant.id, ids), directoryObjectType(request));
    },
  }),
  {
    method: "POST",
    path: "/directoryRoles/{key}/members/$ref",
    permissions: directoryPermissions["POST /directoryRoles/{id}/members/$ref"],
    handle(request) {
      const role = resolveRole(request);
      const member = readReference(request);
      const { directory, tenant } = request;
      if (member.type !== "user" && member.type !== "servicePrincipal") {
        throw invalidReference(`this platform cannot assign a directory role to an object of type ${member.type}`);
      }
      if (listRoleMembers(directory, tenant.id, role.templateId).includes(member.object.id)) {
        throw new GraphError("referenceExists", { property: "members" });
      }
      addRoleMember(directory, role.templateId, member.object.id);
      return { kind: "empty" };
    },
  },
  {
    method: "DELETE",
    path: "/directoryRoles/{key}/members/{key}/$ref",
    permissions: directoryPermissions["POST /directoryRoles/{id}/members/$ref"],
    handle(request) {
      const role = resolveRole(request);
      const id = request.keys[1]?.value.toLowerCase() ?? "";
      const { directory, tenant } = request;
      const isMember = listRoleMembers(directory, tenant.id, role.templateId).includes(id);
      if (!isMember || !removeRoleMember(directory, role.templateId, id)) {
        throw new GraphError("notFound", { id }, { reason: `${id} does not have the role ${role.displayName}` });
      }
      return { kind: "empty" };
    },
  },
];

/** Returns the role of `/directoryRoles/{object id}` or `/directoryRoles(roleTemplateId='{template id}')`. */
function resolveRole({ tenant, keys }: GraphRequest): TenantRole {
  const { property, value } = keys[0] ?? { property: "id", value: "" };
  const byTemplate = property.toLowerCase() === "roletemplateid";
  const id = value.toLowerCase();
  const role = listDirectoryRoles(tenant.id).find(
    (candidate) => (byTemplate ? candidate.templateId : candidate.id) === id,
  );
  if (role === undefined) {
    throw new GraphError("notFound", { id: value }, { reason: `the tenant has no directory role ${value}` });
  }
  return role;
}
