import { type Platform, startPlatform, type User } from "@latchkey/platform";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type Browser, openBrowser } from "../../support/browser.ts";
import {
  addUser,
  addWebApp,
  answerOf,
  authorizePath,
  type Changes,
  redirectUri,
  signIn,
  type WebApp,
} from "../../support/signIn.ts";

let platform: Platform;
let app: WebApp;
let user: User;
let browser: Browser;
beforeAll(async () => {
  platform = await startPlatform();
  app = addWebApp(platform);
  user = addUser(platform);
});
afterAll(() => platform.stop());
beforeEach(() => {
  browser = openBrowser(platform);
});

const visit = (changes: Changes, version: 1 | 2 = 2): ReturnType<Browser["get"]> =>
  browser.get(authorizePath(platform, app, changes, version));

describe("before the redirect URI is trusted, refusals are shown on a page and nothing is redirected", () => {
  test.each<[string, Changes, number]>([
    ["an unknown tenant", { tenant: "nowhere.example" }, 90002],
    ["no client id", { client_id: undefined }, 900144],
    ["an unknown application", { client_id: "00000000-0000-4000-8000-000000000000" }, 700016],
    ["a redirect URI of another path", { redirect_uri: "https://app.example/other" }, 50011],
    ["a redirect URI with a further slash", { redirect_uri: `${redirectUri}/` }, 50011],
    ["a redirect URI in another letter case", { redirect_uri: redirectUri.replace("signed", "Signed") }, 50011],
    ["a redirect URI with a query of its own", { redirect_uri: `${redirectUri}?next=https://evil.example` }, 50011],
    ["a redirect URI on a subdomain", { redirect_uri: "https://evil.app.example/signed-in" }, 50011],
    ["a redirect URI over http", { redirect_uri: "http://app.example/signed-in" }, 50011],
    ["a redirect URI with a user name", { redirect_uri: "https://a@app.example/signed-in" }, 50011],
    ["a redirect URI with dot segments", { redirect_uri: "https://app.example/x/../signed-in" }, 50011],
    ["a redirect URI with a port", { redirect_uri: "https://app.example:443/signed-in" }, 50011],
    ["a redirect URI with backslashes", { redirect_uri: "https:\\\\app.example\\signed-in" }, 50011],
    ["a redirect URI without slashes", { redirect_uri: "https:app.example/signed-in" }, 50011],
    ["a redirect URI after a space", { redirect_uri: ` ${redirectUri}` }, 50011],
    ["a redirect URI with a tab in it", { redirect_uri: `${redirectUri}\t` }, 50011],
    ["a redirect URI with an encoded letter", { redirect_uri: "https://app.example/%73igned-in" }, 50011],
    ["text in place of a redirect URI", { redirect_uri: "signed-in" }, 90102],
    ["a shared path for an application of one tenant", { tenant: "common" }, 50194],
    ["personal accounts", { tenant: "consumers" }, 9002332],
  ])("%s", async (_, changes, code) => {
    const { status, html, location } = await visit(changes);
    expect(status).toBe(400);
    expect(location).toBeNull();
    expect(html).toContain(`AADSTS${code}`);
    expect(html).toContain("In plain words:");
    expect(html).toMatch(/<dt>Correlation Id<\/dt><dd><code>[0-9a-f-]{36}/);
  });

  test("an application without redirect URIs cannot omit it: AADSTS900971", async () => {
    const bare = addWebApp(platform, { redirectUris: [] });
    const { html } = await browser.get(authorizePath(platform, bare, { redirect_uri: undefined }));
    expect(html).toContain("AADSTS900971");
  });

  test("text from the address is escaped", async () => {
    const { html } = await visit({ redirect_uri: "https://app.example/<script>" });
    expect(html).toContain("&lt;script&gt;");
    expect(html).not.toContain("/<script>");
  });

  test("a wildcard in a registered URI is an ordinary character", async () => {
    const wild = addWebApp(platform, { redirectUris: ["https://*.example/signed-in"] });
    const { html } = await browser.get(authorizePath(platform, wild));
    expect(html).toContain("AADSTS50011");
  });
});

