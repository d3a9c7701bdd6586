// The smoke suite of the published client for every runtime: it uses no test framework and no node: module.
import {
  AuthError,
  ConfidentialClientApplication,
  clientCertificate,
  clientSecret,
  PublicClientApplication,
  protectedApi,
} from "@latchkey/client";
import { settings } from "./settings.js";

const { authority } = settings;
const scopes = ["https://graph.microsoft.com/.default"];

/** How far the clock of the application with ageing tokens is ahead, in milliseconds. */
let aheadMs = 0;

// Created outside any request, as in a Worker that caches tokens across requests.
const app = secretApplication(settings.secretApp);

/** @type {(work: Promise<unknown>) => void} */
let keepAlive = () => {};

/** @type {Readonly<Record<string, () => Promise<void>>>} */
const steps = {
  "a token by secret": async () => {
    const { source, accessToken, expiresOn, tenantId } = await app.acquireTokenForClient({ scopes });
    equal(source, "network");
    equal(jsonIn(accessToken.split(".")[1])["appid"], settings.secretApp.clientId);
    equal(authority.endsWith(`/${tenantId}`), true);
    equal(expiresOn.getTime() > Date.now(), true);
  },

  "the same token from the cache": async () => {
    const { source, accessToken } = await app.acquireTokenForClient({ scopes });
    equal(source, "cache");
    equal((await app.acquireTokenSilent({ scopes, account: null }))?.accessToken, accessToken);
  },

  "an API call": async () => {
    const graph = protectedApi(app, { baseUrl: settings.graph, scopes });
    let users = 0;
    for await (const page of graph.pages("users?$top=5")) {
      users += page.length;
    }
    equal(users > 5, true);
  },

  "a token by certificate, signed by PS256": async () => {
    const { clientId, privateKey, certificate } = settings.certificateApp;
    let algorithm = "";
    const byCertificate = new ConfidentialClientApplication({
      clientId,
      authority,
      clientCredential: clientCertificate({ privateKey, certificate }),
      fetch: (url, init) => {
        const assertion = new URLSearchParams(init.body).get("client_assertion") ?? "";
        algorithm = jsonIn(assertion.split(".")[0])["alg"];
        return fetch(url, init);
      },
    });
    equal((await byCertificate.acquireTokenForClient({ scopes })).source, "network");
    equal(algorithm, "PS256");
  },

  "one token for fifty callers": async () => {
    const crowd = secretApplication(settings.crowdApp);
    const calls = Array.from({ length: 50 }, () => crowd.acquireTokenForClient({ scopes }));
    equal(new Set((await Promise.all(calls)).map(({ accessToken }) => accessToken)).size, 1);
  },

  "the runtime's own fetch, passed unchanged": async () => {
    const { clientId, secret } = settings.crowdApp;
    const { fetch } = globalThis;
    const own = new ConfidentialClientApplication({
      clientId,
      authority,
      clientCredential: clientSecret(secret),
      fetch,
    });
    equal((await own.acquireTokenForClient({ scopes })).source, "network");
    equal((await protectedApi(own, { baseUrl: settings.graph, scopes, fetch }).fetch("users?$top=5")).status, 200);
  },

  "a background refresh, passed to the runtime's waitUntil": async () => {
    /** @type {Promise<unknown>[]} */
    const background = [];
    const ageing = new ConfidentialClientApplication({
      clientId: settings.ageingApp.clientId,
      authority,
      clientCredential: clientSecret(settings.ageingApp.secret),
      // Tokens for clients that support revocation live for a day, and are refreshed after half of it.
      clientCapabilities: ["cp1"],
      clock: { now: () => Date.now() + aheadMs, sleep },
      waitUntil(work) {
        background.push(work);
        keepAlive(work);
      },
    });
    const first = await ageing.acquireTokenForClient({ scopes });
    aheadMs = (first.expiresOn.getTime() - Date.now()) * 0.8;
    const served = await ageing.acquireTokenForClient({ scopes });
    equal(served.accessToken, first.accessToken);
    equal(background.length, 1);
    await background[0];
    const renewed = await ageing.acquireTokenForClient({ scopes });
    equal(renewed.source, "cache");
    equal(renewed.accessToken === first.accessToken, false);
  },

  "a refusal with code and remedy": async () => {
    const error = await errorOf(
      secretApplication({ ...settings.secretApp, secret: "wrong" }).acquireTokenForClient({ scopes }),
    );
    equal(error.code, "invalid_client_secret");
    equal(error.aadsts, 7000215);
    equal(error.remedy.includes("secret"), true);
  },

  "no response with code and remedy": async () => {
    const error = await errorOf(
      secretApplication(settings.secretApp, settings.deadAuthority).acquireTokenForClient({ scopes }),
    );
    equal(error.code, "network_error");
    equal(error.remedy.startsWith("Check"), true);
  },

  "a user's token with an imported refresh token": async () => {
    const { clientId, refreshToken, username } = settings.userApp;
    const users = new PublicClientApplication({ clientId, authority });
    const imported = await users.acquireTokenByRefreshToken({ refreshToken, scopes: ["User.Read"] });
    const [account] = await users.tokenCache.getAllAccounts();
    equal(account?.username, username);
    if (account === undefined) {
      return;
    }
    const cached = await users.acquireTokenSilent({ scopes: ["User.Read"], account });
    equal(cached.source, "cache");
    equal(cached.accessToken, imported.accessToken);
    const renewed = await users.acquireTokenSilent({ scopes: ["User.Read"], account, forceRefresh: true });
    equal(renewed.source, "network");
  },

  "an authorization URL with a PKCE challenge": async () => {
    const users = new PublicClientApplication({ clientId: settings.userApp.clientId, authority });
    const request = await users.getAuthorizationUrl({ scopes: ["User.Read"], redirectUri: "http://localhost/" });
    const { searchParams } = new URL(request.url);
    const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(request.codeVerifier));
    equal(fromBase64Url(searchParams.get("code_challenge")), String.fromCharCode(...new Uint8Array(hash)));
    equal(searchParams.get("code_challenge_method"), "S256");
    equal(searchParams.get("state"), JSON.parse(JSON.stringify(request)).state);
  },
};

