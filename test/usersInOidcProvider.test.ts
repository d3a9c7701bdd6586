import type { RequestListener } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import {
  type ApplicationOptions,
  ConfidentialClientApplication,
  clientCertificate,
  clientSecret,
  type DeviceCodeInfo,
  PublicClientApplication,
} from "@latchkey/client";
import { acquireTokenInteractive, createFetch } from "@latchkey/client/node";
import { calculateJwkThumbprint, exportJWK } from "jose";
import { Provider } from "oidc-provider";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ecKeyPair, serverCertificate } from "../packages/client/test/support/keys.ts";
import { type LocalServer, startServer } from "../packages/client/test/support/localServer.ts";

const redirectUri = "https://app.example/back";
const scopes = ["read"];
const secret = "a secret: with/every+kind of ch@r%cter";
const deviceGrant = "urn:ietf:params:oauth:grant-type:device_code";
const tokenExchange = "urn:ietf:params:oauth:grant-type:token-exchange";
const key = ecKeyPair();

let server: LocalServer;
let issuer: string;
let fetch: ReturnType<typeof createFetch>;
/** Called with each request before it is answered. */
let onRequest: (path: string) => unknown = () => {};

beforeAll(async () => {
  const certificate = await serverCertificate("localhost");
  fetch = createFetch({ certificateAuthorities: [certificate.certificate] });
  const jwk = await exportJWK(key.publicKey);
  let provider: RequestListener = (_, response) => void response.writeHead(503).end();
  server = await startServer(async (request, response) => {
    await onRequest(`${request.method} ${request.url}`);
    provider(request, response);
  }, certificate);
  issuer = `https://localhost:${server.port}`;
  const web = { redirect_uris: [redirectUri], grant_types: ["authorization_code", "refresh_token", tokenExchange] };
  const native = { application_type: "native", token_endpoint_auth_method: "none", response_types: [] };
  const issuing = new Provider(issuer, {
    features: { devInteractions: { enabled: true }, deviceFlow: { enabled: true } },
    scopes: ["openid", "offline_access", "read"],
    clients: [
      { ...web, client_id: "secret", client_secret: secret, token_endpoint_auth_method: "client_secret_basic" },
      {
        ...web,
        client_id: "key",
        token_endpoint_auth_method: "private_key_jwt",
        token_endpoint_auth_signing_alg: "ES256",
        jwks: { keys: [{ ...jwk, kid: await calculateJwkThumbprint(jwk) }] },
      },
      {
        ...native,
        client_id: "tool",
        grant_types: ["authorization_code", "refresh_token"],
        redirect_uris: ["http://127.0.0.1/"],
        response_types: ["code"],
      },
      { ...native, client_id: "television", grant_types: [deviceGrant, "refresh_token"], redirect_uris: [] },
    ],
  });
  issuing.registerGrantType(tokenExchange, exchange, ["subject_token", "subject_token_type"]);
  provider = issuing.callback();
});
afterAll(() => server?.close());

/** The server's handling of RFC 8693, which it leaves to its operator. */
async function exchange(context: { oidc: { params: Record<string, string> }; body: unknown }): Promise<void> {
  const { subject_token: token, subject_token_type: type, scope } = context.oidc.params;
  context.body = {
    access_token: `exchanged ${token}`,
    issued_token_type: type,
    token_type: "N_A",
    expires_in: 60,
    scope,
  };
}

/** An application's clock; with it a device does not wait between polls. */
const clock = {
  now: () => Date.now(),
  sleep: (ms: number, signal?: AbortSignal) => sleep(ms === 5_000 ? 0 : ms, undefined, { signal }),
};

function options(clientId: string): ApplicationOptions {
  return { clientId, oidcAuthority: issuer, fetch, clock };
}

const confidential: Readonly<Record<string, () => ConfidentialClientApplication>> = {
  secret: () =>
    new ConfidentialClientApplication({
      ...options("secret"),
      clientCredential: clientSecret(secret, { method: "client_secret_basic" }),
    }),
  key: () =>
    new ConfidentialClientApplication({
      ...options("key"),
      clientCredential: clientCertificate({
        privateKey: key.privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
      }),
    }),
};

/** A user's browser: fills in each form that the server shows, until it is redirected elsewhere or there is none. */
async function browse(
  address: string,
  fields: Readonly<Record<string, string>>,
  ownFetch = fetch,
): Promise<URL | string> {
  const { origin } = new URL(address);
  const cookies = new Map<string, string>();
  let at = new URL(address);
  let body: URLSearchParams | undefined;
  for (;;) {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const answer = await ownFetch(at, {
      ...(body && { method: "POST", body }),
      headers: { cookie },
      redirect: "manual",
    });
    for (const line of answer.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      cookies.set(name, value);
    }
    const location = answer.headers.get("location");
    const html = await answer.text();
    const form = /<form[^>]*action="([^"]+)"/.exec(html)?.[1];
    if ((location === null && form === undefined) || body?.has("abort")) {
      return html;
    }
    at = new URL(location ?? form ?? "", at);
    body = location === null ? formOf(html, fields) : undefined;
    if (at.origin !== origin) {
      if (body === undefined) {
        return at;
      }
      return (await globalThis.fetch(at, { method: "POST", body })).text();
    }
  }
}

