import type { Json } from "../../directory/applications/applicationProperties.ts";
import type { Directory } from "../../directory/directory.ts";
import { isoInstant } from "../../directory/directory.ts";
import { findPrincipal, type Principal } from "../../directory/directoryObjects/principals.ts";
import {
  type AppRoleAssignment,
  addAppRoleAssignment,
  getAppRoleAssignment,
  listAppRoleAssignedTo,
  listAppRoleAssignments,
  removeAppRoleAssignment,
} from "../../directory/permissionGrants/permissionGrants.ts";
import { findUnassignableReason } from "../../directory/permissionGrants/roleAssignment.ts";
import { getServicePrincipal } from "../../directory/servicePrincipals/servicePrincipals.ts";
import { type BodyRules, checkBody, isGuidText, requireProperties } from "../collection/bodyRules.ts";
import { answerCollection, answerEntity } from "../collection/collection.ts";
import type { EntityType } from "../collection/entityType.ts";
import { listSource } from "../collection/listSource.ts";
import { invalidReference } from "../collection/references.ts";
import { directoryObjectUrl, metadataUrl, showItem } from "../collection/responseBody.ts";
import { resolveGroup } from "../groups/resolveGroup.ts";
import { GraphError } from "../request/graphErrors/graphError.ts";
import { type OperationPermissions, permissions } from "../request/permissions/permissions.ts";
import type { GraphRequest, GraphResponse, GraphRoute } from "../request/route.ts";
import { resolveServicePrincipal } from "../servicePrincipals/resolveServicePrincipal.ts";
import { resolveUser } from "../users/resolveUser.ts";

/** @see https://learn.microsoft.com/graph/api/resources/approleassignment */
const appRoleAssignmentType: EntityType<AppRoleAssignment> = {
  name: "appRoleAssignment",
  resource: "AppRoleAssignment",
  set: "appRoleAssignments",
  properties: {
    id: { type: "Other" },
    deletedDateTime: { type: "Other" },
    appRoleId: { type: "Guid" },
    createdDateTime: { type: "DateTime" },
    principalDisplayName: { type: "String", filter: ["eq", "startswith"] },
    principalId: { type: "Guid", filter: ["eq"] },
    principalType: { type: "String" },
    resourceDisplayName: { type: "String" },
    resourceId: { type: "Guid", filter: ["eq"] },
  },
  defaults: [
    "id",
    "deletedDateTime",
    "appRoleId",
    "createdDateTime",
    "principalDisplayName",
    "principalId",
    "principalType",
    "resourceDisplayName",
    "resourceId",
  ],
  id: (assignment) => assignment.id,
  value(assignment, property, directory): Json {
    switch (property) {
      case "id":
      case "appRoleId":
      case "principalId":
      case "principalType":
      case "resourceId":
        return assignment[property];
      case "createdDateTime":
        return isoInstant(assignment.createdMs);
      case "principalDisplayName":
        return findPrincipal(directory, assignment.principalId)?.displayName ?? null;
      case "resourceDisplayName":
        return getServicePrincipal(directory, assignment.resourceId)?.displayName ?? null;
      default:
        return null;
    }
  },
};

const body: BodyRules = { appRoleId: isGuidText, principalId: isGuidText, resourceId: isGuidText };

/** The side an assignment is seen from: the principal that has it, or the API it is for. */
interface Side {
  readonly path: string;
  readonly member: "principalId" | "resourceId";
  readonly read: OperationPermissions;
  readonly cost: number;
  find(request: GraphRequest): { readonly id: string; readonly displayName: string };
  list(directory: Directory, id: string): readonly AppRoleAssignment[];
}

const principalSide = { member: "principalId", list: listAppRoleAssignments, cost: 2 } as const;

const sides: readonly Side[] = [
  {
    ...principalSide,
    path: "/servicePrincipals/{key}/appRoleAssignments",
    read: permissions["GET /servicePrincipals/{id}/appRoleAssignments"],
    find: resolveServicePrincipal,
  },
  {
    path: "/servicePrincipals/{key}/appRoleAssignedTo",
    member: "resourceId",
    read: permissions["GET /servicePrincipals/{id}/appRoleAssignedTo"],
    cost: 1,
    find: resolveServicePrincipal,
    list: listAppRoleAssignedTo,
  },
  {
    ...principalSide,
    path: "/users/{key}/appRoleAssignments",
    read: permissions["GET /users/{id}/appRoleAssignments"],
    find: resolveUser,
  },
  {
    ...principalSide,
    path: "/groups/{key}/appRoleAssignments",
    read: permissions["GET /users/{id}/appRoleAssignments"],
    find: resolveGroup,
  },
];

