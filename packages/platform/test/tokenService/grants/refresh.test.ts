import { type Platform, startPlatform, type User } from "@latchkey/platform";
import { decodeJwt } from "jose";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { postForm, tokenPath } from "../../support/daemon.ts";
import { addUser, addWebApp, challenge, codeFor, redeem, verifier, type WebApp } from "../../support/signIn.ts";
import { steppedClock } from "../../support/steppedClock.ts";

let platform: Platform;
let app: WebApp;
let user: User;
beforeAll(async () => {
  platform = await startPlatform({ clock: steppedClock() });
  app = addWebApp(platform);
});
afterAll(() => platform.stop());
beforeEach(() => {
  user = addUser(platform);
});

const dayMs = 86_400_000;
const origin = { origin: "https://spa.example" };

async function refreshTokenOf(to: WebApp = app): Promise<string> {
  const { body } = await redeem(platform, to, { code: await codeFor(platform, to, user) });
  return body.refresh_token;
}

async function single(): Promise<{ spa: WebApp; token: string }> {
  const spa = addWebApp(platform, { redirectUris: [], spaRedirectUris: ["https://spa.example/"] });
  const pkce = { code_challenge: challenge, code_challenge_method: "S256", redirect_uri: "https://spa.example/" };
  const code = await codeFor(platform, spa, user, pkce);
  const form = { code, code_verifier: verifier, client_secret: undefined, redirect_uri: "https://spa.example/" };
  const { body } = await redeem(platform, spa, form, { headers: origin });
  return { spa, token: body.refresh_token };
}

async function publicClient(): Promise<{ desktop: WebApp; token: string }> {
  const desktop = addWebApp(platform, { redirectUris: [], publicClientRedirectUris: ["http://localhost"] });
  const code = await codeFor(platform, desktop, user, { redirect_uri: "http://localhost" });
  const form = { code, client_secret: undefined, redirect_uri: "http://localhost" };
  const { body } = await redeem(platform, desktop, form);
  return { desktop, token: body.refresh_token };
}

describe("a refresh token", () => {
  test("returns a new access token, ID token and refresh token", async () => {
    const refresh_token = await refreshTokenOf();
    const { status, body } = await redeem(platform, app, { refresh_token, scope: "openid User.Read" });
    expect(status).toBe(200);
    expect(decodeJwt(body.access_token)["oid"]).toBe(user.id);
    expect(decodeJwt(body.id_token)).not.toHaveProperty("nonce");
    expect(body.refresh_token).not.toBe(refresh_token);
  });

  test("stays valid beside its successor", async () => {
    const refresh_token = await refreshTokenOf();
    await redeem(platform, app, { refresh_token });
    expect((await redeem(platform, app, { refresh_token })).status).toBe(200);
  });

  test("without scope is for what the user signed in with", async () => {
    const { body } = await redeem(platform, app, { refresh_token: await refreshTokenOf() });
    expect(decodeJwt(body.access_token)["scp"]).toContain("User.Read");
  });

  test("is valid for 90 days from its issue: AADSTS700082", async () => {
    const first = await refreshTokenOf();
    platform.clock.advance(90 * dayMs - 1);
    const { body: renewed } = await redeem(platform, app, { refresh_token: first });
    platform.clock.advance(1);
    const { body } = await redeem(platform, app, { refresh_token: first });
    expect(body).toMatchObject({ error: "invalid_grant", error_codes: [700082], suberror: "bad_token" });
    platform.clock.advance(89 * dayMs);
    expect((await redeem(platform, app, { refresh_token: renewed.refresh_token })).status).toBe(200);
  });

  test("of a single-page application is valid for 24 hours, including its successors: AADSTS700084", async () => {
    const { spa, token } = await single();
    platform.clock.advance(dayMs - 1000);
    const form = { refresh_token: token, client_secret: undefined };
    const { body: renewed } = await redeem(platform, spa, form, { headers: origin });
    expect(renewed.refresh_token_expires_in).toBe(1);
    platform.clock.advance(1000);
    const late = await redeem(platform, spa, { ...form, refresh_token: renewed.refresh_token }, { headers: origin });
    expect(late.body).toMatchObject({ error: "invalid_grant", error_codes: [700084] });
    expect(late.headers.get("access-control-allow-origin")).toBe(origin.origin);
  });

  test("of a single-page application only works in a browser: AADSTS9002327", async () => {
    const { spa, token } = await single();
    expect((await redeem(platform, spa, { refresh_token: token, client_secret: undefined })).body.error_codes).toEqual([
      9002327,
    ]);
  });

  test("that is unknown is refused readably to a single-page application, and to no other: AADSTS70000", async () => {
    const { spa } = await single();
    const form = { refresh_token: "0.ARwA", client_secret: undefined };
    const responses = [
      await redeem(platform, spa, form, { headers: origin }),
      await redeem(platform, spa, form, { headers: { origin: "https://other.example" } }),
      await redeem(platform, app, form, { headers: origin }),
    ];
    expect(responses.map(({ body }) => body.error_codes[0])).toEqual([70000, 70000, 70000]);
    expect(responses.map(({ headers }) => headers.get("access-control-allow-origin"))).toEqual([
      "https://spa.example",
      null,
      null,
    ]);
  });

  test("of another application or another platform is refused: AADSTS70000", async () => {
    const refresh_token = await refreshTokenOf();
    expect((await redeem(platform, addWebApp(platform), { refresh_token })).body.error_codes).toEqual([70000]);
    const { body } = await redeem(platform, app, { refresh_token: "0.ARwA" });
    expect(body).toMatchObject({ error: "invalid_grant", error_codes: [70000], suberror: "bad_token" });
  });

  test("of a web application needs its secret: AADSTS7000218", async () => {
    const { body } = await redeem(platform, app, { refresh_token: await refreshTokenOf(), client_secret: undefined });
    expect(body.error_codes).toEqual([7000218]);
  });

  test("does not return what is not consented to: AADSTS65001 with consent_required", async () => {
    const { body } = await redeem(platform, app, { refresh_token: await refreshTokenOf(), scope: "Mail.Read" });
    expect(body).toMatchObject({ error: "invalid_grant", error_codes: [65001], suberror: "consent_required" });
  });

  test("is useless at the path of personal accounts: AADSTS9002332", async () => {
    const { body } = await redeem(platform, app, { refresh_token: await refreshTokenOf() }, { tenant: "consumers" });
    expect(body).toMatchObject({ error: "invalid_request", error_codes: [9002332] });
  });

  test("with scopes of several APIs returns a token for the first", async () => {
    platform.directory.registerApplication({ displayName: "B", identifierUris: ["api://b"], scopes: [{ value: "b" }] });
    const { body } = await redeem(platform, app, {
      refresh_token: await refreshTokenOf(),
      scope: "User.Read api://b/b",
    });
    expect(decodeJwt(body.access_token)["scp"]).toContain("User.Read");
  });

  test("of a family client works for another member, as foci says", async () => {
    const azureCli = { appId: "04b07795-8ddb-461a-bbee-02f9e1bf7b46", secret: "", redirectUri: "http://localhost" };
    const scope = "openid offline_access https://management.core.windows.net//.default";
    const code = await codeFor(platform, azureCli, user, { redirect_uri: "http://localhost", scope });
    const { body } = await redeem(platform, azureCli, { code, client_secret: undefined });
    expect(body.foci).toBe("1");
    expect(body.scope).toBe(
      "https://management.core.windows.net//user_impersonation https://management.core.windows.net//.default",
    );
    const powerShell = { ...azureCli, appId: "1950a258-227b-4e31-a9cf-717495945fc2" };
    const other = await redeem(platform, powerShell, { refresh_token: body.refresh_token, client_secret: undefined });
    expect(other.status).toBe(200);
  });
});

