import {
  createApplication,
  deleteApplication,
  updateApplication,
} from "../../directory/applications/applicationChanges.ts";
import { type Application, newApplicationDefaults } from "../../directory/applications/applicationProperties.ts";
import {
  type ApplicationOrder,
  countApplications,
  getApplication,
  listApplications,
} from "../../directory/applications/applications.ts";
import { isoInstant } from "../../directory/directory.ts";
import { addOwner } from "../../directory/directoryObjects/owners.ts";
import type { PageRequest } from "../../directory/paging.ts";
import { initialDomain } from "../../directory/tenants/tenants.ts";
import { requireProperties } from "../collection/bodyRules.ts";
import { answerCollection, answerCount, answerEntity } from "../collection/collection.ts";
import type { ItemSource } from "../collection/entityType.ts";
import { directoryObjectUrl, metadataUrl, showItem } from "../collection/responseBody.ts";
import {
  answerAddPassword,
  answerRemovePassword,
  applyKeyCredentials,
  applyPasswordCredentials,
  checkNoNewPasswords,
  readKeyCredentials,
} from "../credentials/credentials.ts";
import { permissions } from "../request/permissions/permissions.ts";
import type { GraphRequest, GraphResponse, GraphRoute } from "../request/route.ts";
import { readApplicationChanges } from "./applicationBody.ts";
import { checkIdentifierUris } from "./applicationRules.ts";
import { applicationType } from "./applicationType.ts";
import { resolveApplication, resolveWritableApplication } from "./resolveApplication.ts";

/** @see https://learn.microsoft.com/graph/api/resources/application */
export const applicationRoutes: readonly GraphRoute[] = [
  {
    method: "GET",
    path: "/applications",
    permissions: permissions["GET /applications"],
    cost: 2,
    handle: (request) => answerCollection(request, applicationType, applicationSource(request)),
  },
  { method: "POST", path: "/applications", permissions: permissions["POST /applications"], handle: addApplication },
  {
    method: "GET",
    path: "/applications/$count",
    permissions: permissions["GET /applications"],
    handle: (request) => answerCount(request, applicationType, applicationSource(request)),
  },
  {
    method: "GET",
    path: "/applications/{key}",
    permissions: permissions["GET /applications/{id}"],
    handle: (request) => answerEntity(request, applicationType, resolveApplication(request)),
  },
  {
    method: "PATCH",
    path: "/applications/{key}",
    permissions: permissions["PATCH /applications/{id}"],
    handle: changeApplication,
  },
  {
    method: "DELETE",
    path: "/applications/{key}",
    permissions: permissions["DELETE /applications/{id}"],
    handle(request) {
      const application = resolveWritableApplication(request);
      deleteApplication(request.directory, application.id);
      return { kind: "empty" };
    },
  },
  {
    method: "POST",
    path: "/applications/{key}/addPassword",
    permissions: permissions["POST /applications/{id}/addPassword"],
    bodyOptional: true,
    handle(request) {
      const application = resolveWritableApplication(request);
      return answerAddPassword(request, application.id, "application");
    },
  },
  {
    method: "POST",
    path: "/applications/{key}/removePassword",
    permissions: permissions["POST /applications/{id}/removePassword"],
    handle(request) {
      const application = resolveWritableApplication(request);
      return answerRemovePassword(request, application.id, "application");
    },
  },
];

function applicationSource({ directory, tenant }: GraphRequest): ItemSource<Application> {
  return {
    orders: ["displayName"],
    page: (page) => listApplications(directory, tenant.id, page as PageRequest<ApplicationOrder>),
    count: () => countApplications(directory, tenant.id),
  };
}

function addApplication(request: GraphRequest): GraphResponse {
  const { directory, tenant, body } = request;
  requireProperties(body, applicationType.resource, ["displayName"]);
  const { displayName = "", ...changes } = readApplicationChanges(body, newApplicationBase(body["signInAudience"]));
  checkNoNewPasswords(undefined, body["passwordCredentials"]);
  checkIdentifierUris(directory, tenant, changes.identifierUris ?? [], undefined);
  const keys = readKeyCredentials(directory, undefined, body["keyCredentials"]);
  const application = directory.database.transaction(() => {
    const base = newApplicationBase(changes.signInAudience);
    const publisherDomain = initialDomain(tenant);
    const added = createApplication(directory, {
      ...base,
      ...changes,
      displayName,
      publisherDomain,
      tenantId: tenant.id,
    });
    addOwner(directory, added.id, request.caller.objectId);
    applyKeyCredentials(directory, added, keys);
    return getApplication(directory, added.id) ?? added;
  });
  const shown = showItem(request, applicationType, application);
  return {
    kind: "json",
    status: 201,
    location: directoryObjectUrl(request, application.id, "Application"),
    body: {
      "@odata.context": `${metadataUrl(request)}applications/$entity`,
      ...shown,
      // Entra: the response to the POST has fractional seconds, later responses have whole seconds.
      createdDateTime: isoInstant(request.nowMs),
    },
  };
}

function changeApplication(request: GraphRequest): GraphResponse {
  const { directory, tenant, body } = request;
  const application = resolveWritableApplication(request);
  const changes = readApplicationChanges(body, application);
  const keys = readKeyCredentials(directory, application, body["keyCredentials"]);
  checkNoNewPasswords(application, body["passwordCredentials"]);
  checkIdentifierUris(directory, tenant, addedUris(application, changes.identifierUris), application);
  directory.database.transaction(() => {
    updateApplication(directory, application.id, changes);
    applyKeyCredentials(directory, application, keys);
    applyPasswordCredentials(directory, application, body["passwordCredentials"]);
  });
  return { kind: "empty" };
}

/** A new application for personal accounts starts with version 2 tokens, which those accounts require. */
function newApplicationBase(signInAudience: unknown): ReturnType<typeof newApplicationDefaults> {
  const base = newApplicationDefaults();
  return typeof signInAudience === "string" && signInAudience.includes("PersonalMicrosoftAccount")
    ? { ...base, api: { ...base.api, requestedAccessTokenVersion: 2 } }
    : base;
}

/** URIs that the application already has remain allowed, whatever the current rules are. */
function addedUris(application: Application, uris: readonly string[] = []): readonly string[] {
  return uris.filter((uri) => !application.identifierUris.includes(uri));
}
