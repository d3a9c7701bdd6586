import { type Platform, startPlatform, type User } from "@latchkey/platform";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Browser, openBrowser } from "../support/browser.ts";
import { makeCertificate, signAssertion } from "../support/certificate.ts";
import { postForm, registerDaemon, tokenForm, tokenPath } from "../support/daemon.ts";
import { addUser, addWebApp, answerOf, authorizePath, redeem, signIn, type WebApp } from "../support/signIn.ts";
import { someTimeMs, steppedClock } from "../support/steppedClock.ts";

const minuteMs = 60_000;
const dayMs = 86_400_000;

let platform: Platform;
let app: WebApp;
let user: User;
let browser: Browser;
beforeAll(async () => {
  platform = await startPlatform({ clock: steppedClock() });
  app = addWebApp(platform);
  user = addUser(platform);
  browser = openBrowser(platform);
});
afterAll(() => platform.stop());

const silent = (): ReturnType<Browser["get"]> => browser.get(authorizePath(platform, app, { prompt: "none" }));

/** Things that age, each with a request that returns 200 or the number of the refusal. */
async function startAging(): Promise<Readonly<Record<string, () => Promise<unknown>>>> {
  const code = answerOf(await signIn(browser, authorizePath(platform, app), user))["code"] ?? "";
  const used = answerOf(await silent())["code"] ?? "";
  const { body } = await redeem(platform, app, { code: used });
  const daemon = registerDaemon(platform);
  const ends = { startMs: someTimeMs, endMs: someTimeMs + 30 * dayMs };
  const secret = platform.directory.addPassword(daemon.appId, ends).secretText;
  const certificate = makeCertificate(ends.startMs, ends.endMs);
  platform.directory.addCertificate(daemon.appId, certificate.pem);
  const devicePath = `/${platform.tenant.id}/oauth2/v2.0/devicecode`;
  const device = await postForm(platform, devicePath, { client_id: app.appId, scope: "openid" });
  const requestToken = async (form: Readonly<Record<string, string>>): Promise<unknown> => {
    const { status, body: response } = await postForm(platform, tokenPath(platform), form);
    return status === 200 ? 200 : response.error_codes[0];
  };
  const client = { client_id: app.appId, client_secret: app.secret };
  return {
    code: () => requestToken({ ...client, grant_type: "authorization_code", code, redirect_uri: app.redirectUri }),
    "device code": () => requestToken({ ...client, grant_type: "device_code", device_code: device.body.device_code }),
    "access token": async () => {
      const headers = { authorization: `Bearer ${body.access_token}` };
      return (await platform.fetch(new Request(`${platform.url}/v1.0/me`, { headers }))).status;
    },
    session: async () => answerOf(await silent())["error"] ?? 200,
    "refresh token": () => requestToken({ ...client, grant_type: "refresh_token", refresh_token: body.refresh_token }),
    secret: () => requestToken(tokenForm(daemon, { client_secret: secret })),
    certificate: async () => {
      const exp = Math.floor(platform.clock.now() / 1000) + 600;
      const claims = { iss: daemon.appId, sub: daemon.appId, aud: `${platform.url}${tokenPath(platform)}`, exp };
      const header = { alg: "PS256", "x5t#S256": certificate.sha256 };
      return requestToken(
        tokenForm(daemon, {
          client_secret: undefined,
          client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
          client_assertion: await signAssertion(certificate.privateKey, header, claims),
        }),
      );
    },
  };
}

test("one clock ages codes, tokens, sessions, secrets and certificates, forward and back", async () => {
  const { code, ...others } = await startAging();
  const states = async (): Promise<unknown> =>
    Object.fromEntries(await Promise.all(Object.entries(others).map(async ([name, state]) => [name, await state()])));
  const good = { "access token": 200, session: 200, "refresh token": 200, secret: 200, certificate: 200 };
  const young = { ...good, "device code": 70016 };
  expect(await states()).toEqual(young);
  platform.clock.advance(10 * minuteMs);
  expect(await code?.()).toBe(70008);
  expect(await states()).toEqual(young);
  platform.clock.advance(5 * minuteMs);
  expect(await states()).toEqual({ ...good, "device code": 70020 });
  platform.clock.set(someTimeMs + 8 * 60 * minuteMs);
  expect(await states()).toMatchObject({ ...good, "access token": 401, session: "login_required" });
  platform.clock.set(someTimeMs + 90 * dayMs);
  expect(await states()).toMatchObject({ "refresh token": 700082, secret: 7000222, certificate: 700027 });
  platform.clock.set(someTimeMs);
  expect(await states()).toEqual(young);
  // Only now: a code can be redeemed once.
  expect(await code?.()).toBe(200);
});
