import { type Platform, startPlatform } from "@latchkey/platform";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { getJson } from "../support/daemon.ts";

let platform: Platform;
let tenantId: string;
beforeAll(async () => {
  platform = await startPlatform();
  tenantId = platform.tenant.id;
});
afterAll(() => platform.stop());

const wellKnown = ".well-known/openid-configuration";

describe("the v2.0 document", () => {
  test("has issuer and endpoints of the tenant", async () => {
    const { status, body } = await getJson(platform, `/${tenantId}/v2.0/${wellKnown}`);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      issuer: `${platform.url}/${tenantId}/v2.0`,
      token_endpoint: `${platform.url}/${tenantId}/oauth2/v2.0/token`,
      authorization_endpoint: `${platform.url}/${tenantId}/oauth2/v2.0/authorize`,
      device_authorization_endpoint: `${platform.url}/${tenantId}/oauth2/v2.0/devicecode`,
      end_session_endpoint: `${platform.url}/${tenantId}/oauth2/v2.0/logout`,
      jwks_uri: `${platform.url}/${tenantId}/discovery/v2.0/keys`,
      userinfo_endpoint: `${platform.url}/oidc/userinfo`,
      token_endpoint_auth_methods_supported: ["client_secret_post", "private_key_jwt", "client_secret_basic"],
      id_token_signing_alg_values_supported: ["RS256"],
      subject_types_supported: ["pairwise"],
      tenant_region_scope: "NA",
    });
  });

  test("does not mention PKCE nor grant types, like the real one", async () => {
    const { body } = await getJson(platform, `/${tenantId}/v2.0/${wellKnown}`);
    expect(body).not.toHaveProperty("code_challenge_methods_supported");
    expect(body).not.toHaveProperty("grant_types_supported");
  });

  test("requested by domain contains the tenant's id in every URL", async () => {
    const byDomain = await getJson(platform, `/contoso.onmicrosoft.com/v2.0/${wellKnown}`);
    const byId = await getJson(platform, `/${tenantId}/v2.0/${wellKnown}`);
    expect(byDomain.body).toEqual(byId.body);
  });

  test("follows the host of the request in its endpoints, and the public URL in its issuer", async () => {
    const url = platform.url.replace("localhost", "127.0.0.1");
    const response = await platform.fetch(new Request(`${url}/${tenantId}/v2.0/${wellKnown}`));
    expect(await response.json()).toMatchObject({
      issuer: `${platform.url}/${tenantId}/v2.0`,
      token_endpoint: `${url}/${tenantId}/oauth2/v2.0/token`,
      jwks_uri: `${url}/${tenantId}/discovery/v2.0/keys`,
    });
  });

  test.each(["common", "organizations"])("of %s has a placeholder for the tenant", async (alias) => {
    const { body } = await getJson(platform, `/${alias}/v2.0/${wellKnown}`);
    expect(body.issuer).toBe(`${platform.url}/{tenantid}/v2.0`);
    expect(body.token_endpoint).toBe(`${platform.url}/${alias}/oauth2/v2.0/token`);
    expect(body.tenant_region_scope).toBeNull();
  });

  test("of consumers has the tenant of personal accounts", async () => {
    const { body } = await getJson(platform, `/consumers/v2.0/${wellKnown}`);
    expect(body.issuer).toBe(`${platform.url}/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0`);
  });

  test("may be read by pages of any origin and cached for a day", async () => {
    const { headers } = await getJson(platform, `/${tenantId}/v2.0/${wellKnown}`);
    expect(headers.get("access-control-allow-origin")).toBe("*");
    expect(headers.get("access-control-allow-methods")).toBe("GET, OPTIONS");
    expect(headers.get("cache-control")).toBe("max-age=86400, private");
  });

  test.each(["11111111-2222-3333-4444-555555555555", "fabrikam.example", "secrets"])(
    "of the unknown tenant %s is AADSTS90002 invalid_tenant, not 404",
    async (tenant) => {
      const { status, body } = await getJson(platform, `/${tenant}/v2.0/${wellKnown}`);
      expect(status).toBe(400);
      expect(body).toMatchObject({ error: "invalid_tenant", error_codes: [90002] });
      expect(body.error_description).toContain(`Tenant '${tenant}' not found.`);
    },
  );
});

