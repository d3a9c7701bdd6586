import type { Json } from "../directory/applicationProperties.ts";
import type { Directory } from "../directory/directory.ts";
import {
  type AppRoleAssignment,
  addAppRoleAssignment,
  getAppRoleAssignment,
  listAppRoleAssignedTo,
  listAppRoleAssignments,
  removeAppRoleAssignment,
} from "../directory/grants.ts";
import { isoInstant } from "../directory/isoInstant.ts";
import { findPrincipal, memberType, type Principal } from "../directory/principals.ts";
import { getServicePrincipal, type ServicePrincipal } from "../directory/servicePrincipals.ts";
import { defaultAccessAppRoleId } from "../directory/wellKnown.ts";
import { type BodyRules, isGuidText, refuseBody, refuseMissing } from "./bodyRules.ts";
import { answerCollection, answerEntity } from "./collection.ts";
import type { EntityType } from "./entityType.ts";
import { type Fault, fault, isFault } from "./faults.ts";
import { listSource } from "./listSource.ts";
import { permissions } from "./permissions.ts";
import { type Answer, directoryObjectUrl, type GraphRequest, type GraphRoute, metadataUrl } from "./route.ts";
import { keyedServicePrincipal } from "./servicePrincipals.ts";
import { showItem } from "./showItem.ts";

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

/** The two sides that an assignment is seen from: who has it, and the API it is for. */
interface Side {
  readonly segment: "appRoleAssignments" | "appRoleAssignedTo";
  readonly member: "principalId" | "resourceId";
  list(directory: Directory, id: string): readonly AppRoleAssignment[];
}

const sides: readonly Side[] = [
  { segment: "appRoleAssignments", member: "principalId", list: listAppRoleAssignments },
  { segment: "appRoleAssignedTo", member: "resourceId", list: listAppRoleAssignedTo },
];

export const appRoleAssignmentRoutes: readonly GraphRoute[] = sides.flatMap((side): readonly GraphRoute[] => {
  const path = `/servicePrincipals/{key}/${side.segment}`;
  const read = permissions[`GET /servicePrincipals/{id}/${side.segment}`];
  return [
    {
      method: "GET",
      path,
      permissions: read,
      cost: side.segment === "appRoleAssignments" ? 2 : 1,
      handle(request) {
        const servicePrincipal = keyedServicePrincipal(request);
        return isFault(servicePrincipal)
          ? servicePrincipal
          : answerCollection(
              request,
              appRoleAssignmentType,
              listSource(side.list(request.directory, servicePrincipal.id), appRoleAssignmentType),
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
      handle(request) {
        const assignment = keyedAssignment(request, side);
        return isFault(assignment) ? assignment : answerEntity(request, appRoleAssignmentType, assignment);
      },
    },
    {
      method: "DELETE",
      path: `${path}/{key}`,
      permissions: permissions["DELETE /servicePrincipals/{id}/appRoleAssignments/{id}"],
      handle(request) {
        const assignment = keyedAssignment(request, side);
        if (isFault(assignment)) {
          return assignment;
        }
        removeAppRoleAssignment(request.directory, assignment.id);
        return { kind: "empty" };
      },
    },
  ];
});

function assign(request: GraphRequest, side: Side): Answer {
  const servicePrincipal = keyedServicePrincipal(request);
  if (isFault(servicePrincipal)) {
    return servicePrincipal;
  }
  const refused =
    refuseMissing(request.body, appRoleAssignmentType.resource, ["principalId", "resourceId", "appRoleId"]) ??
    refuseBody(request.body, appRoleAssignmentType.resource, body);
  if (refused !== undefined) {
    return refused;
  }
  const ids = readIds(request);
  if (ids[side.member] !== servicePrincipal.id) {
    return invalid(`${side.member} is ${ids[side.member]}, but the path is that of ${servicePrincipal.id}`);
  }
  const principal = findPrincipal(request.directory, ids.principalId);
  if (principal?.tenantId !== request.tenant.id) {
    return invalid(`the tenant has no user, group or service principal ${ids.principalId}`);
  }
  const refusedRole = refuseRole(request, ids, principal);
  if (refusedRole !== undefined) {
    return refusedRole;
  }
  const assignment = addAppRoleAssignment(request.directory, { ...ids, principalType: principal.type });
  if (assignment === undefined) {
    return fault("permissionAssigned", {});
  }
  const context = `${metadataUrl(request)}servicePrincipals('${servicePrincipal.id}')/${side.segment}/$entity`;
  const shown = showItem(request, appRoleAssignmentType, assignment);
  return {
    kind: "json",
    status: 201,
    location: directoryObjectUrl(request, assignment.id, "AppRoleAssignment"),
    body: { "@odata.context": context, ...shown },
    why: `${request.permission.replaceAll(" + ", " and ")} allowed it; tokens issued from now on carry the role`,
  };
}

type Ids = Pick<AppRoleAssignment, "principalId" | "resourceId" | "appRoleId">;

function readIds({ body: given }: GraphRequest): Ids {
  const read = (name: keyof Ids): string => String(given[name]).toLowerCase();
  return { principalId: read("principalId"), resourceId: read("resourceId"), appRoleId: read("appRoleId") };
}

function refuseRole(request: GraphRequest, ids: Ids, principal: Principal): Fault | undefined {
  const resource = getServicePrincipal(request.directory, ids.resourceId);
  if (resource?.tenantId !== request.tenant.id) {
    return invalid(`the tenant has no service principal ${ids.resourceId}`);
  }
  if (!principal.isAssignable) {
    return invalid(`the group ${principal.displayName} has securityEnabled false: it cannot be assigned`);
  }
  if (ids.appRoleId === defaultAccessAppRoleId) {
    return undefined;
  }
  const kind = memberType(principal.type);
  const role = enabledRole(resource, ids.appRoleId);
  if (role === undefined) {
    return invalid(`${resource.displayName} has no enabled app role ${ids.appRoleId}`);
  }
  return role.allowedMemberTypes.includes(kind)
    ? undefined
    : invalid(`the app role ${role.value ?? role.id} is not for principals of the kind ${kind}`);
}

function enabledRole(resource: ServicePrincipal, id: string): ServicePrincipal["appRoles"][number] | undefined {
  return resource.appRoles.find((role) => role.id.toLowerCase() === id && role.isEnabled);
}

function invalid(why: string): Fault {
  return fault("invalidReference", {}, { why });
}

function keyedAssignment(request: GraphRequest, side: Side): AppRoleAssignment | Fault {
  const servicePrincipal = keyedServicePrincipal(request);
  if (isFault(servicePrincipal)) {
    return servicePrincipal;
  }
  const id = request.keys[1]?.value ?? "";
  const assignment = getAppRoleAssignment(request.directory, id);
  return assignment?.[side.member] === servicePrincipal.id
    ? assignment
    : fault("notFound", { id }, { why: `${servicePrincipal.displayName} has no such assignment` });
}
