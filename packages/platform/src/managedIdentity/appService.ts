import { randomGuid } from "../random.ts";
import { showsSecret } from "./secretHeader.ts";
import type { IdentityRefusal, ManagedIdentitySource } from "./source.ts";

/** App Service, Functions, Container Apps. @see https://learn.microsoft.com/azure/app-service/overview-managed-identity */
export const appService: ManagedIdentitySource = {
  name: "appService",
  path: "/MSI/token",
  apiVersions: ["2019-08-01"],
  identityParameters: {
    client_id: "clientId",
    principal_id: "objectId",
    object_id: "objectId",
    mi_res_id: "resourceId",
  },
  environment: ({ url, secret }) => ({ IDENTITY_ENDPOINT: `${url}/MSI/token`, IDENTITY_HEADER: secret }),
  isProven: (headers, { secret }) => showsSecret(headers.get("x-identity-header"), secret),
  answer: (token) => ({
    access_token: token.accessToken,
    expires_on: String(token.expiresSeconds),
    resource: token.resource,
    token_type: "Bearer",
    client_id: token.clientId.toUpperCase(),
  }),
  refuse({ random }, refusal) {
    const statusCode = statusOf(refusal);
    return { status: statusCode, body: { statusCode, message: message(refusal), correlationId: randomGuid(random) } };
  },
};

function statusOf(refusal: IdentityRefusal): number {
  if (refusal.kind === "tokenRefused") {
    return 500;
  }
  const reason = refusal.kind === "refused" ? refusal.reason : undefined;
  return reason === "noProof" ? 401 : reason === "wrongMethod" ? 405 : 400;
}

function message(refusal: IdentityRefusal): string {
  switch (refusal.kind) {
    case "tokenRefused":
      return "An unexpected error occured while fetching the AAD Token.";
    case "notFound":
      return "No User Assigned or Delegated Managed Identity found for specified ClientId/ResourceId/PrincipalId.";
    case "ambiguous":
    case "severalNamed":
      return "Unable to load the proper Managed Identity.";
    case "refused":
      return reasons[refusal.reason];
  }
}

const reasons = {
  wrongMethod: "Only GET is allowed.",
  noProof: "The X-IDENTITY-HEADER header is missing or wrong.",
  badVersion: "The api-version is missing or not supported.",
  noResource: "The resource parameter is missing.",
};
