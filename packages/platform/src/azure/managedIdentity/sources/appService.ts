import { isSameSecret } from "../../../core/secret.ts";
import { refuseLikeAppService } from "./appServiceErrors.ts";
import type { ManagedIdentitySource } from "./source.ts";

/** App Service, Functions, Container Apps. @see https://learn.microsoft.com/azure/app-service/overview-managed-identity */
export const appService: ManagedIdentitySource = {
  name: "appService",
  scheme: "http",
  path: "/MSI/token",
  apiVersions: ["2019-08-01"],
  identityParameters: {
    client_id: "clientId",
    principal_id: "objectId",
    object_id: "objectId",
    mi_res_id: "resourceId",
  },
  environment: ({ url, secret }) => ({ IDENTITY_ENDPOINT: `${url}/MSI/token`, IDENTITY_HEADER: secret }),
  isFromHost: (headers, { secret }) => isSameSecret(headers.get("x-identity-header") ?? "", secret),
  answer: (token) => ({
    access_token: token.accessToken,
    expires_on: String(token.expiresSeconds),
    resource: token.resource,
    token_type: "Bearer",
    client_id: token.clientId.toUpperCase(),
  }),
  refuse: refuseLikeAppService("X-IDENTITY-HEADER"),
};
