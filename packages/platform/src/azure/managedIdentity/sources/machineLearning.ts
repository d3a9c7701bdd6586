import { isSameSecret } from "../../../core/secret.ts";
import { appService } from "./appService.ts";
import { refuseLikeAppService } from "./appServiceErrors.ts";
import type { ManagedIdentitySource } from "./source.ts";

/** Compute of Azure Machine Learning, which has the first form of App Service's endpoint. @see https://learn.microsoft.com/azure/machine-learning/how-to-identity-based-service-authentication */
export const machineLearning: ManagedIdentitySource = {
  name: "machineLearning",
  scheme: "http",
  path: "/MSI/auth",
  apiVersions: ["2017-09-01"],
  identityParameters: { clientid: "clientId" },
  // Clients name the host's own identity, too: by the last variable.
  environment: ({ url, secret, identity }) => ({
    MSI_ENDPOINT: `${url}/MSI/auth`,
    MSI_SECRET: secret,
    ...(identity === undefined ? {} : { DEFAULT_IDENTITY_CLIENT_ID: identity }),
  }),
  isProven: (headers, { secret }) => isSameSecret(headers.get("secret") ?? "", secret),
  // Entra: App Service writes a date in this version. Clients read the seconds since 1970 from a compute.
  answer: appService.answer,
  // Entra: the form is not documented; this one is what clients read a message from.
  refuse: refuseLikeAppService("secret"),
};
