import { imds } from "./imds.ts";
import type { ManagedIdentitySource } from "./source.ts";

/** The APIs for which the real shell issues tokens, as far as the platform has them. */
const audiences: readonly string[] = [
  "https://management.core.windows.net/",
  "https://management.azure.com/",
  "https://vault.azure.net",
  "https://graph.microsoft.com/",
  "https://storage.azure.com/",
  "https://database.windows.net",
];

/**
 * The shell in the Azure portal: an endpoint like that of managed identities, but for users. @see
 * https://learn.microsoft.com/azure/cloud-shell/msi-authorization
 */
export const cloudShell: ManagedIdentitySource = {
  name: "cloudShell",
  scheme: "http",
  path: "/oauth2/token",
  usesForm: true,
  issuesUserTokens: true,
  // Entra: the name of an identity is ignored; MSAL Node and @azure/identity refuse to send one.
  identityParameters: {},
  environment: ({ url }) => ({ MSI_ENDPOINT: `${url}/oauth2/token` }),
  isFromHost: imds.isFromHost,
  refuseResource(resource) {
    if (audiences.some((audience) => withoutSlash(audience) === withoutSlash(resource))) {
      return undefined;
    }
    const message = `Audience ${resource} is not a supported MSI token audience.Supported audiences:${audiences.join(",")}`;
    return { status: 400, body: { error: { code: "AudienceNotSupported", message } } };
  },
  answer: imds.answer,
  // Entra: the shape is that of AudienceNotSupported; the other codes and texts are not documented.
  refuse(context, refusal, host) {
    const { status, body } = imds.refuse(context, refusal, host);
    return { status, body: { error: { code: body["error"], message: body["error_description"] } } };
  },
};

function withoutSlash(name: string): string {
  return name.toLowerCase().replace(/\/$/, "");
}
