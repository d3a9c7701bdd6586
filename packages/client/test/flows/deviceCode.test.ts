import type { AcquireTokenByDeviceCodeOptions, ApplicationOptions, DeviceCodeInfo } from "@latchkey/client";
import { describe, expect, test } from "vitest";
import { clientId, entra } from "../support/daemon.ts";
import { authErrorOf, failureOf } from "../support/failure.ts";
import { manualClock, testStart } from "../support/manualClock.ts";
import { aadstsError, type Responder, type ScriptedResponse, silence } from "../support/scriptedService.ts";
import { homeAccountId, idTokenResponse, makeTool } from "../support/tool.ts";
import { withResolvers } from "../support/withResolvers.ts";

const scopes = ["User.Read"];
const deviceCode = "canary-device-code";
const message = "To sign in, use a web browser to open the page https://microsoft.com/devicelogin and enter FJC3M9K2A.";
const codeFields = {
  device_code: deviceCode,
  user_code: "FJC3M9K2A",
  verification_uri: "https://microsoft.com/devicelogin",
  expires_in: 900,
  interval: 5,
  message,
};
const pending = oauthError("authorization_pending");
const slowDown = oauthError("slow_down");

function oauthError(error: string, more: object = {}): ScriptedResponse {
  return { status: 400, body: { error, error_description: "Words.", ...more } };
}

interface Script {
  /** Changes to the device endpoint's response. */
  readonly code?: object;
  readonly options?: Partial<ApplicationOptions>;
}

/** A device whose token requests are answered one after the other; the last response signs the user in. */
function makeDevice(
  responses: readonly (ScriptedResponse | Responder)[] = [],
  { code = {}, options = {} }: Script = {},
) {
  let polls = 0;
  const tool = makeTool((request, index) => {
    if (request.url.pathname.endsWith("/devicecode")) {
      return { body: { ...codeFields, ...code } };
    }
    const response = responses[polls++] ?? idTokenResponse();
    return typeof response === "function" ? response(request, index) : response;
  }, options);
  const shown: DeviceCodeInfo[] = [];
  const signIn = (more: Partial<AcquireTokenByDeviceCodeOptions> = {}) =>
    tool.app.acquireTokenByDeviceCode({ scopes, deviceCodeCallback: (info) => shown.push(info), ...more });
  /** Lets the device wait for exactly this long. */
  const pass = async (ms: number): Promise<void> => {
    await tool.clock.sleeping(ms);
    tool.clock.advance(ms);
  };
  return { ...tool, shown, signIn, pass };
}

