import type { Account } from "@latchkey/client";
import { openTelemetry } from "@latchkey/client/opentelemetry";
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics";
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from "@opentelemetry/sdk-trace-base";
import { describe, expect, test } from "vitest";
import { clientId, graph, makeDaemon, secret } from "../support/daemon.ts";
import { authErrorOf, failureOf } from "../support/failure.ts";
import { randomOf } from "../support/randomOf.ts";
import { aadstsError, type Responder, token } from "../support/scriptedService.ts";
import { idTokenResponse, jwtOf, makeTool, type Tool } from "../support/tool.ts";

const scopes = [graph];
const user = ["User.Read"];
const redirectUri = "http://localhost";
const correlationId = "c1c1c1c1-0000-4000-8000-000000000001";
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** OpenTelemetry's own SDK, keeping in memory what it would export. */
function memory() {
  const spans = new InMemorySpanExporter();
  const metrics = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter: metrics });
  const telemetry = openTelemetry({
    tracerProvider: new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(spans)] }),
    meterProvider: new MeterProvider({ readers: [reader] }),
  });
  return {
    telemetry,
    /** Each span's name, attributes and status. */
    spans: () => spans.getFinishedSpans().map(({ name, attributes, status }) => ({ name, attributes, status })),
    /** The last value of each point of an instrument, with its attributes; for a histogram, its count. */
    async points(name: string): Promise<Record<string, unknown>[]> {
      await reader.forceFlush();
      const found = metrics
        .getMetrics()
        .at(-1)
        ?.scopeMetrics.flatMap((scope) => scope.metrics)
        .find(({ descriptor }) => descriptor.name === name);
      return (found?.dataPoints ?? []).map(({ value, attributes }) => ({
        value: typeof value === "object" ? value.count : value,
        ...attributes,
      }));
    },
    /** Everything that was exported. */
    async all() {
      await reader.forceFlush();
      return JSON.stringify([
        spans.getFinishedSpans().map(({ name, attributes, events, status }) => [name, attributes, events, status]),
        metrics.getMetrics(),
      ]);
    },
  };
}

function daemonIn(response?: Responder) {
  const sdk = memory();
  return { ...sdk, ...makeDaemon(response, { telemetry: sdk.telemetry, random: randomOf(0) }) };
}

const attributes = {
  "latchkey.client_id": clientId,
  "latchkey.flow": "client_credentials",
  "server.address": "login.microsoftonline.com",
};

