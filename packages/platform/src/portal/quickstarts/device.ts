import type { Quickstart } from "./quickstart.ts";

export const device: Quickstart = {
  segment: "device",
  title: "Device or command line",
  text: "A program without a browser signs a user in by a code and reads the user's profile: device code, delegated permission User.Read, no secret.",
  registration: {
    allowPublicClient: true,
    requiredResourceAccess: [{ name: "Microsoft Graph", delegatedPermissions: ["User.Read"] }],
  },
  hasSecret: false,
  samples: ({ url, authority, clientId }) => [
    {
      client: "Latchkey",
      file: "device.mjs",
      install: "npm install @latchkey/client",
      run: "NODE_EXTRA_CA_CERTS=latchkey-ca.pem node device.mjs",
      code: `import { PublicClientApplication } from "@latchkey/client";

const app = new PublicClientApplication({
  clientId: "${clientId}",
  authority: "${authority}",
});
const { accessToken } = await app.acquireTokenByDeviceCode({
  scopes: ["User.Read"],
  deviceCodeCallback: ({ message }) => console.error(message),
});
const answer = await fetch("${url}/v1.0/me", { headers: { authorization: \`Bearer \${accessToken}\` } });
console.log(JSON.stringify(await answer.json(), null, 2));
`,
    },
    {
      client: "MSAL Node",
      file: "deviceMsal.mjs",
      install: "npm install @azure/msal-node",
      run: "NODE_EXTRA_CA_CERTS=latchkey-ca.pem node deviceMsal.mjs",
      code: `import { PublicClientApplication } from "@azure/msal-node";

const authority = "${authority}";
const app = new PublicClientApplication({
  auth: { clientId: "${clientId}", authority, knownAuthorities: [new URL(authority).host] },
});
const { accessToken } = await app.acquireTokenByDeviceCode({
  scopes: ["User.Read"],
  deviceCodeCallback: ({ message }) => console.error(message),
});
const answer = await fetch("${url}/v1.0/me", { headers: { authorization: \`Bearer \${accessToken}\` } });
console.log(JSON.stringify(await answer.json(), null, 2));
`,
    },
    {
      client: "MSAL Python",
      file: "device.py",
      install: "pip install msal requests",
      run: "REQUESTS_CA_BUNDLE=latchkey-ca.pem python3 device.py",
      code: `import json
import sys

import msal
import requests

app = msal.PublicClientApplication(
    "${clientId}", authority="${authority}", instance_discovery=False
)
flow = app.initiate_device_flow(scopes=["User.Read"])
print(flow["message"], file=sys.stderr, flush=True)
result = app.acquire_token_by_device_flow(flow)
if "access_token" not in result:
    raise SystemExit(result["error_description"])
headers = {"Authorization": "Bearer " + result["access_token"]}
print(json.dumps(requests.get("${url}/v1.0/me", headers=headers, timeout=30).json(), indent=2))
`,
    },
    {
      client: "curl",
      file: "device.sh",
      install: undefined,
      run: "sh device.sh",
      code: `set -eu
value() { sed -n 's/.*"'"$1"'":"\\([^"]*\\)".*/\\1/p'; }
ask() { curl --silent --show-error --cacert latchkey-ca.pem --data client_id=${clientId} "$@"; }
begun=$(ask --data scope=User.Read ${authority}/oauth2/v2.0/devicecode)
printf '%s\\n' "$begun" | value message >&2
token=
while [ -z "$token" ]; do
  sleep 5
  answer=$(ask --data grant_type=urn:ietf:params:oauth:grant-type:device_code \\
    --data "device_code=$(printf '%s' "$begun" | value device_code)" ${authority}/oauth2/v2.0/token)
  case $answer in
    *'"authorization_pending"'*) ;;
    *'"error"'*) printf '%s\\n' "$answer" >&2; exit 1 ;;
    *) token=$(printf '%s' "$answer" | value access_token) ;;
  esac
done
printf 'header = "Authorization: Bearer %s"\\n' "$token" |
  curl --silent --show-error --cacert latchkey-ca.pem --config - ${url}/v1.0/me
`,
    },
  ],
};
