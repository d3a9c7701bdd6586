import type { IncomingMessage } from "node:http";
import { get as httpsGet } from "node:https";
import { type Platform, startPlatform } from "@latchkey/platform";
import { createRemoteJWKSet, customFetch, decodeJwt, jwtVerify } from "jose";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Daemon, registerDaemon, tokenForm } from "../support/daemon.ts";
import { fetchThrough, type TunnelResponse } from "../support/throughProxy.ts";

let platform: Platform;
let daemon: Daemon;
let tenantId: string;
beforeAll(async () => {
  platform = await startPlatform({ mode: "interception" });
  daemon = registerDaemon(platform, ["User.Read.All"]);
  tenantId = platform.tenant.id;
});
afterAll(() => platform.stop());

const login = "https://login.microsoftonline.com";

function get(address: string, headers: Record<string, string> = {}): Promise<TunnelResponse> {
  return fetchThrough(platform, address, { headers });
}

function requestToken(changes: Record<string, string> = {}, path = "oauth2/v2.0/token"): Promise<TunnelResponse> {
  return fetchThrough(platform, `${login}/${tenantId}/${path}`, {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams(tokenForm(daemon, changes)).toString(),
  });
}

describe("the token service under Microsoft's names", () => {
  test("publishes Microsoft's issuer, and endpoints under the requested name", async () => {
    const { body } = await get(`${login}/contoso.onmicrosoft.com/v2.0/.well-known/openid-configuration`);
    expect(body).toMatchObject({
      issuer: `https://login.microsoftonline.com/${tenantId}/v2.0`,
      token_endpoint: `${login}/${tenantId}/oauth2/v2.0/token`,
      userinfo_endpoint: "https://graph.microsoft.com/oidc/userinfo",
      msgraph_host: "graph.microsoft.com",
    });
    const alias = await get(`https://login.windows.net/${tenantId}/.well-known/openid-configuration`);
    expect(alias.body).toMatchObject({
      issuer: `https://sts.windows.net/${tenantId}/`,
      token_endpoint: `https://login.windows.net/${tenantId}/oauth2/token`,
    });
  });

  test("publishes Microsoft's issuer on the platform's own host as well, with endpoints there", async () => {
    const response = await platform.fetch(
      new Request(`${platform.url}/${tenantId}/v2.0/.well-known/openid-configuration`),
    );
    expect(await response.json()).toMatchObject({
      issuer: `https://login.microsoftonline.com/${tenantId}/v2.0`,
      token_endpoint: `${platform.url}/${tenantId}/oauth2/v2.0/token`,
      userinfo_endpoint: `${platform.url}/oidc/userinfo`,
    });
  });

  test("issues tokens that a library verifies with the keys from Microsoft's document", async () => {
    const { body } = await requestToken();
    const keys = createRemoteJWKSet(new URL(`${login}/common/discovery/v2.0/keys`), {
      [customFetch]: async (address) => {
        const { text } = await get(address);
        return new Response(text, { headers: { "content-type": "application/json" } });
      },
    });
    const { payload } = await jwtVerify(body.access_token, keys, { issuer: `https://sts.windows.net/${tenantId}/` });
    expect(payload["appid"]).toBe(daemon.appId);
  });

  test("issues tokens with the issuer of version 2 for an API of version 2", async () => {
    const api = platform.directory.registerApplication({
      displayName: "API",
      identifierUris: ["api://nightly"],
      requestedAccessTokenVersion: 2,
    });
    expect(api.appId).toBeDefined();
    const { body } = await requestToken({ scope: "api://nightly/.default" });
    expect(decodeJwt(body.access_token).iss).toBe(`https://login.microsoftonline.com/${tenantId}/v2.0`);
  });

  test("refuses requests as usual, with an error_uri on Microsoft's host", async () => {
    const { status, body } = await requestToken({ client_secret: "wrong" });
    expect(status).toBe(401);
    expect(body).toMatchObject({ error: "invalid_client", error_uri: `${login}/error?code=7000215` });
  });

  test.each(["v1.0/users", "subscriptions", "tenants", "portal"])("has no /%s", async (path) => {
    expect((await get(`${login}/${path}?api-version=2022-12-01`)).status).toBe(404);
  });
});

