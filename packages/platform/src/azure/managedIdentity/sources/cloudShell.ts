import { imds } from "./imds.ts";
import type { ManagedIdentitySource } from "./source.ts";

/** Of the APIs that the real shell gives tokens for, those that there are here. */
const audiences: readonly string[] = [
  "https://management.core.windows.net/",
  "https://management.azure.com/",
  "https://vault.azure.net",
  "https://graph.microsoft.com/",
  "https://storage.azure.com/",
  "https://database.windows.net",
];

/** The shell in Azure's portal: an endpoint like those of managed identities, for the user. @see https://learn.microsoft.com/azure/cloud-shell/msi-authorization */
export const cloudShell: ManagedIdentitySource = {
  name: "cloudShell",
  scheme: "http",
  path: "/oauth2/token",
  isForm: true,
  isOfUser: true,
  // Entra: the name of an identity is not looked at; MSAL Node and @azure/identity refuse to send one.
  identityParameters: {},
  environment: ({ url }) => ({ MSI_ENDPOINT: `${url}/oauth2/token` }),
  isProven: imds.isProven,
  refuseResource(resource) {
    if (audiences.some((audience) => withoutSlash(audience) === withoutSlash(resource))) {
      return undefined;
    }
    const message = `Audience ${resource} is not a supported MSI token audience.Supported audiences:${audiences.join(",")}`;
    return { status: 400, body: { error: { code: "AudienceNotSupported", message } } };
  },
  answer: imds.answer,
  // Entra: the form is that of AudienceNotSupported; the other codes and texts are not documented.
  refuse(context, refusal, host) {
    const { status, body } = imds.refuse(context, refusal, host);
    return { status, body: { error: { code: body["error"], message: body["error_description"] } } };
  },
};

function withoutSlash(name: string): string {
  return name.toLowerCase().replace(/\/$/, "");
}
