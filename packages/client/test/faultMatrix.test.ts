import { type Account, AuthError, type AuthenticationResult, type Clock } from "@latchkey/client";
import { describe, expect, test } from "vitest";
import { graph, makeDaemon } from "./support/daemon.ts";
import { type ManualClock, manualClock } from "./support/manualClock.ts";
import { randomOf } from "./support/randomOf.ts";
import { aadstsError, type Responder, type ScriptedResponse, silence, token } from "./support/scriptedService.ts";
import { idTokenResponse, makeTool } from "./support/tool.ts";

/*
 * What a caller gets when the token service or the way to it is in trouble.
 *
 * A cell says what came and how many token requests were sent for it: "new 2" a new token by the second request, "old 3"
 * the cached one while three requests failed, "throttled 1" that error. After the comma stands what the next call gets,
 * at once, when the trouble is over.
 *
 *   none      nothing is cached
 *   ageing    the cached token is due for a refresh ahead of its expiry
 *   expiring  the cached token is in its last five minutes
 *   expired   the cached token is of no use
 *
 * "once": the first request meets the trouble; "always": all of the first call's do. "in 60 s" is a Retry-After.
 */

/** Requests that are safe to send twice. */
const repeatable = `
fault                        | lasts  | none                                 | ageing       | expiring                | expired
408 500 502 503 504          | once   | new 2, new 0                         | old 2, new 0 | new 2, new 0            | new 2, new 0
408 500 502 503 504          | always | temporarily_unavailable 3, new 1     | old 3, old 0 | old 3, new 1            | temporarily_unavailable 3, new 1
503-in-1s                    | once   | new 2, new 0                         | old 2, new 0 | new 2, new 0            | new 2, new 0
503-in-1s                    | always | temporarily_unavailable 3, throttled 0 | old 3, old 0 | old 3, old 0          | temporarily_unavailable 3, throttled 0
503-in-60s                   | once   | temporarily_unavailable 1, throttled 0 | old 1, old 0 | old 1, old 0          | temporarily_unavailable 1, throttled 0
429                          | once   | new 2, new 0                         | old 2, new 0 | new 2, new 0            | new 2, new 0
429                          | always | throttled 3, new 1                   | old 3, old 0 | old 3, new 1            | throttled 3, new 1
429-in-1s                    | once   | new 2, new 0                         | old 2, new 0 | new 2, new 0            | new 2, new 0
429-in-1s                    | always | throttled 3, throttled 0             | old 3, old 0 | old 3, old 0            | throttled 3, throttled 0
429-in-60s                   | once   | throttled 1, throttled 0             | old 1, old 0 | old 1, old 0            | throttled 1, throttled 0
ECONNRESET EPIPE             | once   | new 2, new 0                         | old 2, new 0 | new 2, new 0            | new 2, new 0
ECONNREFUSED ENOTFOUND       | once   | new 2, new 0                         | old 2, new 0 | new 2, new 0            | new 2, new 0
ECONNRESET EPIPE             | always | network_error 3, new 1               | old 3, old 0 | old 3, new 1            | network_error 3, new 1
ECONNREFUSED ENOTFOUND       | always | network_error 3, new 1               | old 3, old 0 | old 3, new 1            | network_error 3, new 1
CERT_HAS_EXPIRED             | once   | network_error 1, new 1               | old 1, old 0 | old 1, new 1            | network_error 1, new 1
silence                      | once   | timeout 1, new 1                     | old 1, old 0 | old 1, new 1            | timeout 1, new 1
portal                       | once   | invalid_response 1, new 1            | old 1, old 0 | old 1, new 1            | invalid_response 1, new 1
AADSTS70011                  | once   | invalid_scope 1, new 1               | old 1, old 0 | invalid_scope 1, new 1  | invalid_scope 1, new 1
AADSTS7000112                | once   | application_disabled 1, new 1        | old 1, old 0 | application_disabled 1, new 1 | application_disabled 1, new 1
AADSTS50196                  | once   | throttled 1, new 1                   | old 1, old 0 | throttled 1, new 1      | throttled 1, new 1
`;

