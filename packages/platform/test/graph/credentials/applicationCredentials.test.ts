import { X509Certificate } from "node:crypto";
import { type Platform, startPlatform } from "@latchkey/platform";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { makeCertificate, type TestCertificate } from "../../support/certificate.ts";
import { postForm, tokenForm, tokenPath } from "../../support/daemon.ts";
import { type Graph, graphWith } from "../../support/graph.ts";

let platform: Platform;
let graph: Graph;
let first: TestCertificate;
let second: TestCertificate;
let id: string;
let appId: string;
beforeAll(async () => {
  platform = await startPlatform();
  graph = await graphWith(platform, ["Application.ReadWrite.All"]);
  const now = platform.clock.now();
  first = makeCertificate(now - 1000, now + 365 * 86_400_000);
  second = makeCertificate(now - 1000, now + 365 * 86_400_000);
});
afterAll(() => platform.stop());
beforeEach(async () => {
  ({ id, appId } = platform.directory.registerApplication({ displayName: "Credentials" }));
});

function act(name: string, body?: unknown) {
  return graph(`/v1.0/applications/${id}/${name}`, { method: "POST", ...(body === undefined ? {} : { body }) });
}
async function read() {
  return (await graph(`/v1.0/applications/${id}`)).body;
}
function setKeys(keyCredentials: readonly unknown[]) {
  return graph(`/v1.0/applications/${id}`, { method: "PATCH", body: { keyCredentials } });
}

test("addPassword returns the text of the secret once, in Graph's format", async () => {
  const { status, headers, body } = await act("addPassword", {
    passwordCredential: {
      displayName: "rbac",
      startDateTime: "2026-01-01T00:00:00Z",
      endDateTime: "2027-01-01T00:00:00Z",
    },
  });
  expect(status).toBe(200);
  expect(headers.get("location")).toBe(platform.url);
  expect(JSON.stringify(body)).toBe(
    JSON.stringify({
      "@odata.context": `${platform.url}/v1.0/$metadata#microsoft.graph.passwordCredential`,
      customKeyIdentifier: null,
      displayName: "rbac",
      endDateTime: "2027-01-01T00:00:00Z",
      hint: body.secretText.slice(0, 3),
      keyId: body.keyId,
      secretText: body.secretText,
      startDateTime: "2026-01-01T00:00:00Z",
    }),
  );
  const { passwordCredentials } = await read();
  expect(passwordCredentials).toMatchObject([
    { keyId: body.keyId, secretText: null, hint: body.hint, displayName: "rbac" },
  ]);
  expect(JSON.stringify(platform.events)).not.toContain(body.secretText);
});

test("a secret from addPassword gets a token until removePassword", async () => {
  const { secretText, keyId } = (await act("microsoft.graph.addPassword")).body;
  const form = tokenForm({ appId, secret: secretText, secretId: "", servicePrincipalId: "" });
  expect((await postForm(platform, tokenPath(platform), form)).status).toBe(200);
  const removed = await act("removePassword", { keyId });
  expect([removed.status, removed.text]).toEqual([204, ""]);
  expect((await postForm(platform, tokenPath(platform), form)).status).toBe(401);
});

test.each([
  [{ keyId: "5b0f4c1e-7b1f-4f0a-9b43-0d6a4f1f4a10" }, /^No password credential found with keyId 5b0f4c1e/],
  [{ keyId: "x" }, /^Invalid value specified for property 'keyId'/],
  [{}, /^A value is required for property 'keyId'/],
])("removePassword with %j is 400", async (body, message) => {
  const response = await act("removePassword", body);
  expect(response.status).toBe(400);
  expect(response.body.error.message).toMatch(message);
});

test.each([
  [{ passwordCredential: "x" }],
  [{ passwordCredential: { endDateTime: "tomorrow" } }],
  [{ passwordCredential: { endDateTime: "2001-01-01T00:00:00Z" } }],
  [{ passwordCredential: { secretText: "canary-my-own-secret" } }],
])("addPassword with %j is 400", async (body) => {
  expect((await act("addPassword", body)).status).toBe(400);
  expect(JSON.stringify(platform.events)).not.toContain("canary");
});

test("a list of passwords can omit existing ones but not add new ones", async () => {
  const password = (await act("addPassword")).body;
  await act("addPassword");
  const { passwordCredentials } = await read();
  const patch = (credentials: unknown) =>
    graph(`/v1.0/applications/${id}`, { method: "PATCH", body: { passwordCredentials: credentials } });
  const only = passwordCredentials.filter(({ keyId }: { keyId: string }) => keyId === password.keyId);
  expect((await patch(only)).status).toBe(204);
  expect((await read()).passwordCredentials).toHaveLength(1);
  expect((await patch([...only, { displayName: "new" }])).body.error.message).toBe(
    "New password credentials must be generated using service actions.",
  );
});

