import {
  type Account,
  ConfidentialClientApplication,
  type ConfidentialClientApplicationOptions,
  clientAssertion,
  type Logger,
} from "@latchkey/client";
import { describe, expect, test } from "vitest";
import { changedBlob, seconds } from "./support/blobs.ts";
import { clientId, entra, graph } from "./support/daemon.ts";
import { failureOf } from "./support/failure.ts";
import { manualClock } from "./support/manualClock.ts";
import { memoryStore } from "./support/memoryStore.ts";
import { aadstsError, type Responder, type ScriptedResponse, scriptedService } from "./support/scriptedService.ts";
import { idTokenResponse, jwtOf, makeTool } from "./support/tool.ts";

interface Line {
  readonly message: string;
  readonly correlationId?: string;
}

const scopes = ["User.Read"];
const correlationId = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const callersToken = jwtOf({ sub: "canary" });
const redirectUri = "https://app.test/canary-redirect";

/** Tokens with a lifetime of an hour, each of which contains the canary. */
const canaryTokens: Responder = (_, index) =>
  idTokenResponse({}, index + 1, {
    access_token: `canary-access-${index}`,
    refresh_token: `canary-refresh-${index}`,
    device_code: "canary-device",
    user_code: "ABCD",
    verification_uri: "https://login.test/device",
    interval: 1,
  });

/** Servers that echo everything they receive. */
const echo = (status: number): Responder => {
  return ({ form, headers }) => ({
    status,
    body: `${form} ${decodeURIComponent(`${form}`)} ${JSON.stringify(headers)}`,
  });
};

const responses: readonly (readonly [string, Responder])[] = [
  ["tokens", canaryTokens],
  ["an echo", echo(400)],
  ["an outage that echoes", echo(503)],
  ["a stale credential", ({ form }) => aadstsError(7000222, String(form))],
  ["a dead grant", ({ form }) => aadstsError(700082, String(form), { error: "invalid_grant" }, 400)],
  [
    "no response",
    () => {
      throw new Error("canary of the network");
    },
  ],
];

/** A confidential client with the given credential, store and listener, and its log lines. */
function makeWriter(response: Responder, options: Partial<ConfidentialClientApplicationOptions> = {}) {
  const lines: Line[] = [];
  const log = (fields: object, message: string): void => void lines.push({ message, ...fields });
  const logger: Logger = { debug: log, info: log, warn: log, error: log };
  const clock = manualClock();
  const { fetch } = scriptedService(response);
  const app = new ConfidentialClientApplication({
    clientId,
    authority: entra,
    clientCredential: clientAssertion(async () => "canary.of.assertion"),
    fetch,
    clock,
    logger,
    maxRetries: 0,
    throttling: false,
    ...options,
  });
  return { app, clock, lines, logger };
}

/** Succeeds or fails: only the log lines matter. */
async function settled(works: readonly (() => Promise<unknown>)[]): Promise<void> {
  for (const work of works) {
    await work().catch(() => {});
  }
}

/** Runs every flow of both kinds of application. */
async function runEveryFlow(response: Responder): Promise<readonly Line[]> {
  const { app, lines, logger, clock } = makeWriter(response, { cachePlugin: memoryStore() });
  const { app: tool } = makeTool(response, { logger, clock, throttling: false });
  const request = await app.getAuthorizationUrl({ scopes, redirectUri, state: "canary-state" });
  const account = { homeAccountId: "u.t", environment: "login.windows.net", tenantId: "t" } as Account;
  await settled([
    () => app.acquireTokenForClient({ scopes: [graph] }),
    () => app.acquireTokenForClient({ scopes: [graph], forceRefresh: true }),
    () => app.acquireTokenByAuthorizationCode({ request, response: "?code=canary-code&state=canary-state" }),
    () => app.acquireTokenByAuthorizationCode({ code: "canary-code", redirectUri, scopes, codeVerifier: "canary" }),
    () => app.acquireTokenByRefreshToken({ refreshToken: "canary-refresh", scopes }),
    () =>
      app.acquireTokenByUsernamePassword({ scopes, username: "grace@contoso.example", password: "canary-password" }),
    () => app.acquireTokenOnBehalfOf({ scopes, oboAssertion: callersToken, sessionKey: "canary-session" }),
    () => app.acquireTokenByGrant({ grantType: "urn:x", parameters: { subject_token: "canary-subject" } }),
    () => app.acquireTokenSilent({ scopes, account, forceRefresh: true }),
    () => {
      void clock.sleeping(1_000).then(() => clock.advance(1_000));
      return tool.acquireTokenByDeviceCode({ scopes, deviceCodeCallback: () => {} });
    },
    async () => {
      const [known] = await app.tokenCache.getAllAccounts();
      if (known) {
        await app.acquireTokenSilent({ scopes, account: known, forceRefresh: true });
      }
    },
  ]);
  return lines;
}

