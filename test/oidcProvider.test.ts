import type { RequestListener } from "node:http";
import { ConfidentialClientApplication, type Credential, clientCertificate, clientSecret } from "@latchkey/client";
import { createFetch } from "@latchkey/client/node";
import { calculateJwkThumbprint, exportJWK } from "jose";
import { Provider } from "oidc-provider";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { authErrorOf } from "../packages/client/test/support/failure.ts";
import { ecKeyPair, rsaKeyPair, serverCertificate } from "../packages/client/test/support/keys.ts";
import { type LocalServer, startServer } from "../packages/client/test/support/localServer.ts";

const secret = "a secret: with/every+kind of ch@r%cter";
const keys = { rsa: rsaKeyPair(), ec: ecKeyPair() };
const pemOf = ({ privateKey }: (typeof keys)["rsa"]): string =>
  privateKey.export({ type: "pkcs8", format: "pem" }).toString();

let server: LocalServer;
let issuer: string;
let fetch: ReturnType<typeof createFetch>;
const paths: string[] = [];

beforeAll(async () => {
  const certificate = await serverCertificate("localhost");
  fetch = createFetch({ certificateAuthorities: [certificate.certificate] });
  const publicKeys = await Promise.all(
    Object.values(keys).map(async ({ publicKey }) => {
      const jwk = await exportJWK(publicKey);
      return { ...jwk, kid: await calculateJwkThumbprint(jwk) };
    }),
  );
  const common = { grant_types: ["client_credentials"], redirect_uris: [], response_types: [], scope: "read write" };
  const signed = { ...common, token_endpoint_auth_method: "private_key_jwt", jwks: { keys: publicKeys } };
  let provider: RequestListener = (_, response) => void response.writeHead(503).end();
  server = await startServer((request, response) => {
    paths.push(`${request.method} ${request.url}`);
    provider(request, response);
  }, certificate);
  issuer = `https://localhost:${server.port}`;
  provider = new Provider(issuer, {
    features: { clientCredentials: { enabled: true }, devInteractions: { enabled: false } },
    scopes: ["read", "write"],
    ttl: { ClientCredentials: 3_600 },
    clients: [
      { ...common, client_id: "post", client_secret: secret, token_endpoint_auth_method: "client_secret_post" },
      { ...common, client_id: "basic", client_secret: secret, token_endpoint_auth_method: "client_secret_basic" },
      { ...signed, client_id: "rsa", token_endpoint_auth_signing_alg: "RS256" },
      { ...signed, client_id: "ec", token_endpoint_auth_signing_alg: "ES256" },
    ],
  }).callback();
});
afterAll(() => server.close());

const application = (clientId: string, clientCredential: Credential): ConfidentialClientApplication =>
  new ConfidentialClientApplication({ clientId, clientCredential, oidcAuthority: issuer, fetch });

describe("an independent OpenID Connect server", () => {
  test.each<[string, () => Credential]>([
    ["post", () => clientSecret(secret)],
    ["basic", () => clientSecret(secret, { method: "client_secret_basic" })],
    ["rsa", () => clientCertificate({ privateKey: pemOf(keys.rsa) })],
    ["ec", () => clientCertificate({ privateKey: pemOf(keys.ec) })],
  ])("issues a token to the client %s, repeatedly", async (clientId, credential) => {
    const app = application(clientId, credential());
    const first = await app.acquireTokenForClient({ scopes: ["read", "write"] });
    expect(first).toMatchObject({
      tokenType: "Bearer",
      scopes: ["read", "write"],
      source: "network",
      authority: issuer,
    });
    expect(first.expiresOn.getTime()).toBeGreaterThan(Date.now() + 3_500_000);
    // The server stores each jti: it would refuse an assertion that was sent twice.
    const second = await app.acquireTokenForClient({ scopes: ["read", "write"], forceRefresh: true });
    expect(second.accessToken).not.toBe(first.accessToken);
    expect(await app.acquireTokenForClient({ scopes: ["write"] })).toMatchObject({
      source: "cache",
      accessToken: second.accessToken,
    });
  });

  test("receives one metadata request", async () => {
    paths.length = 0;
    const app = application("post", clientSecret(secret));
    await Promise.all([
      app.acquireTokenForClient({ scopes: ["read"] }),
      app.acquireTokenForClient({ scopes: ["write"] }),
    ]);
    expect(paths).toEqual(["GET /.well-known/openid-configuration", "POST /token", "POST /token"]);
  });

  test.each<[string, () => Credential]>([
    ["post", () => clientSecret("canary wrong")],
    ["basic", () => clientSecret("canary wrong", { method: "client_secret_basic" })],
    ["rsa", () => clientCertificate({ privateKey: pemOf(rsaKeyPair()) })],
    ["nobody", () => clientSecret("canary wrong")],
  ])("refuses the wrong credential of the client %s, once", async (clientId, credential) => {
    paths.length = 0;
    const error = await authErrorOf(application(clientId, credential()).acquireTokenForClient({ scopes: ["read"] }));
    expect(error).toMatchObject({
      name: "ServerError",
      code: "invalid_client_secret",
      error: "invalid_client",
      status: 401,
    });
    expect(JSON.stringify(error)).not.toContain("canary");
    expect(paths).toEqual(["GET /.well-known/openid-configuration", "POST /token"]);
  });

  test("grants fewer scopes than requested, and the result says so", async () => {
    const app = application("post", clientSecret(secret));
    const { scopes } = await app.acquireTokenForClient({ scopes: ["read", "admin"] });
    expect(scopes).toEqual(["read"]);
    expect((await app.acquireTokenForClient({ scopes: ["read"] })).source).toBe("cache");
  });

  test("is not accepted under another issuer's name", async () => {
    const app = new ConfidentialClientApplication({
      clientId: "post",
      clientCredential: clientSecret(secret),
      oidcAuthority: `${issuer}/other`,
      fetch,
    });
    const error = await authErrorOf(app.acquireTokenForClient({ scopes: ["read"] }));
    expect(error.code).toBe("invalid_authority");
  });
});
