import { spawnSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { clientProgram } from "./support/clientProgram.ts";
import { latchkey } from "./support/latchkey.ts";

const resource = "https://management.azure.com";
const address = `http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01&resource=${resource}`;
const headers = `{ headers: { Metadata: "true" } }`;

/** Without the variable that points it elsewhere, a library calls the address itself. */
const unled = `delete process.env.AZURE_POD_IDENTITY_AUTHORITY_HOST;`;
const print = "console.log(JSON.stringify({ access_token }))";
const node = (script: string) => [process.execPath, "--input-type=module", "-e", script];
const nodeSkipped = process.allowedNodeEnvironmentFlags.has("--use-env-proxy")
  ? undefined
  : `Node ${process.versions.node} does not read a proxy from the environment`;
const python = clientProgram("python/daemon.py");
const go = clientProgram("go/managedIdentity/main.go");
const inPython = (script: string) => [python.command[0] ?? "", "-c", script];

/** Programs that call 169.254.169.254 and use HTTP_PROXY or http_proxy. */
const programs = [
  {
    name: "fetch of Node",
    command: node(`console.log(await (await fetch("${address}", ${headers})).text())`),
    skipped: nodeSkipped,
  },
  {
    name: "node:http",
    command: node(
      `import { get } from "node:http"; get("${address}", ${headers}, (answer) => answer.pipe(process.stdout))`,
    ),
    skipped: nodeSkipped,
  },
  {
    name: "MSAL Node without its variable",
    command: node(`${unled}
import { ManagedIdentityApplication } from "@azure/msal-node";
const { accessToken: access_token } = await new ManagedIdentityApplication().acquireToken({ resource: "${resource}" });
${print}`),
    skipped: nodeSkipped,
  },
  {
    name: "@azure/identity without its variable",
    command: node(`${unled}
import { ManagedIdentityCredential } from "@azure/identity";
const { token: access_token } = await new ManagedIdentityCredential().getToken("${resource}/.default");
${print}`),
    skipped: undefined,
  },
  {
    name: "curl",
    command: ["curl", "-sS", "-H", "Metadata: true", address],
    skipped: spawnSync("curl", ["--version"]).status === 0 ? undefined : "there is no curl on the PATH",
  },
  {
    name: "Python's urllib",
    command: inPython(`
from urllib.request import Request, urlopen
print(urlopen(Request("${address}", headers={"Metadata": "true"})).read().decode())`),
    skipped: python.skipped,
  },
  {
    name: "MSAL Python, through requests, without its variable",
    command: inPython(`
import json, os, msal, requests
del os.environ["AZURE_POD_IDENTITY_AUTHORITY_HOST"]
client = msal.ManagedIdentityClient(msal.SystemAssignedManagedIdentity(), http_client=requests.Session())
print(json.dumps(client.acquire_token_for_client(resource="${resource}")))`),
    skipped: python.skipped,
  },
  { name: "MSAL Go, which has no such variable", command: [...go.command, resource], skipped: go.skipped },
].map((each) => ({ ...each, reason: each.skipped === undefined ? "" : ` (skipped: ${each.skipped})` }));

describe.each(programs)("$name", ({ command, skipped, reason }) => {
  test.skipIf(skipped)(
    `reaches IMDS at 169.254.169.254 through the proxy of latchkey platform exec${reason}`,
    async () => {
      const args = ["platform", "exec", "--memory", "--managed-identity", "imds", "--", ...command];
      const { out, err } = await latchkey(args);
      expect(err).toBe("");
      const claims = Buffer.from(JSON.parse(out).access_token.split(".")[1], "base64url").toString();
      expect(JSON.parse(claims)).toMatchObject({ xms_mirid: expect.stringMatching(/\/virtualMachines\/exec$/) });
    },
  );
});
