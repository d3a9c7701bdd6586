import { type Platform, startPlatform, type User } from "@latchkey/platform";
import { decodeJwt } from "jose";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type Browser, openBrowser } from "../../support/browser.ts";
import { postForm, type TokenResponse, tokenPath } from "../../support/daemon.ts";
import { addUser, follow, password } from "../../support/signIn.ts";
import { steppedClock } from "../../support/steppedClock.ts";

let platform: Platform;
let appId: string;
let user: User;
let browser: Browser;
beforeAll(async () => {
  platform = await startPlatform({ clock: steppedClock() });
});
afterAll(() => platform.stop());
beforeEach(() => {
  appId = platform.directory.registerApplication({
    displayName: "Terminal <tool>",
    allowPublicClient: true,
    signInAudience: "AzureADMultipleOrgs",
    requiredResourceAccess: [{ name: "Microsoft Graph", delegatedPermissions: ["User.Read"] }],
  }).appId;
  user = addUser(platform);
  browser = openBrowser(platform);
});

const grantType = "urn:ietf:params:oauth:grant-type:device_code";
const scope = "openid profile offline_access User.Read";

function start(form: Record<string, string> = {}, path = "v2.0/", tenant = platform.tenant.id): Promise<TokenResponse> {
  return postForm(platform, `/${tenant}/oauth2/${path}devicecode`, { client_id: appId, scope, ...form });
}

function poll(form: Record<string, string>, tenant = platform.tenant.id): Promise<TokenResponse> {
  const path = tokenPath(platform).replace(platform.tenant.id, tenant);
  return postForm(platform, path, { grant_type: grantType, client_id: appId, ...form });
}

const page = (userCode: string): string => `/devicelogin?code=${userCode}`;

async function confirm(userCode: string, action = "confirm"): Promise<string> {
  await follow(browser, await browser.signIn(page(userCode), user.userPrincipalName, password));
  return (await browser.post(page(userCode), { token: browser.token, action })).html;
}

describe("the start", () => {
  test("returns both codes, the page, and the message for users", async () => {
    const { status, body } = await start();
    expect(status).toBe(200);
    expect(body).toEqual({
      user_code: expect.stringMatching(/^[A-Z0-9]{9}$/) as unknown,
      device_code: expect.any(String) as unknown,
      verification_uri: `${platform.url}/devicelogin`,
      expires_in: 900,
      interval: 5,
      message: `To sign in, use a web browser to open the page ${platform.url}/devicelogin and enter the code ${body.user_code} to authenticate.`,
    });
  });

  test("version 1 writes numbers as text and names the address verification_url", async () => {
    const { body } = await start({ resource: "https://graph.microsoft.com" }, "");
    expect(body).toMatchObject({ verification_url: `${platform.url}/devicelogin`, expires_in: "900", interval: "5" });
  });

  test.each<[string, Record<string, string>, string | undefined, number]>([
    ["no client id", { client_id: "" }, undefined, 900144],
    ["no scope", { scope: " " }, undefined, 900144],
    ["an unknown application", { client_id: "00000000-0000-4000-8000-000000000000" }, undefined, 700016],
    ["an unknown tenant", {}, "nowhere.example", 90002],
    ["a malformed tenant", {}, "nowhere", 900023],
    ["an unknown permission", { scope: "User.Reed" }, undefined, 650053],
  ])("refuses %s", async (_, form, tenant, code) => {
    expect((await start(form, "v2.0/", tenant)).body.error_codes).toEqual([code]);
  });

  test("refuses a shared path for an application of one tenant: AADSTS50194", async () => {
    const { appId: own } = platform.directory.registerApplication({ displayName: "Own", allowPublicClient: true });
    expect((await start({ client_id: own }, "v2.0/", "common")).body.error_codes).toEqual([50194]);
  });
});

test("the path of personal accounts starts nothing: AADSTS9002332", async () => {
  expect((await start({}, "v2.0/", "consumers")).body.error_codes).toEqual([9002332]);
});

