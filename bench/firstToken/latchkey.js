// A new process until its first token, with the published client.
import { ConfidentialClientApplication, clientSecret } from "@latchkey/client";

const { AUTHORITY: authority, CLIENT_ID: clientId = "", CLIENT_SECRET: secret = "" } = process.env;
const app = new ConfidentialClientApplication({ clientId, authority, clientCredential: clientSecret(secret) });
const { accessToken } = await app.acquireTokenForClient({ scopes: ["https://graph.microsoft.com/.default"] });
const { user, system } = process.cpuUsage();
process.stdout.write(JSON.stringify({ cpuMs: (user + system) / 1_000, length: accessToken.length }));
