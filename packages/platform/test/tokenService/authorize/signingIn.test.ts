import { type Platform, startPlatform, type User } from "@latchkey/platform";
import { decodeJwt } from "jose";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type Browser, openBrowser } from "../../support/browser.ts";
import {
  addUser,
  addWebApp,
  answerOf,
  authorizePath,
  type Changes,
  follow,
  password,
  redeem,
  redirectUri,
  signIn,
  type WebApp,
} from "../../support/signIn.ts";
import { steppedClock } from "../../support/steppedClock.ts";

let platform: Platform;
let app: WebApp;
let user: User;
let browser: Browser;
beforeAll(async () => {
  platform = await startPlatform({ clock: steppedClock() });
  app = addWebApp(platform);
});
afterAll(() => platform.stop());
beforeEach(() => {
  user = addUser(platform);
  browser = openBrowser(platform);
});

const path = (changes: Changes = {}): string => authorizePath(platform, app, changes);
const errorOf = (visited: Parameters<typeof answerOf>[0]): string | undefined =>
  answerOf(visited)["error_description"]?.split(":")[0];

async function signedIn(...users: readonly User[]): Promise<void> {
  for (const one of users) {
    await signIn(browser, path({ prompt: "login" }), one);
  }
}

describe("the sign-in page", () => {
  test("is shown first, with the hinted name filled in", async () => {
    const { status, html } = await browser.get(path({ login_hint: "somebody@contoso.example" }));
    expect(status).toBe(200);
    expect(html).toContain('value="somebody@contoso.example"');
  });

  test("reports a wrong password as AADSTS50126 and does not redirect", async () => {
    const { status, html, location } = await browser.signIn(path(), user.userPrincipalName, "wrong");
    expect(status).toBe(400);
    expect(html).toContain("AADSTS50126");
    expect(location).toBeNull();
  });

  test("refuses a form of another site", async () => {
    const { html, headers } = await browser.post(
      path(),
      { action: "sign-in", username: user.userPrincipalName, password },
      { "sec-fetch-site": "cross-site", origin: "https://evil.example" },
    );
    expect(html).toContain("AADSTS90013");
    expect(headers.get("set-cookie")).toBeNull();
  });

  test("allows its form to end at the application", async () => {
    const policy = (await browser.get(path())).headers.get("content-security-policy");
    expect(policy).toContain("form-action 'self' https://app.example;");
  });
});

describe("single sign-on", () => {
  test("a signed-in user is not asked again", async () => {
    await signedIn(user);
    const visited = await browser.get(path());
    expect(visited.status).toBe(302);
    expect(answerOf(visited)["code"]).toBeDefined();
  });

  test("works with prompt=none, also from the cookie that frames of other sites send", async () => {
    await signedIn(user);
    expect(answerOf(await browser.get(path({ prompt: "none" })))["code"]).toBeDefined();
  });

  test("prompt=login asks once more", async () => {
    await signedIn(user);
    const page = await browser.get(path({ prompt: "login" }));
    expect(page.html).toContain("<h1>Sign in</h1>");
    expect(answerOf(await signIn(browser, path({ prompt: "login" }), user))["code"]).toBeDefined();
  });

  test("max_age asks again if the sign-in is older", async () => {
    await signedIn(user);
    platform.clock.advance(61_000);
    expect((await browser.get(path({ max_age: "60" }))).html).toContain("<h1>Sign in</h1>");
    expect((await browser.get(path({ max_age: "62" }))).status).toBe(302);
  });

  test("ends after eight hours", async () => {
    await signedIn(user);
    platform.clock.advance(8 * 3_600_000);
    expect(errorOf(await browser.get(path({ prompt: "none" })))).toBe("AADSTS50058");
  });

  test("ends when the user is disabled, and when sessions are revoked", async () => {
    const other = addUser(platform);
    await signedIn(user);
    platform.directory.setUserEnabled(user.userPrincipalName, false);
    expect(errorOf(await browser.get(path({ prompt: "none" })))).toBe("AADSTS50058");
    browser = openBrowser(platform);
    await signedIn(other);
    platform.clock.advance(1000);
    platform.directory.revokeSessions(other.userPrincipalName);
    expect(errorOf(await browser.get(path({ prompt: "none" })))).toBe("AADSTS50058");
  });

  test("login_hint of a user who is not signed in here is not answered for another user", async () => {
    await signedIn(user);
    const hint = { login_hint: "somebody.else@contoso.example" };
    expect((await browser.get(path(hint))).html).toContain("<h1>Sign in</h1>");
    expect(errorOf(await browser.get(path({ ...hint, prompt: "none" })))).toBe("AADSTS50058");
  });

  test("the login_hint claim of an ID token is a hint as well", async () => {
    const other = addUser(platform);
    await signedIn(user, other);
    const claims = JSON.stringify({ id_token: { login_hint: null } });
    const { code } = answerOf(await browser.get(path({ claims, login_hint: user.userPrincipalName })));
    const { body } = await redeem(platform, app, { code });
    const hint = String(decodeJwt(body.id_token)["login_hint"]);
    expect(hint).not.toContain("@");
    expect(answerOf(await browser.get(path({ login_hint: hint, prompt: "none" })))["code"]).toBeDefined();
  });
});

