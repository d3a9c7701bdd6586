import { type ConfidentialClientApplicationOptions, clientAssertion } from "@latchkey/client";
import { afterEach, describe, expect, test } from "vitest";
import { clientId, graph, makeDaemon, tenantId } from "../support/daemon.ts";
import { authErrorOf, failureOf } from "../support/failure.ts";
import { type Responder, type ScriptedResponse, type SentRequest, silence, token } from "../support/scriptedService.ts";
import { idTokenResponse } from "../support/tool.ts";
import { withResolvers } from "../support/withResolvers.ts";

const global = `https://login.microsoftonline.com/${tenantId}/oauth2/v2.0/token`;
const regional = `https://westeurope.login.microsoft.com/${tenantId}/oauth2/v2.0/token`;
const instanceMetadata = "http://169.254.169.254/metadata/instance/compute?api-version=2021-02-01";
const urlsOf = (requests: readonly SentRequest[]): string[] => requests.map(({ url }) => url.href);

/** A daemon whose machine gives this response when asked for its region. */
function daemonIn(
  metadata: () => ScriptedResponse | Promise<ScriptedResponse>,
  options: Partial<ConfidentialClientApplicationOptions> = {},
) {
  const response: Responder = (request, index) => (request.method === "GET" ? metadata() : token(index));
  return makeDaemon(response, { azureRegion: "auto", ...options });
}

describe("the region in azureRegion", () => {
  test("issues app tokens, without being detected", async () => {
    const { app, service } = makeDaemon(undefined, { azureRegion: "westeurope" });
    await app.acquireTokenForClient({ scopes: [graph] });
    expect(urlsOf(service.requests)).toEqual([regional]);
  });

  test.each([
    ["login.windows.net", "westeurope.login.microsoft.com"],
    ["login.microsoftonline.us", "westeurope.login.microsoftonline.us"],
    ["login.chinacloudapi.cn", "westeurope.login.partner.microsoftonline.cn"],
  ])("has a service in the cloud of %s at %s", async (host, expected) => {
    const { app, service } = makeDaemon(undefined, {
      azureRegion: "westeurope",
      authority: `https://${host}/${tenantId}`,
    });
    await app.acquireTokenForClient({ scopes: [graph] });
    expect(service.requests[0]?.url.host).toBe(expected);
  });

  test("also serves other tenants of a call", async () => {
    const { app, service } = makeDaemon(undefined, { azureRegion: "westeurope" });
    await app.acquireTokenForClient({ scopes: [graph], tenantId: "contoso.onmicrosoft.com" });
    expect(urlsOf(service.requests)).toEqual([
      "https://westeurope.login.microsoft.com/contoso.onmicrosoft.com/oauth2/v2.0/token",
    ]);
  });

  test("does not affect where another tenant's token is cached, even in another cloud", async () => {
    const options = { azureRegion: "chinaeast2", authority: `https://login.chinacloudapi.cn/${tenantId}` };
    const { app, service } = makeDaemon(undefined, options);
    const ask = async (from: typeof app) =>
      (await from.acquireTokenForClient({ scopes: [graph], tenantId: "contoso.example" })).source;
    expect([await ask(app), await ask(app)]).toEqual(["network", "cache"]);
    expect(urlsOf(service.requests)).toEqual([
      "https://chinaeast2.login.partner.microsoftonline.cn/contoso.example/oauth2/v2.0/token",
    ]);
    const other = makeDaemon(undefined, { authority: `https://login.partner.microsoftonline.cn/${tenantId}` });
    other.app.tokenCache.deserialize(app.tokenCache.serialize());
    expect(await ask(other.app)).toBe("cache");
  });

  test("provides the assertion's audience with its token endpoint", async () => {
    const audiences: string[] = [];
    const clientCredential = clientAssertion(async ({ audience }) => {
      audiences.push(audience);
      return "header.payload.signature";
    });
    const { app } = makeDaemon(undefined, { azureRegion: "westeurope", clientCredential });
    await app.acquireTokenForClient({ scopes: [graph] });
    expect(audiences).toEqual([regional]);
  });

  test("does not affect where a token is cached", async () => {
    const { app } = makeDaemon(undefined, { azureRegion: "westeurope" });
    await app.acquireTokenForClient({ scopes: [graph] });
    const other = makeDaemon(undefined, {});
    await other.app.tokenCache.deserialize(await app.tokenCache.serialize());
    expect((await other.app.acquireTokenForClient({ scopes: [graph] })).source).toBe("cache");
  });

  test("does not affect users' tokens", async () => {
    const { app, service } = makeDaemon(() => idTokenResponse(), { azureRegion: "westeurope" });
    await app.acquireTokenByRefreshToken({ scopes: ["User.Read"], refreshToken: "rt" });
    await app.acquireTokenOnBehalfOf({ scopes: ["User.Read"], oboAssertion: "h.p.s" });
    expect(urlsOf(service.requests)).toEqual([global, global]);
  });

  test.each(["TryAutoDetect", "West Europe", "evil.test/", "", "a".repeat(41)])("is not %j", async (azureRegion) => {
    const error = await authErrorOf(() => makeDaemon(undefined, { azureRegion }));
    expect(error).toMatchObject({ code: "invalid_options", message: expect.stringContaining(azureRegion) });
    expect(error.remedy).toContain('"auto"');
  });

  test.each<[string, Partial<ConfidentialClientApplicationOptions>]>([
    ["one region", { authority: `https://westus.login.microsoft.com/${tenantId}` }],
    [
      "an unknown host",
      { authority: `https://login.contoso.test/${tenantId}`, knownAuthorities: ["login.contoso.test"] },
    ],
    ["another provider", { oidcAuthority: "https://id.example.test" }],
  ])("is refused with the authority of %s", async (_, options) => {
    const error = await authErrorOf(() => makeDaemon(undefined, { azureRegion: "westeurope", ...options }));
    expect(error).toMatchObject({ code: "invalid_options", message: expect.stringContaining("has no regions") });
  });
});

