import type { IdentityRefusal, ManagedIdentitySource } from "./source.ts";

/** The instance metadata service of virtual machines and of what runs on them. @see https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token */
export const imds: ManagedIdentitySource = {
  name: "imds",
  path: "/metadata/identity/oauth2/token",
  apiVersions: ["2018-02-01", "2019-08-15", "2021-02-01"],
  identityParameters: { client_id: "clientId", object_id: "objectId", msi_res_id: "resourceId" },
  environment: (url) => ({ AZURE_POD_IDENTITY_AUTHORITY_HOST: url }),
  isProven: (headers) => headers.get("metadata")?.toLowerCase() === "true",
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
  refuse(_, refusal) {
    if (refusal.kind === "tokenRefused") {
      const error = refusal.code === "500011" ? "invalid_resource" : refusal.error;
      return {
        status: 400,
        body: {
          error,
          error_description: `AADSTS${refusal.code}: ${refusal.text}`,
          error_codes: [Number(refusal.code)],
        },
      };
    }
    const status = refusal.kind === "refused" && refusal.reason === "wrongMethod" ? 405 : 400;
    return { status, body: { error: "invalid_request", error_description: text(refusal) } };
  },
};

function text(refusal: Exclude<IdentityRefusal, { readonly kind: "tokenRefused" }>): string {
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

const reasons = {
  wrongMethod: "Only GET is allowed",
  noProof: "Required metadata header not specified",
  badVersion: "The api-version is missing or not supported",
  noResource: "Required query variable 'resource' is missing",
};
