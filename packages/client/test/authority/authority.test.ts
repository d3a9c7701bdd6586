import { describe, expect, test } from "vitest";
import { type AuthorityOptions, parseAuthority, withTenant } from "../../src/authority/authority.ts";
import { graph, makeDaemon, tenantId } from "../support/daemon.ts";
import { authErrorOf } from "../support/failure.ts";
import { scriptedService, token } from "../support/scriptedService.ts";

const tokenOf = (host: string, tenant = tenantId): string => `https://${host}/${tenant}/oauth2/v2.0/token`;
const metadataOf = (url: string): string => `${url}/.well-known/openid-configuration`;

describe("the kind and the endpoints of an authority", () => {
  test.each<[string, AuthorityOptions, string, string, string]>([
    // given, options, kind, environment, where the token endpoint comes from
    [
      "a tenant id",
      { authority: `https://login.microsoftonline.com/${tenantId}` },
      "entra",
      "login.windows.net",
      tokenOf("login.microsoftonline.com"),
    ],
    [
      "a domain, a final slash, upper case",
      { authority: "https://Login.MicrosoftOnline.com/Contoso.COM/" },
      "entra",
      "login.windows.net",
      tokenOf("login.microsoftonline.com", "contoso.com"),
    ],
    [
      "a v2.0 address",
      { authority: `https://login.microsoftonline.com/${tenantId}/v2.0` },
      "entra",
      "login.windows.net",
      tokenOf("login.microsoftonline.com"),
    ],
    [
      "the alias login.windows.net",
      { authority: `https://login.windows.net/${tenantId}` },
      "entra",
      "login.windows.net",
      tokenOf("login.microsoftonline.com"),
    ],
    [
      "the alias login.microsoft.com",
      { authority: `https://login.microsoft.com/${tenantId}` },
      "entra",
      "login.windows.net",
      tokenOf("login.microsoftonline.com"),
    ],
    [
      "the issuer host sts.windows.net",
      { authority: `https://sts.windows.net/${tenantId}/` },
      "entra",
      "login.windows.net",
      tokenOf("login.microsoftonline.com"),
    ],
    [
      "a regional host",
      { authority: `https://westeurope.login.microsoft.com/${tenantId}` },
      "entra",
      "login.windows.net",
      tokenOf("westeurope.login.microsoft.com"),
    ],
    [
      "the US government cloud",
      { authority: `https://login.microsoftonline.us/${tenantId}` },
      "entra",
      "login.microsoftonline.us",
      tokenOf("login.microsoftonline.us"),
    ],
    [
      "its older name",
      { authority: `https://login.usgovcloudapi.net/${tenantId}` },
      "entra",
      "login.microsoftonline.us",
      tokenOf("login.microsoftonline.us"),
    ],
    [
      "the cloud in China",
      { authority: `https://login.partner.microsoftonline.cn/${tenantId}` },
      "entra",
      "login.partner.microsoftonline.cn",
      tokenOf("login.partner.microsoftonline.cn"),
    ],
    [
      "its older name",
      { authority: `https://login.chinacloudapi.cn/${tenantId}` },
      "entra",
      "login.partner.microsoftonline.cn",
      tokenOf("login.partner.microsoftonline.cn"),
    ],
    [
      "a sovereign cloud",
      { authority: `https://login.sovcloud-identity.fr/${tenantId}` },
      "entra",
      "login.sovcloud-identity.fr",
      tokenOf("login.sovcloud-identity.fr"),
    ],
    [
      "Entra's issuer as oidcAuthority",
      { oidcAuthority: `https://login.microsoftonline.com/${tenantId}/v2.0` },
      "entra",
      "login.windows.net",
      tokenOf("login.microsoftonline.com"),
    ],
    [
      "a known host",
      { authority: `https://login.contoso.test/${tenantId}`, knownAuthorities: ["login.contoso.test"] },
      "entra",
      "login.contoso.test",
      tokenOf("login.contoso.test"),
    ],
    [
      "a loopback host with a port",
      { authority: `https://localhost:8443/${tenantId}` },
      "entra",
      "localhost:8443",
      tokenOf("localhost:8443"),
    ],
    [
      "B2C",
      { authority: "https://contoso.b2clogin.com/contoso.onmicrosoft.com/B2C_1_Sign" },
      "b2c",
      "contoso.b2clogin.com",
      metadataOf("https://contoso.b2clogin.com/contoso.onmicrosoft.com/b2c_1_sign/v2.0"),
    ],
    [
      "B2C with tfp",
      { authority: "https://contoso.b2clogin.com/tfp/contoso.onmicrosoft.com/b2c_1_sign" },
      "b2c",
      "contoso.b2clogin.com",
      metadataOf("https://contoso.b2clogin.com/tfp/contoso.onmicrosoft.com/b2c_1_sign/v2.0"),
    ],
    [
      "B2C under a known custom domain",
      {
        authority: "https://login.contoso.test/contoso.onmicrosoft.com/b2c_1_sign",
        knownAuthorities: ["https://login.contoso.test/"],
      },
      "b2c",
      "login.contoso.test",
      metadataOf("https://login.contoso.test/contoso.onmicrosoft.com/b2c_1_sign/v2.0"),
    ],
    [
      "External ID",
      { authority: "https://contoso.ciamlogin.com/contoso.onmicrosoft.com" },
      "externalId",
      "contoso.ciamlogin.com",
      metadataOf("https://contoso.ciamlogin.com/contoso.onmicrosoft.com/v2.0"),
    ],
    [
      "External ID without a tenant",
      { authority: "https://contoso.ciamlogin.com/" },
      "externalId",
      "contoso.ciamlogin.com",
      metadataOf("https://contoso.ciamlogin.com/contoso.onmicrosoft.com/v2.0"),
    ],
    [
      "External ID as oidcAuthority",
      { oidcAuthority: `https://contoso.ciamlogin.com/${tenantId}/v2.0` },
      "externalId",
      "contoso.ciamlogin.com",
      metadataOf(`https://contoso.ciamlogin.com/${tenantId}/v2.0`),
    ],
    [
      "AD FS",
      { authority: "https://fs.contoso.test/adfs/" },
      "adfs",
      "fs.contoso.test",
      metadataOf("https://fs.contoso.test/adfs"),
    ],
    [
      "AD FS as oidcAuthority",
      { oidcAuthority: "https://fs.contoso.test/adfs" },
      "adfs",
      "fs.contoso.test",
      metadataOf("https://fs.contoso.test/adfs"),
    ],
    [
      "another issuer",
      { oidcAuthority: "https://id.example.test/realms/Main/" },
      "generic",
      "id.example.test",
      metadataOf("https://id.example.test/realms/Main"),
    ],
  ])("are those of %s", (_, options, kind, environment, endpoint) => {
    const authority = parseAuthority(options);
    expect(authority).toMatchObject({ kind, environment });
    const { endpoints } = authority;
    expect("base" in endpoints ? `${endpoints.base}/token` : endpoints.metadataUrl).toBe(endpoint);
  });
});

