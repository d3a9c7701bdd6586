import { findApplicationByAppId } from "../../../directory/applications/applications.ts";
import {
  addFederatedCredential,
  type FederatedCredential,
  findFederatedCredentialProblem,
  listFederatedCredentials,
  removeFederatedCredential,
  updateFederatedCredential,
} from "../../../directory/credentials/federatedCredentials.ts";
import type { ManagedIdentity } from "../../../directory/managedIdentities/managedIdentities.ts";
import { ensureIdentityApplication } from "../../../directory/managedIdentities/managedIdentities.ts";
import { ArmError } from "../armError.ts";
import type { ResourceManagerRequest, ResourceManagerResponse, ResourceManagerRoute } from "../route.ts";
import { requireIdentity, userAssignedIdentity } from "./userAssignedIdentities.ts";

const type = "Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials";
const path = `${userAssignedIdentity.path}/federatedIdentityCredentials`;

/** @see https://learn.microsoft.com/rest/api/managedidentity/federated-identity-credentials/list */
export const identityCredentials: ResourceManagerRoute = {
  path,
  type,
  methods: {
    GET: (request) => {
      const identity = requireIdentity(request);
      const value = credentialsOf(request, identity).map((credential) => describe(identity, credential));
      return { status: 200, body: { value } };
    },
  },
};

/** @see https://learn.microsoft.com/rest/api/managedidentity/federated-identity-credentials/create-or-update */
export const identityCredential: ResourceManagerRoute = {
  path: `${path}/{credential}`,
  type,
  methods: {
    GET: (request) => {
      const identity = requireIdentity(request);
      const credential = find(request, identity);
      if (credential === undefined) {
        throw notFound(request);
      }
      return respond(identity, credential, 200);
    },
    PUT: put,
    DELETE: (request) => {
      const identity = requireIdentity(request);
      const credential = find(request, identity);
      if (credential === undefined) {
        return { status: 204 };
      }
      const { directory } = request.context;
      removeFederatedCredential(directory, ensureIdentityApplication(directory, identity).id, credential.name);
      return { status: 200 };
    },
  },
};

function put(request: ResourceManagerRequest): ResourceManagerResponse {
  const { directory } = request.context;
  const identity = requireIdentity(request);
  const current = find(request, identity);
  const values = readCredential(request, current);
  const { id } = ensureIdentityApplication(directory, identity);
  const problem = findFederatedCredentialProblem(directory, id, values, current?.id);
  if (problem !== undefined) {
    throw invalid(`The federated identity credential is invalid: ${problem.text}.`, problem.text);
  }
  if (current === undefined) {
    return respond(identity, addFederatedCredential(directory, id, values), 201);
  }
  updateFederatedCredential(directory, id, values);
  return respond(identity, { ...current, ...values }, 200);
}

type CredentialValues = Pick<FederatedCredential, "name" | "issuer" | "subject" | "audience">;

function readCredential(
  { body, parameter }: ResourceManagerRequest,
  current: FederatedCredential | undefined,
): CredentialValues {
  const { properties } = body;
  const fields: Readonly<Record<string, unknown>> =
    typeof properties === "object" && properties !== null ? { ...properties } : {};
  const { issuer, subject, audiences } = fields;
  if (typeof issuer !== "string" || typeof subject !== "string") {
    throw invalid("The properties issuer and subject are required.", "properties has no issuer or no subject");
  }
  const hasOneAudience = Array.isArray(audiences) && audiences.length === 1 && typeof audiences[0] === "string";
  if (!hasOneAudience) {
    throw invalid(
      "The property audiences is required, with exactly one audience.",
      "properties.audiences is not a list of one string",
    );
  }
  // Names are compared without case, and keep the case they were created with.
  const name = current?.name ?? parameter("credential");
  return { name, issuer, subject, audience: String(audiences[0]) };
}

function credentialsOf(
  { context }: ResourceManagerRequest,
  { clientId }: ManagedIdentity,
): readonly FederatedCredential[] {
  const application = findApplicationByAppId(context.directory, clientId);
  return application === undefined ? [] : listFederatedCredentials(context.directory, application.id);
}

function find(request: ResourceManagerRequest, identity: ManagedIdentity): FederatedCredential | undefined {
  const requestedName = request.parameter("credential").toLowerCase();
  return credentialsOf(request, identity).find(({ name }) => name.toLowerCase() === requestedName);
}

function respond(
  identity: ManagedIdentity,
  credential: FederatedCredential,
  status: 200 | 201,
): ResourceManagerResponse {
  return { status, body: describe(identity, credential) };
}

function describe({ resourceId }: ManagedIdentity, credential: FederatedCredential): object {
  const { name, issuer, subject, audience } = credential;
  const id = `${resourceId}/federatedIdentityCredentials/${name}`;
  return { id, name, type, properties: { issuer, subject, audiences: [audience] } };
}

function invalid(message: string, why: string): ArmError {
  return new ArmError(400, "BadRequest", message, why);
}

function notFound({ parameter }: ResourceManagerRequest): ArmError {
  const message = `The Resource '${type}/${parameter("identity")}/${parameter("credential")}' was not found.`;
  return new ArmError(404, "ResourceNotFound", message, "the identity has no such federated identity credential");
}