describe("several users in one browser", () => {
  test("can choose an account", async () => {
    const other = addUser(platform);
    await signedIn(user, other);
    const { html } = await browser.get(path());
    expect(html).toContain("Pick an account");
    expect(html).toContain(user.userPrincipalName);
    expect(html).toContain("Use another account");
    const picked = await follow(browser, await browser.post(path(), { token: browser.token, account: user.id }));
    const { body } = await redeem(platform, app, { code: answerOf(picked)["code"] });
    expect(decodeJwt(body.id_token)["oid"]).toBe(user.id);
  });

  test("prompt=none cannot choose: AADSTS16000; a hint can", async () => {
    await signedIn(user, addUser(platform));
    const visited = await browser.get(path({ prompt: "none" }));
    expect(answerOf(visited)["error"]).toBe("interaction_required");
    expect(errorOf(visited)).toBe("AADSTS16000");
    expect(
      answerOf(await browser.get(path({ prompt: "none", login_hint: user.userPrincipalName })))["code"],
    ).toBeDefined();
  });

  test("prompt=select_account shows even one", async () => {
    await signedIn(user);
    expect((await browser.get(path({ prompt: "select_account" }))).html).toContain("Pick an account");
    const picked = await browser.post(path({ prompt: "select_account" }), { token: browser.token, account: user.id });
    expect(answerOf(await follow(browser, picked))["code"]).toBeDefined();
  });

  test("another account opens the sign-in page", async () => {
    await signedIn(user);
    await browser.get(path({ prompt: "select_account" }));
    const visited = await browser.post(path({ prompt: "select_account" }), { token: browser.token, action: "another" });
    expect((await follow(browser, visited)).html).toContain("<h1>Sign in</h1>");
  });

  test("an account can only be picked with the session's form token", async () => {
    await signedIn(user, addUser(platform));
    const { html } = await browser.post(path(), { token: "guessed", account: user.id });
    expect(html).toContain("AADSTS90013");
  });
});

