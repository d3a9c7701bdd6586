import { type Platform, startPlatform } from "@latchkey/platform";
import type { JWTPayload } from "jose";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { makeCertificate, signAssertion, type TestCertificate } from "../../support/certificate.ts";
import { postForm, tokenForm, tokenPath } from "../../support/daemon.ts";
import { type Graph, graphAs, graphWith } from "../../support/graph.ts";

const day = 86_400_000;
let platform: Platform;
let old: TestCertificate;
let next: TestCertificate;
let id: string;
let appId: string;
let oldKeyId: string;
/** The application itself, without any permission. */
let graph: Graph;
beforeAll(async () => {
  platform = await startPlatform();
  const now = platform.clock.now();
  old = makeCertificate(now - 1000, now + 30 * day);
  next = makeCertificate(now - 1000, now + 365 * day);
});
afterAll(() => platform.stop());
beforeEach(async () => {
  const { directory } = platform;
  const registered = directory.registerApplication({ displayName: "Rolling" });
  ({ id, appId } = registered);
  oldKeyId = directory.addCertificate(registered.appId, old.pem).keyId;
  const secret = directory.addPassword(registered.appId).secretText;
  const form = tokenForm({ ...registered, secret, secretId: "", servicePrincipalId: "" });
  graph = graphAs(platform, `Bearer ${(await postForm(platform, tokenPath(platform), form)).body.access_token}`);
});

const key = (pem: string): string => pem.replace(/-----[A-Z ]+-----|\s/g, "");
function proofBy(certificate: TestCertificate, changes: JWTPayload = {}): Promise<string> {
  const nbf = Math.floor(platform.clock.now() / 1000);
  const claims = { aud: "00000002-0000-0000-c000-000000000000", iss: id, nbf, exp: nbf + 600, ...changes };
  return signAssertion(certificate.privateKey, { alg: "RS256", typ: "JWT", x5t: certificate.sha1 }, claims);
}
const keyCredential = (pem: string) => ({ type: "AsymmetricX509Cert", usage: "Verify", key: key(pem) });
const act = (name: "addKey" | "removeKey", body: unknown, as: Graph = graph) =>
  as(`/v1.0/applications/${id}/${name}`, { method: "POST", body });

async function keyIds(): Promise<readonly string[]> {
  const reader = await graphWith(platform, ["Application.Read.All"]);
  const { body } = await reader(`/v1.0/applications/${id}`);
  return body.keyCredentials.map(({ keyId }: { keyId: string }) => keyId);
}

test("an application replaces its certificate with proof of possession of the old one and no permission", async () => {
  const proof = await proofBy(old);
  const added = await act("addKey", { keyCredential: keyCredential(next.pem), passwordCredential: null, proof });
  expect([added.status, added.body["@odata.context"]]).toEqual([
    200,
    `${platform.url}/v1.0/$metadata#microsoft.graph.keyCredential`,
  ]);
  expect(added.body).toMatchObject({ type: "AsymmetricX509Cert", usage: "Verify", key: null });
  expect(await keyIds()).toEqual([oldKeyId, added.body.keyId]);
  const removed = await act("removeKey", { keyId: oldKeyId, proof: await proofBy(next) });
  expect([removed.status, removed.text]).toEqual([204, ""]);
  expect(await keyIds()).toEqual([added.body.keyId]);
  expect(platform.events.find(({ path }) => path.endsWith("/addKey"))?.why).toContain("being the application itself");
});

test.each<[string, (nowSeconds: number) => JWTPayload]>([
  ["for another audience", () => ({ aud: "00000003-0000-0000-c000-000000000000" })],
  ["of another issuer", () => ({ iss: "a1de0000-0000-4000-8000-000000000002" })],
  ["that has expired", (now) => ({ nbf: now - 1200, exp: now - 600 })],
  ["that is not valid yet", (now) => ({ nbf: now + 3600, exp: now + 4200 })],
  ["with a lifetime of an hour", (now) => ({ exp: now + 3600 })],
  ["without nbf or exp", () => ({ nbf: "", exp: "" }) as unknown as JWTPayload],
])("a proof %s is refused", async (_, changes) => {
  const proof = await proofBy(old, changes(Math.floor(platform.clock.now() / 1000)));
  const { status, body } = await act("addKey", { keyCredential: keyCredential(next.pem), proof });
  expect([status, body.error.code]).toEqual([401, "Authentication_MissingOrMalformed"]);
  expect(body.error.message).toBe("Access Token missing or malformed.");
  expect(await keyIds()).toEqual([oldKeyId]);
});

test("a proof that is not a JWT, or signed by a key that is not registered, is refused", async () => {
  for (const proof of [await proofBy(next), "nonsense", "a.b.c"]) {
    expect((await act("addKey", { keyCredential: keyCredential(next.pem), proof })).status).toBe(401);
    expect((await act("removeKey", { keyId: oldKeyId, proof })).status).toBe(401);
  }
  expect(await keyIds()).toEqual([oldKeyId]);
});

test("an expired certificate proves nothing", async () => {
  const now = platform.clock.now();
  const ended = makeCertificate(now - 2 * day, now - day);
  platform.directory.addCertificate(appId, ended.pem);
  const body = { keyCredential: keyCredential(next.pem), proof: await proofBy(ended) };
  expect((await act("addKey", body)).status).toBe(401);
  expect(platform.events.at(-1)?.why).toContain("valid certificates");
});

test("another application requires a permission and a proof", async () => {
  const body = { keyCredential: keyCredential(next.pem), proof: await proofBy(old) };
  expect((await act("addKey", body, await graphWith(platform, ["User.Read.All"]))).status).toBe(403);
  expect((await act("addKey", body, await graphWith(platform, ["Application.ReadWrite.OwnedBy"]))).status).toBe(403);
  const writer = await graphWith(platform, ["Application.ReadWrite.All"]);
  expect((await act("addKey", { ...body, proof: await proofBy(next) }, writer)).status).toBe(401);
  expect((await act("addKey", body, writer)).status).toBe(200);
});

test.each([
  ["addKey", { proof: "a.b.c" }],
  ["addKey", { keyCredential: {} }],
  ["removeKey", { proof: "a.b.c" }],
  ["removeKey", { keyId: "a1de0000-0000-4000-8000-000000000002" }],
] as const)("%s without all of its parts is 400: %j", async (name, body) => {
  const { status, body: response } = await act(name, body);
  expect([status, response.error.code]).toEqual([400, "Request_BadRequest"]);
});

test("an unreadable certificate, or an unknown key, is 400", async () => {
  const proof = await proofBy(old);
  const unreadable = { ...keyCredential(next.pem), key: "AAAA" };
  expect((await act("addKey", { keyCredential: unreadable, proof })).status).toBe(400);
  const signing = { ...keyCredential(next.pem), usage: "Sign" };
  expect((await act("addKey", { keyCredential: signing, proof })).status).toBe(400);
  const again = { ...keyCredential(old.pem), keyId: oldKeyId };
  expect((await act("addKey", { keyCredential: again, proof })).status).toBe(400);
  const unknown = { keyId: "a1de0000-0000-4000-8000-000000000002", proof };
  const { status, body } = await act("removeKey", unknown);
  expect([status, body.error.message]).toEqual([400, `No key credential found with keyId ${unknown.keyId}.`]);
});
