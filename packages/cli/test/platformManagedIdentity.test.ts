import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { runCommand } from "./recordingTerminal.ts";

const node = process.execPath;
const foreign = {
  IDENTITY_ENDPOINT: "http://127.0.0.1:9/foreign",
  IDENTITY_HEADER: "foreign",
  IDENTITY_SERVER_THUMBPRINT: "foreign",
  IMDS_ENDPOINT: "http://127.0.0.1:9/foreign",
  MSI_ENDPOINT: "http://127.0.0.1:9/foreign",
  MSI_SECRET: "foreign",
  AZURE_POD_IDENTITY_AUTHORITY_HOST: "http://127.0.0.1:9",
  MSAL_MANAGED_IDENTITY_ENDPOINT: "http://127.0.0.1:9/foreign",
  DEFAULT_IDENTITY_CLIENT_ID: "foreign",
  IDENTITY_API_VERSION: "foreign",
};

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "latchkey-identity-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Runs an ES module that sets `value`, and returns that value. */
async function valueIn(options: readonly string[], script: string) {
  const file = join(folder, "value.json");
  const program = `${script}; (await import("node:fs")).writeFileSync(${JSON.stringify(file)}, JSON.stringify(value))`;
  const { exitCode, err } = await runCommand(
    ["platform", "exec", ...options, "--", node, "--input-type=module", "-e", program],
    { environment: { ...foreign, PATH: process.env["PATH"] ?? "" } },
  );
  expect({ exitCode, err }).toEqual({ exitCode: 0, err: "" });
  return JSON.parse(await readFile(file, "utf8"));
}

/** Returns the token's claims after verifying its signature with the keys that the program itself can fetch. */
const verified = `
import { createRemoteJWKSet, jwtVerify } from "jose";
const keys = createRemoteJWKSet(new URL("https://login.microsoftonline.com/common/discovery/keys"));
const { payload } = await jwtVerify(token, keys, { audience: "https://management.azure.com" });
const value = { appid: payload.appid, resourceId: payload.xms_mirid, clientId }`;

const byAzureIdentity = `
import { ManagedIdentityCredential } from "@azure/identity";
const clientId = process.env.AZURE_CLIENT_ID;
const credential = clientId ? new ManagedIdentityCredential({ clientId }) : new ManagedIdentityCredential();
const { token } = await credential.getToken("https://management.azure.com/.default");
${verified}`;

const byMsal = `
import { ManagedIdentityApplication } from "@azure/msal-node";
const clientId = process.env.AZURE_CLIENT_ID;
const application = new ManagedIdentityApplication(
  clientId ? { managedIdentityIdParams: { userAssignedClientId: clientId } } : {},
);
const { accessToken: token } = await application.acquireToken({ resource: "https://management.azure.com" });
${verified}`;

const hosts = [
  { source: "imds", variables: ["AZURE_POD_IDENTITY_AUTHORITY_HOST"] },
  { source: "appService", variables: ["IDENTITY_ENDPOINT", "IDENTITY_HEADER"] },
  { source: "machineLearning", variables: ["MSI_ENDPOINT", "MSI_SECRET", "DEFAULT_IDENTITY_CLIENT_ID"] },
  {
    source: "serviceFabric",
    variables: ["IDENTITY_ENDPOINT", "IDENTITY_HEADER", "IDENTITY_SERVER_THUMBPRINT", "IDENTITY_API_VERSION"],
  },
];
// Service Fabric's requests select no identity.
const namesIdentities = (source: string) => source !== "serviceFabric";

