import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Platform, type Seed, SeedError, startPlatform } from "@latchkey/platform";
import { afterAll, beforeAll, expect, test } from "vitest";

let folder: string;
let platform: Platform;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "latchkey-seed-"));
  platform = await startPlatform();
});
afterAll(async () => {
  await platform.stop();
  rmSync(folder, { recursive: true });
});

async function errorOf(text: string): Promise<SeedError> {
  const file = join(folder, "seed.yaml");
  writeFileSync(file, text);
  const error = await platform.seed(file).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(SeedError);
  return error as SeedError;
}

test.each<[string, string, RegExp, string]>([
  [
    "a misspelt field",
    "applications:\n  - name: a\n    redirectURIs: {}\n",
    /seed\.yaml:3: applications\[0\]\.redirectURIs is unknown; the fields here are name, displayName, .*redirectUris/,
    "Remove redirectURIs, or write it as one of the listed fields.",
  ],
  [
    "a missing field",
    "applications:\n  - displayName: A\n",
    /seed\.yaml:2: applications\[0\]\.name is missing/,
    "Add name.",
  ],
  [
    "a value of the wrong kind",
    "users:\n  - userPrincipalName: a@contoso.onmicrosoft.com\n    accountEnabled: yes please\n",
    /seed\.yaml:3: users\[0\]\.accountEnabled must be true or false, got "yes please"/,
    "Correct accountEnabled.",
  ],
  [
    "a value outside its set",
    "applications:\n  - name: a\n    requestedAccessTokenVersion: 3\n",
    /:3: applications\[0\]\.requestedAccessTokenVersion must be 1 or 2, got 3/,
    "Correct requestedAccessTokenVersion.",
  ],
  [
    "an invalid resource id",
    "managedIdentities:\n  - name: a\n    resourceId: /resourceGroups/a\n",
    /:3: managedIdentities\[0\]\.resourceId is not an Azure resource id; begin it with \/subscriptions\//,
    "Correct resourceId.",
  ],
  [
    "a managed identity with the name of an application",
    "applications:\n  - name: a\nmanagedIdentities:\n  - name: a\n",
    /:4: managedIdentities\[0\]\.name: a is the name of an application in this seed; choose another name for the identity/,
    "Correct name.",
  ],
  [
    "a managed identity whose name is not valid in a resource id",
    "managedIdentities:\n  - name: a/b c\n",
    /:2: managedIdentities\[0\]\.name: a\/b c is not valid in a resource id, .*; choose another name, or set resourceId/,
    "Correct name.",
  ],
  [
    "two managed identities with one resource id",
    "managedIdentities:\n  - name: worker\n    resourceId: /subscriptions/1/a\n  - name: other\n    resourceId: /subscriptions/1/A\n",
    /:5: managedIdentities\[1\]\.resourceId: \/subscriptions\/1\/A is also the resource id of worker in this seed; use a different one for each identity/,
    "Correct resourceId.",
  ],
  [
    "a managed identity with the client id of an application",
    "applications:\n  - name: report\n    clientId: 99999999-2222-4333-8444-555555555555\nmanagedIdentities:\n  - name: worker\n    clientId: 99999999-2222-4333-8444-555555555555\n",
    /:6: managedIdentities\[0\]\.clientId: 99999999-\S+ is the client id of report; choose another one/,
    "Correct clientId.",
  ],
  [
    "a delegated permission of a managed identity",
    "managedIdentities:\n  - name: a\n    permissions: [{ api: Microsoft Graph, delegated: [User.Read] }]\n",
    /:3: managedIdentities\[0\]\.permissions\[0\]\.delegated is unknown; the fields here are api, application/,
    "Remove delegated, or write it as one of the listed fields.",
  ],
  [
    "an unknown kind of group membership claims",
    "applications:\n  - name: a\n    groupMembershipClaims: SecurityGroups\n",
    /:3: applications\[0\]\.groupMembershipClaims is unknown; write one or more, .* of None, SecurityGroup, .* \(got "SecurityGroups"\)/,
    "Correct groupMembershipClaims.",
  ],
  [
    "a client id that is not a GUID",
    "applications:\n  - name: a\n    clientId: abc\n",
    /:3: .*clientId is not a GUID; .*\(got "abc"\)/,
    "Correct clientId.",
  ],
  [
    "an invalid time",
    "applications:\n  - name: a\n    secrets:\n      - endDateTime: tomorrow\n",
    /:4: applications\[0\]\.secrets\[0\]\.endDateTime is not a time; write it as 2027-01-31T00:00:00Z \(got a string\)/,
    "Correct endDateTime.",
  ],
  [
    "an unknown API",
    "applications:\n  - name: a\n    permissions:\n      - api: Microsoft Grap\n        application: [X]\n",
    /:4: applications\[0\]\.permissions\[0\]: No API in the tenant is named Microsoft Grap: .* Did you mean Microsoft Graph\?/,
    "Correct permissions[0].",
  ],
  [
    "an unknown permission",
    "applications:\n  - name: a\n    permissions:\n      - api: Microsoft Graph\n        application: [User.Raed.All]\n",
    /:4: applications\[0\]\.permissions\[0\]: Microsoft Graph has no application permission User\.Raed\.All\. Did you mean User\.Read\.All\?/,
    "Correct permissions[0].",
  ],
  [
    "an invalid redirect URI",
    "applications:\n  - name: a\n    redirectUris:\n      web:\n        - https://good.example/cb\n        - http://bad.example/cb\n",
    /:6: applications\[0\]\.redirectUris\.web\[1\]: Redirect URI http:\/\/bad\.example\/cb must use https/,
    "Correct web[1].",
  ],
  [
    "a user in a foreign domain",
    "users:\n  - userPrincipalName: ada@example.org\n",
    /:2: users\[0\]\.userPrincipalName: example\.org is not a domain of the tenant, which has contoso\.onmicrosoft\.com/,
    "Correct userPrincipalName.",
  ],
  [
    "an unknown directory role",
    "users:\n  - userPrincipalName: ada@contoso.onmicrosoft.com\n    directoryRoles: [King]\n",
    /:3: users\[0\]\.directoryRoles\[0\]: there is no directory role "King"; known roles are Global Administrator/,
    "Correct directoryRoles[0].",
  ],
  [
    "a name that appears twice",
    "applications:\n  - name: a\n  - name: a\n",
    /:3: applications\[1\]\.name: a appears twice/,
    "Correct name.",
  ],
  [
    "an invalid certificate",
    "applications:\n  - name: a\n    certificates:\n      - pem: hello\n",
    /:4: applications\[0\]\.certificates\[0\]: the text contains no PEM certificate/,
    "Correct certificates[0].",
  ],
  [
    "an unknown app role",
    "applications:\n  - name: a\n    assignments:\n      - user: admin@contoso.onmicrosoft.com\n        role: R\n",
    /:4: applications\[0\]\.assignments\[0\]: a has no app role R; it has: none/,
    "Correct assignments[0].",
  ],
  [
    "an unknown member",
    "groups:\n  - name: g\n    members:\n      - user: admin@contoso.onmicrosoft.com\n      - user: nobody@contoso.onmicrosoft.com\n",
    /:5: groups\[0\]\.members\[1\]: there is no user nobody@contoso\.onmicrosoft\.com; add the user to users/,
    "Correct members[1].",
  ],
  [
    "an unknown group in a group",
    "groups:\n  - name: g\n    members: [{ group: h }]\n",
    /:3: groups\[0\]\.members\[0\]: there is no group h; add the group to groups/,
    "Correct members[0].",
  ],
  [
    "an unknown application in a group",
    "groups:\n  - name: g\n    members: [{ application: h }]\n",
    /:3: groups\[0\]\.members\[0\]: h is not an application in the tenant/,
    "Correct members[0].",
  ],
  [
    "a group in itself",
    "groups:\n  - name: g\n    members: [{ group: g }]\n",
    /:3: groups\[0\]\.members\[0\]: Group .* cannot be a member of itself/,
    "Correct members[0].",
  ],
  [
    "an object id of another type",
    "groups:\n  - name: g\n    members: [{ group: a1de0000-0000-4000-8000-000000000001 }]\n",
    /:3: groups\[0\]\.members\[0\]: there is no group a1de0000-/,
    "Correct members[0].",
  ],
  [
    "a member of two types",
    "groups:\n  - name: g\n    members: [{ user: a@b.c, group: g }]\n",
    /:3: groups\[0\]\.members\[0\]: this needs exactly one of user, group and/,
    "Correct members[0].",
  ],
  [
    "a member that is a text",
    "groups:\n  - name: g\n    members: [admin@contoso.onmicrosoft.com]\n",
    /:3: groups\[0\]\.members\[0\] must be an object, got "admin@contoso\.onmicrosoft\.com"/,
    "Correct members[0].",
  ],
  [
    "a group name that appears twice",
    "groups:\n  - name: g\n  - name: g\n",
    /:3: groups\[1\]\.name: g appears twice/,
    "Correct name.",
  ],
  [
    "a group that cannot be assigned",
    "groups:\n  - name: g\n    securityEnabled: false\napplications:\n  - name: a\n    assignments: [{ group: g }]\n",
    /:6: applications\[0\]\.assignments\[0\]: the group g cannot be assigned; leave out its securityEnabled: false/,
    "Correct assignments[0].",
  ],
  [
    "a role for applications, assigned to a group",
    "groups:\n  - name: g\napplications:\n  - name: a\n    appRoles: [{ value: R }]\n    assignments: [{ group: g, role: R }]\n",
    /:6: applications\[0\]\.assignments\[0\]: app role R cannot be assigned to members of type User; add User to its allowedMemberTypes/,
    "Correct assignments[0].",
  ],
  [
    "another tenant's id",
    "tenant:\n  id: 22222222-2222-4333-8444-555555555555\n",
    /:1: tenant: the tenant of this platform is .*; leave tenant\.id out/,
    "Correct tenant.",
  ],
  ["invalid YAML", "users:\n  - a: [1\n", /seed\.yaml:3: /, "Correct the YAML at line 3 of "],
  [
    "the same key twice",
    "users: []\nusers: []\n",
    /seed\.yaml:2: Map keys must be unique/,
    "Correct the YAML at line 2",
  ],
  [
    "a list in place of a seed",
    "- a\n",
    /seed\.yaml:1: the whole seed must be an object, got a list/,
    "Correct the seed.",
  ],
])("names file, line, field and remedy for %s", async (_, text, message, remedy) => {
  const error = await errorOf(text);
  expect(error.message).toMatch(message);
  expect(error.remedy).toContain(remedy);
});

