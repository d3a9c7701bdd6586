import { describe, expect, test } from "vitest";
import { graph, makeDaemon } from "../support/daemon.ts";
import { authErrorOf } from "../support/failure.ts";
import { token } from "../support/scriptedService.ts";

const adfs = { authority: "https://fs.contoso.test/adfs" };
const metadata = {
  body: { issuer: "https://fs.contoso.test/adfs", token_endpoint: "https://fs.contoso.test/adfs/oauth2/token" },
};

describe("scopes for an app token of Entra", () => {
  test("are sent as given, including a double slash", async () => {
    const { app, service } = makeDaemon();
    await app.acquireTokenForClient({ scopes: ["https://database.windows.net//.default"] });
    expect(service.requests[0]?.form.get("scope")).toBe("https://database.windows.net//.default");
  });

  test.each([
    ["api://0000-guid/.default"],
    ["00000003-0000-0000-c000-000000000000/.default"],
    ["https://graph.microsoft.com/.Default"],
  ])("may identify the resource as %s", async (scope) => {
    const { app } = makeDaemon();
    await expect(app.acquireTokenForClient({ scopes: [scope] })).resolves.toMatchObject({ accessToken: "token-1" });
  });

  test.each([
    [
      "a single permission",
      ["https://graph.microsoft.com/User.Read"],
      'Request "https://graph.microsoft.com/.default"',
    ],
    ["a bare permission name", ["User.Read.All"], 'Request "https://graph.microsoft.com/.default"'],
    ["a resource alone", ["https://graph.microsoft.com"], 'Request "https://graph.microsoft.com/.default"'],
    ["an application id URI alone", ["api://orders"], 'Request "api://orders/.default"'],
    ["no resource", ["/.default"], "Request"],
    ["two resources", [graph, "https://vault.azure.net/.default"], "one token per resource"],
    ["none", [], "array of strings"],
    ["two scopes in one text", ["https://a.test/.default https://b.test/.default"], "without spaces"],
  ])("are refused before any request when they are %s", async (_, scopes, remedy) => {
    const { app, service } = makeDaemon();
    const error = await authErrorOf(app.acquireTokenForClient({ scopes }));
    expect(error).toMatchObject({ name: "ConfigurationError", code: "invalid_scope" });
    expect(error.remedy).toContain(remedy);
    expect(service.requests).toHaveLength(0);
  });

  test.each([[undefined], ["https://graph.microsoft.com/.default"], [[undefined]], [[7]], [{}]])(
    "are refused with a rejection, not a type error, when an untyped program passes %j",
    async (scopes) => {
      const { app } = makeDaemon();
      const call = app.acquireTokenForClient({ scopes: scopes as unknown as string[] });
      expect(await authErrorOf(call)).toMatchObject({ code: "invalid_scope" });
    },
  );

  test("are refused whether the token is cached or not", async () => {
    const { app } = makeDaemon((request, index) => (request.method === "GET" ? metadata : token(index)), { ...adfs });
    await app.acquireTokenForClient({ scopes: ["read", "write"] });
    const error = await authErrorOf(app.acquireTokenForClient({ scopes: ["read write"] }));
    expect(error).toMatchObject({ code: "invalid_scope" });
  });
});

describe("scopes for an app token of another issuer", () => {
  test("are sent as given to AD FS", async () => {
    const { app, service } = makeDaemon((request, index) => (request.method === "GET" ? metadata : token(index)), adfs);
    await app.acquireTokenForClient({ scopes: ["urn:orders/read", "write"] });
    expect(service.requests[1]?.form.get("scope")).toBe("urn:orders/read write");
  });

  test("follow Entra's rule as soon as metadata reveals an External ID tenant behind a custom domain", async () => {
    const { app, service } = makeDaemon(
      () => ({
        body: {
          issuer: "https://tid0.ciamlogin.com/tid0/v2.0",
          token_endpoint: "https://login.contoso.test/tid0/oauth2/v2.0/token",
        },
      }),
      { oidcAuthority: "https://login.contoso.test/tid0/v2.0" },
    );
    const error = await authErrorOf(app.acquireTokenForClient({ scopes: ["read"] }));
    expect(error).toMatchObject({ code: "invalid_scope" });
    expect(service.requests.map(({ method }) => method)).toEqual(["GET"]);
  });
});

describe("an authority that stands for many tenants", () => {
  test.each(["common", "organizations", "consumers"])("issues no app token: %s", async (tenant) => {
    const { app, service } = makeDaemon(undefined, { authority: `https://login.microsoftonline.com/${tenant}` });
    const error = await authErrorOf(app.acquireTokenForClient({ scopes: [graph] }));
    expect(error).toMatchObject({ name: "ConfigurationError", code: "tenant_required" });
    expect(error.remedy).toContain(`/${tenant}`);
    expect(service.requests).toHaveLength(0);
  });

  test("issues one for the tenant of the call", async () => {
    const { app, service } = makeDaemon(undefined, { authority: "https://login.microsoftonline.com/organizations" });
    await app.acquireTokenForClient({ scopes: [graph], tenantId: "contoso.onmicrosoft.com" });
    expect(service.requests[0]?.url.pathname).toBe("/contoso.onmicrosoft.com/oauth2/v2.0/token");
  });
});