describe("instance discovery under Microsoft's name", () => {
  async function discover(endpoint: string): Promise<TunnelResponse> {
    const query = new URLSearchParams({ "api-version": "1.1", authorization_endpoint: endpoint });
    return get(`${login}/common/discovery/instance?${query}`);
  }

  test("lists its own name once", async () => {
    const { body } = await discover(`${login}/common/oauth2/v2.0/authorize`);
    expect(body.tenant_discovery_endpoint).toBe(`${login}/common/v2.0/.well-known/openid-configuration`);
    expect(body.metadata[0].aliases).toContain("login.microsoftonline.com");
    expect(
      body.metadata.filter((cloud: { aliases: string[] }) => cloud.aliases.includes("sts.windows.net")),
    ).toHaveLength(1);
  });

  test("knows the platform's own host, which clients then accept", async () => {
    const { host } = new URL(platform.url);
    const { body } = await discover(`${platform.url}/${tenantId}/oauth2/v2.0/authorize`);
    expect(body.tenant_discovery_endpoint).toBe(`${platform.url}/${tenantId}/v2.0/.well-known/openid-configuration`);
    expect(body.metadata[0]).toEqual({ preferred_network: host, preferred_cache: host, aliases: [host] });
  });

  test("adds the port that MSAL Python leaves out", async () => {
    const { body } = await discover(`https://localhost/${tenantId}/oauth2/v2.0/authorize`);
    expect(body.tenant_discovery_endpoint).toBe(`${platform.url}/${tenantId}/v2.0/.well-known/openid-configuration`);
  });

  test.each(["https://127.0.0.1:9443", "https://login.localhost:8443"])("knows %s as well", async (origin) => {
    const { status, body } = await discover(`${origin}/common/oauth2/v2.0/authorize`);
    expect(status).toBe(200);
    expect(body.tenant_discovery_endpoint).toBe(`${origin}/common/v2.0/.well-known/openid-configuration`);
  });

  test("does not know other hosts", async () => {
    const { status, body } = await discover("https://login.evil.example/common/oauth2/v2.0/authorize");
    expect(status).toBe(400);
    expect(body).toMatchObject({ error: "invalid_instance", error_codes: [50049] });
  });
});

describe("Graph under Microsoft's name", () => {
  test("lists users, with next links under the same name", async () => {
    const { body } = await requestToken();
    const authorization = `Bearer ${body.access_token}`;
    const first = await get("https://graph.microsoft.com/v1.0/users?$top=5", { authorization });
    expect(first.body.value).toHaveLength(5);
    expect(first.body["@odata.nextLink"]).toMatch(/^https:\/\/graph\.microsoft\.com\/v1\.0\/users\?/);
    expect((await get(first.body["@odata.nextLink"], { authorization })).status).toBe(200);
  });

  test("serves no tenants and no subscriptions", async () => {
    expect((await get(`https://graph.microsoft.com/${tenantId}/v2.0/.well-known/openid-configuration`)).status).toBe(
      400,
    );
    expect((await get("https://graph.microsoft.com/subscriptions?api-version=2022-12-01")).status).toBe(400);
  });
});

test("is served on the platform's own listener as well, for names in a hosts file", async () => {
  const { port } = new URL(platform.url);
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const options = {
      host: "127.0.0.1",
      port,
      path: "/v1.0/users",
      servername: "graph.microsoft.com",
      headers: { host: "graph.microsoft.com" },
      ca: platform.caCertificate,
      agent: false,
    };
    httpsGet(options, resolve).on("error", reject);
  });
  response.resume();
  expect(response.statusCode).toBe(401);
});

test("a name of Microsoft's with another port is refused with 421", async () => {
  const response = await fetchThrough(platform, `${login}/common/discovery/keys`, {
    headers: { host: "login.microsoftonline.com:8443" },
  });
  expect(response.status).toBe(421);
});

test("in own-host mode Microsoft's names are refused, and there is no proxy", async () => {
  const own = await startPlatform();
  const response = await own.fetch(new Request(`${login}/common/discovery/keys`));
  await own.stop();
  expect(response.status).toBe(421);
  expect(own.environment).not.toHaveProperty("HTTPS_PROXY");
});

test("an unknown mode is refused with its name", async () => {
  // @ts-expect-error: what a program without types may pass
  await expect(startPlatform({ mode: "hosts" })).rejects.toThrow(
    'mode must be "own-host" or "interception", got "hosts"',
  );
});
