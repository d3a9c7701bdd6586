import { createHash, createPrivateKey } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { createSelfSignedCertificate, type Platform, type Seed, startPlatform } from "@latchkey/platform";
import { decodeJwt } from "jose";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { openBrowser } from "../support/browser.ts";
import { signAssertion } from "../support/certificate.ts";
import { postForm, tokenPath } from "../support/daemon.ts";
import { codeFor, redeem, redirectUri } from "../support/signIn.ts";

const clientId = "11111111-2222-4333-8444-555555555555";
const secret = "Secret-of-the-seed-0123456789-abcdef";

let folder: string;
let platform: Platform | undefined;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "latchkey-seed-"));
});
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(async () => {
  await platform?.stop();
  platform = undefined;
});

async function start(seed: Seed | string | URL, dataDirectory?: string): Promise<Platform> {
  platform = await startPlatform({ seed, dataDirectory });
  return platform;
}

function write(name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

async function claimsFor(running: Platform, scope: string, form: Record<string, string> = { client_secret: secret }) {
  const { status, body } = await postForm(running, tokenPath(running), {
    grant_type: "client_credentials",
    client_id: clientId,
    scope,
    ...form,
  });
  return { status, body, claims: status === 200 ? decodeJwt(body.access_token) : {} };
}

const daemonYaml = `
applications:
  - name: nightly-report
    displayName: Nightly report
    clientId: ${clientId}
    permissions:
      - api: Microsoft Graph
        application: [User.Read.All]
    adminConsent: true
    secrets:
      - value: ${secret}
`;

test("registers a daemon from a YAML file, and it can get a token", async () => {
  const running = await start(write("daemon.yaml", daemonYaml));
  const { claims } = await claimsFor(running, "https://graph.microsoft.com/.default");
  expect(claims).toMatchObject({ roles: ["User.Read.All"], app_displayname: "Nightly report" });
  expect(running.seeded.applications).toMatchObject([{ name: "nightly-report", clientId, secrets: [] }]);
});

test("reads JSON, indented with tabs, and a file URL", async () => {
  const seed: Seed = { applications: [{ name: "a", clientId, secrets: [{ value: secret }] }] };
  const running = await start(pathToFileURL(write("daemon.json", JSON.stringify(seed, undefined, "\t"))));
  expect((await claimsFor(running, "https://vault.azure.net/.default")).status).toBe(200);
});

test("reads an empty file as an empty seed", async () => {
  const running = await start(write("empty.yaml", "# nothing yet\n"));
  expect(running.seeded).toEqual({ applications: [], managedIdentities: [] });
});

test("stores no secret and no password in the data directory", async () => {
  const dataDirectory = mkdtempSync(join(folder, "data-"));
  const password = "A-Password-Of-The-Seed-1";
  const running = await start(
    {
      users: [{ userPrincipalName: "ada@contoso.onmicrosoft.com", password }],
      applications: [{ name: "a", clientId, secrets: [{ value: secret }] }],
    },
    dataDirectory,
  );
  await claimsFor(running, "https://vault.azure.net/.default");
  await running.stop();
  const stored = readdirSync(dataDirectory).map((name) => readFileSync(join(dataDirectory, name), "latin1"));
  expect(stored.join("")).toContain(clientId);
  expect(stored.join("")).not.toContain(secret);
  expect(stored.join("")).not.toContain(password);
});

test("changes nothing when it is applied again, and adds no second secret", async () => {
  const dataDirectory = mkdtempSync(join(folder, "data-"));
  const seed: Seed = {
    users: [{ userPrincipalName: "ada@contoso.onmicrosoft.com", password: "A-Password-Of-The-Seed-1" }],
    groups: [{ name: "sales", members: [{ user: "ada@contoso.onmicrosoft.com" }, { application: "api" }] }],
    applications: [
      {
        name: "api",
        identifierUris: ["api://orders"],
        appRoles: [{ value: "Orders.Read.All" }],
        assignments: [{ group: "sales" }],
        secrets: [{}, { displayName: "given", value: secret }],
        certificates: [{ pem: createSelfSignedCertificate({ commonName: "daemon", days: 30 }).certificate }],
      },
    ],
  };
  const first = await start(seed, dataDirectory);
  const before = first.seeded.applications[0];
  const group = first.directory.findGroup("sales");
  await first.stop();
  const second = await start(seed, dataDirectory);
  expect(second.directory.findGroup("sales")).toEqual(group);
  expect(second.seeded.applications).toEqual([{ ...before, secrets: [] }]);
});

test("generates a secret if it has no value, and shows it once", async () => {
  const running = await start({ applications: [{ name: "a", clientId, secrets: [{ displayName: "ci" }] }] });
  const [generated] = running.seeded.applications[0]?.secrets ?? [];
  expect(generated?.displayName).toBe("ci");
  const { status } = await claimsFor(running, "https://vault.azure.net/.default", {
    client_secret: generated?.value ?? "",
  });
  expect(status).toBe(200);
});

test("adds expired secrets, for tests of expiry", async () => {
  const running = await start({
    applications: [{ name: "a", clientId, secrets: [{ value: secret, endDateTime: "2024-01-01T00:00:00Z" }] }],
  });
  expect((await claimsFor(running, "https://vault.azure.net/.default")).body.error_codes).toEqual([7000222]);
});

test("registers a certificate from a file beside the seed file", async () => {
  const { certificate, privateKey, thumbprint } = createSelfSignedCertificate({ commonName: "daemon", days: 30 });
  write("daemon.pem", certificate);
  const running = await start(
    write(
      "certificate.yaml",
      `applications: [{ name: a, clientId: ${clientId}, certificates: [{ file: daemon.pem }] }]`,
    ),
  );
  const key = createPrivateKey(privateKey);
  const nowSeconds = Math.floor(Date.now() / 1000);
  const assertion = await signAssertion(
    key,
    { alg: "RS256", x5t: Buffer.from(thumbprint, "hex").toString("base64url") },
    {
      aud: `${running.url}${tokenPath(running)}`,
      iss: clientId,
      sub: clientId,
      jti: createHash("sha1").update("1").digest("hex"),
      nbf: nowSeconds,
      exp: nowSeconds + 300,
    },
  );
  const { status } = await claimsFor(running, "https://vault.azure.net/.default", {
    client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
    client_assertion: assertion,
  });
  expect(status).toBe(200);
});

test("lets one application of the seed refer to another by name", async () => {
  const running = await start({
    applications: [
      {
        name: "caller",
        clientId,
        permissions: [{ api: "orders", application: ["Orders.Read.All"] }],
        adminConsent: true,
        secrets: [{ value: secret }],
      },
      {
        name: "orders",
        identifierUris: ["api://orders"],
        requestedAccessTokenVersion: 2,
        appRoles: [{ value: "Orders.Read.All" }],
      },
    ],
  });
  const { claims } = await claimsFor(running, "api://orders/.default");
  expect(claims).toMatchObject({ ver: "2.0", roles: ["Orders.Read.All"] });
});

test("issues tokens only to assigned applications where assignment is required", async () => {
  const api = { name: "orders", identifierUris: ["api://orders"], assignmentRequired: true };
  const caller = { name: "caller", clientId, secrets: [{ value: secret }] };
  const running = await start({ applications: [api, caller] });
  expect((await claimsFor(running, "api://orders/.default")).body.error_codes).toEqual([501051]);
  await running.seed({ applications: [{ ...api, assignments: [{ application: "caller" }] }, caller] });
  expect((await claimsFor(running, "api://orders/.default")).status).toBe(200);
});

test("adds users, applications and groups to groups, in any order, and assigns groups to applications", async () => {
  const running = await start(
    write(
      "groups.yaml",
      `
groups:
  - name: staff
    id: AAAAAAAA-2222-4333-8444-555555555555
    members:
      - group: sales
      - application: nightly-report
  - name: sales
    displayName: Sales
    description: Who sells
    onPremisesSamAccountName: sales
    members:
      - user: ada@contoso.onmicrosoft.com
      - user: a1de0000-0000-4000-8000-000000000002
      - group: aaaaaaaa-2222-4333-8444-555555555555
      - application: ${clientId}
users:
  - userPrincipalName: ada@contoso.onmicrosoft.com
    password: Right-1-right
applications:
  - name: nightly-report
    clientId: ${clientId}
    appRoles: [{ value: Seller, allowedMemberTypes: [User] }]
    groupMembershipClaims: SecurityGroup
    redirectUris: { web: ["${redirectUri}"] }
    permissions: [{ api: Microsoft Graph, delegated: [openid, profile] }]
    adminConsent: true
    secrets: [{ value: ${secret} }]
    assignments: [{ group: sales, role: Seller }]
`,
    ),
  );
  const sales = running.directory.findGroup("Sales");
  expect(sales).toMatchObject({ uniqueName: "sales", description: "Who sells", onPremisesSamAccountName: "sales" });
  const staffId = "aaaaaaaa-2222-4333-8444-555555555555";
  expect(running.directory.findGroup("staff")).toMatchObject({ id: staffId, displayName: "staff" });
  const app = { appId: clientId, secret, redirectUri };
  const code = await codeFor(running, app, { userPrincipalName: "ada@contoso.onmicrosoft.com" }, { scope: "openid" });
  const { body } = await redeem(running, app, { code });
  expect(decodeJwt(body.id_token)).toMatchObject({ groups: [staffId, sales?.id], roles: ["Seller"] });
  const { id = "" } = running.directory.findUser("adele.moreau@contoso.onmicrosoft.com") ?? {};
  expect(running.directory.removeGroupMember(sales?.id ?? "", id)).toBe(true);
});

test("updates a group to match a later seed, and keeps its members", async () => {
  const user = { userPrincipalName: "ada@contoso.onmicrosoft.com" };
  const running = await start({
    users: [user],
    groups: [{ name: "sales", mailNickname: "s", members: [{ user: user.userPrincipalName }] }],
  });
  const before = running.directory.findGroup("sales");
  await running.seed({ groups: [{ name: "sales", displayName: "Sales and more", members: [] }] });
  const after = running.directory.findGroup("Sales and more");
  expect(after).toEqual({ ...before, displayName: "Sales and more" });
  const { id = "" } = running.directory.findUser(user.userPrincipalName) ?? {};
  expect(running.directory.removeGroupMember(after?.id ?? "", id)).toBe(true);
});

test("creates users who can sign in, with their directory roles", async () => {
  const running = await start({
    users: [
      {
        userPrincipalName: "ada@contoso.onmicrosoft.com",
        displayName: "Ada Lovelace",
        jobTitle: "Analyst",
        password: "Correct-horse-1",
        directoryRoles: ["Global Administrator"],
      },
    ],
    applications: [{ name: "a", clientId, permissions: [{ api: "Microsoft Graph", application: ["User.Read.All"] }] }],
  });
  expect(running.directory.findUser("ADA@contoso.onmicrosoft.com")).toMatchObject({
    displayName: "Ada Lovelace",
    jobTitle: "Analyst",
  });
  const browser = openBrowser(running);
  const page = `/${running.tenant.id}/adminconsent?client_id=${clientId}`;
  await browser.get(page);
  const signedIn = await browser.signIn(page, "ada@contoso.onmicrosoft.com", "Correct-horse-1");
  expect([signedIn.status, signedIn.html]).toEqual([expect.any(Number), expect.not.stringContaining("alert")]);
});

test("sets the tenant of a new directory", async () => {
  const running = await start({
    tenant: { id: "22222222-2222-4333-8444-555555555555", displayName: "Fabrikam", domain: "fabrikam.onmicrosoft.com" },
    users: [{ userPrincipalName: "ada@fabrikam.onmicrosoft.com" }],
  });
  expect(running.tenant).toMatchObject({
    id: "22222222-2222-4333-8444-555555555555",
    displayName: "Fabrikam",
    domain: "fabrikam.onmicrosoft.com",
  });
});

test("disables an application, and Microsoft's own APIs", async () => {
  const seed: Seed = { applications: [{ name: "a", clientId, secrets: [{ value: secret }] }] };
  const running = await start(seed);
  await running.seed({ servicePrincipals: [{ appId: "cfa8b339-82a2-471a-a3c9-0fc0be7a4093", enabled: false }] });
  expect((await claimsFor(running, "https://vault.azure.net/.default")).body.error_codes).toEqual([500014]);
  await running.seed({ applications: [{ name: "a", enabled: false }] });
  expect((await claimsFor(running, "https://storage.azure.com/.default")).body.error_codes).toEqual([7000112]);
});

test("adds an API that is registered elsewhere", async () => {
  const running = await start({
    servicePrincipals: [
      { appId: "33333333-2222-4333-8444-555555555555", displayName: "Partner", names: ["https://partner.example"] },
    ],
    applications: [{ name: "a", clientId, secrets: [{ value: secret }] }],
  });
  expect((await claimsFor(running, "https://partner.example/.default")).status).toBe(200);
});

const identitySeed = `
applications:
  - name: orders
    identifierUris: [api://orders]
    appRoles: [{ value: Orders.Read.All }, { value: Orders.Write.All }, { value: Orders.Export.All }]
    assignments: [{ application: worker, role: Orders.Export.All }]
managedIdentities:
  - name: worker
    clientId: ${clientId}
    permissions:
      - api: orders
        application: [Orders.Read.All]
  - name: nightly
    assignment: system
    resourceId: /subscriptions/1/resourcegroups/reports/providers/Microsoft.Compute/virtualMachines/nightly
`;

/** The claims of the token that IMDS returns for the identity in the query. */
async function identityClaims(running: Platform, query = "") {
  const { AZURE_POD_IDENTITY_AUTHORITY_HOST: host } = await running.managedIdentity("imds");
  const url = `${host}/metadata/identity/oauth2/token?api-version=2018-02-01&resource=api://orders${query}`;
  const response = await fetch(url, { headers: { metadata: "true" } });
  return decodeJwt(((await response.json()) as { access_token: string }).access_token);
}

test("registers managed identities with their app roles, for which IMDS issues tokens", async () => {
  const running = await start(write("identities.yaml", identitySeed));
  const [worker, nightly] = running.seeded.managedIdentities;
  expect([worker, nightly]).toMatchObject([
    {
      name: "worker",
      assignment: "user",
      clientId,
      resourceId: expect.stringMatching(/userAssignedIdentities\/worker$/),
    },
    { name: "nightly", assignment: "system", resourceId: expect.stringMatching(/virtualMachines\/nightly$/) },
  ]);
  expect(await identityClaims(running, `&client_id=${clientId}`)).toMatchObject({
    oid: worker?.objectId,
    roles: ["Orders.Read.All", "Orders.Export.All"],
  });
  expect(await identityClaims(running)).toMatchObject({ oid: nightly?.objectId, xms_mirid: nightly?.resourceId });
});

test("finds an existing managed identity by its resource id, and adds the missing roles", async () => {
  const dataDirectory = mkdtempSync(join(folder, "data-"));
  const { seeded } = await start(write("identities.yaml", identitySeed), dataDirectory);
  await platform?.stop();
  const more = identitySeed.replace("[Orders.Read.All]", "[Orders.Read.All, Orders.Write.All]");
  const again = await start(write("identities.yaml", more), dataDirectory);
  expect(again.seeded.managedIdentities).toEqual(seeded.managedIdentities);
  expect((await identityClaims(again, `&client_id=${clientId}`))["roles"]).toEqual([
    "Orders.Read.All",
    "Orders.Export.All",
    "Orders.Write.All",
  ]);
});
