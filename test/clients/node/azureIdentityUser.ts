import { readFileSync } from "node:fs";
import {
  InteractiveBrowserCredential,
  OnBehalfOfCredential,
  type TokenCredential,
  UsernamePasswordCredential,
} from "@azure/identity";
import { print, whoAmI } from "./parameters.ts";

/** A front end that users sign in to, and the API behind it that calls Graph on their behalf. */
interface Parameters {
  readonly tenantId: string;
  readonly clientId: string;
  readonly username: string;
  readonly password: string;
  readonly api: { readonly clientId: string; readonly secret: string; readonly certificatePath: string };
}

const { tenantId, clientId, username, password, api } = JSON.parse(
  readFileSync(process.argv[2] ?? "", "utf8"),
) as Parameters;
const byPassword = new UsernamePasswordCredential(tenantId, clientId, username, password);

// Otherwise it would wait forever for a sign-in that fails in the browser.
setTimeout(() => process.exit(1), 30_000).unref();

async function tokenOf(credential: TokenCredential, scope: string): Promise<string> {
  return (await credential.getToken(scope))?.token ?? "";
}

const graph = "https://graph.microsoft.com/User.Read";
const userAssertionToken = await tokenOf(byPassword, `api://${api.clientId}/access`);
const common = { tenantId, clientId: api.clientId, userAssertionToken };
const credentials: Readonly<Record<string, TokenCredential>> = {
  InteractiveBrowserCredential: new InteractiveBrowserCredential({ tenantId, clientId }),
  UsernamePasswordCredential: byPassword,
  "OnBehalfOfCredential by secret": new OnBehalfOfCredential({ ...common, clientSecret: api.secret }),
  "OnBehalfOfCredential by certificate": new OnBehalfOfCredential({ ...common, certificatePath: api.certificatePath }),
};
for (const [name, credential] of Object.entries(credentials)) {
  const token = await tokenOf(credential, graph);
  // The user is not asked again: the token is cached.
  print({ credential: name, user: await whoAmI(token), isCached: token === (await tokenOf(credential, graph)) });
}
