import { readFileSync } from "node:fs";
import {
  ConfidentialClientApplication,
  clientCertificate,
  clientSecret,
  protectedApi,
  ServerError,
} from "@latchkey/client";
import { type DaemonParameters, type Outcome, runEach } from "./parameters.ts";

function credential(parameters: DaemonParameters) {
  if (parameters.secret !== undefined) {
    return clientSecret(parameters.secret);
  }
  const privateKey = readFileSync(parameters.private_key_file ?? "", "utf8");
  if (parameters.thumbprint !== undefined) {
    return clientCertificate({ privateKey, thumbprint: parameters.thumbprint });
  }
  return clientCertificate({ privateKey, certificate: readFileSync(parameters.certificate_file ?? "", "utf8") });
}

await runEach(async (parameters: DaemonParameters): Promise<Outcome> => {
  const { authority, client_id: clientId, scope: scopes, endpoint } = parameters;
  const sources: string[] = [];
  try {
    const app = new ConfidentialClientApplication({ authority, clientId, clientCredential: credential(parameters) });
    for (let calls = 0; calls < 2; calls++) {
      sources.push((await app.acquireTokenForClient({ scopes })).source);
    }
    const api = protectedApi(app, { baseUrl: new URL("/", endpoint).href, scopes });
    let users = 0;
    for await (const page of api.pages<unknown>(endpoint)) {
      users += page.length;
    }
    return { sources, status: 200, users };
  } catch (error) {
    if (!(error instanceof ServerError)) {
      return { error: (error as { code?: string }).code ?? String(error) };
    }
    if (sources.length > 0) {
      return { sources, status: error.status, error: error.error };
    }
    return { error: error.error, error_codes: error.aadsts === undefined ? undefined : [error.aadsts] };
  }
});