/** Requests that must not arrive twice: retried only if they were never sent. */
const sentOnce = `
fault                        | lasts  | none                                 | ageing       | expiring                | expired
408 500 502 503 504          | once   | temporarily_unavailable 1, new 1     | old 1, old 0 | old 1, new 1            | temporarily_unavailable 1, new 1
503-in-1s 503-in-60s         | once   | temporarily_unavailable 1, throttled 0 | old 1, old 0 | old 1, old 0          | temporarily_unavailable 1, throttled 0
429                          | once   | throttled 1, new 1                   | old 1, old 0 | old 1, new 1            | throttled 1, new 1
429-in-1s 429-in-60s         | once   | throttled 1, throttled 0             | old 1, old 0 | old 1, old 0            | throttled 1, throttled 0
ECONNRESET EPIPE             | once   | network_error 1, new 1               | old 1, old 0 | old 1, new 1            | network_error 1, new 1
ECONNREFUSED ENOTFOUND       | once   | new 2, new 0                         | old 2, new 0 | new 2, new 0            | new 2, new 0
ECONNREFUSED ENOTFOUND       | always | network_error 3, new 1               | old 3, old 0 | old 3, new 1            | network_error 3, new 1
CERT_HAS_EXPIRED             | once   | network_error 1, new 1               | old 1, old 0 | old 1, new 1            | network_error 1, new 1
silence                      | once   | timeout 1, new 1                     | old 1, old 0 | old 1, new 1            | timeout 1, new 1
portal                       | once   | invalid_response 1, new 1            | old 1, old 0 | old 1, new 1            | invalid_response 1, new 1
AADSTS70011                  | once   | invalid_scope 1, new 1               | old 1, old 0 | invalid_scope 1, new 1  | invalid_scope 1, new 1
`;

/** Polls for a device code: a failure postpones the next one, and ends nothing. */
const polls = `
fault                                 | lasts  | whatever is cached
408 500 502 503 504 429               | once   | new 2
503-in-1s 503-in-60s                  | once   | new 2
429-in-1s 429-in-60s                  | once   | new 2
ECONNRESET EPIPE ECONNREFUSED         | once   | new 2
ENOTFOUND CERT_HAS_EXPIRED            | once   | new 2
silence portal                        | once   | new 2
408 500 502 503 504 429               | always | device_code_expired 7, new 1
503-in-1s 429-in-1s                   | always | device_code_expired 7, new 1
ECONNRESET EPIPE CERT_HAS_EXPIRED     | always | device_code_expired 7, new 1
ECONNREFUSED ENOTFOUND                | always | device_code_expired 21, new 1
AADSTS70011                           | once   | invalid_scope 1, new 1
AADSTS7000112                         | once   | application_disabled 1, new 1
`;

/** A flow that is ready to run. */
interface Scene {
  /** Signs in if necessary, and gets the token that will be requested, or none. */
  prepare(withToken: boolean): Promise<unknown>;
  ask(): Promise<AuthenticationResult>;
}
type Start = (response: Responder, options: NonNullable<Parameters<typeof makeTool>[1]>) => Scene;

const scopes = ["User.Read"];
const issuer = "https://id.example.test";

/** An application with a signed-in user, and a token for these scopes or for others. */
const signedIn =
  (changes: Parameters<typeof makeTool>[1] = {}): Start =>
  (response, options) => {
    const { app } = makeTool(response, { ...options, ...changes });
    let account: Account | undefined;
    return {
      async prepare(withToken) {
        const requestedScopes = withToken ? scopes : ["Mail.Read"];
        ({ account } = await app.acquireTokenByRefreshToken({ refreshToken: "imported", scopes: requestedScopes }));
      },
      ask: () => app.acquireTokenSilent({ scopes, account: account as Account }),
    };
  };

