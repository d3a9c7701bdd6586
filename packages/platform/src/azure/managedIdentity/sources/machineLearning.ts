import { isSameSecret } from "../../../core/secret.ts";
import { appService } from "./appService.ts";
import { refuseLikeAppService } from "./appServiceErrors.ts";
import type { ManagedIdentitySource } from "./source.ts";

/**
 * Azure Machine Learning compute, which uses the first version of App Service's endpoint. @see
 * https://learn.microsoft.com/azure/machine-learning/how-to-identity-based-service-authentication
 */
export const machineLearning: ManagedIdentitySource = {
  name: "machineLearning",
  scheme: "http",
  path: "/MSI/auth",
  apiVersions: ["2017-09-01"],
  identityParameters: { clientid: "clientId" },
  // Clients name even the host's own identity; they read it from the last variable.
  environment: ({ url, secret, identity }) => ({
    MSI_ENDPOINT: `${url}/MSI/auth`,
    MSI_SECRET: secret,
    ...(identity === undefined ? {} : { DEFAULT_IDENTITY_CLIENT_ID: identity }),
  }),
  isFromHost: (headers, { secret }) => isSameSecret(headers.get("secret") ?? "", secret),
  // Entra: App Service writes a date in this version, but from a compute clients read seconds since 1970.
  answer: appService.answer,
  // Entra: the shape is not documented; clients can read a message from this one.
  refuse: refuseLikeAppService("secret"),
};