function formOf(html: string, fields: Readonly<Record<string, string>>): URLSearchParams {
  const inputs = [...html.matchAll(/<input[^>]*>/g)].map(([input]) => {
    const [, name = ""] = /name="([^"]*)"/.exec(input) ?? [];
    const [, value] = /value="([^"]*)"/.exec(input) ?? [];
    return [name, fields[name] ?? value ?? ""];
  });
  const extra = html.includes('name="abort"') && fields["abort"] ? [["abort", fields["abort"]]] : [];
  return new URLSearchParams([...inputs, ...extra]);
}

const grace = { login: "grace", password: "any" };

describe.each(["secret", "key"])("a web app that authenticates with its %s", (name) => {
  test("signs a user in by authorization code and PKCE, and refreshes", async () => {
    const app = confidential[name]?.();
    if (app === undefined) {
      throw new Error("no such application");
    }
    const begun = await app.getAuthorizationUrl({ scopes, redirectUri, prompt: "consent" });
    const request = JSON.parse(JSON.stringify(begun));
    const response = (await browse(request.url, grace)) as URL;
    expect(response.searchParams.get("iss")).toBe(issuer);
    const result = await app.acquireTokenByAuthorizationCode({ request, response });
    expect(result).toMatchObject({
      source: "network",
      scopes: ["read", "openid", "offline_access"],
      account: { homeAccountId: "grace", environment: new URL(issuer).host },
      idTokenClaims: { iss: issuer, aud: name, sub: "grace", nonce: request.nonce },
    });
    const { account } = result;
    if (account === undefined) {
      throw new Error("no user signed in");
    }
    expect(await app.acquireTokenSilent({ scopes, account })).toMatchObject({ source: "cache" });
    // The server issues a new refresh token each time, and accepts the old one once.
    for (let round = 0; round < 2; round++) {
      const refreshed = await app.acquireTokenSilent({ scopes, account, forceRefresh: true });
      expect(refreshed).toMatchObject({ source: "network", account, idTokenClaims: { sub: "grace" } });
      expect(refreshed.accessToken).not.toBe(result.accessToken);
    }
  });

  test("learns that a code was redeemed before, or with another verifier", async () => {
    const app = confidential[name]?.();
    if (app === undefined) {
      throw new Error("no such application");
    }
    const request = await app.getAuthorizationUrl({ scopes, redirectUri });
    const response = (await browse(request.url, grace)) as URL;
    const redeem = (codeVerifier: string) =>
      app.acquireTokenByAuthorizationCode({ request: { ...request, codeVerifier }, response });
    await expect(redeem("x".repeat(43))).rejects.toMatchObject({ code: "authorization_code_rejected" });
    await redeem(request.codeVerifier);
    await expect(redeem(request.codeVerifier)).rejects.toMatchObject({ code: "authorization_code_rejected" });
  });

  test("refuses the response of another issuer", async () => {
    const app = confidential[name]?.();
    if (app === undefined) {
      throw new Error("no such application");
    }
    const request = await app.getAuthorizationUrl({ scopes, redirectUri });
    const response = (await browse(request.url, grace)) as URL;
    response.searchParams.set("iss", "https://attacker.test");
    await expect(app.acquireTokenByAuthorizationCode({ request, response })).rejects.toMatchObject({
      code: "issuer_mismatch",
    });
  });

  test("exchanges a token", async () => {
    const parameters = {
      subject_token: "subject",
      subject_token_type: "urn:ietf:params:oauth:token-type:access_token",
    };
    const result = await confidential[name]?.().acquireTokenByGrant({ grantType: tokenExchange, parameters, scopes });
    expect(result).toMatchObject({
      accessToken: "exchanged subject",
      tokenType: "N_A",
      issuedTokenType: parameters.subject_token_type,
      scopes: ["read"],
    });
  });
});