describe("an invalid authority", () => {
  const known = { knownAuthorities: ["id.example.test"] };
  test.each<[string, AuthorityOptions, RegExp]>([
    ["http", { authority: `http://login.microsoftonline.com/${tenantId}` }, /Use https/],
    [
      "http on a known host",
      { authority: "http://id.example.test/x.test", allowInsecureLoopback: true, ...known },
      /Use https/,
    ],
    ["http on loopback without leave", { authority: `http://localhost:8080/${tenantId}` }, /allowInsecureLoopback/],
    ["no tenant", { authority: "https://login.microsoftonline.com/" }, /Append the tenant/],
    ["no tenant as oidcAuthority", { oidcAuthority: "https://login.microsoftonline.com" }, /Append the tenant/],
    ["a tenant that is neither id nor domain", { authority: "https://login.microsoftonline.com/contoso" }, /GUID/],
    [
      "more than a tenant",
      { authority: `https://login.microsoftonline.com/${tenantId}/oauth2/v2.0/token` },
      /https:\/\/\{host\}\/\{tenant\}/,
    ],
    [
      "a pasted token endpoint of a host that may have policies",
      { authority: `https://localhost:8443/${tenantId}/oauth2/v2.0/token` },
      /https:\/\/\{host\}\/\{tenant\}/,
    ],
    ["a policy on an unknown host", { authority: "https://login.contoso.test/contoso.test/b2c_1" }, /knownAuthorities/],
    ["B2C without a policy", { authority: "https://contoso.b2clogin.com/contoso.onmicrosoft.com" }, /policy/],
    [
      "both options",
      { authority: "https://a.test/x.test", oidcAuthority: "https://b.test" },
      /^Keep authority .*, or oidcAuthority/,
    ],
    ["neither option", {}, /Set authority to/],
    ["no URL", { authority: "login.microsoftonline.com" }, /full https address/],
    ["null", { authority: null as unknown as string }, /full https address/],
    ["an empty text", { oidcAuthority: "" }, /full https address/],
    ["a user", { authority: `https://me@login.microsoftonline.com/${tenantId}` }, /Remove user/],
    ["a password", { authority: `https://me:hunter2@login.microsoftonline.com/${tenantId}` }, /Remove user/],
    ["a query", { authority: `https://login.microsoftonline.com/${tenantId}?p=1` }, /query/],
    ["a fragment", { oidcAuthority: "https://id.example.test/#x" }, /fragment/],
  ])("is refused for %s", async (_, options, remedy) => {
    const error = await authErrorOf(() => parseAuthority(options));
    expect(error).toMatchObject({ name: "ConfigurationError", code: "invalid_authority" });
    expect(error.remedy).toMatch(remedy);
    expect(error.message).not.toContain("hunter2");
  });
});