/**
 * Runs all steps one after another.
 *
 * @param {(work: Promise<unknown>) => void} [waitUntil] the runtime's function that keeps work alive after a response
 * @returns {Promise<{ passed: string[], failed: string[] }>}
 */
export async function smoke(waitUntil = () => {}) {
  keepAlive = waitUntil;
  /** @type {{ passed: string[], failed: string[] }} */
  const report = { passed: [], failed: [] };
  for (const [name, step] of Object.entries(steps)) {
    try {
      await step();
      report.passed.push(name);
    } catch (error) {
      report.failed.push(`${name}: ${error instanceof Error ? `${error.message}\n${error.stack}` : error}`);
    }
  }
  return report;
}

/**
 * @param {{ clientId: string, secret: string }} registration
 * @param {string} [at] another authority
 */
function secretApplication({ clientId, secret }, at = authority) {
  return new ConfidentialClientApplication({ clientId, authority: at, clientCredential: clientSecret(secret) });
}

/**
 * @param {number} ms
 * @param {AbortSignal} [signal]
 * @returns {Promise<void>}
 */
function sleep(ms, signal) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    signal?.addEventListener("abort", () => {
      clearTimeout(timer);
      reject(signal.reason);
    });
  });
}

/**
 * @param {unknown} actual
 * @param {unknown} expected
 */
function equal(actual, expected) {
  if (actual !== expected) {
    throw new Error(`${JSON.stringify(actual)} is not ${JSON.stringify(expected)}`);
  }
}

/**
 * @param {Promise<unknown>} work
 * @returns {Promise<AuthError>}
 */
async function errorOf(work) {
  try {
    await work;
  } catch (error) {
    if (error instanceof AuthError) {
      return error;
    }
    throw error;
  }
  throw new Error("It succeeded.");
}

/** @param {string | undefined} part of a token */
function jsonIn(part) {
  return JSON.parse(fromBase64Url(part));
}

/** @param {string | null | undefined} text */
function fromBase64Url(text) {
  return atob((text ?? "").replaceAll("-", "+").replaceAll("_", "/"));
}