describe("afterwards refusals are sent to the application, in the requested response mode", () => {
  test.each<[string, Changes, string, number]>([
    ["no response type", { response_type: undefined }, "invalid_request", 900144],
    ["an unknown response type", { response_type: "saml" }, "unsupported_response_type", 70005],
    ["an ID token that is not enabled", { response_type: "id_token", nonce: "n" }, "unsupported_response_type", 700054],
    ["an access token that is not enabled", { response_type: "token" }, "unsupported_response_type", 700051],
    ["an unknown response mode", { response_mode: "web_message" }, "invalid_request", 70007],
    ["no scope", { scope: undefined }, "invalid_request", 900144],
    ["resource at version 2", { resource: "https://graph.microsoft.com" }, "invalid_request", 901002],
    ["an unknown prompt", { prompt: "maybe" }, "invalid_request", 90023],
    ["a malformed scope", { scope: "openid /" }, "invalid_scope", 70011],
    ["a permission Graph does not have", { scope: "openid User.Reed" }, "invalid_client", 650053],
    ["an unknown API", { scope: "api://nobody/Read" }, "invalid_resource", 500011],
    [
      "/.default with a permission",
      { scope: "https://graph.microsoft.com/.default User.Read" },
      "invalid_scope",
      70011,
    ],
    ["a short code challenge", { code_challenge: "short", code_challenge_method: "S256" }, "invalid_request", 501491],
    [
      "an unknown challenge method",
      { code_challenge: "x".repeat(43), code_challenge_method: "S512" },
      "invalid_request",
      50147,
    ],
    ["prompt=none and no user signed in", { prompt: "none" }, "login_required", 50058],
  ])(
    "%s",
    async (_, changes, error, code) => {
      const visited = await visit(changes);
      expect(visited.status).toBe(302);
      expect(visited.location?.startsWith(redirectUri)).toBe(true);
      const answer = answerOf(visited);
      expect(answer).toMatchObject({
        error,
        state: "s 1",
      });
      expect(answer["error_description"]).toMatch(
        new RegExp(`^AADSTS${code}: .* Trace ID: .* Correlation ID: .* Timestamp: `),
      );
    },
    10_000,
  );

  test("query is the default for a code and keeps a registered query", async () => {
    const own = addWebApp(platform, { redirectUris: ["https://app.example/in?a=1"] });
    const { location } = await browser.get(
      authorizePath(platform, own, { redirect_uri: "https://app.example/in?a=1", prompt: "none" }),
    );
    expect(location).toMatch(/^https:\/\/app\.example\/in\?a=1&error=login_required&/);
  });

  test("fragment", async () => {
    const { location } = await visit({ prompt: "none", response_mode: "fragment" });
    expect(location).toMatch(new RegExp(`^${redirectUri}#error=login_required&`));
  });

  test("form_post returns a form that needs no script", async () => {
    const { status, html, headers } = await visit({ prompt: "none", response_mode: "form_post" });
    expect(status).toBe(200);
    expect(html).toContain(`<form method="post" action="${redirectUri}">`);
    expect(html).toContain('name="error" value="login_required"');
    expect(html).toContain("Continue</button>");
    const policy = headers.get("content-security-policy") ?? "";
    expect(policy).toMatch(/script-src 'nonce-[\w-]+';/);
    expect(policy).toContain("form-action 'self' https://app.example;");
  });
});

