import type { Account, AuthenticationResult, ConfidentialClientApplication } from "@latchkey/client";
import { describe, expect, test } from "vitest";
import { graph, makeDaemon } from "../support/daemon.ts";
import { authErrorOf } from "../support/failure.ts";
import { type ManualClock, manualClock, testStart } from "../support/manualClock.ts";
import { idTokenResponse, jwtOf, makeTool } from "../support/tool.ts";

const scopes = ["User.Read"];
const hourMs = 3_600_000;
const oboAssertion = jwtOf({ exp: testStart / 1_000 + 86_400 });

/** The clock of a machine that can sleep: time passes meanwhile, but no timer fires. */
function sleepyClock(): ManualClock & { sleepThrough(ms: number): void } {
  const clock = manualClock();
  let sleptMs = 0;
  return {
    ...clock,
    now: () => clock.now() + sleptMs,
    sleepThrough(ms) {
      sleptMs += ms;
    },
  };
}

type Ask = (app: ConfidentialClientApplication) => Promise<AuthenticationResult>;

const flows: Readonly<Record<string, Ask>> = {
  "for the application": (app) => app.acquireTokenForClient({ scopes: [graph] }),
  "for a code": (app) =>
    app.acquireTokenByAuthorizationCode({ scopes, code: "code", redirectUri: "https://app.test/" }),
  "for a refresh token": (app) => app.acquireTokenByRefreshToken({ scopes, refreshToken: "refresh" }),
  "for a password": (app) => app.acquireTokenByUsernamePassword({ scopes, username: "grace", password: "password" }),
  "on behalf of a caller": (app) => app.acquireTokenOnBehalfOf({ scopes, oboAssertion }),
};

describe("a machine that sleeps while a response is read", () => {
  test.each(
    Object.entries(flows).flatMap(([name, ask]) => [
      [name, "sends the time", ask, true] as const,
      [name, "does not", ask, false] as const,
    ]),
  )(
    "does not take a token for a new one if it expired meanwhile: %s, from a service that %s",
    async (_, __, ask, reportsTime) => {
      const clock = sleepyClock();
      let count = 0;
      const { app } = makeDaemon(undefined, {
        clock,
        async fetch() {
          const headers = new Headers(reportsTime ? { date: new Date(clock.now()).toUTCString() } : {});
          const response = JSON.stringify(idTokenResponse({}, ++count).body);
          return {
            status: 200,
            headers,
            async text() {
              if (count === 1) {
                clock.sleepThrough(2 * hourMs);
              }
              return response;
            },
          };
        },
      });
      const first = await ask(app);
      expect(first.expiresOn).toEqual(new Date(testStart + 3_599_000));
      const { account } = first;
      const isFoundByAsking = account === undefined || ask === flows["on behalf of a caller"];
      const canRetry = isFoundByAsking ? ask(app) : app.acquireTokenSilent({ scopes, account });
      expect(await canRetry).toMatchObject({
        source: "network",
        expiresOn: new Date(testStart + 2 * hourMs + 3_599_000),
      });
      expect(count).toBe(2);
    },
  );
});

describe("a machine that wakes up without a network", () => {
  test("keeps users signed in, and has a token as soon as the network is back", async () => {
    let isDown = false;
    const { app, clock, service } = makeTool((_, index) => {
      if (isDown) {
        throw Object.assign(new Error("getaddrinfo ENOTFOUND"), { code: "ENOTFOUND" });
      }
      return idTokenResponse({}, index + 1);
    });
    const { account } = await app.acquireTokenByRefreshToken({ refreshToken: "refresh", scopes });
    const silent = () => app.acquireTokenSilent({ scopes, account: account as Account });
    clock.advance(8 * hourMs);
    isDown = true;
    for (const _ of [1, 2]) {
      expect(await authErrorOf(silent())).toMatchObject({
        name: "NetworkError",
        code: "network_error",
        retryable: true,
      });
    }
    expect(await app.tokenCache.getAllAccounts()).toEqual([account]);
    isDown = false;
    expect((await silent()).source).toBe("network");
    expect(service.requests.at(-1)?.form.get("refresh_token")).toBe("refresh-1");
  });
});