describe("a tool", () => {
  test("signs a user in with this machine's browser, and imports a refresh token", async () => {
    const app = new PublicClientApplication(options("tool"));
    let page: Promise<unknown> = Promise.resolve();
    const { account } = await acquireTokenInteractive(app, {
      scopes,
      redirectUri: "http://127.0.0.1/",
      prompt: "consent",
      openBrowser: (url) => {
        page = browse(url, grace);
        return page;
      },
    });
    expect(account?.homeAccountId).toBe("grace");
    expect(await page).toContain("You have signed in");
    if (account === undefined) {
      throw new Error("no user signed in");
    }
    expect((await app.acquireTokenSilent({ scopes, account, forceRefresh: true })).source).toBe("network");
  });

  test("signs a user in when the response cannot be posted and is in the address", async () => {
    const modes = ["query", "fragment"];
    const certificate = await serverCertificate("localhost");
    let provider: RequestListener = () => {};
    const queries: URL[] = [];
    const other = await startServer((request, response) => {
      queries.push(new URL(request.url ?? "", issuerOfQueries));
      provider(request, response);
    }, certificate);
    const issuerOfQueries = `https://localhost:${other.port}`;
    const issuing = new Provider(issuerOfQueries, {
      features: { devInteractions: { enabled: true } },
      scopes: ["openid", "offline_access", "read"],
      clients: [
        {
          client_id: "tool",
          application_type: "native",
          token_endpoint_auth_method: "none",
          redirect_uris: ["http://127.0.0.1/"],
          response_types: ["code"],
          response_modes: modes,
          grant_types: ["authorization_code"],
        },
      ],
    });
    issuing.use(async (context, next) => {
      await next();
      // Its list of scopes does not contain all that it accepts.
      const published = { response_modes_supported: modes, scopes_supported: ["read"] };
      if (context.path.startsWith("/.well-known")) {
        Object.assign(context.body as object, published);
      }
    });
    provider = issuing.callback();
    const ownFetch = createFetch({ certificateAuthorities: [certificate.certificate] });
    const app = new PublicClientApplication({
      clientId: "tool",
      oidcAuthority: issuerOfQueries,
      fetch: ownFetch,
    });
    try {
      let page: Promise<string> = Promise.resolve("");
      const visit = async (url: string): Promise<string> => {
        const back = (await browse(url, grace, ownFetch)) as URL;
        expect(back.searchParams.get("iss")).toBe(issuerOfQueries);
        return (await globalThis.fetch(back)).text();
      };
      const { account } = await acquireTokenInteractive(app, {
        scopes,
        redirectUri: "http://127.0.0.1/",
        openBrowser: (url) => {
          page = visit(url);
          return page;
        },
      });
      expect(account?.homeAccountId).toBe("grace");
      expect(await page).toContain("You have signed in");
      const { searchParams } = queries.find(({ pathname }) => pathname === "/auth") as URL;
      expect(searchParams.get("response_mode")).toBe("query");
      expect(searchParams.get("scope")).toBe("read openid");
    } finally {
      await other.close();
    }
  });

  test("learns that a refresh token is no longer valid", async () => {
    const app = new PublicClientApplication(options("tool"));
    await expect(app.acquireTokenByRefreshToken({ refreshToken: "dead", scopes })).rejects.toMatchObject({
      name: "InteractionRequiredError",
      code: "sign_in_required",
      error: "invalid_grant",
    });
  });
});

describe("a television", () => {
  test("signs a user in by device code, polls until the code was entered, and refreshes", async () => {
    const app = new PublicClientApplication(options("television"));
    let shown: DeviceCodeInfo | undefined;
    let questions = 0;
    onRequest = async (path) => {
      if (path !== "POST /token" || ++questions !== 3) {
        return;
      }
      await browse(shown?.verificationUri ?? "", { ...grace, user_code: shown?.userCode ?? "" });
    };
    const result = await app.acquireTokenByDeviceCode({
      scopes,
      deviceCodeCallback: (code) => {
        shown = code;
      },
    });
    onRequest = () => {};
    expect(questions).toBe(3);
    expect(shown).toMatchObject({ verificationUri: `${issuer}/device`, intervalSeconds: 5 });
    expect(shown?.verificationUriComplete).toBe(`${issuer}/device?user_code=${shown?.userCode}`);
    expect(shown?.message).toContain(shown?.userCode);
    const { account } = result;
    expect(account?.homeAccountId).toBe("grace");
    if (account === undefined) {
      throw new Error("no user signed in");
    }
    expect((await app.acquireTokenSilent({ scopes, account, forceRefresh: true })).source).toBe("network");
  });

  test("learns that the user declined", async () => {
    const app = new PublicClientApplication(options("television"));
    const work = app.acquireTokenByDeviceCode({
      scopes,
      deviceCodeCallback: ({ verificationUri, userCode }) =>
        browse(verificationUri, { user_code: userCode, abort: "yes" }),
    });
    await expect(work).rejects.toMatchObject({ code: "access_denied", error: "access_denied" });
  });

  test("gets the device endpoint's refusal", async () => {
    const app = new PublicClientApplication(options("tool"));
    const work = app.acquireTokenByDeviceCode({ scopes, deviceCodeCallback: () => {} });
    await expect(work).rejects.toMatchObject({
      name: "ServerError",
      error: "invalid_request",
      message: `${deviceGrant} is not allowed for this client`,
    });
  });
});