describe("a sign-in by device code", () => {
  test("shows the code, polls until it has been entered, and caches the account", async () => {
    const { app, service, shown, signIn, pass } = makeDevice([pending, pending]);
    const work = signIn();
    for (let polls = 0; polls < 3; polls++) {
      await pass(5_000);
    }
    const { account, source } = await work;
    expect(source).toBe("network");
    expect(account?.homeAccountId).toBe(homeAccountId);
    expect(await app.tokenCache.getAllAccounts()).toEqual([account]);
    expect(shown).toEqual([
      {
        userCode: "FJC3M9K2A",
        verificationUri: "https://microsoft.com/devicelogin",
        verificationUriComplete: undefined,
        message,
        expiresInSeconds: 900,
        intervalSeconds: 5,
      },
    ]);
    expect(service.requests.map(({ url }) => url.href)).toEqual([
      `${entra}/oauth2/v2.0/devicecode`,
      ...Array(3).fill(`${entra}/oauth2/v2.0/token`),
    ]);
  });

  test("sends what RFC 8628 requires, under one correlation id", async () => {
    const { service, signIn, pass } = makeDevice();
    const work = signIn();
    await pass(5_000);
    const { correlationId } = await work;
    const [codeRequest, polled] = service.requests.map(({ form }) => Object.fromEntries(form));
    const tracing = {
      "client-request-id": correlationId,
      "return-client-request-id": "true",
      "x-client-sku": "latchkey",
    };
    const scope = "User.Read openid profile offline_access";
    expect(codeRequest).toEqual({ client_id: clientId, scope, ...tracing });
    expect(polled).toEqual({
      client_id: clientId,
      scope,
      grant_type: "urn:ietf:params:oauth:grant-type:device_code",
      device_code: deviceCode,
      client_info: "1",
      ...tracing,
    });
  });

  test("sends extra parameters, headers and claims in both requests", async () => {
    const { service, signIn, pass } = makeDevice([], { options: { clientCapabilities: ["cp1"] } });
    const work = signIn({
      extraQueryParameters: { mkt: "de-DE" },
      extraBodyParameters: { audience: "orders" },
      extraHeaders: { "X-Tenant": "a" },
      claims: '{"id_token":{"acr":null}}',
    });
    await pass(5_000);
    await work;
    for (const { url, form, headers } of service.requests) {
      expect(url.search).toBe("?mkt=de-DE");
      expect(form.get("audience")).toBe("orders");
      expect(headers["x-tenant"]).toBe("a");
      expect(JSON.parse(form.get("claims") ?? "")).toEqual({
        id_token: { acr: null },
        access_token: { xms_cc: { values: ["cp1"] } },
      });
    }
  });

  test("in another tenant sends requests there", async () => {
    const other = "99999999-0000-4000-8000-000000000000";
    const { service, signIn } = makeDevice([], { code: { expires_in: 0 } });
    await failureOf(signIn({ tenantId: other }));
    expect(service.requests[0]?.url.pathname).toBe(`/${other}/oauth2/v2.0/devicecode`);
  });

  test("polls only when the callback is done", async () => {
    const { clock, service, signIn } = makeDevice();
    const [called, acknowledged] = [withResolvers<void>(), withResolvers<void>()];
    const deviceCodeCallback = () => {
      called.resolve();
      return acknowledged.promise;
    };
    const work = signIn({ deviceCodeCallback });
    await called.promise;
    expect(clock.pendingSleeps).toBe(0);
    clock.advance(60_000);
    expect(service.requests).toHaveLength(1);
    acknowledged.resolve();
    await clock.sleeping(5_000);
    clock.advance(5_000);
    await work;
    expect(service.requests).toHaveLength(2);
  });

  test("ends with the callback's error", async () => {
    const { service, signIn } = makeDevice();
    const broken = new Error("no display");
    expect(await failureOf(signIn({ deviceCodeCallback: () => Promise.reject(broken) }))).toBe(broken);
    expect(service.requests).toHaveLength(1);
  });

  test("does not change the caller's options, and ignores later changes to them", async () => {
    const { app, service, pass } = makeDevice();
    const mutable = ["User.Read"];
    const options = Object.freeze({ scopes: mutable, deviceCodeCallback: () => mutable.push("Mail.Read") });
    const work = app.acquireTokenByDeviceCode(options);
    await pass(5_000);
    await work;
    expect(Object.keys(options)).toEqual(["scopes", "deviceCodeCallback"]);
    expect(service.requests[1]?.form.get("scope")).toBe("User.Read openid profile offline_access");
  });

  test("shows no terminal control sequences, and creates a message if the service has none", async () => {
    const { shown, signIn } = makeDevice([], {
      code: {
        message: undefined,
        user_code: "AB\u001b[2JCD",
        verification_uri: undefined,
        verification_url: "https://id.example.test/device",
        verification_uri_complete: "https://id.example.test/device?user_code=ABCD",
        expires_in: "0",
        interval: undefined,
      },
    });
    await failureOf(signIn());
    expect(shown).toEqual([
      {
        userCode: "AB [2JCD",
        verificationUri: "https://id.example.test/device",
        verificationUriComplete: "https://id.example.test/device?user_code=ABCD",
        message: "To sign in, open https://id.example.test/device in a browser and enter the code AB [2JCD.",
        expiresInSeconds: 0,
        intervalSeconds: 5,
      },
    ]);
  });

  test.each<[string, object]>([
    ["no callback", { deviceCodeCallback: undefined }],
    ["a negative time-out", { timeoutMs: -1 }],
    ["a parameter that the request sets itself", { extraBodyParameters: { device_code: "x" } }],
  ])("sends nothing with %s", async (_, more) => {
    const { service, signIn } = makeDevice();
    expect(await authErrorOf(signIn(more))).toMatchObject({ code: "invalid_options" });
    expect(service.requests).toHaveLength(0);
  });
});