/** As Azure CLI sends it: the lines between the PEM markers, with their line feeds. */
function azureCliKey({ pem }: TestCertificate): string {
  return pem.replace(/-----[A-Z ]+-----\n?/g, "");
}

test("a certificate with line feeds in its base64 is accepted, and its thumbprint is shown", async () => {
  const keyId = "2d9f7f1c-32f6-4b4f-8f0f-0c7a8c3f1a01";
  const { status } = await setKeys([
    {
      "@odata.type": "#microsoft.graph.keyCredential",
      displayName: null,
      endDateTime: new Date(platform.clock.now() + 86_400_000).toISOString(),
      key: azureCliKey(first),
      keyId,
      startDateTime: new Date(platform.clock.now()).toISOString(),
      type: "AsymmetricX509Cert",
      usage: "Verify",
    },
  ]);
  expect(status).toBe(204);
  const [shown] = (await read()).keyCredentials;
  expect(Object.keys(shown)).toEqual([
    "customKeyIdentifier",
    "displayName",
    "endDateTime",
    "key",
    "keyId",
    "startDateTime",
    "type",
    "usage",
  ]);
  expect(shown).toMatchObject({
    customKeyIdentifier: Buffer.from(first.sha1, "base64url").toString("hex").toUpperCase(),
    displayName: "CN=A daemon's certificate",
    key: null,
    keyId,
    type: "AsymmetricX509Cert",
    usage: "Verify",
  });
});

test("a new application can include a certificate, as DER or as a PEM file in base64", async () => {
  const der = new X509Certificate(first.pem).raw.toString("base64");
  const pem = Buffer.from(second.pem).toString("base64");
  const credential = (key: string) => ({ key, type: "AsymmetricX509Cert", usage: "Verify" });
  const { status, body } = await graph("/v1.0/applications", {
    method: "POST",
    body: { displayName: "Created with keys", keyCredentials: [credential(der), credential(pem)] },
  });
  expect(status).toBe(201);
  expect(
    body.keyCredentials.map(({ customKeyIdentifier }: { customKeyIdentifier: string }) => customKeyIdentifier),
  ).toEqual([first, second].map(({ sha1 }) => Buffer.from(sha1, "base64url").toString("hex").toUpperCase()));
});

test("a certificate that is sent back with a null key stays, an omitted one is removed", async () => {
  await setKeys([{ key: azureCliKey(first), type: "AsymmetricX509Cert", usage: "Verify" }]);
  const [present] = (await read()).keyCredentials;
  const added = { key: azureCliKey(second), type: "AsymmetricX509Cert", usage: "Verify" };
  expect((await setKeys([present, added])).status).toBe(204);
  const both = (await read()).keyCredentials;
  expect(both).toHaveLength(2);
  expect(both[0]).toEqual(present);
  expect((await setKeys([both[1]])).status).toBe(204);
  expect((await read()).keyCredentials).toEqual([both[1]]);
});

test.each([
  ["a key that is not a certificate", () => ({ key: "AAAA" }), 400, "Request_BadRequest"],
  [
    "a null key that was never stored",
    () => ({ key: null, keyId: "2d9f7f1c-32f6-4b4f-8f0f-0c7a8c3f1a99" }),
    400,
    "Request_BadRequest",
  ],
  ["an unknown usage", () => ({ key: azureCliKey(first), usage: "Encrypt" }), 400, "Request_BadRequest"],
  ["an unknown type", () => ({ key: azureCliKey(first), type: "Symmetric" }), 400, "Request_BadRequest"],
  [
    "an end after that of the certificate",
    () => ({ key: azureCliKey(first), endDateTime: "2090-01-01T00:00:00Z" }),
    400,
    "KeyCredentialsInvalidEndDate",
  ],
])("%s is refused", async (_, item, status, code) => {
  const response = await setKeys([{ type: "AsymmetricX509Cert", usage: "Verify", ...item() }]);
  expect([response.status, response.body.error.code]).toEqual([status, code]);
  expect((await read()).keyCredentials).toEqual([]);
});

test("a stored certificate cannot be replaced under its id", async () => {
  await setKeys([{ key: azureCliKey(first), type: "AsymmetricX509Cert", usage: "Verify" }]);
  const [{ keyId }] = (await read()).keyCredentials;
  const { status, body } = await setKeys([
    { key: azureCliKey(second), keyId, type: "AsymmetricX509Cert", usage: "Verify" },
  ]);
  expect([status, body.error.message]).toEqual([
    400,
    `Update to existing credential with KeyId '${keyId}' is not allowed.`,
  ]);
});

test("the application's credentials are not shown on its service principal", async () => {
  await setKeys([{ key: azureCliKey(first), type: "AsymmetricX509Cert", usage: "Verify" }]);
  await act("addPassword");
  const { body } = await graph(`/v1.0/servicePrincipals(appId='${appId}')`);
  expect([body.keyCredentials, body.passwordCredentials]).toEqual([[], []]);
});
