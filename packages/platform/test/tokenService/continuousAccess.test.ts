import { type Platform, startPlatform, type User } from "@latchkey/platform";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { postForm, registerDaemon, tokenForm, tokenPath } from "../support/daemon.ts";
import { graphAs, graphWith, type ReceivedResponse } from "../support/graph.ts";
import { addUser, addWebApp, codeFor, redeem, type WebApp } from "../support/signIn.ts";
import { steppedClock } from "../support/steppedClock.ts";

let platform: Platform;
let app: WebApp;
let user: User;
beforeAll(async () => {
  platform = await startPlatform({ clock: steppedClock() });
});
afterAll(() => platform.stop());
beforeEach(() => {
  app = addWebApp(platform);
  user = addUser(platform);
});

const capable = JSON.stringify({ access_token: { xms_cc: { values: ["cp1"] } } });

interface Signed {
  readonly accessToken: string;
  readonly refreshToken: string;
}

async function signedIn(claims: string | undefined): Promise<Signed> {
  const { body } = await redeem(platform, app, { code: await codeFor(platform, app, user), claims });
  return { accessToken: body.access_token, refreshToken: body.refresh_token };
}

function me(token: string): Promise<ReceivedResponse> {
  return graphAs(platform, `Bearer ${token}`)("/v1.0/me");
}

function challengeIn({ headers }: ReceivedResponse): unknown {
  const claims = /error="insufficient_claims", claims="([^"]+)"/.exec(headers.get("www-authenticate") ?? "")?.[1];
  return claims === undefined ? undefined : JSON.parse(Buffer.from(claims, "base64").toString());
}

describe("a token of a client that handles claims challenges", () => {
  test("is challenged once the user's sessions are revoked, and refreshing needs the user: AADSTS50173", async () => {
    const { accessToken, refreshToken } = await signedIn(capable);
    expect((await me(accessToken)).status).toBe(200);
    platform.clock.advance(10_000);
    platform.directory.revokeSessions(user.userPrincipalName);
    const response = await me(accessToken);
    expect(response.status).toBe(401);
    expect(response.body.error.code).toBe("InvalidAuthenticationToken");
    expect(response.body.error.message).toContain("TokenIssuedBeforeRevocationTimestamp");
    const notBefore = String(Math.floor(platform.clock.now() / 1000));
    expect(challengeIn(response)).toEqual({ access_token: { nbf: { essential: true, value: notBefore } } });
    const { body } = await redeem(platform, app, {
      refresh_token: refreshToken,
      claims: JSON.stringify(challengeIn(response)),
    });
    expect(body.error_codes).toEqual([50173]);
  });

  test("a new sign-in after the revocation is accepted", async () => {
    platform.directory.revokeSessions(user.userPrincipalName);
    expect((await me((await signedIn(capable)).accessToken)).status).toBe(200);
  });

  test("is challenged once the user is disabled, and once the password has changed", async () => {
    const first = await signedIn(capable);
    platform.clock.advance(10_000);
    platform.directory.setUserPassword(user.userPrincipalName, "Another-1-one");
    expect(challengeIn(await me(first.accessToken))).toBeDefined();
    const { body } = await redeem(platform, app, { refresh_token: first.refreshToken, claims: capable });
    expect((await me(body.access_token)).status).toBe(200);
    platform.directory.setUserEnabled(user.userPrincipalName, false);
    expect(challengeIn(await me(body.access_token))).toBeDefined();
  });

  test("is challenged once the application is disabled", async () => {
    const { accessToken } = await signedIn(capable);
    platform.directory.setEnabled(app.appId, false);
    expect(challengeIn(await me(accessToken))).toBeDefined();
  });

  test("of an application without a user too", async () => {
    const daemon = registerDaemon(platform, ["User.Read.All"]);
    const { body } = await postForm(platform, tokenPath(platform), tokenForm(daemon, { claims: capable }));
    const users = graphAs(platform, `Bearer ${body.access_token}`);
    expect((await users("/v1.0/users")).status).toBe(200);
    platform.directory.setEnabled(daemon.appId, false);
    expect(challengeIn(await users("/v1.0/users"))).toBeDefined();
  });
});

test("Graph's revokeSignInSessions ends every sign-in of the user", async () => {
  const { accessToken, refreshToken } = await signedIn(capable);
  platform.clock.advance(10_000);
  const administrator = await graphWith(platform, ["User.ReadWrite.All"]);
  const { status, body } = await administrator(`/v1.0/users/${user.id}/revokeSignInSessions`, { method: "POST" });
  expect(status).toBe(200);
  expect(body).toEqual({ "@odata.context": `${platform.url}/v1.0/$metadata#Edm.Boolean`, value: true });
  expect(challengeIn(await me(accessToken))).toBeDefined();
  expect((await redeem(platform, app, { refresh_token: refreshToken })).body.error_codes).toEqual([50173]);
});

test("a token of any other client stays valid until it expires", async () => {
  const { accessToken } = await signedIn(undefined);
  platform.clock.advance(10_000);
  platform.directory.revokeSessions(user.userPrincipalName);
  expect((await me(accessToken)).status).toBe(200);
});