describe("the polling interval", () => {
  test("is the service's, and five seconds longer after each slow_down", async () => {
    const { signIn, pass, clock } = makeDevice([pending, slowDown, pending, slowDown], { code: { interval: 7 } });
    const work = signIn();
    for (const ms of [7_000, 7_000, 12_000, 12_000, 17_000]) {
      await pass(ms);
    }
    await work;
    expect(clock.now()).toBe(testStart + 55_000);
  });

  test("is one second if the service does not specify one", async () => {
    const { signIn, pass } = makeDevice([], { code: { interval: 0 } });
    const work = signIn();
    await pass(1_000);
    await work;
  });

  test("doubles with each network failure, until a response arrives", async () => {
    const down = (): never => {
      throw Object.assign(new Error("fetch failed"), { code: "ECONNRESET" });
    };
    const page: ScriptedResponse = { body: "<html>Hotel</html>", headers: { "content-type": "text/html" } };
    const { signIn, pass } = makeDevice([down, { status: 503, body: "busy" }, page, pending]);
    const work = signIn();
    for (const ms of [5_000, 10_000, 20_000, 40_000, 5_000]) {
      await pass(ms);
    }
    expect((await work).source).toBe("network");
  });

  test("respects Retry-After", async () => {
    const { signIn, pass } = makeDevice([{ status: 429, body: "", headers: { "retry-after": "60" } }]);
    const work = signIn();
    await pass(5_000);
    await pass(60_000);
    await work;
  });
});

describe("a device code", () => {
  test("is polled correctly by a timer that fires a little early", async () => {
    const clock = manualClock();
    const early = { now: clock.now, sleep: (ms: number, signal?: AbortSignal) => clock.sleep(ms - 1, signal) };
    const { signIn, service } = makeDevice([{ status: 429, body: "", headers: { "retry-after": "60" } }], {
      options: { clock: early },
    });
    const work = signIn();
    for (const ms of [4_999, 59_999]) {
      await clock.sleeping(ms);
      clock.advance(ms);
    }
    expect(await work).toMatchObject({ source: "network" });
    expect(service.requests).toHaveLength(3);
  });

  test("expires by the clock; the last network failure is the cause", async () => {
    const { signIn, pass, service, shown } = makeDevice([pending, { status: 503, body: "" }], {
      code: { expires_in: 12 },
    });
    const work = authErrorOf(signIn());
    for (const ms of [5_000, 5_000, 2_000]) {
      await pass(ms);
    }
    const error = await work;
    expect(error).toMatchObject({
      code: "device_code_expired",
      correlationId: expect.any(String),
      cause: { code: "temporarily_unavailable" },
    });
    expect(service.requests).toHaveLength(3);
    expect(shown).toHaveLength(1);
  });

  test("expires without a cause if the network recovered", async () => {
    const { signIn, pass } = makeDevice([{ status: 503, body: "" }, pending], { code: { expires_in: 18 } });
    const work = authErrorOf(signIn());
    for (const ms of [5_000, 10_000, 3_000]) {
      await pass(ms);
    }
    const error = await work;
    expect(error.code).toBe("device_code_expired");
    expect(error.cause).toBeUndefined();
  });

  test.each<[string, ScriptedResponse, object]>([
    [
      "that the user declined, at Entra",
      aadstsError(65004, "x", { error: "authorization_declined" }, 400),
      { code: "access_denied" },
    ],
    ["that the user declined, elsewhere", oauthError("access_denied"), { code: "access_denied" }],
    [
      "that expired, at Entra",
      aadstsError(70020, "x", { error: "expired_token" }, 400),
      { code: "device_code_expired" },
    ],
    ["that expired, elsewhere", oauthError("expired_token"), { code: "device_code_expired" }],
    [
      "that the service does not know",
      aadstsError(70018, "x", { error: "bad_verification_code" }, 400),
      { code: "device_code_expired" },
    ],
    ["of a client that may not", oauthError("unauthorized_client"), { code: "request_rejected" }],
  ])("is not polled again after %s", async (_, response, expected) => {
    const { signIn, pass, service } = makeDevice([pending, response]);
    const work = authErrorOf(signIn());
    await pass(5_000);
    await pass(5_000);
    expect(await work).toMatchObject({ name: "ServerError", ...expected });
    expect(service.requests).toHaveLength(3);
  });

  test("appears in no error and no log", async () => {
    const logged: unknown[] = [];
    const log = (...line: unknown[]): void => void logged.push(line);
    const { signIn, pass, shown } = makeDevice(
      [pending, (request) => ({ status: 400, body: { error: "x", error_description: request.form.toString() } })],
      { options: { logger: { debug: log, info: log, warn: log, error: log } } },
    );
    const work = authErrorOf(signIn());
    await pass(5_000);
    await pass(5_000);
    const error = await work;
    expect(error.message).toContain("device_code=***");
    expect(logged.length).toBeGreaterThan(2);
    expect(JSON.stringify([error, logged, shown])).not.toContain(deviceCode);
  });
});