test("reports several errors at once", async () => {
  const { message } = await errorOf("users:\n  - {}\napplications:\n  - {}\n");
  expect(message.split("\n")).toHaveLength(2);
});

test("repeats no secret and no password in a message", async () => {
  const text =
    "users:\n  - userPrincipalName: a@b.c\n    password: 123456\napplications:\n  - name: a\n    secrets: [{ value: 987654 }]\n";
  const { message } = await errorOf(text);
  expect(message).toMatch(/password must be text, got a number/);
  expect(message).not.toMatch(/123456|987654/);
});

const canary = "c4naryS3cret~value";
const pem = `-----BEGIN PRIVATE KEY-----\n${canary}\n-----END PRIVATE KEY-----\n`;
const inApplication = (yaml: string): string => `applications:\n  - name: a\n    ${yaml}\n`;

test.each([
  ["the whole seed", canary],
  ["a private key as the seed", pem],
  ["a private key behind a mistake", `users: [\n${pem}`],
  ["secrets as text", inApplication(`secrets: ${canary}`)],
  ["a secret as text in the list", inApplication(`secrets: [${canary}]`)],
  ["a secret in a list of lists", inApplication(`secrets: [[${canary}]]`)],
  ["a secret's value in place of its time", inApplication(`secrets: [{ endDateTime: ${canary} }]`)],
  ["certificates as text", inApplication(`certificates: ${JSON.stringify(pem)}`)],
  ["a certificate as text in the list", inApplication(`certificates: [${JSON.stringify(pem)}]`)],
  ["a private key in place of a certificate", inApplication(`certificates: [{ pem: ${JSON.stringify(pem)} }]`)],
  ["a password in a list", `users:\n  - userPrincipalName: a@b.c\n    password: [${canary}]\n`],
])("repeats nothing of a secret: %s", async (_, text) => {
  const error = await errorOf(text);
  expect(`${error.message} ${error.remedy} ${JSON.stringify(error)} ${error.stack}`).not.toContain(canary.slice(0, 8));
});

