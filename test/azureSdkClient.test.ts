import { SecretClient } from "@azure/keyvault-secrets";
import { asTokenCredential, ConfidentialClientApplication, clientSecret } from "@latchkey/client";
import { createFetch } from "@latchkey/client/node";
import { type Platform, startPlatform } from "@latchkey/platform";
import { createLocalJWKSet, type JWTPayload, jwtVerify } from "jose";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { authErrorOf, failureOf } from "../packages/client/test/support/failure.ts";
import { serverCertificate } from "../packages/client/test/support/keys.ts";
import { type LocalServer, startServer } from "../packages/client/test/support/localServer.ts";

const audience = "https://vault.azure.net";

/** A key vault with one secret, which accepts any token from the platform that is new enough. */
interface Vault extends LocalServer {
  readonly client: SecretClient;
  readonly clientId: string;
  /** The tokens that were sent, with the status of each response. */
  readonly visits: { readonly claims: JWTPayload | undefined; readonly status: number }[];
  /** The claims that each token request contained. */
  readonly requestedClaims: unknown[];
  /** Called with each token request before it is sent. */
  onTokenRequest?: (signal: AbortSignal) => void;
  /** From now on, older tokens are challenged (continuous access evaluation). */
  revoke(): void;
}

let platform: Platform;
let vault: Vault;
beforeEach(async () => {
  platform = await startPlatform();
  vault = await startVault();
});
afterEach(async () => {
  await vault?.close();
  await platform?.stop();
});

function tokenRequests(): number {
  return platform.events.filter(({ type }) => type === "token").length;
}

async function startVault(): Promise<Vault> {
  const certificate = await serverCertificate("localhost");
  const base = `${platform.url}/${platform.tenant.id}`;
  const keySet = await (await platform.fetch(new Request(`${base}/discovery/v2.0/keys`))).json();
  const keys = createLocalJWKSet(keySet as never);
  const visits: Vault["visits"] = [];
  let notBefore = 0;

  async function claimsOf(authorization: string | undefined): Promise<JWTPayload | undefined> {
    const token = /^Bearer (.+)$/.exec(authorization ?? "")?.[1];
    if (token === undefined) {
      return undefined;
    }
    const currentDate = new Date(platform.clock.now());
    return (await jwtVerify(token, keys, { audience, currentDate })).payload;
  }

  const server = await startServer(async ({ headers }, response) => {
    const claims = await claimsOf(headers.authorization);
    const isOld = claims !== undefined && (claims.iat ?? 0) < notBefore;
    const status = claims === undefined || isOld ? 401 : 200;
    visits.push({ claims, status });
    if (isOld) {
      const nbf = { essential: true, value: String(notBefore) };
      const requestedClaims = btoa(JSON.stringify({ access_token: { nbf } }));
      response.setHeader(
        "www-authenticate",
        `Bearer realm="", error="insufficient_claims", claims="${requestedClaims}"`,
      );
    } else if (status === 401) {
      response.setHeader("www-authenticate", `Bearer authorization="${base}", resource="${audience}"`);
    }
    response.writeHead(status, { "content-type": "application/json" });
    const body = { value: "the vault's", id: `${server.origin}/secrets/greeting/1`, attributes: { enabled: true } };
    response.end(JSON.stringify(status === 200 ? body : { error: { code: "Unauthorized", message: "No." } }));
  }, certificate);

  const { directory } = platform;
  const { appId: clientId } = directory.registerApplication({ displayName: "reader" });
  const requestedClaims: unknown[] = [];
  const send = createFetch({ certificateAuthorities: [platform.caCertificate] });
  const app = new ConfidentialClientApplication({
    clientId,
    authority: base,
    clientCredential: clientSecret(directory.addPassword(clientId).secretText),
    fetch(url, init) {
      requestedClaims.push(JSON.parse(new URLSearchParams(init.body).get("claims") ?? "{}"));
      vault.onTokenRequest?.(init.signal);
      return send(url, init);
    },
    clock: platform.clock,
  });
  const client = new SecretClient(server.origin.replace("127.0.0.1", "localhost"), asTokenCredential(app), {
    disableChallengeResourceVerification: true,
    tlsOptions: { ca: certificate.certificate },
    retryOptions: { maxRetries: 0 },
  });
  return Object.assign(server, {
    client,
    clientId,
    visits,
    requestedClaims,
    revoke() {
      platform.clock.advance(600_000);
      notBefore = Math.floor(platform.clock.now() / 1_000) - 300;
    },
  });
}

describe("@azure/keyvault-secrets 4.12.0 with asTokenCredential", () => {
  test("reads several secrets with one token", async () => {
    for (let read = 0; read < 3; read++) {
      expect(await vault.client.getSecret("greeting")).toMatchObject({ value: "the vault's" });
    }
    expect(vault.visits.map(({ status }) => status)).toEqual([401, 200, 200, 200]);
    expect(tokenRequests()).toBe(1);
  });

  test("answers a claims challenge, which it declares it supports, with one new token", async () => {
    await vault.client.getSecret("greeting");
    const capable = { xms_cc: { values: ["cp1"] } };
    expect(vault.requestedClaims).toEqual([{ access_token: capable }]);
    vault.revoke();
    expect(await vault.client.getSecret("greeting")).toMatchObject({ value: "the vault's" });
    expect(vault.visits.slice(2).map(({ status }) => status)).toEqual([401, 200]);
    const nbf = { essential: true, value: expect.stringMatching(/^\d+$/) };
    expect(vault.requestedClaims.slice(1)).toEqual([{ access_token: { ...capable, nbf } }]);
    await vault.client.getSecret("greeting");
    expect(vault.visits).toHaveLength(5);
    expect(tokenRequests()).toBe(2);
  });

  test("gets the library's own error when there is no token", async () => {
    platform.directory.setEnabled(vault.clientId, false);
    expect(await authErrorOf(vault.client.getSecret("greeting"))).toMatchObject({
      code: "application_disabled",
      aadsts: 7000112,
      remedy: expect.stringMatching(/\w/),
    });
  });

  test("is aborted by its caller while a token is being requested", async () => {
    const giveUp = new AbortController();
    let request: AbortSignal | undefined;
    vault.onTokenRequest = (signal) => {
      request = signal;
      giveUp.abort();
    };
    const error = await failureOf(vault.client.getSecret("greeting", { abortSignal: giveUp.signal }));
    expect(error).toMatchObject({ name: "AbortError" });
    expect(request?.aborted).toBe(true);
    expect(tokenRequests()).toBe(0);
  });
});
