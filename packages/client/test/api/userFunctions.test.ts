import {
  asTokenCredential,
  type Clock,
  ConfidentialClientApplication,
  clientAssertion,
  clientCertificate,
  clientSecret,
  PublicClientApplication,
  protectedApi,
} from "@latchkey/client";
import { acquireTokenInteractive } from "@latchkey/client/node";
import { describe, expect, test } from "vitest";
import { clientId, entra, graph, makeDaemon } from "../support/daemon.ts";
import { rsaCertificate } from "../support/keys.ts";
import { manualClock } from "../support/manualClock.ts";
import { scriptedService, token } from "../support/scriptedService.ts";
import { idTokenResponse } from "../support/tool.ts";

/** The receiver with which a passed function was called. */
const recorder = () => {
  const owners = new Map<string, Set<unknown>>();
  return {
    owners,
    /** The function, which records its receiver. */
    watch<A extends unknown[], R>(name: string, work: (...args: A) => R) {
      return function (this: unknown, ...args: A): R {
        owners.set(name, (owners.get(name) ?? new Set()).add(this));
        return work(...args);
      };
    },
  };
};
const scopes = [graph];

describe("a function passed by a caller", () => {
  test("is called without a receiver: fetch, random, waitUntil, and a secret's, an assertion's and a certificate's provider", async () => {
    const { owners, watch } = recorder();
    const clock = manualClock();
    const { pem, certificate } = await rsaCertificate();
    const { sign, importKey } = crypto.subtle;
    const key = await importKey.call(
      crypto.subtle,
      "pkcs8",
      Buffer.from(pem.replace(/-----[^-]+-----|\s/g, ""), "base64"),
      { name: "RSA-PSS", hash: "SHA-256" },
      false,
      ["sign"],
    );
    const signing = watch("sign", async (data: Uint8Array<ArrayBuffer>) => {
      return new Uint8Array(
        await sign.call(crypto.subtle, { name: "RSA-PSS", saltLength: 32 }, key as CryptoKey, data),
      );
    });
    const credentials = [
      clientSecret(watch("secret", async () => "a secret")),
      clientAssertion(watch("assertion", async () => "h.p.s")),
      clientCertificate(watch("certificate", async () => ({ certificate, sign: signing }))),
      watch("credential", async () => ({ parameters: { client_secret: "own" } })),
    ];
    for (const clientCredential of credentials) {
      const { fetch } = scriptedService((_, index) => token(index, { refresh_in: 10 }));
      const app = new ConfidentialClientApplication({
        clientId,
        authority: entra,
        clientCredential,
        clock,
        azureRegion: "auto",
        fetch: watch("fetch", fetch),
        random: watch("random", (length: number) => crypto.getRandomValues(new Uint8Array(length))),
        waitUntil: watch("waitUntil", (work: Promise<unknown>) => work.then(() => {})),
      });
      app.tokenCache.onChange(watch("listener", () => {}));
      await app.acquireTokenForClient({ scopes });
      clock.advance(3_000_000);
      await app.acquireTokenForClient({ scopes });
    }
    expect(Object.fromEntries(owners)).toEqual(
      Object.fromEntries(
        ["fetch", "random", "waitUntil", "listener", "secret", "assertion", "certificate", "sign", "credential"].map(
          (name) => [name, new Set([undefined])],
        ),
      ),
    );
  });

  test("is called without a receiver: for a region, for metadata and for a device code", async () => {
    const { owners, watch } = recorder();
    const clock = manualClock();
    const issuer = "https://id.example.test";
    const { fetch } = scriptedService(({ url }) => {
      if (url.pathname.endsWith("/openid-configuration")) {
        return {
          body: { issuer, token_endpoint: `${issuer}/token`, device_authorization_endpoint: `${issuer}/device` },
        };
      }
      if (url.pathname !== "/device") {
        return idTokenResponse({ iss: issuer });
      }
      void clock.sleeping(5_000).then(() => clock.advance(5_000));
      return { body: { device_code: "d", user_code: "U", verification_uri: "https://id.test/", expires_in: 900 } };
    });
    const app = new PublicClientApplication({
      clientId,
      oidcAuthority: issuer,
      clock,
      fetch: watch("fetch", fetch),
    });
    const deviceCodeCallback = watch("deviceCodeCallback", () => {});
    await app.acquireTokenByDeviceCode({ scopes: ["read"], deviceCodeCallback });
    expect(Object.fromEntries(owners)).toEqual({
      fetch: new Set([undefined]),
      deviceCodeCallback: new Set([undefined]),
    });
  });

  test("is called without a receiver: for an API, and to open a browser", async () => {
    const { owners, watch } = recorder();
    const { app } = makeDaemon();
    const api = protectedApi(app, {
      baseUrl: "https://api.test/",
      scopes,
      fetch: watch("fetch", async () => Response.json({ value: [] })),
    });
    await api.fetch("x");
    await api.json("x");
    for await (const _ of api.pages("x")) {
    }
    const failing = watch("openBrowser", () => Promise.reject(new Error("no display")));
    const users = new PublicClientApplication({ clientId, authority: entra, fetch: scriptedService().fetch });
    await acquireTokenInteractive(users, { scopes: ["User.Read"], openBrowser: failing }).catch(() => {});
    expect(Object.fromEntries(owners)).toEqual({ fetch: new Set([undefined]), openBrowser: new Set([undefined]) });
  });
});

describe("a method of an object passed by a caller", () => {
  test("is called on its object: of clock, logger, cache plugin, telemetry and token source", async () => {
    const { owners, watch } = recorder();
    const manual = manualClock();
    const clock: Clock = { now: watch("clock", manual.now), sleep: watch("clock", manual.sleep) };
    const log = watch("logger", () => {});
    const logger = { debug: log, info: log, warn: log, error: log };
    const access = watch("cachePlugin", () => {});
    const cachePlugin = { beforeCacheAccess: access, afterCacheAccess: access };
    const telemetry = {
      watchCounts: watch("telemetry", () => {}),
      watchAcquisition: watch("telemetry", (_: unknown, work: () => Promise<never>) => work()),
    };
    const { app } = makeDaemon(undefined, { clock, logger, cachePlugin, telemetry });
    await app.acquireTokenForClient({ scopes });
    const source = { acquireTokenForClient: watch("source", () => app.acquireTokenForClient({ scopes })) };
    await asTokenCredential(source).getToken(graph);
    expect(Object.fromEntries(owners)).toEqual({
      clock: new Set([clock]),
      logger: new Set([logger]),
      cachePlugin: new Set([cachePlugin]),
      telemetry: new Set([telemetry]),
      source: new Set([source]),
    });
  });
});