describe("a detected region", () => {
  const original = process.env["REGION_NAME"];
  afterEach(() => {
    if (original === undefined) {
      delete process.env["REGION_NAME"];
    } else {
      process.env["REGION_NAME"] = original;
    }
  });

  test("is read from REGION_NAME", async () => {
    process.env["REGION_NAME"] = "West Europe";
    const { app, service } = daemonIn(() => ({ body: { location: "eastus" } }));
    await app.acquireTokenForClient({ scopes: [graph] });
    expect(urlsOf(service.requests)).toEqual([regional]);
  });

  test("is requested once from the machine's metadata", async () => {
    const { app, service } = daemonIn(() => ({ body: { location: "westeurope" } }));
    await Promise.all(
      [graph, "https://vault.azure.net/.default"].map((scope) => app.acquireTokenForClient({ scopes: [scope] })),
    );
    await app.acquireTokenForClient({ scopes: [graph], forceRefresh: true });
    expect(urlsOf(service.requests)).toEqual([instanceMetadata, regional, regional, regional]);
    expect(service.requests[0]?.headers["metadata"]).toBe("true");
    expect(JSON.stringify(service.requests[0]?.headers)).not.toContain(clientId);
  });

  test("is requested once for all applications of a process with the same fetch", async () => {
    const { app, service } = daemonIn(() => ({ body: { location: "westeurope" } }));
    const others = [1, 2].map(() => makeDaemon(undefined, { azureRegion: "auto", fetch: service.fetch }).app);
    await Promise.all([app, ...others].map((each) => each.acquireTokenForClient({ scopes: [graph] })));
    await makeDaemon(undefined, { azureRegion: "auto", fetch: service.fetch }).app.acquireTokenForClient({
      scopes: [graph],
    });
    expect(urlsOf(service.requests)).toEqual([instanceMetadata, regional, regional, regional, regional]);
  });

  test("is requested again for another fetch, which may lead elsewhere", async () => {
    const first = daemonIn(() => ({ body: { location: "westeurope" } }));
    await first.app.acquireTokenForClient({ scopes: [graph] });
    const second = daemonIn(() => ({ body: { location: "eastus" } }));
    await second.app.acquireTokenForClient({ scopes: [graph] });
    expect(second.service.requests[1]?.url.host).toBe("eastus.login.microsoft.com");
  });

  test("is looked for again an hour after none was found, without delaying anyone", async () => {
    const later = withResolvers<ScriptedResponse>();
    let calls = 0;
    const { app, service, clock } = daemonIn(() => (calls++ === 0 ? { status: 404 } : later.promise));
    const acquire = () => app.acquireTokenForClient({ scopes: [graph], forceRefresh: true });
    await acquire();
    clock.advance(3_600_000);
    await acquire();
    expect(calls).toBe(1);
    clock.advance(1);
    await acquire();
    await acquire();
    expect(calls).toBe(2);
    later.resolve({ body: { location: "westeurope" } });
    await new Promise((resolve) => setImmediate(resolve));
    clock.advance(36_000_000);
    await acquire();
    expect(calls).toBe(2);
    const asks = urlsOf(service.requests).filter((url) => url !== instanceMetadata);
    expect(asks).toEqual([global, global, global, global, regional]);
  });

  test.each<[string, () => ScriptedResponse]>([
    ["an error", () => ({ status: 500 })],
    ["a refusal that names one", () => ({ status: 403, body: { location: "eastus" } })],
    ["a page", () => ({ body: "<html>" })],
    ["no location", () => ({ body: {} })],
    ["something that is not a region", () => ({ body: { location: "evil.test/?" } })],
    [
      "nothing",
      () => {
        throw new Error("connect EHOSTUNREACH");
      },
    ],
  ])("is the global service from then on if the metadata response is %s", async (_, metadata) => {
    const { app, service } = daemonIn(metadata, { maxRetries: 2 });
    await app.acquireTokenForClient({ scopes: [graph] });
    await app.acquireTokenForClient({ scopes: [graph], forceRefresh: true });
    expect(urlsOf(service.requests)).toEqual([instanceMetadata, global, global]);
  });

  test("is waited for no longer than two seconds", async () => {
    const { app, service, clock } = daemonIn(() => silence());
    const work = app.acquireTokenForClient({ scopes: [graph] });
    await clock.sleeping(2_000);
    clock.advance(2_000);
    await work;
    expect(urlsOf(service.requests)).toEqual([instanceMetadata, global]);
  });

  test("is found for the others when the first caller leaves", async () => {
    const answered = withResolvers<ScriptedResponse>();
    const { app, service } = daemonIn(() => answered.promise);
    const controller = new AbortController();
    const first = failureOf(app.acquireTokenForClient({ scopes: [graph], signal: controller.signal }));
    await service.received(1);
    controller.abort("left");
    expect(await first).toBe("left");
    const second = app.acquireTokenForClient({ scopes: [graph] });
    answered.resolve({ body: { location: "westeurope" } });
    await second;
    expect(urlsOf(service.requests)).toEqual([instanceMetadata, regional]);
  });
});