describe.each(hosts)("latchkey platform exec --managed-identity $source", ({ source, variables }) => {
  describe.each([
    ["@azure/identity", byAzureIdentity],
    ["@azure/msal-node", byMsal],
  ])("with %s", (_, script) => {
    test("gives a program the tokens of the host's own identity", async () => {
      const { clientId, resourceId } = await valueIn(["--memory", "--managed-identity", source], script);
      expect(clientId).toBeUndefined();
      expect(resourceId).toMatch(/\/virtualMachines\//);
    });

    test("gives it the user-assigned identity with --user-assigned, in AZURE_CLIENT_ID if requests can select it", async () => {
      const { clientId, appid, resourceId } = await valueIn(
        ["--memory", "--managed-identity", source, "--user-assigned"],
        script,
      );
      expect(appid).toMatch(/^[0-9a-f-]{36}$/);
      expect(clientId).toBe(namesIdentities(source) ? appid : undefined);
      expect(resourceId).toMatch(/\/userAssignedIdentities\//);
    });
  });

  test("removes the variables of other kinds of hosts", async () => {
    const environment = await valueIn(["--memory", "--managed-identity", source], "const value = process.env");
    const left = Object.keys(foreign).filter((name) => name in environment);
    expect(left.toSorted()).toEqual(variables.toSorted());
    expect(Object.values(environment)).not.toContain("foreign");
  });
});

/** Clients of Azure Arc accept a key from one folder only, which only root can be relied on to create and fill. */
const isRootOnLinux = process.platform === "linux" && process.getuid?.() === 0;

describe.skipIf(!isRootOnLinux)("latchkey platform exec --managed-identity azureArc, as root on Linux", () => {
  const options = ["--memory", "--managed-identity", "azureArc"];

  test.each([
    ["@azure/identity", byAzureIdentity],
    ["@azure/msal-node", byMsal],
  ])("gives %s the tokens of the host's own identity", async (_, script) => {
    const { clientId, resourceId } = await valueIn(options, script);
    expect(clientId).toBeUndefined();
    expect(resourceId).toMatch(/\/virtualMachines\//);
  });

  test("leaves it to MSAL Node to notice that the response is for an identity other than the selected one", async () => {
    const script = `
import { ManagedIdentityApplication } from "@azure/msal-node";
const application = new ManagedIdentityApplication({ managedIdentityIdParams: { userAssignedClientId: "other" } });
const value = await application.acquireToken({ resource: "https://management.azure.com" }).catch((error) => error.errorCode)`;
    expect(await valueIn(options, script)).toBe("user_assigned_managed_identity_not_confirmed");
  });

  test("removes the variables of other kinds of hosts", async () => {
    const environment = await valueIn(options, "const value = process.env");
    const left = Object.keys(foreign).filter((name) => name in environment);
    expect(left.toSorted()).toEqual(["IDENTITY_ENDPOINT", "IMDS_ENDPOINT"]);
  });
});

describe("latchkey platform exec --managed-identity cloudShell", () => {
  const options = ["--memory", "--managed-identity", "cloudShell"];
  const ofUser = (acquire: string) => `${acquire}
const { upn, appid } = JSON.parse(Buffer.from(token.split(".")[1], "base64url"));
const value = { upn, appid }`;
  const shellAppId = "b677c290-cf4b-4a8e-a60e-91ba650a4abe";

  describe.each([
    ["@azure/identity", byAzureIdentity],
    ["@azure/msal-node", byMsal],
  ])("with %s", (_, script) => {
    const acquire = script.replace(verified, "");

    test("gives a program the tokens of the administrator", async () => {
      const value = await valueIn(options, ofUser(acquire));
      expect(value).toEqual({ upn: "admin@contoso.onmicrosoft.com", appid: shellAppId });
    });

    test("gives it those of the user in --user", async () => {
      const upn = "adele.moreau@contoso.onmicrosoft.com";
      expect(await valueIn([...options, "--user", upn], ofUser(acquire))).toEqual({ upn, appid: shellAppId });
    });
  });

  test("removes the variables of other kinds of hosts", async () => {
    const environment = await valueIn(options, "const value = process.env");
    expect(Object.keys(foreign).filter((name) => name in environment)).toEqual(["MSI_ENDPOINT"]);
  });

  test("leaves it to the clients to refuse the selection of an identity", async () => {
    const script = `
import { ManagedIdentityCredential } from "@azure/identity";
import { ManagedIdentityApplication } from "@azure/msal-node";
const value = [];
try { new ManagedIdentityCredential({ clientId: "other" }) } catch (error) { value.push(error.message) }
const application = new ManagedIdentityApplication({ managedIdentityIdParams: { userAssignedClientId: "other" } });
value.push(await application.acquireToken({ resource: "https://management.azure.com" }).catch((error) => error.errorCode))`;
    expect(await valueIn(options, script)).toEqual([
      expect.stringMatching(/not supported for CloudShell/),
      "unable_to_create_cloud_shell",
    ]);
  });

  test("lets MSAL Node know which APIs there are tokens for", async () => {
    const script = `
import { ManagedIdentityApplication } from "@azure/msal-node";
const pending = new ManagedIdentityApplication().acquireToken({ resource: "api://own" });
const value = await pending.catch(({ errorCode, errorMessage }) => [errorCode, errorMessage])`;
    expect(await valueIn(options, script)).toEqual([
      "AudienceNotSupported",
      expect.stringMatching(/Audience api:\/\/own is not a supported MSI token audience/),
    ]);
  });

  test("refuses a --user that does not exist", async () => {
    const { exitCode, err } = await runCommand([
      "platform",
      "exec",
      ...options,
      "--user",
      "nobody@contoso.onmicrosoft.com",
      "--",
      node,
      "-e",
      "",
    ]);
    expect(exitCode).toBe(1);
    expect(err).toMatch(/user is nobody@contoso\.onmicrosoft\.com/);
  });
});

describe("a program that selects an identity in a way that its host does not accept", () => {
  const resource = "https://management.azure.com";

  test.each(["clientId", "resourceId", "objectId"])(
    "is stopped by @azure/identity on Service Fabric (%s)",
    async (id) => {
      const script = `
import { ManagedIdentityCredential } from "@azure/identity";
let value;
try { new ManagedIdentityCredential({ ${id}: "other" }) } catch (error) { value = error.message }`;
      const message = await valueIn(["--memory", "--managed-identity", "serviceFabric"], script);
      expect(message).toMatch(/not supported by the Service Fabric managed identity environment/);
    },
  );

  test("gets the application's identity from Service Fabric with MSAL Node", async () => {
    const script = `
import { ManagedIdentityApplication } from "@azure/msal-node";
const application = new ManagedIdentityApplication({ managedIdentityIdParams: { userAssignedClientId: "other" } });
const { accessToken } = await application.acquireToken({ resource: "${resource}" });
const value = JSON.parse(Buffer.from(accessToken.split(".")[1], "base64url")).xms_mirid`;
    const resourceId = await valueIn(["--memory", "--managed-identity", "serviceFabric"], script);
    expect(resourceId).toMatch(/\/virtualMachines\//);
  });

  test("is stopped by MSAL Node on Machine Learning, which accepts client ids only", async () => {
    const script = `
import { ManagedIdentityApplication } from "@azure/msal-node";
const application = new ManagedIdentityApplication({ managedIdentityIdParams: { userAssignedObjectId: "other" } });
const value = await application.acquireToken({ resource: "${resource}" }).catch((error) => error.message)`;
    const message = await valueIn(["--memory", "--managed-identity", "machineLearning"], script);
    expect(message).toMatch(/Only client id is supported/);
  });

  test("gets Machine Learning's reason for the refusal from @azure/identity", async () => {
    const script = `
import { ManagedIdentityCredential } from "@azure/identity";
const credential = new ManagedIdentityCredential({ clientId: "other", retryOptions: { maxRetries: 0 } });
const value = await credential.getToken("${resource}/.default").catch((error) => error.message)`;
    const message = await valueIn(["--memory", "--managed-identity", "machineLearning"], script);
    expect(message).toMatch(/No User Assigned or Delegated Managed Identity found/);
  });
});

describe("latchkey platform exec --managed-identity", () => {
  test("stores the identity with the data", async () => {
    const options = ["--data-dir", join(folder, "data"), "--managed-identity", "imds", "--user-assigned"];
    const script = "const value = process.env.AZURE_CLIENT_ID";
    const first = await valueIn(options, script);
    expect(first).toMatch(/^[0-9a-f-]{36}$/);
    expect(await valueIn(options, script)).toBe(first);
  });

  test("refuses an unknown kind of host, and lists the known ones", async () => {
    const { exitCode, err } = await runCommand(["platform", "exec", "--managed-identity", "vm", "--", node, "-e", ""]);
    expect(exitCode).toBe(2);
    expect(err).toMatch(/--managed-identity.*'vm'.*imds, appService/);
  });

  test.each(["azureArc", "cloudShell"])(
    "refuses --user-assigned for %s, which has no such identities",
    async (source) => {
      const options = ["--managed-identity", source, "--user-assigned"];
      const { exitCode, err } = await runCommand(["platform", "exec", ...options, "--", node, "-e", ""]);
      expect(exitCode).toBe(1);
      expect(err).toContain(`${source} has no user-assigned identities`);
    },
  );

  test("refuses --user where it would have no effect", async () => {
    const options = ["--managed-identity", "imds", "--user", "admin@contoso.onmicrosoft.com"];
    const { exitCode, err } = await runCommand(["platform", "exec", ...options, "--", node, "-e", ""]);
    expect(exitCode).toBe(1);
    expect(err).toMatch(/--user admin@contoso\.onmicrosoft\.com has no effect.*cloudShell/);
  });

  test("refuses --user-assigned alone, where it would have no effect", async () => {
    const { exitCode, err } = await runCommand(["platform", "exec", "--user-assigned", "--", node, "-e", ""]);
    expect(exitCode).toBe(1);
    expect(err).toMatch(/--user-assigned/);
    expect(err).toMatch(/--managed-identity imds/);
  });
});