export const appRoleAssignmentRoutes: readonly GraphRoute[] = sides.flatMap((side): readonly GraphRoute[] => {
  const { path, read, cost } = side;
  return [
    {
      method: "GET",
      path,
      permissions: read,
      cost,
      handle(request) {
        const subject = side.find(request);
        return answerCollection(
          request,
          appRoleAssignmentType,
          listSource(side.list(request.directory, subject.id), appRoleAssignmentType),
        );
      },
    },
    {
      method: "POST",
      path,
      permissions: permissions["POST /servicePrincipals/{id}/appRoleAssignments"],
      handle: (request) => assign(request, side),
    },
    {
      method: "GET",
      path: `${path}/{key}`,
      permissions: read,
      handle: (request) => answerEntity(request, appRoleAssignmentType, resolveAssignment(request, side)),
    },
    {
      method: "DELETE",
      path: `${path}/{key}`,
      permissions: permissions["DELETE /servicePrincipals/{id}/appRoleAssignments/{id}"],
      handle(request) {
        const assignment = resolveAssignment(request, side);
        removeAppRoleAssignment(request.directory, assignment.id);
        return { kind: "empty" };
      },
    },
  ];
});

function assign(request: GraphRequest, side: Side): GraphResponse {
  const subject = side.find(request);
  requireProperties(request.body, appRoleAssignmentType.resource, ["principalId", "resourceId", "appRoleId"]);
  checkBody(request.body, appRoleAssignmentType.resource, body);
  const ids = readIds(request);
  if (ids[side.member] !== subject.id) {
    throw invalidReference(`${side.member} is ${ids[side.member]}, but the path is for ${subject.id}`);
  }
  const principal = findPrincipal(request.directory, ids.principalId);
  if (principal?.tenantId !== request.tenant.id) {
    throw invalidReference(`the tenant has no user, group or service principal ${ids.principalId}`);
  }
  checkRole(request, ids, principal);
  const assignment = addAppRoleAssignment(request.directory, { ...ids, principalType: principal.type });
  if (assignment === undefined) {
    throw new GraphError("permissionAssigned", {});
  }
  const [set, segment] = side.path.slice(1).split("/{key}/");
  const context = `${metadataUrl(request)}${set}('${subject.id}')/${segment}/$entity`;
  const shown = showItem(request, appRoleAssignmentType, assignment);
  return {
    kind: "json",
    status: 201,
    location: directoryObjectUrl(request, assignment.id, "AppRoleAssignment"),
    body: { "@odata.context": context, ...shown },
    reason: `${request.permission.replaceAll(" + ", " and ")} allowed it; tokens issued from now on contain the role`,
  };
}

type Ids = Pick<AppRoleAssignment, "principalId" | "resourceId" | "appRoleId">;

function readIds({ body: values }: GraphRequest): Ids {
  const read = (name: keyof Ids): string => String(values[name]).toLowerCase();
  return { principalId: read("principalId"), resourceId: read("resourceId"), appRoleId: read("appRoleId") };
}

function checkRole(request: GraphRequest, ids: Ids, principal: Principal): void {
  const resource = getServicePrincipal(request.directory, ids.resourceId);
  if (resource?.tenantId !== request.tenant.id) {
    throw invalidReference(`the tenant has no service principal ${ids.resourceId}`);
  }
  const reason = findUnassignableReason(resource, principal, ids.appRoleId);
  if (reason !== undefined) {
    throw invalidReference(reason);
  }
}

function resolveAssignment(request: GraphRequest, side: Side): AppRoleAssignment {
  const subject = side.find(request);
  const id = request.keys[1]?.value ?? "";
  const assignment = getAppRoleAssignment(request.directory, id);
  if (assignment?.[side.member] !== subject.id) {
    throw new GraphError("notFound", { id }, { reason: `${subject.displayName} has no such assignment` });
  }
  return assignment;
}