describe("openTelemetry", () => {
  test("creates a span and a duration for each acquisition that is not served from the cache", async () => {
    const { app, spans, points } = daemonIn();
    await app.acquireTokenForClient({ scopes, correlationId });
    await app.acquireTokenForClient({ scopes });
    expect(spans()).toEqual([
      {
        name: "acquire token client_credentials",
        attributes: {
          ...attributes,
          "latchkey.refresh_reason": "absent",
          "latchkey.source": "network",
          "latchkey.correlation_id": correlationId,
        },
        status: { code: 0 },
      },
    ]);
    expect(await points("latchkey.acquisition.duration")).toEqual([
      { value: 1, ...attributes, "latchkey.refresh_reason": "absent" },
    ]);
  });

  test("counts cache lookups by their outcome", async () => {
    const { app, points } = daemonIn();
    for (let call = 0; call < 4; call++) {
      await app.acquireTokenForClient({ scopes });
    }
    expect(await points("latchkey.cache.lookups")).toEqual([
      { value: 3, "latchkey.client_id": clientId, "latchkey.cache.outcome": "hit" },
      { value: 1, "latchkey.client_id": clientId, "latchkey.cache.outcome": "miss" },
    ]);
  });

  test("adds up the counts of applications with one client id, and separates other ids", async () => {
    const { telemetry, points } = memory();
    const other = "22222222-2222-4333-8444-555555555555";
    for (const id of [clientId, clientId, other]) {
      await makeDaemon(undefined, { telemetry, clientId: id }).app.acquireTokenForClient({ scopes });
    }
    const misses = (await points("latchkey.cache.lookups")).filter(
      (point) => point["latchkey.cache.outcome"] === "miss",
    );
    expect(misses.map((point) => [point["latchkey.client_id"], point["value"]])).toEqual([
      [clientId, 2],
      [other, 1],
    ]);
  });

  test("reports why an acquisition failed by code and number", async () => {
    const { app, spans, points } = daemonIn(() => aadstsError(7000215));
    const failure = { "error.type": "invalid_client_secret", "latchkey.aadsts": 7000215 };
    const error = await authErrorOf(app.acquireTokenForClient({ scopes }));
    expect(spans()).toMatchObject([
      { attributes: { ...failure, "latchkey.correlation_id": error.correlationId }, status: { code: 2 } },
    ]);
    expect(await points("latchkey.acquisition.duration")).toEqual([
      { value: 1, ...attributes, "latchkey.refresh_reason": "absent", ...failure },
    ]);
  });

  test("reports a foreign error by its class only", async () => {
    const { telemetry, spans, all } = memory();
    const { app } = makeDaemon(undefined, {
      telemetry,
      clientCredential: () => Promise.reject(new RangeError("the vault said hunter2")),
    });
    await failureOf(app.acquireTokenForClient({ scopes }));
    expect(spans()).toMatchObject([{ attributes: { "error.type": "RangeError" } }]);
    expect(await all()).not.toContain("hunter2");
  });

  test("reveals neither secret nor token", async () => {
    const { app, clock, all } = daemonIn((_, index) =>
      index === 0 ? token(1) : aadstsError(7000215, `Wrong: ${secret}.`),
    );
    await app.acquireTokenForClient({ scopes });
    clock.advance(3_600_000);
    await failureOf(app.acquireTokenForClient({ scopes }));
    const sent = await all();
    expect(sent).toContain("invalid_client_secret");
    expect(sent).not.toContain(secret);
    expect(sent).not.toContain("token-1");
  });

  test("reports the reason of each refresh", async () => {
    const { app, clock, spans } = daemonIn((_, index) => token(index + 1, { refresh_in: 1800 }));
    await app.acquireTokenForClient({ scopes });
    await app.acquireTokenForClient({ scopes, forceRefresh: true });
    await app.acquireTokenForClient({ scopes, claims: '{"access_token":{"nbf":{"essential":true}}}' });
    clock.advance(3_000_000);
    await app.acquireTokenForClient({ scopes });
    await settled();
    clock.advance(3_600_000);
    await app.acquireTokenForClient({ scopes });
    expect(spans().map((span) => span.attributes["latchkey.refresh_reason"])).toEqual([
      "absent",
      "forced",
      "claims",
      "ageing",
      "expired",
    ]);
  });

  test("counts background refreshes, and failed ones", async () => {
    const { app, clock, points } = daemonIn((_, index) =>
      index === 0 ? token(1, { refresh_in: 1800 }) : { status: 503 },
    );
    await app.acquireTokenForClient({ scopes });
    clock.advance(1_800_000);
    await app.acquireTokenForClient({ scopes });
    await settled();
    expect(await points("latchkey.cache.refreshes")).toMatchObject([{ value: 1 }]);
    expect(await points("latchkey.cache.refresh_failures")).toMatchObject([{ value: 1 }]);
  });

  test("reports that a cached token was used during an outage", async () => {
    const { app, clock, spans } = daemonIn((_, index) => (index === 0 ? token(1) : { status: 503 }));
    await app.acquireTokenForClient({ scopes });
    clock.advance(56 * 60_000);
    await app.acquireTokenForClient({ scopes });
    expect(spans()[1]).toMatchObject({ attributes: { "latchkey.source": "cache" }, status: { code: 0 } });
  });

  test("reports a user who has to sign in again, without a request", async () => {
    const { telemetry, spans } = memory();
    const { app } = makeTool(undefined, { telemetry });
    const account = { homeAccountId: "u.t", environment: "login.microsoftonline.com", tenantId: "t" } as Account;
    await failureOf(app.acquireTokenSilent({ scopes: ["User.Read"], account }));
    expect(spans()).toMatchObject([
      {
        name: "acquire token silent",
        attributes: { "error.type": "sign_in_required", "latchkey.refresh_reason": "absent" },
      },
    ]);
  });

  test("creates one span for a sign-in by device code, however often it polls", async () => {
    const { telemetry, spans } = memory();
    const responses = [
      {
        body: {
          device_code: "d",
          user_code: "U",
          verification_uri: "https://x.example/",
          expires_in: 900,
          interval: 5,
        },
      },
      { status: 400, body: { error: "authorization_pending" } },
      idTokenResponse(),
    ];
    const { app, clock } = makeTool((_, index) => responses[index] ?? {}, { telemetry });
    const signIn = app.acquireTokenByDeviceCode({ scopes: ["User.Read"], deviceCodeCallback: () => {} });
    for (let poll = 0; poll < 2; poll++) {
      await clock.sleeping(5_000);
      clock.advance(5_000);
    }
    await signIn;
    expect(spans()).toMatchObject([{ name: "acquire token device_code", status: { code: 0 } }]);
  });

  test.each<[string, (app: Tool["app"]) => Promise<unknown>]>([
    ["refresh_token", (app) => app.acquireTokenByRefreshToken({ scopes: user, refreshToken: "r" })],
    ["password", (app) => app.acquireTokenByUsernamePassword({ scopes: user, username: "u", password: "p" })],
    ["authorization_code", (app) => app.acquireTokenByAuthorizationCode({ scopes: user, code: "c", redirectUri })],
    ["urn:example:grant", (app) => app.acquireTokenByGrant({ grantType: "urn:example:grant" })],
  ])("reports the flow %s", async (flow, acquire) => {
    const { telemetry, spans } = memory();
    await acquire(makeTool(undefined, { telemetry }).app);
    expect(spans()).toMatchObject([{ attributes: { "latchkey.flow": flow, "latchkey.source": "network" } }]);
  });

  test("reports the on-behalf-of flow, and why the cache was not used", async () => {
    const { app, clock, spans } = daemonIn((_, index) => idTokenResponse({}, index + 1));
    const acquire = () => app.acquireTokenOnBehalfOf({ scopes: user, oboAssertion: jwtOf({ sub: "caller" }) });
    await acquire();
    await acquire();
    clock.advance(3_600_000);
    await acquire();
    expect(
      spans().map((span) => [span.attributes["latchkey.flow"], span.attributes["latchkey.refresh_reason"]]),
    ).toEqual([
      ["on_behalf_of", "absent"],
      ["on_behalf_of", "expired"],
    ]);
  });

  test("changes nothing about the application when there is no SDK", async () => {
    const { app } = makeDaemon(undefined, { telemetry: openTelemetry() });
    expect(await app.acquireTokenForClient({ scopes })).toMatchObject({ accessToken: "token-1" });
  });
});