function requireClean(lines: readonly Line[]): void {
  expect(lines.length).toBeGreaterThan(0);
  expect(lines.filter((line) => !correlationId.test(line.correlationId ?? ""))).toEqual([]);
  expect(JSON.stringify(lines)).not.toMatch(/canary|eyJ/);
}

describe("a line of the log", () => {
  test.each(responses)("has a correlation id and no secret in any flow that receives %s", async (_, response) => {
    const lines = await runEveryFlow(response);
    expect(lines.length).toBeGreaterThan(8);
    requireClean(lines);
  });

  test("has both when a store fails, under the call's correlation id if it has one", async () => {
    const store = memoryStore();
    store.beforeRead = () => {
      throw new Error("canary of the store");
    };
    const { app, lines } = makeWriter(canaryTokens, { cachePlugin: store });
    const own = "c0c0c0c0-0000-4000-8000-00000000000a";
    await app.acquireTokenForClient({ scopes: [graph], correlationId: own });
    await failureOf(app.tokenCache.clear());
    requireClean(lines);
    const failures = lines.filter(({ message }) => message.startsWith("the cache plugin failed"));
    expect(failures.map((line) => line.correlationId === own)).toEqual([true, true, false]);
  });

  test("has both when a listener fails, under the correlation id of the request that returned the token", async () => {
    const { app, lines } = makeWriter(canaryTokens);
    app.tokenCache.onChange(() => {
      throw new Error("canary of the listener");
    });
    const result = await app.acquireTokenByRefreshToken({ refreshToken: "canary-refresh", scopes });
    await app.tokenCache.clear();
    requireClean(lines);
    const ids = lines.filter(({ message }) => message.includes("listener")).map((line) => line.correlationId);
    // The received token, account and refresh token; then the same as sent.
    expect(ids.map((id) => id === result.correlationId)).toEqual([true, true, true, false, false, false]);
  });

  test("has both when the region is detected, and when that fails", async () => {
    const response: Responder = (request, index) =>
      request.method === "GET" ? { body: { location: "westeurope" } } : canaryTokens(request, index);
    const found = makeWriter(response, { azureRegion: "auto" });
    const lost = makeWriter(canaryTokens, { azureRegion: "auto" });
    await settled(
      [found, lost].map(
        ({ app }) =>
          () =>
            app.acquireTokenForClient({ scopes: [graph] }),
      ),
    );
    for (const { lines } of [found, lost]) {
      requireClean(lines);
    }
    expect([found, lost].map(({ lines }) => lines[0]?.message)).toEqual([
      "the Azure region was detected",
      "no Azure region could be detected; tokens come from the global service",
    ]);
  });

  test("has both when a credential is renewed, and when that fails", async () => {
    let number = 0;
    const renewing = makeWriter(({ form }): ScriptedResponse => aadstsError(7000222, String(form)), {
      clientCredential: clientAssertion(async () => `canary.of.${++number}`),
    });
    await failureOf(renewing.app.acquireTokenForClient({ scopes: [graph] }));
    const failing = makeWriter(({ form }): ScriptedResponse => aadstsError(7000222, String(form)), {
      clientCredential: clientAssertion(async () => {
        if (number-- === 0) {
          throw new Error("canary of the vault");
        }
        return "canary.of.assertion";
      }),
    });
    number = 1;
    await failureOf(failing.app.acquireTokenForClient({ scopes: [graph] }));
    requireClean([...renewing.lines, ...failing.lines]);
    const messages = [...renewing.lines, ...failing.lines].map(({ message }) => message);
    expect(messages).toContain("the token request is sent again with a renewed credential");
    expect(messages).toContain("the client credential could not be renewed");
  });

  test("has both when another library's token is not refreshed", async () => {
    const store = memoryStore();
    store.text = changedBlob(({ AccessToken }) => {
      for (const entry of Object.values(AccessToken)) {
        entry["refresh_on"] = seconds(1_800);
      }
    });
    const broken = { clientCredential: clientAssertion(() => Promise.reject(new Error("canary of the vault"))) };
    const waitUntil = (): never => {
      throw new Error("canary of the runtime");
    };
    const { app, clock, lines } = makeWriter(canaryTokens, { cachePlugin: store, waitUntil, ...broken });
    const { expiresOn } = await app.acquireTokenForClient({ scopes: [graph] });
    clock.advance((expiresOn as Date).getTime() - clock.now() - 600_000);
    await app.acquireTokenForClient({ scopes: [graph] });
    clock.advance(500_000);
    await app.acquireTokenForClient({ scopes: [graph] });
    requireClean(lines);
    expect(new Set(lines.map(({ message }) => message))).toEqual(
      new Set([
        "waitUntil did not accept the background refresh",
        "background token refresh failed; the cached token remains in use",
        "no new token could be acquired; the cached one is used until it expires",
      ]),
    );
  });
});