describe("the v1 document", () => {
  test("has the v1 issuer and endpoints", async () => {
    const { body } = await getJson(platform, `/${tenantId}/${wellKnown}`);
    expect(body).toMatchObject({
      issuer: `${platform.url}/${tenantId}/`,
      token_endpoint: `${platform.url}/${tenantId}/oauth2/token`,
      jwks_uri: `${platform.url}/common/discovery/keys`,
      check_session_iframe: `${platform.url}/${tenantId}/oauth2/checksession`,
      userinfo_endpoint: `${platform.url}/${tenantId}/openid/userinfo`,
      microsoft_multi_refresh_token: true,
      scopes_supported: ["openid"],
    });
  });
});

describe("instance discovery", () => {
  const ask = (endpoint: string): ReturnType<typeof getJson> =>
    getJson(
      platform,
      `/common/discovery/instance?api-version=1.1&authorization_endpoint=${encodeURIComponent(endpoint)}`,
    );

  test("knows the platform itself", async () => {
    const { status, body } = await ask(`${platform.url}/${tenantId}/oauth2/v2.0/authorize`);
    const { host } = new URL(platform.url);
    expect(status).toBe(200);
    expect(body["api-version"]).toBe("1.1");
    expect(body.tenant_discovery_endpoint).toBe(`${platform.url}/${tenantId}/v2.0/${wellKnown}`);
    expect(body.metadata[0]).toEqual({ preferred_network: host, preferred_cache: host, aliases: [host] });
  });

  test("takes localhost without its port for the platform, as MSAL Python sends it", async () => {
    const { body } = await ask(`https://localhost/${tenantId}/oauth2/v2.0/authorize`);
    expect(body.tenant_discovery_endpoint).toBe(`${platform.url}/${tenantId}/v2.0/${wellKnown}`);
  });

  test("returns the v1 document for the v1 form", async () => {
    const { body } = await ask(`${platform.url}/common/oauth2/authorize`);
    expect(body.tenant_discovery_endpoint).toBe(`${platform.url}/common/${wellKnown}`);
  });

  test("knows Microsoft's clouds and their aliases", async () => {
    const { body } = await ask("https://login.microsoftonline.us/common/oauth2/v2.0/authorize");
    expect(body.metadata).toContainEqual({
      preferred_network: "login.microsoftonline.com",
      preferred_cache: "login.windows.net",
      aliases: ["login.microsoftonline.com", "login.windows.net", "login.microsoft.com", "sts.windows.net"],
    });
  });

  test("refuses another host: AADSTS50049 invalid_instance", async () => {
    const { status, body } = await ask("https://login.evil.example/common/oauth2/v2.0/authorize");
    expect(status).toBe(400);
    expect(body).toMatchObject({ error: "invalid_instance", error_codes: [50049] });
  });

  test("refuses a request without authorization_endpoint", async () => {
    expect((await getJson(platform, "/common/discovery/instance")).body.error_codes).toEqual([90014]);
  });
});

test.each(["v2.0/", ""])("what the document lists exists (%s)", async (version) => {
  const { body } = await getJson(platform, `/${platform.tenant.id}/${version}.well-known/openid-configuration`);
  // Kerberos and the session frame need protocols of their own; they are listed because the real document lists them.
  const endpoints = Object.entries(body).filter(
    ([name]) => (name.endsWith("_endpoint") && name !== "kerberos_endpoint") || name === "jwks_uri",
  );
  expect(endpoints).toHaveLength(6);
  for (const [name, address] of endpoints) {
    const { pathname } = new URL(String(address));
    const { status } = await platform
      .fetch(new Request(`${platform.url}${pathname}`, { method: "POST" }))
      .then(async (posted) =>
        posted.status === 404 ? platform.fetch(new Request(`${platform.url}${pathname}`)) : posted,
      );
    expect([name, status]).not.toEqual([name, 404]);
  }
});