test("applies nothing when one part is invalid", async () => {
  await errorOf(
    "users:\n  - userPrincipalName: new@contoso.onmicrosoft.com\napplications:\n  - name: a\n    clientId: x\n",
  );
  await errorOf(
    "users:\n  - userPrincipalName: new@contoso.onmicrosoft.com\napplications:\n  - name: a\n    permissions: [{ api: Nobody }]\n",
  );
  expect(platform.directory.findUser("new@contoso.onmicrosoft.com")).toBeUndefined();
});

test("names the place in a seed object", async () => {
  const seed = { applications: [{ name: 7 }] } as unknown as Seed;
  await expect(platform.seed(seed)).rejects.toThrow("seed: applications[0].name must be text, got 7");
});

test("names the file that cannot be read", async () => {
  await expect(platform.seed(join(folder, "none.yaml"))).rejects.toThrow(
    /none\.yaml cannot be read: there is no such file/,
  );
});

test("refuses to change the client id of an application, or to use it for another", async () => {
  const clientId = "44444444-2222-4333-8444-555555555555";
  await platform.seed({ applications: [{ name: "first", clientId }] });
  await expect(platform.seed({ applications: [{ name: "second", clientId }] })).rejects.toThrow(
    `applications[0].clientId: ${clientId} is the client id of first`,
  );
  await expect(
    platform.seed({ applications: [{ name: "first", clientId: "55555555-2222-4333-8444-555555555555" }] }),
  ).rejects.toThrow(`first is already registered with client id ${clientId}`);
});

