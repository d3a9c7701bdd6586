import { randomGuid } from "../../../core/random.ts";
import { isSameSecret } from "../../../core/secret.ts";
import type { IdentityRefusal, ManagedIdentitySource } from "./source.ts";

const version = "2019-07-01-preview";

/**
 * Service Fabric applications. @see
 * https://learn.microsoft.com/azure/service-fabric/how-to-managed-identity-service-fabric-app-code
 */
export const serviceFabric: ManagedIdentitySource = {
  name: "serviceFabric",
  scheme: "https",
  path: "/metadata/identity/oauth2/token",
  apiVersions: [version],
  // Entra: the application's manifest sets its identity; one named in a request is ignored.
  identityParameters: {},
  environment: ({ url, secret, thumbprint }) => ({
    IDENTITY_ENDPOINT: `${url}/metadata/identity/oauth2/token`,
    IDENTITY_HEADER: secret,
    IDENTITY_SERVER_THUMBPRINT: thumbprint,
    IDENTITY_API_VERSION: version,
  }),
  isFromHost: (headers, { secret }) => isSameSecret(headers.get("secret") ?? "", secret),
  answer: (token) => ({
    token_type: "Bearer",
    access_token: token.accessToken,
    expires_on: token.expiresSeconds,
    resource: token.resource,
  }),
  refuse({ random }, refusal) {
    const { status, code, message } = describe(refusal);
    return { status, body: { error: { correlationId: randomGuid(random), code, message } } };
  },
};

interface ServiceFabricError {
  readonly status: number;
  readonly code: string;
  readonly message: string;
}

function describe(refusal: IdentityRefusal): ServiceFabricError {
  if (refusal.kind === "unavailable" && refusal.status === 429) {
    return { status: 429, code: "TooManyRequests", message: "Too many requests." };
  }
  if (refusal.kind === "tokenRefused" || refusal.kind === "unavailable") {
    const status = refusal.kind === "unavailable" ? refusal.status : 500;
    return { status, code: "InternalServerError", message: "An error occurred." };
  }
  if (refusal.kind !== "refused") {
    const message = "Managed identity not found for the specified application host.";
    return { status: 404, code: "ManagedIdentityNotFound", message };
  }
  if (refusal.reason === "badVersion") {
    const message = `The api-version '${refusal.version}' is not supported. Supported version is '${version}'.`;
    return { status: 400, code: "InvalidApiVersion", message };
  }
  return reasons[refusal.reason];
}

const reasons = {
  wrongMethod: { status: 405, code: "MethodNotAllowed", message: "Only GET is allowed." },
  noProof: { status: 400, code: "SecretHeaderNotFound", message: "Secret is not found in the request headers." },
  noResource: {
    status: 400,
    code: "ArgumentNullOrEmpty",
    message: "The parameter 'resource' should not be null or empty string.",
  },
};
