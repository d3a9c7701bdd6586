import { isSameSecret } from "../../../core/secret.ts";
import { imds } from "./imds.ts";
import type { ManagedIdentitySource } from "./source.ts";

/**
 * Servers outside Azure that are managed by Azure Arc. @see
 * https://learn.microsoft.com/azure/azure-arc/servers/managed-identity-authentication
 */
export const azureArc: ManagedIdentitySource = {
  name: "azureArc",
  scheme: "http",
  path: "/metadata/identity/oauth2/token",
  apiVersions: ["2019-11-01", "2020-06-01"],
  // Entra: the agent ignores the name of an identity; clients compare the client id in the response.
  identityParameters: {},
  isSystemOnly: true,
  keyFolder: () =>
    process.platform === "win32"
      ? `${process.env["ProgramData"]}\\AzureConnectedMachineAgent\\Tokens\\`
      : "/var/opt/azcmagent/tokens/",
  environment: ({ url }) => ({
    IMDS_ENDPOINT: url,
    IDENTITY_ENDPOINT: `${url}/metadata/identity/oauth2/token`,
  }),
  isFromHost: (headers, { secret }) =>
    headers.get("metadata")?.toLowerCase() === "true" &&
    isSameSecret(headers.get("authorization") ?? "", `Basic ${secret}`),
  answer: imds.answer,
  refuse(context, refusal, host) {
    const response = imds.refuse(context, refusal, host);
    const isUnproven = refusal.kind === "refused" && refusal.reason === "noProof";
    // Entra: the path is not quoted; clients read everything after the equals sign.
    return isUnproven
      ? { ...response, status: 401, headers: { "www-authenticate": `Basic realm=${host.keyFile}` }, body: challenge }
      : response;
  },
};

const challenge = {
  error: "unauthorized_client",
  error_description: "The Metadata header, or the key in the Authorization header, is missing or wrong",
};