/** A flow that sends a request whatever is cached: it also runs with a user's token in the cache. */
const uncached =
  (ask: (app: ReturnType<typeof makeTool>["app"]) => Promise<AuthenticationResult>): Start =>
  (response, options) => {
    const { app } = makeTool(response, options);
    return {
      prepare: async (withToken) => withToken && app.acquireTokenByRefreshToken({ refreshToken: "imported", scopes }),
      ask: () => ask(app),
    };
  };

const byDeviceCode = uncached((app) => app.acquireTokenByDeviceCode({ scopes, deviceCodeCallback: () => {} }));

interface Flow {
  readonly name: string;
  readonly table: string;
  readonly caches: boolean;
  readonly start: Start;
  /** The requests that meet the fault, by the end of their path; others succeed. Default: the token requests. */
  readonly endpoint?: "/devicecode";
}

const flows: readonly Flow[] = [
  {
    name: "an app token",
    table: repeatable,
    caches: true,
    start(response, options) {
      const { app } = makeDaemon(response, options);
      const ask = () => app.acquireTokenForClient({ scopes: [graph] });
      return { prepare: async (withToken) => withToken && ask(), ask };
    },
  },
  { name: "a user's token, silently", table: repeatable, caches: true, start: signedIn() },
  {
    name: "a user's token of another issuer, silently",
    table: sentOnce,
    caches: true,
    start: signedIn({ oidcAuthority: issuer }),
  },
  {
    name: "a token on behalf of a caller",
    table: repeatable,
    caches: true,
    start(response, options) {
      const { app } = makeDaemon(response, options);
      const ask = () => app.acquireTokenOnBehalfOf({ scopes, oboAssertion: "caller" });
      return { prepare: async (withToken) => withToken && ask(), ask };
    },
  },
  {
    name: "a token of a long-running session",
    table: repeatable,
    caches: true,
    start(response, options) {
      const { app } = makeDaemon(response, options);
      const session = { sessionKey: "report" };
      return {
        prepare: (withToken) =>
          app.acquireTokenOnBehalfOf({
            scopes: withToken ? scopes : ["Mail.Read"],
            oboAssertion: "caller",
            ...session,
          }),
        ask: () => app.acquireTokenOnBehalfOf({ scopes, ...session }),
      };
    },
  },
  {
    name: "a refresh token from elsewhere",
    table: repeatable,
    caches: false,
    start: uncached((app) => app.acquireTokenByRefreshToken({ refreshToken: "other", scopes })),
  },
  {
    name: "an authorization code",
    table: sentOnce,
    caches: false,
    start: uncached((app) =>
      app.acquireTokenByAuthorizationCode({ code: "c", redirectUri: "http://localhost/", scopes }),
    ),
  },
  {
    name: "a user's password",
    table: sentOnce,
    caches: false,
    start: uncached((app) => app.acquireTokenByUsernamePassword({ username: "grace", password: "p", scopes })),
  },
  {
    name: "another grant",
    table: sentOnce,
    caches: false,
    start: uncached((app) => app.acquireTokenByGrant({ grantType: "urn:example:grant", scopes })),
  },
  { name: "a device's code", table: repeatable, caches: false, start: byDeviceCode, endpoint: "/devicecode" },
  { name: "a token for a device's code", table: polls, caches: false, start: byDeviceCode },
];

const states = { none: 0, ageing: 31, expiring: 56, expired: 60 };
type State = keyof typeof states;

const deviceCode = {
  device_code: "device-code",
  user_code: "ABCD1234",
  verification_uri: "https://login.microsoft.com/device",
  expires_in: 900,
  interval: 5,
};