describe("asking", () => {
  test("before the user signs in: authorization_pending, AADSTS70016, 400", async () => {
    const { body } = await start();
    const { status, body: response } = await poll({ device_code: body.device_code });
    expect(status).toBe(400);
    expect(response).toMatchObject({ error: "authorization_pending", error_codes: [70016] });
  });

  test("returns the tokens once after the user confirmed", async () => {
    const { body } = await start();
    expect(await confirm(body.user_code)).toContain("You have signed in to Terminal &lt;tool&gt;");
    const { status, body: tokens } = await poll({ device_code: body.device_code, client_info: "1" });
    expect(status).toBe(200);
    expect(decodeJwt(tokens.access_token)).toMatchObject({ oid: user.id, appidacr: "0" });
    expect(tokens.refresh_token).toBeDefined();
    expect((await poll({ device_code: body.device_code })).body).toMatchObject({
      error: "bad_verification_code",
      error_codes: [70018],
    });
  });

  test("accepts the short grant name, and the code under both names", async () => {
    const { body } = await start();
    await confirm(body.user_code);
    const both = { code: body.device_code, device_code: body.device_code };
    expect((await poll({ ...both, grant_type: "device_code" })).status).toBe(200);
  });

  test("version 1 requests with code= and resource", async () => {
    const resource = "https://graph.microsoft.com";
    const { body } = await start({ resource }, "");
    await confirm(body.user_code);
    const form = { grant_type: "device_code", client_id: appId, code: body.device_code, resource };
    const response = await postForm(platform, tokenPath(platform, 1), form);
    expect(response.body).toMatchObject({ resource, expires_in: expect.any(String) as unknown });
  });

  test("also works at a shared path", async () => {
    const { body } = await start({}, "v2.0/", "organizations");
    expect((await poll({ device_code: body.device_code }, "organizations")).body.error).toBe("authorization_pending");
    await confirm(body.user_code);
    expect((await poll({ device_code: body.device_code }, "organizations")).status).toBe(200);
  });

  test("after the user declined: authorization_declined", async () => {
    const { body } = await start();
    expect(await confirm(body.user_code, "decline")).toContain("Nothing was approved");
    expect((await poll({ device_code: body.device_code })).body.error).toBe("authorization_declined");
  });

  test("after fifteen minutes: expired_token, AADSTS70020", async () => {
    const { body } = await start();
    platform.clock.advance(15 * 60_000);
    const { status, body: response } = await poll({ device_code: body.device_code });
    expect(status).toBe(400);
    expect(response).toMatchObject({ error: "expired_token", error_codes: [70020] });
    expect((await browser.get(page(body.user_code))).html).toContain("older than fifteen minutes");
  });

  test("with an unknown code, or by another client: bad_verification_code, AADSTS70018", async () => {
    const { body } = await start();
    expect((await poll({ device_code: "0.ARwA" })).body.error_codes).toEqual([70018]);
    const { appId: other } = platform.directory.registerApplication({ displayName: "Other", allowPublicClient: true });
    expect((await poll({ device_code: body.device_code, client_id: other })).body.error_codes).toEqual([70018]);
  });

  test("by a client that is not public needs a credential: AADSTS7000218", async () => {
    const { appId: closed } = platform.directory.registerApplication({ displayName: "Closed" });
    const { body } = await start({ client_id: closed });
    expect((await poll({ device_code: body.device_code, client_id: closed })).body.error_codes).toEqual([7000218]);
  });

  test("without a code: AADSTS900144", async () => {
    expect((await poll({})).body.error_codes).toEqual([900144]);
  });
});

describe("the page", () => {
  test("accepts the code in any letter case and with spaces", async () => {
    expect((await browser.get("/devicelogin")).html).toContain("<h1>Enter code</h1>");
    const { body } = await start();
    const typed = ` ${body.user_code.slice(0, 4).toLowerCase()}-${body.user_code.slice(4)} `;
    expect((await browser.get(`/devicelogin?code=${encodeURIComponent(typed)}`)).html).toContain("<h1>Sign in</h1>");
  });

  test("says that an unknown code does not work, and why: AADSTS70018", async () => {
    const { status, html } = await browser.get(page("AAAAAAAAA"));
    expect(status).toBe(400);
    expect(html).toContain("That code does not work.</strong> AADSTS70018:");
    expect(html).toMatch(/Correlation Id<\/dt><dd><code>[0-9a-f-]{36}</);
    expect(platform.events.at(-1)).toMatchObject({ aadsts: 70018, status: 400, path: "/devicelogin" });
  });

  test("requires a code: AADSTS90119", async () => {
    expect((await browser.get(page(" "))).html).toContain("AADSTS90119: The user code is null or empty.");
  });

  test.each(["confirm", "decline"])("refuses a code after %s: AADSTS90120", async (action) => {
    const { body } = await start();
    await confirm(body.user_code, action);
    expect((await browser.get(page(body.user_code))).html).toContain(
      "AADSTS90120: The request was already authorized or declined.",
    );
  });

  test("refuses a code after fifteen minutes: AADSTS70019", async () => {
    const { body } = await start();
    platform.clock.advance(15 * 60_000 - 1);
    expect((await browser.get(page(body.user_code))).status).toBe(200);
    platform.clock.advance(1);
    expect((await browser.get(page(body.user_code))).html).toContain("AADSTS70019: Verification code expired.");
  });

  test("warns before the device is signed in, and lists what it may do", async () => {
    const { body } = await start();
    const visited = await follow(browser, await browser.signIn(page(body.user_code), user.userPrincipalName, password));
    expect(visited.html).toContain("Are you trying to sign in to “Terminal &lt;tool&gt;”?");
    expect(visited.html).toContain("<code>User.Read</code>");
  });

  test("does not sign in by a form without the session's token", async () => {
    const { body } = await start();
    await confirm(body.user_code, "look");
    expect((await browser.post(page(body.user_code), { token: "guessed", action: "confirm" })).html).toContain(
      "AADSTS90013",
    );
    expect((await poll({ device_code: body.device_code })).body.error).toBe("authorization_pending");
  });

  test("refuses what an administrator has to consent to: AADSTS90094", async () => {
    const { body } = await start({ scope: "User.Read.All" });
    const visited = await follow(browser, await browser.signIn(page(body.user_code), user.userPrincipalName, password));
    expect(visited.html).toContain("AADSTS90094");
  });
});
