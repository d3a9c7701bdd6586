import { type Fetch, type FetchInit, protectedApi } from "@latchkey/client";
import { describe, expect, test } from "vitest";
import { graph, makeDaemon } from "../support/daemon.ts";
import { authErrorOf } from "../support/failure.ts";
import { randomOf } from "../support/randomOf.ts";
import { scriptedService, token } from "../support/scriptedService.ts";
import { idTokenResponse, makeTool } from "../support/tool.ts";

const scopes = [graph];
const patient = { maxRetries: undefined, random: randomOf(0) };

/** A fetch, and the cache options that it received. */
function watched(service: Fetch, refuse: (init: FetchInit) => void = () => {}) {
  const caches: (string | undefined)[] = [];
  const fetch: Fetch = async (url, init) => {
    caches.push("cache" in init ? init.cache : "absent");
    refuse(init);
    return service(url, init);
  };
  return { caches, fetch };
}

/** Like workerd before its compatibility date 2024-11-11. */
const rejectsCacheOption = (init: FetchInit): void => {
  if ("cache" in init) {
    throw new Error("The 'cache' field on 'RequestInitializerDict' is not implemented.");
  }
};

describe("a request to an authority", () => {
  test("tells every fetch not to cache it: token, metadata and device requests", async () => {
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
      return { body: { device_code: "d", user_code: "U", verification_uri: "https://id.test/", expires_in: 900 } };
    });
    const { caches, fetch: noting } = watched(fetch);
    const { app, clock } = makeTool(undefined, { oidcAuthority: issuer, fetch: noting });
    void clock.sleeping(5_000).then(() => clock.advance(5_000));
    await app.acquireTokenByDeviceCode({ scopes: ["read"], deviceCodeCallback: () => {} });
    expect(caches).toEqual(["no-store", "no-store", "no-store"]);
  });

  test("never returns an earlier token from a caching fetch", async () => {
    const { fetch: live } = scriptedService();
    const cachedTexts = new Map<string, string>();
    const caching: Fetch = async (url, init) => {
      const key = JSON.stringify([url, init.body]);
      const known = init.cache === "no-store" ? undefined : cachedTexts.get(key);
      const text = known ?? (await (await live(url, init)).text());
      cachedTexts.set(key, text);
      return { status: 200, headers: new Headers(), text: async () => text };
    };
    const { app } = makeDaemon(undefined, { fetch: caching });
    const { accessToken } = await app.acquireTokenForClient({ scopes });
    expect((await app.acquireTokenForClient({ scopes, forceRefresh: true })).accessToken).not.toBe(accessToken);
  });

  test("is repeated without the option if the runtime refuses it, and omits it from then on", async () => {
    const service = scriptedService();
    const { caches, fetch } = watched(service.fetch, rejectsCacheOption);
    for (const { app } of [makeDaemon(undefined, { fetch }), makeDaemon(undefined, { fetch })]) {
      await app.acquireTokenForClient({ scopes });
      await app.acquireTokenForClient({ scopes, forceRefresh: true });
    }
    expect(caches).toEqual(["no-store", "absent", "absent", "absent", "absent"]);
    expect(service.requests).toHaveLength(4);
  });

  test("is repeated for two at once, and for a fetch that throws instead of rejecting", async () => {
    const service = scriptedService();
    const fetch = ((url, init) => {
      rejectsCacheOption(init);
      return service.fetch(url, init);
    }) as Fetch;
    const { app } = makeDaemon(undefined, { fetch });
    const other = { scopes: ["api://other/.default"] };
    await Promise.all([app.acquireTokenForClient({ scopes }), app.acquireTokenForClient(other)]);
    expect(service.requests).toHaveLength(2);
  });

  test.each([
    [
      "a host whose name has cache in it",
      Object.assign(new Error("getaddrinfo ENOTFOUND cache.test"), { code: "ENOTFOUND" }),
    ],
    [
      "a caching proxy",
      new TypeError("fetch failed", { cause: new Error("The cache is not implemented in this proxy") }),
    ],
    ["another option", new Error("The 'mode' field on 'RequestInitializerDict' is not implemented.")],
  ])("is not repeated because of a network failure: %s", async (_, failure) => {
    let failures = 0;
    const service = scriptedService((_, index) => token(index));
    const { caches, fetch } = watched(service.fetch, () => {
      if (failures++ === 0) {
        throw failure;
      }
    });
    const { app } = makeDaemon(undefined, { ...patient, fetch });
    await app.acquireTokenForClient({ scopes });
    expect(caches).toEqual(["no-store", "no-store"]);
  });

  test("reports the failure without the option, if there is one", async () => {
    const { fetch } = watched(async () => {
      throw new Error("Network connection lost.");
    }, rejectsCacheOption);
    const { app } = makeDaemon(undefined, { fetch });
    expect((await authErrorOf(app.acquireTokenForClient({ scopes }))).message).toContain("Network connection lost.");
  });
});

describe("an API call", () => {
  test("is cached as its caller says", async () => {
    const caches: unknown[] = [];
    const fetch: typeof globalThis.fetch = async (_, init) => {
      caches.push(init && "cache" in init ? init.cache : "absent");
      return Response.json({});
    };
    const api = protectedApi(makeDaemon().app, { baseUrl: "https://api.test/", scopes, fetch });
    await api.json("x");
    await api.json("x", { cache: "force-cache" });
    expect(caches).toEqual(["absent", "force-cache"]);
  });
});
