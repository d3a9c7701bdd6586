import { daemonParameters } from "./parametersFile.ts";
import type { Quickstart } from "./quickstart.ts";

export const daemon: Quickstart = {
  segment: "daemon",
  title: "Daemon",
  text: "A program without a signed-in user lists the tenant's users. It uses client credentials and the application permission User.Read.All.",
  registration: { requiredResourceAccess: [{ name: "Microsoft Graph", permissions: ["User.Read.All"] }] },
  parameters: ({ url }) => daemonParameters(url),
  samples: () => ({
    latchkey: `import { readFileSync } from "node:fs";
import { ConfidentialClientApplication, clientSecret } from "@latchkey/client";

const parameters = JSON.parse(readFileSync("parameters.json", "utf8"));
const app = new ConfidentialClientApplication({
  clientId: parameters.client_id,
  authority: parameters.authority,
  clientCredential: clientSecret(parameters.secret),
});
const { accessToken } = await app.acquireTokenForClient({ scopes: parameters.scope });
const response = await fetch(parameters.endpoint, { headers: { authorization: \`Bearer \${accessToken}\` } });
console.log(JSON.stringify(await response.json(), null, 2));
`,
    msalNode: `import { readFileSync } from "node:fs";
import { ConfidentialClientApplication } from "@azure/msal-node";

const parameters = JSON.parse(readFileSync("parameters.json", "utf8"));
const app = new ConfidentialClientApplication({
  auth: {
    clientId: parameters.client_id,
    authority: parameters.authority,
    clientSecret: parameters.secret,
    knownAuthorities: [new URL(parameters.authority).host],
  },
});
const { accessToken } = await app.acquireTokenByClientCredential({ scopes: parameters.scope });
const response = await fetch(parameters.endpoint, { headers: { authorization: \`Bearer \${accessToken}\` } });
console.log(JSON.stringify(await response.json(), null, 2));
`,
    msalPython: `import json

import msal
import requests

with open("parameters.json", encoding="utf-8") as file:
    parameters = json.load(file)
app = msal.ConfidentialClientApplication(
    parameters["client_id"],
    authority=parameters["authority"],
    client_credential=parameters["secret"],
    instance_discovery=False,
)
result = app.acquire_token_for_client(scopes=parameters["scope"])
if "access_token" not in result:
    raise SystemExit(result["error_description"])
headers = {"Authorization": "Bearer " + result["access_token"]}
print(json.dumps(requests.get(parameters["endpoint"], headers=headers, timeout=30).json(), indent=2))
`,
    curl: `set -eu
value() { sed -n 's/.*"'"$1"'": *"\\([^"]*\\)".*/\\1/p' parameters.json; }
token=$(value secret | tr -d '\\n' | curl --silent --show-error --cacert latchkey-ca.pem \\
  --data grant_type=client_credentials --data "client_id=$(value client_id)" \\
  --data-urlencode client_secret@- --data-urlencode scope=https://graph.microsoft.com/.default \\
  "$(value authority)/oauth2/v2.0/token" | sed -n 's/.*"access_token":"\\([^"]*\\)".*/\\1/p')
printf 'header = "Authorization: Bearer %s"\\n' "$token" |
  curl --silent --show-error --cacert latchkey-ca.pem --config - "$(value endpoint)"
`,
  }),
};
