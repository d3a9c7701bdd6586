import type { Quickstart } from "./quickstart.ts";
import { signInByDeviceCode } from "./signInByDeviceCode.ts";

export const device: Quickstart = {
  segment: "device",
  title: "Device or command line",
  text: "A program without a browser signs a user in with a code and reads the user's profile. It uses the device code flow and the delegated permission User.Read, and needs no secret.",
  registration: {
    allowPublicClient: true,
    requiredResourceAccess: [{ name: "Microsoft Graph", delegatedPermissions: ["User.Read"] }],
  },
  samples: ({ url, authority, application: { appId } }) => ({
    latchkey: `import { PublicClientApplication } from "@latchkey/client";

const app = new PublicClientApplication({
  clientId: "${appId}",
  authority: "${authority}",
});
const { accessToken } = await app.acquireTokenByDeviceCode({
  scopes: ["User.Read"],
  deviceCodeCallback: ({ message }) => console.error(message),
});
const response = await fetch("${url}/v1.0/me", { headers: { authorization: \`Bearer \${accessToken}\` } });
console.log(JSON.stringify(await response.json(), null, 2));
`,
    msalNode: `import { PublicClientApplication } from "@azure/msal-node";

const authority = "${authority}";
const app = new PublicClientApplication({
  auth: { clientId: "${appId}", authority, knownAuthorities: [new URL(authority).host] },
});
const { accessToken } = await app.acquireTokenByDeviceCode({
  scopes: ["User.Read"],
  deviceCodeCallback: ({ message }) => console.error(message),
});
const response = await fetch("${url}/v1.0/me", { headers: { authorization: \`Bearer \${accessToken}\` } });
console.log(JSON.stringify(await response.json(), null, 2));
`,
    msalPython: `import json
import sys

import msal
import requests

app = msal.PublicClientApplication(
    "${appId}", authority="${authority}", instance_discovery=False
)
flow = app.initiate_device_flow(scopes=["User.Read"])
print(flow["message"], file=sys.stderr, flush=True)
result = app.acquire_token_by_device_flow(flow)
if "access_token" not in result:
    raise SystemExit(result["error_description"])
headers = {"Authorization": "Bearer " + result["access_token"]}
print(json.dumps(requests.get("${url}/v1.0/me", headers=headers, timeout=30).json(), indent=2))
`,
    curl: `set -eu
${signInByDeviceCode(authority, appId, "User.Read")}
printf 'header = "Authorization: Bearer %s"\\n' "$token" |
  curl --silent --show-error --cacert latchkey-ca.pem --config - ${url}/v1.0/me
`,
  }),
};
