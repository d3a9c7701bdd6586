import { findApplicationByAppId } from "../../directory/applications/applications.ts";
import { isoInstant } from "../../directory/directory.ts";
import { addOwner, isOwner } from "../../directory/directoryObjects/owners.ts";
import type { PageRequest } from "../../directory/paging.ts";
import {
  countServicePrincipals,
  createServicePrincipalFor,
  deleteServicePrincipal,
  findServicePrincipalByAppId,
  listServicePrincipals,
  type ServicePrincipal,
  type ServicePrincipalOrder,
  updateServicePrincipal,
} from "../../directory/servicePrincipals/servicePrincipals.ts";
import {
  type BodyRules,
  checkBody,
  isArray,
  isArrayOf,
  isBoolean,
  isGuidText,
  isText,
  isTextOrNull,
  requireProperties,
} from "../collection/bodyRules.ts";
import { answerCollection, answerCount, answerEntity } from "../collection/collection.ts";
import type { ItemSource } from "../collection/entityType.ts";
import { directoryObjectUrl, metadataUrl, showItem } from "../collection/responseBody.ts";
import { answerAddPassword, answerRemovePassword } from "../credentials/credentials.ts";
import { GraphError } from "../request/graphErrors/graphError.ts";
import { permissions } from "../request/permissions/permissions.ts";
import type { GraphRequest, GraphResponse, GraphRoute } from "../request/route.ts";
import { resolveServicePrincipal, resolveWritableServicePrincipal } from "./resolveServicePrincipal.ts";
import { servicePrincipalType } from "./servicePrincipalType.ts";

const isUrlOrNull = isTextOrNull(2048);

const updatable: BodyRules = {
  accountEnabled: isBoolean,
  appRoleAssignmentRequired: isBoolean,
  description: isTextOrNull(1024),
  displayName: isText(256, 1),
  homepage: isUrlOrNull,
  loginUrl: isUrlOrNull,
  logoutUrl: isUrlOrNull,
  notes: isTextOrNull(1024),
  notificationEmailAddresses: isArrayOf(isText(256), 5),
  preferredSingleSignOnMode: isTextOrNull(32),
  replyUrls: isArrayOf(isText(2048)),
  tags: isArrayOf(isText(256)),
  ...Object.fromEntries(
    [
      "id",
      "appId",
      "appDisplayName",
      "appDescription",
      "appOwnerOrganizationId",
      "applicationTemplateId",
      "createdDateTime",
      "deletedDateTime",
      "disabledByMicrosoftStatus",
      "servicePrincipalType",
      "signInAudience",
      "verifiedPublisher",
    ].map((name) => [name, "readOnly" as const]),
  ),
};
const creatable: BodyRules = {
  ...updatable,
  appId: isGuidText,
  keyCredentials: isEmptyArray,
  passwordCredentials: isEmptyArray,
};