describe("it ends with", () => {
  test("revoked sessions: AADSTS50173", async () => {
    const refresh_token = await refreshTokenOf();
    platform.clock.advance(1000);
    platform.directory.revokeSessions(user.userPrincipalName);
    const { body } = await redeem(platform, app, { refresh_token });
    expect(body).toMatchObject({ error: "invalid_grant", error_codes: [50173], suberror: "bad_token" });
  });

  test("a disabled user: AADSTS50057; and a deleted one: AADSTS50034", async () => {
    const refresh_token = await refreshTokenOf();
    platform.directory.setUserEnabled(user.userPrincipalName, false);
    expect((await redeem(platform, app, { refresh_token })).body.error_codes).toEqual([50057]);
  });

  test("a new password, for public clients: AADSTS50173; a confidential client's stays valid", async () => {
    const confidential = await refreshTokenOf();
    const { desktop, token } = await publicClient();
    platform.clock.advance(1000);
    platform.directory.setUserPassword(user.userPrincipalName, "Another-1-one");
    const { body } = await redeem(platform, desktop, { refresh_token: token, client_secret: undefined });
    expect(body.error_codes).toEqual([50173]);
    expect((await redeem(platform, app, { refresh_token: confidential })).status).toBe(200);
  });

  test("a required assignment that is missing: AADSTS50105 as invalid_grant", async () => {
    const closed = addWebApp(platform);
    const refresh_token = await refreshTokenOf(closed);
    platform.directory.setAssignmentRequired(closed.appId, true);
    const { body } = await redeem(platform, closed, { refresh_token });
    expect(body).toMatchObject({ error: "invalid_grant", error_codes: [50105] });
  });
});

test("a refresh token survives a restart of the platform, as its hash", async () => {
  const { mkdtempSync, readdirSync, readFileSync, rmSync } = await import("node:fs");
  const { tmpdir } = await import("node:os");
  const { join } = await import("node:path");
  const dataDirectory = mkdtempSync(join(tmpdir(), "latchkey-refresh-"));
  const first = await startPlatform({ dataDirectory });
  const application = addWebApp(first);
  const code = await codeFor(first, application, addUser(first));
  const { body } = await redeem(first, application, { code });
  await first.stop();
  const second = await startPlatform({ dataDirectory });
  const again = await redeem(second, application, { refresh_token: body.refresh_token });
  await second.stop();
  const files = readdirSync(dataDirectory).map((name) => readFileSync(join(dataDirectory, name), "latin1"));
  rmSync(dataDirectory, { recursive: true });
  expect(again.status).toBe(200);
  for (const secret of [code, body.refresh_token, body.access_token, body.id_token]) {
    expect(files.join("\n")).not.toContain(secret);
  }
});

test("CORS: a preflight only succeeds for origins of single-page applications", async () => {
  await single();
  const ask = (from: string): Promise<Response> =>
    platform.fetch(
      new Request(`${platform.url}${tokenPath(platform)}`, { method: "OPTIONS", headers: { origin: from } }),
    );
  expect((await ask("https://spa.example")).headers.get("access-control-allow-origin")).toBe("https://spa.example");
  expect((await ask("https://other.example")).headers.get("access-control-allow-origin")).toBeNull();
  const { headers } = await postForm(platform, tokenPath(platform), {}, { origin: "https://spa.example" });
  expect(headers.get("access-control-allow-origin")).toBeNull();
});