describe("http for a server on this machine", () => {
  test.each(["localhost", "127.0.0.1", "127.8.9.1", "[::1]"])(
    "is allowed for %s if the option is set",
    async (host) => {
      const service = scriptedService();
      const { app } = makeDaemon(undefined, {
        authority: `http://${host}:8080/${tenantId}`,
        allowInsecureLoopback: true,
        fetch: service.fetch,
      });
      const result = await app.acquireTokenForClient({ scopes: [graph], tenantId: "contoso.test" });
      expect(service.requests.map(({ url }) => url.href)).toEqual([
        `http://${host}:8080/contoso.test/oauth2/v2.0/token`,
      ]);
      expect(result.authority).toBe(`http://${host}:8080/contoso.test`);
      expect(app.getAdminConsentUrl()).toMatch(`http://${host}:8080/${tenantId}/adminconsent`);
    },
  );
});

describe("a host that is in no table", () => {
  const unknown = { authority: `https://login.contoso.test/${tenantId}` };
  const confirmed = {
    body: { tenant_discovery_endpoint: "https://x.test", metadata: [{ preferred_network: "login.contoso.test" }] },
  };

  test("is confirmed by Microsoft before a credential is sent there, once", async () => {
    const { app, service } = makeDaemon((_, index) => (index === 0 ? confirmed : token(index)), unknown);
    await app.acquireTokenForClient({ scopes: [graph] });
    await app.acquireTokenForClient({ scopes: [graph], forceRefresh: true });
    expect(service.requests.map(({ url }) => url.host)).toEqual([
      "login.microsoftonline.com",
      "login.contoso.test",
      "login.contoso.test",
    ]);
    expect(service.requests[0]?.url.searchParams.get("authorization_endpoint")).toBe(
      `https://login.contoso.test/${tenantId}/oauth2/v2.0/authorize`,
    );
    expect([...(service.requests[0]?.form.keys() ?? [])]).toEqual([]);
  });

  test("is refused if Microsoft does not know it", async () => {
    const { app, service } = makeDaemon(() => ({ status: 400, body: { error: "invalid_instance" } }), unknown);
    const error = await authErrorOf(app.acquireTokenForClient({ scopes: [graph], correlationId: "mine" }));
    expect(error).toMatchObject({ name: "ConfigurationError", code: "untrusted_authority", correlationId: "mine" });
    expect(error.remedy).toContain('"login.contoso.test"');
    expect(service.requests).toHaveLength(1);
  });

  test("is neither confirmed nor refused if Microsoft's service fails", async () => {
    const { app } = makeDaemon(() => ({ status: 503, body: { error: "busy" } }), unknown);
    const error = await authErrorOf(app.acquireTokenForClient({ scopes: [graph] }));
    expect(error).toMatchObject({ name: "NetworkError", code: "invalid_response", retryable: true });
  });

  test.each([
    ["knownAuthorities names it", { knownAuthorities: ["login.contoso.test"] }],
    ["instanceDiscovery is off", { instanceDiscovery: false }],
  ])("receives requests directly when %s", async (_, options) => {
    const { app, service } = makeDaemon(undefined, { ...unknown, ...options });
    await app.acquireTokenForClient({ scopes: [graph] });
    expect(service.requests.map(({ url }) => url.host)).toEqual(["login.contoso.test"]);
  });

  test("is never looked up if it is this machine", async () => {
    const { app, service } = makeDaemon(undefined, { authority: `https://localhost:8443/${tenantId}` });
    await app.acquireTokenForClient({ scopes: [graph] });
    expect(service.requests.map(({ url }) => url.host)).toEqual(["localhost:8443"]);
  });
});

describe("another tenant for one call", () => {
  test("replaces the authority's in address, result and cache", async () => {
    const { app, service } = makeDaemon();
    const own = await app.acquireTokenForClient({ scopes: [graph] });
    const other = await app.acquireTokenForClient({ scopes: [graph], tenantId: "Fabrikam.test" });
    expect(service.requests[1]?.url.href).toBe(tokenOf("login.microsoftonline.com", "fabrikam.test"));
    expect([own.tenantId, other.tenantId]).toEqual([tenantId, "fabrikam.test"]);
    expect((await app.acquireTokenForClient({ scopes: [graph], tenantId: "FABRIKAM.test" })).source).toBe("cache");
  });

  test("shares the cached token if it is the authority's own", async () => {
    const { app } = makeDaemon();
    await app.acquireTokenForClient({ scopes: [graph], tenantId: tenantId.toUpperCase() });
    expect((await app.acquireTokenForClient({ scopes: [graph] })).source).toBe("cache");
  });

  test("is refused if it cannot be a tenant", async () => {
    const { app } = makeDaemon();
    const error = await authErrorOf(app.acquireTokenForClient({ scopes: [graph], tenantId: "../evil" }));
    expect(error).toMatchObject({ code: "invalid_authority" });
  });

  test("is refused if the authority has no tenant to replace", async () => {
    const authority = parseAuthority({ authority: "https://fs.contoso.test/adfs" });
    const error = await authErrorOf(() => withTenant(authority, "contoso.test"));
    expect(error).toMatchObject({ code: "invalid_options" });
  });
});
