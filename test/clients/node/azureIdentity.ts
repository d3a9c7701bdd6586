import { readFileSync } from "node:fs";
import { AuthenticationRequiredError, ClientCertificateCredential, ClientSecretCredential } from "@azure/identity";
import { type DaemonParameters, isMicrosoftAuthority, listUsers, type Outcome, runEach } from "./parameters.ts";

function createCredential(parameters: DaemonParameters): ClientSecretCredential | ClientCertificateCredential {
  const authority = new URL(parameters.authority);
  const tenant = authority.pathname.slice(1);
  // The platform's own host is not a known cloud: this is the documented opt-out from asking Microsoft about it.
  const options = isMicrosoftAuthority(parameters.authority)
    ? {}
    : { authorityHost: authority.origin, disableInstanceDiscovery: true };
  if (parameters.secret !== undefined) {
    return new ClientSecretCredential(tenant, parameters.client_id, parameters.secret, options);
  }
  const files = [parameters.private_key_file, parameters.certificate_file].map((path) =>
    readFileSync(path ?? "", "utf8"),
  );
  return new ClientCertificateCredential(tenant, parameters.client_id, { certificate: files.join("\n") }, options);
}

await runEach(async (parameters: DaemonParameters): Promise<Outcome> => {
  const credential = createCredential(parameters);
  try {
    const first = await credential.getToken(parameters.scope);
    const second = await credential.getToken(parameters.scope);
    const sources = ["network", first.token === second.token ? "cache" : "network"];
    return { sources, ...(await listUsers(parameters.endpoint, first.token)) };
  } catch (error) {
    // It wraps every refusal of the token service; the code is in the message.
    const code = /AADSTS(\d+)/.exec(String(error))?.[1];
    const name = error instanceof AuthenticationRequiredError ? error.name : (error as Error).name;
    return { error: name, ...(code === undefined ? {} : { error_codes: [Number(code)] }) };
  }
});
