import type { Application, Json } from "../../directory/applications/applicationProperties.ts";
import {
  addFederatedCredential,
  type FederatedCredential,
  findFederatedCredentialProblem,
  listFederatedCredentials,
  type NewFederatedCredential,
  removeFederatedCredential,
  updateFederatedCredential,
} from "../../directory/credentials/federatedCredentials.ts";
import { applicationPermissions } from "../applications/applicationPermissions.ts";
import { resolveApplication, resolveWritableApplication } from "../applications/resolveApplication.ts";
import { type BodyRules, checkBody, isAnything, isArrayOf, isText, isTextOrNull } from "../collection/bodyRules.ts";
import { answerCollection, answerEntity } from "../collection/collection.ts";
import type { EntityType, Property } from "../collection/entityType.ts";
import { listSource } from "../collection/listSource.ts";
import { metadataUrl, showItem } from "../collection/responseBody.ts";
import { GraphError } from "../request/graphErrors/graphError.ts";
import type { GraphRequest, GraphResponse, GraphRoute, JsonObject } from "../request/route.ts";

const resource = "FederatedIdentityCredential";
const text: Property = { type: "String", filter: ["eq", "startswith"] };
const names = ["id", "name", "issuer", "subject", "description", "audiences"];

/** @see https://learn.microsoft.com/graph/api/resources/federatedidentitycredential */
function credentialType(application: Application): EntityType<FederatedCredential> {
  return {
    name: "federatedIdentityCredential",
    resource,
    set: `applications('${application.id}')/federatedIdentityCredentials`,
    properties: {
      id: { type: "String" },
      name: text,
      issuer: text,
      subject: text,
      description: { type: "String" },
      audiences: { type: "Other" },
    },
    defaults: names,
    id: (credential) => credential.id,
    value: (credential, property): Json =>
      property === "audiences" ? [credential.audience] : (Reflect.get(credential, property) ?? null),
  };
}

const creatable: BodyRules = {
  audiences: isArrayOf(isText(600)),
  description: isTextOrNull(600),
  id: isAnything,
  issuer: isText(Number.POSITIVE_INFINITY),
  name: isText(Number.POSITIVE_INFINITY),
  subject: isText(Number.POSITIVE_INFINITY),
};

const path = "/applications/{key}/federatedIdentityCredentials";
const read = applicationPermissions["GET /applications/{id}/federatedIdentityCredentials"];
const write = applicationPermissions["POST /applications/{id}/federatedIdentityCredentials"];

export const federatedIdentityCredentialRoutes: readonly GraphRoute[] = [
  {
    method: "GET",
    path,
    permissions: read,
    handle(request) {
      const application = resolveApplication(request);
      const type = credentialType(application);
      return answerCollection(
        request,
        type,
        listSource(listFederatedCredentials(request.directory, application.id), type),
      );
    },
  },
  { method: "POST", path, permissions: write, handle: addCredential },
  {
    method: "GET",
    path: `${path}/{key}`,
    permissions: read,
    handle(request) {
      const application = resolveApplication(request);
      const credential = resolveCredential(request, application);
      return answerEntity(request, credentialType(application), credential);
    },
  },
  { method: "PATCH", path: `${path}/{key}`, permissions: write, handle: changeCredential },
  {
    method: "DELETE",
    path: `${path}/{key}`,
    permissions: write,
    handle(request) {
      const application = resolveWritableApplication(request);
      const credential = resolveCredential(request, application);
      removeFederatedCredential(request.directory, application.id, credential.name);
      return { kind: "empty" };
    },
  },
];

function addCredential(request: GraphRequest): GraphResponse {
  const application = resolveWritableApplication(request);
  checkBody(request.body, resource, creatable);
  const requested = readCredential(request.body, undefined);
  checkCredential(request, application, requested, undefined);
  const added = addFederatedCredential(request.directory, application.id, requested);
  const type = credentialType(application);
  return {
    kind: "json",
    status: 201,
    location: `${request.origin}/v2/${request.tenant.id}/federatedIdentityCredentials/${added.id}`,
    body: { "@odata.context": `${metadataUrl(request)}${type.set}/$entity`, ...showItem(request, type, added) },
  };
}

function changeCredential(request: GraphRequest): GraphResponse {
  const application = resolveWritableApplication(request);
  const credential = resolveCredential(request, application);
  checkBody(request.body, resource, { ...creatable, name: (name) => name === credential.name });
  const requested = readCredential(request.body, credential);
  checkCredential(request, application, requested, credential);
  updateFederatedCredential(request.directory, application.id, requested);
  return { kind: "empty" };
}

/** Returns the complete credential after the change: what the request omits keeps its value. */
function readCredential(body: JsonObject, before: FederatedCredential | undefined): NewFederatedCredential {
  const member = (name: "name" | "issuer" | "subject"): string => String(body[name] ?? before?.[name] ?? "");
  const audiences = (body["audiences"] ?? (before ? [before.audience] : [])) as readonly string[];
  const [audience] = audiences;
  if (audiences.length !== 1 || audience === undefined) {
    throw new GraphError("oneAudience", {});
  }
  const description = "description" in body ? (body["description"] as string | null) : before?.description;
  return { name: member("name"), issuer: member("issuer"), subject: member("subject"), audience, description };
}

function checkCredential(
  { directory }: GraphRequest,
  application: Application,
  requested: NewFederatedCredential,
  before: FederatedCredential | undefined,
): void {
  const problem = findFederatedCredentialProblem(directory, application.id, requested, before?.id);
  switch (problem?.kind) {
    case undefined:
      return;
    case "empty":
      throw new GraphError("emptyProperties", {}, { reason: problem.text });
    case "nameTaken":
      throw new GraphError("federatedNameTaken", { name: requested.name });
    case "subjectTaken":
      throw new GraphError("federatedSubjectTaken", {});
    case "tooMany":
      throw new GraphError("federatedTooMany", {}, { reason: problem.text });
    case "invalid":
      throw new GraphError("invalidValue", { property: problem.property, resource }, { reason: problem.text });
  }
}

/**
 * Finds the credential by id or by name: `/federatedIdentityCredentials/{id or name}`,
 * `/federatedIdentityCredentials(name='{name}')`.
 */
function resolveCredential({ directory, keys }: GraphRequest, application: Application): FederatedCredential {
  const id = keys[1]?.value ?? "";
  const credential = listFederatedCredentials(directory, application.id).find(
    (candidate) => candidate.id === id.toLowerCase() || candidate.name === id,
  );
  if (credential === undefined) {
    const reason = `${application.displayName} has no federated identity credential ${id}`;
    throw new GraphError("notFound", { id }, { reason });
  }
  return credential;
}
