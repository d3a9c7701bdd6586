import { type Platform, startPlatform, type User } from "@latchkey/platform";
import { decodeJwt } from "jose";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type Browser, openBrowser } from "../support/browser.ts";
import { addUser, addWebApp, answerOf, authorizePath, redeem, signIn, type WebApp } from "../support/signIn.ts";

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

function logout(parameters: Record<string, string> = {}, version = "v2.0/"): string {
  return `/${platform.tenant.id}/oauth2/${version}logout?${new URLSearchParams(parameters)}`;
}

describe("signing out", () => {
  test.each(["v2.0/", ""])("ends the session (%s)", async (version) => {
    await signIn(browser, authorizePath(platform, app), user);
    const { status, html } = await browser.get(logout({}, version));
    expect(status).toBe(200);
    expect(html).toContain("You have signed out");
    expect(answerOf(await browser.get(authorizePath(platform, app, { prompt: "none" })))["error"]).toBe(
      "login_required",
    );
  });

  test("redirects to a registered address, with the state", async () => {
    await signIn(browser, authorizePath(platform, app), user);
    const { status, location } = await browser.get(logout({ post_logout_redirect_uri: app.redirectUri, state: "s" }));
    expect(status).toBe(302);
    expect(location).toBe(`${app.redirectUri}?state=s`);
  });

  test.each(["https://evil.example/", "https://app.example/other", "javascript:alert(1)", "//evil.example"])(
    "does not redirect to %s, which is not registered",
    async (uri) => {
      await signIn(browser, authorizePath(platform, app), user);
      const { location, html } = await browser.get(logout({ post_logout_redirect_uri: uri }));
      expect(location).toBeNull();
      expect(html).not.toContain("evil");
      expect(html).not.toContain("javascript");
    },
  );

  describe("with an application named", () => {
    const elsewhere = "http://localhost:3000/";
    let idToken: string;
    beforeEach(async () => {
      addWebApp(platform, { displayName: "Another", redirectUris: [elsewhere] });
      const visited = await signIn(browser, authorizePath(platform, app), user);
      idToken = (await redeem(platform, app, { code: answerOf(visited)["code"] })).body.id_token ?? "";
    });

    test.each([
      ["client_id", () => ({ client_id: app.appId })],
      ["id_token_hint", () => ({ id_token_hint: idToken })],
      ["both", () => ({ client_id: app.appId, id_token_hint: idToken })],
    ])("redirects only to an address of that application (%s)", async (_, named) => {
      const { location } = await browser.get(logout({ ...named(), post_logout_redirect_uri: elsewhere }));
      expect(location).toBeNull();
      expect(platform.events.at(-1)?.why).toContain(
        `the browser stays here: ${elsewhere} is not a redirect URI of the application ${app.appId}`,
      );
      await signIn(browser, authorizePath(platform, app), user);
      const back = await browser.get(logout({ ...named(), post_logout_redirect_uri: app.redirectUri }));
      expect(back.location).toBe(app.redirectUri);
    });

    test("stays if client_id and id_token_hint name different applications", async () => {
      const other = addWebApp(platform);
      const { location } = await browser.get(
        logout({ client_id: other.appId, id_token_hint: idToken, post_logout_redirect_uri: app.redirectUri }),
      );
      expect(location).toBeNull();
      expect(platform.events.at(-1)?.why).toContain("client_id and id_token_hint name different applications");
    });

    test("does not trust an id_token_hint that the platform has not signed", async () => {
      const other = addWebApp(platform, { redirectUris: [elsewhere] });
      const [header, , signature] = idToken.split(".");
      const claims = Buffer.from(JSON.stringify({ aud: other.appId })).toString("base64url");
      const { location } = await browser.get(
        logout({ id_token_hint: `${header}.${claims}.${signature}`, post_logout_redirect_uri: elsewhere }),
      );
      expect(location).toBeNull();
      expect(platform.events.at(-1)?.why).toContain("id_token_hint is not an ID token of this platform");
    });

    test("stays for an unknown client_id", async () => {
      const { location } = await browser.get(
        logout({ client_id: crypto.randomUUID(), post_logout_redirect_uri: app.redirectUri }),
      );
      expect(location).toBeNull();
    });
  });

  test("with no application named, redirects to one that was signed in to in this browser", async () => {
    const other = addWebApp(platform, { redirectUris: ["https://other.example/"] });
    await signIn(browser, authorizePath(platform, app), user);
    const { location } = await browser.get(logout({ post_logout_redirect_uri: "https://other.example/" }));
    expect(location).toBeNull();
    expect(platform.events.at(-1)?.why).toContain(
      "the browser stays here: https://other.example/ is not a redirect URI of an application that was signed in to",
    );
    await signIn(browser, authorizePath(platform, other, { redirect_uri: "https://other.example/" }), user);
    const back = await browser.get(logout({ post_logout_redirect_uri: "https://other.example/" }));
    expect(back.location).toBe("https://other.example/");
  });

  test("stays if no user was signed in, like the real service", async () => {
    const { status, location } = await browser.get(
      logout({ client_id: app.appId, post_logout_redirect_uri: app.redirectUri }),
    );
    expect(status).toBe(200);
    expect(location).toBeNull();
    expect(platform.events.at(-1)?.why).toContain("the browser stays here: no user was signed in");
  });

  test("notifies the applications that were signed in to with a frame that has only sid", async () => {
    const notified = addWebApp(platform, { logoutUrl: "https://app.example/front-channel" });
    const visited = await signIn(browser, authorizePath(platform, notified), user);
    const { body } = await redeem(platform, notified, { code: answerOf(visited)["code"] });
    const { sid } = decodeJwt(body.id_token) as { sid: string };
    const { html, headers } = await browser.get(logout({ post_logout_redirect_uri: notified.redirectUri }));
    expect(html).toContain(`<iframe src="https://app.example/front-channel?sid=${sid}"`);
    expect(html).toContain(`content="2;url=${notified.redirectUri}"`);
    expect(headers.get("content-security-policy")).toContain("frame-src https://app.example;");
  });
});

describe("userinfo", () => {
  async function ask(scope: string, path = "/oidc/userinfo", method = "GET"): Promise<Response> {
    const visited = await signIn(browser, authorizePath(platform, app, { scope }), user);
    const { body } = await redeem(platform, app, { code: answerOf(visited)["code"] });
    const headers = { authorization: `Bearer ${body.access_token}` };
    return platform.fetch(new Request(`${platform.url}${path}`, { method, headers }));
  }

  test("returns the user's claims, with the subject of the ID token", async () => {
    const visited = await signIn(browser, authorizePath(platform, app), user);
    const { body } = await redeem(platform, app, { code: answerOf(visited)["code"] });
    const response = await platform.fetch(
      new Request(`${platform.url}/oidc/userinfo`, { headers: { authorization: `Bearer ${body.access_token}` } }),
    );
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({
      sub: decodeJwt(body.id_token).sub,
      name: user.displayName,
      given_name: "Person",
      email: user.mail,
    });
  });

  test("also answers POST and version 1's address", async () => {
    expect((await ask("openid", "/oidc/userinfo", "POST")).status).toBe(200);
    expect((await ask("openid", `/${platform.tenant.id}/openid/userinfo`)).status).toBe(200);
  });

  test("needs a token, with openid", async () => {
    const bare = await platform.fetch(new Request(`${platform.url}/oidc/userinfo`));
    expect(bare.status).toBe(401);
    expect(bare.headers.get("www-authenticate")).toContain("Bearer");
    expect((await ask("User.Read")).status).toBe(403);
  });
});
