import type { Refusal } from "../../../aadsts/aadsts.ts";
import { errorBody } from "../../../aadsts/stsErrors.ts";
import { randomGuid } from "../../../core/random.ts";
import type { AzureContext } from "../../context.ts";
import type { IdentityRefusal, ManagedIdentitySource } from "./source.ts";

/**
 * The instance metadata service of virtual machines and of services that run on them. @see
 * https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token
 */
export const imds: ManagedIdentitySource = {
  name: "imds",
  scheme: "http",
  path: "/metadata/identity/oauth2/token",
  address: "169.254.169.254",
  apiVersions: ["2018-02-01", "2019-08-15", "2021-02-01"],
  identityParameters: { client_id: "clientId", object_id: "objectId", msi_res_id: "resourceId" },
  headers: { server: "IMDS/150.870.65.1015" },
  environment: ({ url }) => ({ AZURE_POD_IDENTITY_AUTHORITY_HOST: url }),
  isFromHost: (headers) => headers.get("metadata")?.toLowerCase() === "true",
  // Entra: every value is a string, and there is no refresh token.
  answer: (token) => ({
    access_token: token.accessToken,
    client_id: token.clientId,
    expires_in: String(token.expiresInSeconds),
    expires_on: String(token.expiresSeconds),
    ext_expires_in: String(token.expiresInSeconds - 1),
    not_before: String(token.notBeforeSeconds),
    resource: token.resource,
    token_type: "Bearer",
  }),
  refuse(context, refusal) {
    if (refusal.kind === "tokenRefused") {
      return { status: 400, body: tokenServiceError(context, refusal.refusal) };
    }
    if (refusal.kind === "unavailable") {
      return { status: refusal.status, body: unavailable[refusal.status] ?? unknown };
    }
    const status = refusal.kind === "refused" && refusal.reason === "wrongMethod" ? 405 : 400;
    return { status, body: { error: "invalid_request", error_description: describeRefusal(refusal) } };
  },
};

/** The token service's error, as the host passes it on. */
function tokenServiceError(context: AzureContext, refusal: Refusal): Readonly<Record<string, unknown>> {
  const { url, clock, random } = context;
  const exchange = { base: url, traceId: randomGuid(random), correlationId: randomGuid(random), nowMs: clock.now() };
  const error = refusal.code === 500011 ? "invalid_resource" : refusal.error;
  return { ...errorBody(context, exchange, refusal), error };
}

function describeRefusal(refusal: Exclude<IdentityRefusal, { readonly kind: "tokenRefused" | "unavailable" }>): string {
  switch (refusal.kind) {
    case "notFound":
      return "Identity not found";
    case "ambiguous":
      return "Multiple user assigned identities exist, please specify the clientId / resourceId of the identity in the token request";
    case "severalNamed":
      return "Only one of client_id, object_id and msi_res_id may be specified";
    case "refused":
      return reasons[refusal.reason];
  }
}

/** Entra: the statuses and the 500's `unknown` are documented; the other texts are not. */
const unavailable: Readonly<Record<number, { readonly error: string; readonly error_description: string }>> = {
  404: { error: "not_found", error_description: "The endpoint is being updated" },
  410: { error: "gone", error_description: "The endpoint is being updated, and is back within 70 seconds" },
  429: { error: "too_many_requests", error_description: "The host has asked for too many tokens" },
};
const unknown = { error: "unknown", error_description: "The token could not be retrieved from Microsoft Entra ID" };

const reasons = {
  wrongMethod: "The method is not allowed",
  noProof: "Required metadata header not specified",
  badVersion: "The api-version is missing or not supported",
  noResource: "Required query variable 'resource' is missing",
};