describe("the device endpoint's refusal", () => {
  test.each<[string, ScriptedResponse, object]>([
    [
      "of the client",
      aadstsError(700016, "x", { error: "unauthorized_client" }, 400),
      { code: "application_not_found", aadsts: 700016 },
    ],
    ["for its load", { status: 503, body: "<html>" }, { code: "temporarily_unavailable", status: 503 }],
    ["in HTML", { status: 404, body: "<html>" }, { name: "NetworkError", code: "invalid_response" }],
    ["without a code", { body: {} }, { name: "NetworkError", code: "invalid_response" }],
  ])("%s is the caller's error, and no code is shown", async (_, response, expected) => {
    const { app, service } = makeTool(() => response);
    let calls = 0;
    const work = app.acquireTokenByDeviceCode({ scopes, deviceCodeCallback: () => calls++ });
    expect(await authErrorOf(work)).toMatchObject(expected);
    expect(calls).toBe(0);
    expect(service.requests).toHaveLength(1);
  });
});

describe("a device code sign-in that is no longer waited for", () => {
  test.each<[string, number]>([
    ["before the code has arrived", 1],
    ["while it waits", 2],
    ["during a poll", 3],
  ])("rejects with the signal's reason at once, %s", async (_, when) => {
    const { app, clock, service } = makeTool((request) =>
      request.url.pathname.endsWith("/token") || when === 1 ? silence() : { body: codeFields },
    );
    const controller = new AbortController();
    const { signal } = controller;
    const work = app.acquireTokenByDeviceCode({ scopes, deviceCodeCallback: () => {}, signal });
    if (when === 1) {
      await service.received(1);
    } else {
      await clock.sleeping(5_000);
    }
    if (when === 3) {
      clock.advance(5_000);
      await service.received(2);
    }
    const reason = new Error("enough");
    controller.abort(reason);
    expect(await failureOf(work)).toBe(reason);
    // The request is cancelled a moment after its caller.
    await expect.poll(() => clock.pendingSleeps).toBe(0);
  });

  test("rejects at once though the callback never returns", async () => {
    const { signIn } = makeDevice();
    const controller = new AbortController();
    const called = withResolvers<void>();
    const deviceCodeCallback = () => {
      called.resolve();
      return silence();
    };
    const work = signIn({ deviceCodeCallback, signal: controller.signal });
    await called.promise;
    controller.abort(new Error("enough"));
    await expect(work).rejects.toThrow("enough");
  });

  test("sends nothing when it was aborted before", async () => {
    const { signIn, service } = makeDevice();
    await expect(signIn({ signal: AbortSignal.abort(new Error("enough")) })).rejects.toThrow("enough");
    expect(service.requests).toHaveLength(0);
  });

  test("rejects with a timeout after timeoutMs, including the user's part", async () => {
    const { signIn, clock, pass } = makeDevice(Array(9).fill(pending));
    const work = authErrorOf(signIn({ timeoutMs: 8_000 }));
    await pass(5_000);
    await clock.sleeping(5_000);
    clock.advance(3_000);
    expect(await work).toMatchObject({ code: "timeout", message: "The user did not respond within 8000 ms." });
    expect(clock.pendingSleeps).toBe(0);
  });
});

describe("the device endpoint of another issuer", () => {
  const issuer = "https://id.example.test";
  const signInAt = (device_authorization_endpoint: string | undefined) => {
    const metadata = { issuer, token_endpoint: `${issuer}/token`, device_authorization_endpoint };
    const { app, service, clock } = makeTool(
      ({ method }) => ({ body: method === "GET" ? metadata : { ...codeFields, expires_in: 0 } }),
      { oidcAuthority: issuer, knownAuthorities: ["device.example.test"] },
    );
    return { service, clock, work: app.acquireTokenByDeviceCode({ scopes: ["read"], deviceCodeCallback: () => {} }) };
  };

  test.each([`${issuer}/device`, "https://device.example.test/start"])("receives requests at %s", async (endpoint) => {
    const { service, work } = signInAt(endpoint);
    expect(await authErrorOf(work)).toMatchObject({ code: "device_code_expired" });
    expect(service.requests[1]?.url.href).toBe(endpoint);
    expect(Object.fromEntries(service.requests[1]?.form ?? [])).toEqual({
      client_id: clientId,
      scope: "read openid profile offline_access",
    });
  });

  test.each([
    ["https://evil.test/device", "untrusted_authority"],
    ["http://id.example.test/device", "invalid_authority"],
    [undefined, "invalid_authority"],
  ])("receives no requests at %s", async (endpoint, code) => {
    const { service, work } = signInAt(endpoint);
    expect(await authErrorOf(work)).toMatchObject({ code, correlationId: expect.stringMatching(/^[0-9a-f-]{36}$/) });
    expect(service.requests).toHaveLength(1);
  });
});