test("refuses to change the id of a group, or to use it for another", async () => {
  const id = "66666666-2222-4333-8444-555555555555";
  await platform.seed({ groups: [{ name: "first", id }] });
  await expect(platform.seed({ groups: [{ name: "second", id }] })).rejects.toThrow(
    `groups[0].id: ${id} is the object id of first; choose another id`,
  );
  const other = "77777777-2222-4333-8444-555555555555";
  await expect(platform.seed({ groups: [{ name: "first", id: other }] })).rejects.toThrow(
    `first already exists with id ${id}`,
  );
});

test("does not start with an invalid seed", async () => {
  await expect(startPlatform({ seed: { users: [{ userPrincipalName: "nobody" }] } })).rejects.toBeInstanceOf(SeedError);
});

test("does not let a seed change the type of a managed identity", async () => {
  const identity = {
    name: "worker",
    assignment: "user",
    resourceId: "/subscriptions/1/resourcegroups/a/worker",
  } as const;
  await platform.seed({ managedIdentities: [identity] });
  await expect(
    platform.seed({ managedIdentities: [{ ...identity, name: "other", assignment: "system" }] }),
  ).rejects.toThrow(
    /managedIdentities\[0\]\.assignment: .*worker already exists as a user-assigned identity; set that assignment/,
  );
  const clientId = "99999999-2222-4333-8444-555555555555";
  await expect(platform.seed({ managedIdentities: [{ ...identity, clientId }] })).rejects.toThrow(
    /worker already exists with client id .*; leave clientId out, or use that one/,
  );
});