/** What the service does to a request, by its name in the tables. */
function faultNamed(name: string, clock: ManualClock): () => ScriptedResponse | Promise<ScriptedResponse> {
  const [status = "", seconds] = name.split("-in-");
  if (/^\d+$/.test(status)) {
    const headers = seconds === undefined ? {} : { "retry-after": seconds.replace("s", "") };
    return () => ({ status: Number(status), headers, body: "<h1>Trouble</h1>" });
  }
  if (name.startsWith("AADSTS")) {
    return () => aadstsError(Number(name.slice(6)), "No.", { error: "invalid_request" }, 400);
  }
  if (name === "portal") {
    return () => ({ body: "<h1>Welcome</h1>", headers: { "content-type": "text/html" } });
  }
  if (name === "silence") {
    return () => {
      clock.advance(30_000);
      return silence();
    };
  }
  return () => Promise.reject(new TypeError("fetch failed", { cause: Object.assign(new Error(name), { code: name }) }));
}

/** The timeouts of one request and of a whole call. */
const deadlines = [30_000, 120_000];

/** Waits for nothing, except for timeouts. */
function hurrying(clock: ManualClock): Clock {
  return {
    now: clock.now,
    async sleep(ms, signal) {
      if (deadlines.includes(ms)) {
        return clock.sleep(ms, signal);
      }
      clock.advance(ms);
    },
  };
}

/** Runs a flow with a fault, and once more afterwards; returns the table cell. */
async function tryFlow(flow: Flow, fault: string, until: string, state: State): Promise<string> {
  const { start, caches, endpoint = "/token" } = flow;
  const clock = manualClock();
  const trouble = faultNamed(fault, clock);
  let faults = 0;
  let requests = 0;
  let name = "old";
  const response: Responder = ({ url, form }) => {
    if (url.pathname.endsWith("/openid-configuration")) {
      return { body: { issuer, token_endpoint: `${issuer}/token` } };
    }
    if (url.pathname.endsWith(endpoint)) {
      requests++;
      if (faults-- > 0) {
        return trouble();
      }
    }
    if (url.pathname.endsWith("/devicecode")) {
      return { body: deviceCode };
    }
    const more = { access_token: name, expires_in: 3600, refresh_in: 1800, scope: form.get("scope") };
    if (form.get("grant_type") === "client_credentials") {
      return token(1, more);
    }
    return idTokenResponse(url.origin === issuer ? { iss: issuer, tid: undefined } : {}, 1, more);
  };
  const options = { clock: hurrying(clock), maxRetries: undefined, random: randomOf(0) };
  const { prepare, ask } = start(response, options);
  await prepare(state !== "none");
  clock.advance(states[state] * 60_000);
  name = "new";
  const attempt = async (): Promise<string> => {
    requests = 0;
    const got = await ask().then(
      ({ accessToken }) => accessToken,
      (error: unknown) => (error instanceof AuthError ? error.code : String(error)),
    );
    // A background refresh runs to its end.
    await new Promise((resolve) => setImmediate(resolve));
    return `${got} ${requests}`;
  };
  faults = until === "once" ? 1 : Number.POSITIVE_INFINITY;
  const first = await attempt();
  faults = 0;
  return !caches && first.startsWith("new") ? first : `${first}, ${await attempt()}`;
}

/** The rows of a table, one per fault. */
function rowsOf(table: string): { fault: string; until: string; cells: Record<State, string> }[] {
  const rows = table.trim().split("\n").slice(1);
  return rows.flatMap((row) => {
    const [faults = "", until = "", ...outcomes] = row.split("|").map((cell) => cell.trim());
    const [none = "", ageing = "", expiring = "", expired = ""] = outcomes;
    return faults.split(/\s+/).map((fault) => ({ fault, until, cells: { none, ageing, expiring, expired } }));
  });
}

describe.each(flows)("$name", (flow) => {
  const { table, caches } = flow;
  test.each(rowsOf(table))("before $fault, $lasts", async ({ fault, until, cells }) => {
    const found: Record<string, string> = {};
    for (const state of Object.keys(states) as State[]) {
      found[state] = await tryFlow(flow, fault, until, state);
    }
    const [only] = cells.none.startsWith("new") ? cells.none.split(",") : [cells.none];
    expect(found).toEqual(caches ? cells : { none: only, ageing: only, expiring: only, expired: only });
  });
});
