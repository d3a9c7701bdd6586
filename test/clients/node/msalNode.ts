import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { type AuthenticationResult, ConfidentialClientApplication, ServerError } from "@azure/msal-node";
import { type DaemonParameters, isMicrosoftAuthority, listUsers, type Outcome, runEach } from "./parameters.ts";

function credential(parameters: DaemonParameters) {
  if (parameters.secret !== undefined) {
    return { clientSecret: parameters.secret };
  }
  const privateKey = readFileSync(parameters.private_key_file ?? "", "utf8");
  if (parameters.thumbprint !== undefined) {
    return { clientCertificate: { privateKey, thumbprint: parameters.thumbprint } };
  }
  const certificate = new X509Certificate(readFileSync(parameters.certificate_file ?? ""));
  return { clientCertificate: { privateKey, thumbprintSha256: certificate.fingerprint256.replaceAll(":", "") } };
}

await runEach(async (parameters: DaemonParameters): Promise<Outcome> => {
  const app = new ConfidentialClientApplication({
    auth: {
      clientId: parameters.client_id,
      authority: parameters.authority,
      // The platform's own host is not a known cloud: this is the documented opt-out from asking Microsoft about it.
      ...(isMicrosoftAuthority(parameters.authority) ? {} : { knownAuthorities: [new URL(parameters.authority).host] }),
      ...credential(parameters),
    },
  });
  const request = { scopes: parameters.scope };
  try {
    const results = [
      await app.acquireTokenByClientCredential(request),
      await app.acquireTokenByClientCredential(request),
    ] as AuthenticationResult[];
    const sources = results.map(({ fromCache }) => (fromCache ? "cache" : "network"));
    return { sources, ...(await listUsers(parameters.endpoint, results[0]?.accessToken ?? "")) };
  } catch (error) {
    if (error instanceof ServerError) {
      return { error: error.errorCode, error_codes: [Number(error.errorNo)] };
    }
    return { error: (error as { errorCode?: string }).errorCode ?? String(error) };
  }
});
