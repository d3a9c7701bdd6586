import { findApplicationByAppId } from "../../../directory/applications/applications.ts";
import {
  addFederatedCredential,
  type FederatedCredential,
  federatedCredentialProblem,
  listFederatedCredentials,
  removeFederatedCredential,
  updateFederatedCredential,
} from "../../../directory/credentials/federatedCredentials.ts";
import { applicationOfIdentity } from "../../../directory/managedIdentities/identityApplication.ts";
import type { ManagedIdentity } from "../../../directory/managedIdentities/managedIdentities.ts";
import { fault, type ResourceManagerFault } from "../fault.ts";
import type { ResourceManagerOutcome, ResourceManagerRequest, ResourceManagerRoute } from "../route.ts";
import { findIdentity, identityNotFound, userAssignedIdentity } from "./userAssignedIdentities.ts";

const type = "Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials";
const path = `${userAssignedIdentity.path}/federatedIdentityCredentials`;

/** @see https://learn.microsoft.com/rest/api/managedidentity/federated-identity-credentials/list */
export const identityCredentials: ResourceManagerRoute = {
  path,
  type,
  methods: {
    GET: (request) =>
      withIdentity(request, (identity) => ({
        kind: "answer",
        status: 200,
        body: { value: credentialsOf(request, identity).map((credential) => describe(identity, credential)) },
      })),
  },
};

/** @see https://learn.microsoft.com/rest/api/managedidentity/federated-identity-credentials/create-or-update */
export const identityCredential: ResourceManagerRoute = {
  path: `${path}/{credential}`,
  type,
  methods: {
    GET: (request) =>
      withIdentity(request, (identity) => {
        const credential = find(request, identity);
        return credential === undefined ? notFound(request) : answer(identity, credential, 200);
      }),
    PUT: (request) => withIdentity(request, (identity) => put(request, identity)),
    DELETE: (request) =>
      withIdentity(request, (identity) => {
        const credential = find(request, identity);
        if (credential === undefined) {
          return { kind: "answer", status: 204 };
        }
        const { directory } = request.context;
        removeFederatedCredential(directory, applicationOfIdentity(directory, identity).id, credential.name);
        return { kind: "answer", status: 200 };
      }),
  },
};

function withIdentity(
  request: ResourceManagerRequest,
  handle: (identity: ManagedIdentity) => ResourceManagerOutcome,
): ResourceManagerOutcome {
  const identity = findIdentity(request);
  return identity === undefined ? identityNotFound(request) : handle(identity);
}

function put(request: ResourceManagerRequest, identity: ManagedIdentity): ResourceManagerOutcome {
  const { directory } = request.context;
  const current = find(request, identity);
  const wanted = readCredential(request, current);
  if ("kind" in wanted) {
    return wanted;
  }
  const { id } = applicationOfIdentity(directory, identity);
  const problem = federatedCredentialProblem(directory, id, wanted, current?.id);
  if (problem !== undefined) {
    return invalid(`The federated identity credential is invalid: ${problem.text}.`, problem.text);
  }
  if (current === undefined) {
    return answer(identity, addFederatedCredential(directory, id, wanted), 201);
  }
  updateFederatedCredential(directory, id, wanted);
  return answer(identity, { ...current, ...wanted }, 200);
}

type Wanted = Pick<FederatedCredential, "name" | "issuer" | "subject" | "audience">;

function readCredential(
  { body, parameter }: ResourceManagerRequest,
  current: FederatedCredential | undefined,
): Wanted | ResourceManagerFault {
  const { properties } = body;
  const given: Readonly<Record<string, unknown>> =
    typeof properties === "object" && properties !== null ? { ...properties } : {};
  const { issuer, subject, audiences } = given;
  if (typeof issuer !== "string" || typeof subject !== "string") {
    return invalid("The properties issuer and subject are required.", "properties has no issuer or no subject");
  }
  const isOne = Array.isArray(audiences) && audiences.length === 1 && typeof audiences[0] === "string";
  if (!isOne) {
    return invalid("The property audiences is required, with one audience.", "properties.audiences is no list of one");
  }
  // Names are found whatever their letter case, and keep the one that they were made with.
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
  const wanted = request.parameter("credential").toLowerCase();
  return credentialsOf(request, identity).find(({ name }) => name.toLowerCase() === wanted);
}

function answer(identity: ManagedIdentity, credential: FederatedCredential, status: 200 | 201): ResourceManagerOutcome {
  return { kind: "answer", status, body: describe(identity, credential) };
}

function describe({ resourceId }: ManagedIdentity, credential: FederatedCredential): object {
  const { name, issuer, subject, audience } = credential;
  const id = `${resourceId}/federatedIdentityCredentials/${name}`;
  return { id, name, type, properties: { issuer, subject, audiences: [audience] } };
}

function invalid(message: string, why: string): ResourceManagerFault {
  return fault(400, "BadRequest", message, why);
}

function notFound({ parameter }: ResourceManagerRequest): ResourceManagerFault {
  const message = `The Resource '${type}/${parameter("identity")}/${parameter("credential")}' was not found.`;
  return fault(404, "ResourceNotFound", message, "the identity has no such federated identity credential");
}