/** @see https://learn.microsoft.com/graph/api/resources/serviceprincipal */
export const servicePrincipalRoutes: readonly GraphRoute[] = [
  {
    method: "GET",
    path: "/servicePrincipals",
    permissions: permissions["GET /servicePrincipals"],
    handle: (request) => answerCollection(request, servicePrincipalType, servicePrincipalSource(request)),
  },
  {
    method: "POST",
    path: "/servicePrincipals",
    permissions: permissions["POST /servicePrincipals"],
    handle: addServicePrincipal,
  },
  {
    method: "GET",
    path: "/servicePrincipals/$count",
    permissions: permissions["GET /servicePrincipals"],
    handle: (request) => answerCount(request, servicePrincipalType, servicePrincipalSource(request)),
  },
  {
    method: "GET",
    path: "/servicePrincipals/{key}",
    permissions: permissions["GET /servicePrincipals/{id}"],
    handle: (request) => answerEntity(request, servicePrincipalType, resolveServicePrincipal(request)),
  },
  {
    method: "PATCH",
    path: "/servicePrincipals/{key}",
    permissions: permissions["PATCH /servicePrincipals/{id}"],
    handle(request) {
      const servicePrincipal = resolveWritableServicePrincipal(request);
      checkBody(request.body, servicePrincipalType.resource, updatable);
      updateServicePrincipal(request.directory, servicePrincipal.id, readChanges(request));
      return { kind: "empty" };
    },
  },
  {
    method: "DELETE",
    path: "/servicePrincipals/{key}",
    permissions: permissions["DELETE /servicePrincipals/{id}"],
    handle(request) {
      const servicePrincipal = resolveWritableServicePrincipal(request);
      deleteServicePrincipal(request.directory, servicePrincipal.id);
      return { kind: "empty" };
    },
  },
  {
    method: "POST",
    path: "/servicePrincipals/{key}/addPassword",
    permissions: permissions["POST /applications/{id}/addPassword"],
    bodyOptional: true,
    handle(request) {
      const servicePrincipal = resolveWritableServicePrincipal(request);
      return answerAddPassword(request, servicePrincipal.id, "servicePrincipal");
    },
  },
  {
    method: "POST",
    path: "/servicePrincipals/{key}/removePassword",
    permissions: permissions["POST /applications/{id}/removePassword"],
    handle(request) {
      const servicePrincipal = resolveWritableServicePrincipal(request);
      return answerRemovePassword(request, servicePrincipal.id, "servicePrincipal");
    },
  },
];

function servicePrincipalSource({ directory, tenant }: GraphRequest): ItemSource<ServicePrincipal> {
  return {
    orders: ["displayName"],
    page: (page) => listServicePrincipals(directory, tenant.id, page as PageRequest<ServicePrincipalOrder>),
    count: () => countServicePrincipals(directory, tenant.id),
  };
}

function addServicePrincipal(request: GraphRequest): GraphResponse {
  const { directory, tenant, body, caller, permission } = request;
  requireProperties(body, servicePrincipalType.resource, ["appId"]);
  checkBody(body, servicePrincipalType.resource, creatable);
  const appId = String(body["appId"]).toLowerCase();
  const application = findApplicationByAppId(directory, appId);
  const isLocal = application?.tenantId === tenant.id;
  if (application === undefined || (!isLocal && application.signInAudience === "AzureADMyOrg")) {
    const reason = `no application available to this tenant has the client id ${appId}`;
    const details = [{ code: "NoBackingApplicationObject", target: "appId" }];
    throw new GraphError("noBackingApplication", { appId }, { reason, details });
  }
  if (
    permission === "Application.ReadWrite.OwnedBy" &&
    !(isLocal && isOwner(directory, application.id, caller.objectId))
  ) {
    throw new GraphError(
      "backingApplicationNotLocal",
      {},
      { reason: `${caller.objectId} does not own the application ${appId}` },
    );
  }
  if (findServicePrincipalByAppId(directory, tenant.id, appId) !== undefined) {
    throw new GraphError("servicePrincipalExists", { appId });
  }
  const servicePrincipal = directory.database.transaction(() => {
    const added = createServicePrincipalFor(directory, tenant.id, application);
    addOwner(directory, added.id, caller.objectId);
    return updateServicePrincipal(directory, added.id, readChanges(request)) ?? added;
  });
  const shown = showItem(request, servicePrincipalType, servicePrincipal);
  return {
    kind: "json",
    status: 201,
    location: directoryObjectUrl(request, servicePrincipal.id, "ServicePrincipal"),
    body: {
      "@odata.context": `${metadataUrl(request)}servicePrincipals/$entity`,
      ...shown,
      createdDateTime: isoInstant(request.nowMs),
    },
  };
}

function readChanges({ body }: GraphRequest): Partial<ServicePrincipal> {
  const { appId: _, keyCredentials: _keys, passwordCredentials: _passwords, ...rest } = body;
  return Object.fromEntries(Object.entries(rest).filter(([name]) => !name.includes("@")));
}

function isEmptyArray(value: Parameters<typeof isArray>[0]): boolean {
  return isArray(value) && value.length === 0;
}