describe("a second factor", () => {
  let strict: Platform;
  let strictApp: WebApp;
  let strictUser: User;
  beforeAll(async () => {
    strict = await startPlatform({ clock: steppedClock() });
    strictApp = addWebApp(strict);
    strictUser = addUser(strict);
    strict.directory.setPolicy({ requiresSecondFactor: true });
  });
  afterAll(() => strict.stop());

  const codeInLog = (): string =>
    /the code of the second factor is (\d{6})/.exec(strict.events.at(-1)?.why ?? "")?.[1] ?? "";
  const idIn = (html: string): string => /name="sign_in" value="([^"]+)"/.exec(html)?.[1] ?? "";

  test("is requested after the password; the log has the code", async () => {
    const strictBrowser = openBrowser(strict);
    const to = authorizePath(strict, strictApp);
    const { html } = await strictBrowser.signIn(to, strictUser.userPrincipalName, password);
    expect(html).toContain("Enter the code");
    const done = await strictBrowser.post(to, { action: "second-factor", sign_in: idIn(html), code: codeInLog() });
    const { code } = answerOf(await follow(strictBrowser, done));
    const { body } = await redeem(strict, strictApp, { code });
    const graph = decodeJwt(body.access_token);
    expect(graph["amr"]).toEqual(["pwd", "mfa"]);
  });

  test("a wrong code does not sign in, and the fifth ends the attempt", async () => {
    const strictBrowser = openBrowser(strict);
    const to = authorizePath(strict, strictApp);
    const { html } = await strictBrowser.signIn(to, strictUser.userPrincipalName, password);
    const right = codeInLog();
    const form = { action: "second-factor", sign_in: idIn(html), code: "wrong" };
    for (const _ of [1, 2, 3, 4]) {
      expect((await strictBrowser.post(to, form)).html).toContain("The code is wrong.");
    }
    expect((await strictBrowser.post(to, form)).html).toContain("AADSTS50089");
    const late = await strictBrowser.post(to, { ...form, code: right });
    expect(late.html).toMatch(/AADSTS50089: .*start again/s);
    expect(late.headers.get("set-cookie")).toBeNull();
  });

  test("is valid for five minutes", async () => {
    const strictBrowser = openBrowser(strict);
    const to = authorizePath(strict, strictApp);
    const { html } = await strictBrowser.signIn(to, strictUser.userPrincipalName, password);
    const form = { action: "second-factor", sign_in: idIn(html), code: codeInLog() };
    strict.clock.advance(5 * 60_000);
    expect((await strictBrowser.post(to, form)).html).toMatch(/AADSTS50089: .*start again/s);
  });

  test("required after a sign-in without one: AADSTS50076 for prompt=none and for refresh", async () => {
    strict.directory.setPolicy({ requiresSecondFactor: false });
    const strictBrowser = openBrowser(strict);
    const visited = await signIn(strictBrowser, authorizePath(strict, strictApp), strictUser);
    const { body } = await redeem(strict, strictApp, { code: answerOf(visited)["code"] });
    strict.directory.setPolicy({ requiresSecondFactor: true });
    const silent = await strictBrowser.get(authorizePath(strict, strictApp, { prompt: "none" }));
    expect(answerOf(silent)).toMatchObject({ error: "interaction_required", suberror: "basic_action" });
    expect(errorOf(silent)).toBe("AADSTS50076");
    const refreshed = await redeem(strict, strictApp, { refresh_token: body.refresh_token });
    expect(refreshed.status).toBe(400);
    expect(refreshed.body).toMatchObject({
      error: "interaction_required",
      error_codes: [50076],
      suberror: "basic_action",
    });
    expect(JSON.parse(refreshed.body.claims)).toHaveProperty("access_token.polids.values");
  });
});

test("a user who is not assigned is refused on a page: AADSTS50105", async () => {
  const closed = addWebApp(platform, { displayName: "Closed" });
  platform.directory.setAssignmentRequired(closed.appId, true);
  const visited = await signIn(browser, authorizePath(platform, closed), user);
  expect(visited.html).toContain("AADSTS50105");
  expect(visited.html).toContain("Sign in with another account");
  platform.directory.assignUser(closed.appId, user.userPrincipalName);
  expect(answerOf(await browser.get(authorizePath(platform, closed)))["code"]).toBeDefined();
});

test("no user can sign in to a disabled application: AADSTS7000112", async () => {
  const off = addWebApp(platform, { displayName: "Off" });
  platform.directory.setEnabled(off.appId, false);
  expect((await signIn(browser, authorizePath(platform, off), user)).html).toContain("AADSTS7000112");
});

test("the log says who signed in to what", async () => {
  await signIn(browser, path(), user);
  expect(platform.events.at(-1)).toMatchObject({
    type: "signIn",
    status: 302,
    why: `${user.userPrincipalName} signed in to Shop with code, by query`,
    clientId: app.appId,
    userId: user.id,
  });
  expect(redirectUri).toContain("app.example");
});
