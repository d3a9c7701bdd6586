import { generateKeyPairSync } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { type Platform, startPlatform } from "@latchkey/platform";
import { decodeJwt, exportJWK, type JWTPayload, SignJWT } from "jose";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { graphScope, postForm, type TokenResponse, tokenPath } from "../../support/daemon.ts";

const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const subject = "repo:contoso/shop:ref:refs/heads/main";
const staticIssuer = "https://token.actions.example";
let platform: Platform;
let appId: string;
let server: Server;
let loopbackIssuer: string;
let hasKeys = true;
beforeAll(async () => {
  const keys = { keys: [{ ...(await exportJWK(publicKey)), kid: "k1" }] };
  server = createServer((request, response) => {
    const isConfiguration = request.url === "/.well-known/openid-configuration";
    const body = isConfiguration ? { issuer: loopbackIssuer, jwks_uri: `${loopbackIssuer}/keys` } : keys;
    response.writeHead(hasKeys ? 200 : 500).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  loopbackIssuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  platform = await startPlatform();
  ({ appId } = platform.directory.registerApplication({ displayName: "Deploy" }));
  const json = JSON.parse(JSON.stringify(keys));
  platform.directory.addFederatedCredential(appId, { name: "ci", issuer: staticIssuer, subject, keys: json });
  platform.directory.addFederatedCredential(appId, { name: "loopback", issuer: loopbackIssuer, subject });
  platform.directory.addFederatedCredential(appId, { name: "far", issuer: "https://far.example", subject });
});
afterAll(async () => {
  await platform.stop();
  server.close();
});

interface Changes extends JWTPayload {
  readonly key?: typeof privateKey;
  readonly alg?: string;
}

async function ask({ key = privateKey, alg = "RS256", ...claims }: Changes = {}): Promise<TokenResponse> {
  const now = Math.floor(Date.now() / 1000);
  const usual = { iss: staticIssuer, sub: subject, aud: "api://AzureADTokenExchange", nbf: now, exp: now + 600 };
  const assertion = await new SignJWT({ ...usual, ...claims }).setProtectedHeader({ alg, kid: "k1" }).sign(key);
  return postForm(platform, tokenPath(platform), {
    grant_type: "client_credentials",
    client_id: appId,
    client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
    client_assertion: assertion,
    scope: graphScope,
  });
}

describe("a token of another issuer", () => {
  test("replaces a secret, checked with the given keys", async () => {
    const { status, body } = await ask();
    expect(status).toBe(200);
    expect(decodeJwt(body.access_token)).toMatchObject({ appid: appId, appidacr: "2" });
  });

  test("is checked with the keys that an issuer on this machine publishes", async () => {
    expect((await ask({ iss: loopbackIssuer })).status).toBe(200);
  });

  test("cannot be checked if those keys are not available: AADSTS50166", async () => {
    hasKeys = false;
    const { body } = await ask({ iss: loopbackIssuer });
    hasKeys = true;
    expect(body.error_codes).toEqual([50166]);
    expect(platform.events.at(-1)?.why).toContain("answered 500");
  });

  test("of an issuer elsewhere causes no network request: AADSTS50166", async () => {
    expect((await ask({ iss: "https://far.example" })).body.error_codes).toEqual([50166]);
    expect(platform.events.at(-1)?.why).toContain("is not on this machine");
  });

  test.each<[string, Changes, number]>([
    ["another issuer", { iss: "https://evil.example" }, 700211],
    ["another audience", { aud: "api://other" }, 700212],
    ["another subject", { sub: "repo:contoso/shop:ref:refs/heads/dev" }, 700213],
    ["a subject in another letter case", { sub: subject.toUpperCase() }, 7002138],
    ["an expired one", { exp: 1 }, 700024],
    ["another signature", { key: generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey }, 50012],
    ["another algorithm", { alg: "PS256" }, 5002738],
  ])("%s is refused with 401", async (_, changes, code) => {
    const { status, body } = await ask(changes);
    expect(status).toBe(401);
    expect(body).toMatchObject({ error: "invalid_client", error_codes: [code] });
  });

  test("a token of the platform itself is refused: AADSTS700222", async () => {
    expect((await ask({ iss: `${platform.url}/${platform.tenant.id}/v2.0` })).body.error_codes).toEqual([700222]);
  });
});