describe("response types", () => {
  test("code with session_state, and client_info if requested", async () => {
    const answer = answerOf(await signIn(browser, authorizePath(platform, app, { client_info: "1" }), user));
    expect(Object.keys(answer)).toEqual(["code", "client_info", "state", "session_state"]);
    expect(answer["state"]).toBe("s 1");
  });

  test("code id_token: the token contains the hash of the code", async () => {
    const hybrid = addWebApp(platform, { implicitGrant: { idTokens: true } });
    const path = authorizePath(platform, hybrid, { response_type: "code id_token", nonce: "n-1" });
    const visited = await signIn(browser, path, user);
    expect(visited.location).toContain(`${redirectUri}#code=`);
    const { id_token = "", code = "" } = answerOf(visited);
    const { createHash } = await import("node:crypto");
    const claims = JSON.parse(Buffer.from(id_token.split(".")[1] ?? "", "base64url").toString());
    expect(claims).toMatchObject({
      c_hash: createHash("sha256").update(code).digest().subarray(0, 16).toString("base64url"),
      nonce: "n-1",
    });
  });

  test("id_token token: the ID token contains the hash of the access token", async () => {
    const implicit = addWebApp(platform, { implicitGrant: { idTokens: true, accessTokens: true } });
    const path = authorizePath(platform, implicit, { response_type: "id_token token", nonce: "n-1" });
    const answer = answerOf(await signIn(browser, path, user));
    expect(answer).toMatchObject({ token_type: "Bearer" });
    const claims = JSON.parse(Buffer.from(answer["id_token"]?.split(".")[1] ?? "", "base64url").toString());
    expect(claims["at_hash"]).toMatch(/^[\w-]{22}$/);
    expect(claims).not.toHaveProperty("c_hash");
  });

  test("an ID token needs nonce and openid, and is not returned by query", async () => {
    const hybrid = addWebApp(platform, { implicitGrant: { idTokens: true } });
    const refused = async (changes: Changes): Promise<string | undefined> => {
      const path = authorizePath(platform, hybrid, { response_type: "code id_token", nonce: "n-1", ...changes });
      return answerOf(await browser.get(path))["error_description"]?.split(":")[0];
    };
    expect(await refused({ nonce: undefined })).toBe("AADSTS90014");
    expect(await refused({ scope: "User.Read" })).toBe("AADSTS70005");
    expect(await refused({ response_mode: "query" })).toBe("AADSTS70007");
  });

  test("none only says that the user signed in", async () => {
    const answer = answerOf(await signIn(browser, authorizePath(platform, app, { response_type: "none" }), user));
    expect(Object.keys(answer)).toEqual(["state", "session_state"]);
  });

  test("form_post sends the code to the application", async () => {
    const path = authorizePath(platform, app, { response_mode: "form_post" });
    const { status, html } = await signIn(browser, path, user);
    expect(status).toBe(200);
    expect(html).toMatch(/name="code" value="1\.Alk-code\.[\w-]+"/);
  });
});

describe("the request", () => {
  test("may be posted by the application's page", async () => {
    const { pathname, searchParams } = new URL(authorizePath(platform, app), platform.url);
    const { status, location } = await browser.post(pathname, Object.fromEntries(searchParams), {
      origin: "https://app.example",
      "sec-fetch-site": "cross-site",
    });
    expect(status).toBe(303);
    expect((await browser.get(location ?? "")).html).toContain("Sign in to “Shop”");
  });

  test("without redirect_uri is answered at the first registered one", async () => {
    const visited = await signIn(browser, authorizePath(platform, app, { redirect_uri: undefined }), user);
    expect(visited.location?.startsWith(`${redirectUri}?code=`)).toBe(true);
  });

  test("a redirect URI without a path gets a slash, and any port of localhost matches", async () => {
    const { appId } = platform.directory.registerApplication({
      displayName: "Desktop",
      publicClientRedirectUris: ["http://localhost"],
    });
    const path = authorizePath(platform, { appId }, { redirect_uri: "http://localhost:4321", prompt: "none" });
    expect((await browser.get(path)).location).toMatch(/^http:\/\/localhost:4321\/\?error=/);
    const other = authorizePath(platform, { appId }, { redirect_uri: "http://localhost:4321/other", prompt: "none" });
    expect((await browser.get(other)).html).toContain("AADSTS50011");
    const secure = authorizePath(platform, { appId }, { redirect_uri: "https://localhost:4321", prompt: "none" });
    expect((await browser.get(secure)).html).toContain("AADSTS50011");
    const ip = authorizePath(platform, { appId }, { redirect_uri: "http://127.0.0.1:4321", prompt: "none" });
    expect((await browser.get(ip)).html).toContain("AADSTS50011");
  });

  test.each(["PUT", "HEAD"])("%s is not allowed", async (method) => {
    const response = await platform.fetch(new Request(`${platform.url}${authorizePath(platform, app)}`, { method }));
    expect(response.status).toBe(405);
  });
});
