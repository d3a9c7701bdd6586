import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { type Platform, startPlatform } from "@latchkey/platform";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openBrowser } from "./support/browser.ts";
import { postForm, registerDaemon, tokenForm, tokenPath } from "./support/daemon.ts";
import { addUser, addWebApp, authorizePath, codeFor, redeem } from "./support/signIn.ts";

const canary = "CANARY~real.production-secret_0123456789";
const canaryAssertion = `${btoa('{"alg":"RS256","x5t":"AAAA"}')}.${btoa('{"iss":"canary","aud":"a"}')}.Q0FOQVJZ`;

let directory: string;
let everything: string;
let secret: string;
let accessToken: string;
const issued: string[] = [];
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "latchkey-canary-"));
  const events: unknown[] = [];
  const platform = await startPlatform({ dataDirectory: directory, onEvent: (event) => events.push(event) });
  const daemon = registerDaemon(platform, ["User.Read.All"]);
  secret = daemon.secret;
  const path = tokenPath(platform);
  ({
    body: { access_token: accessToken },
  } = await postForm(platform, path, tokenForm(daemon)));
  await postForm(platform, path, tokenForm(daemon, { client_secret: canary }));
  await postForm(platform, `${path}?client_secret=${canary}`, tokenForm(daemon, { client_secret: undefined }));
  await postForm(platform, path, tokenForm(daemon, { client_id: "unknown", client_secret: canary }));
  await postForm(platform, path, tokenForm(daemon, { client_secret: undefined }), {
    authorization: `Basic ${btoa(`${daemon.appId}:${canary}`)}`,
  });
  await postForm(platform, path, {
    ...tokenForm(daemon, { client_secret: undefined }),
    client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
    client_assertion: canaryAssertion,
  });
  await postForm(platform, path, {
    grant_type: "password",
    username: "somebody@contoso.onmicrosoft.com",
    password: canary,
  });
  await postForm(platform, path, { grant_type: "authorization_code", code: canary, client_id: daemon.appId });
  const browser = openBrowser(platform);
  const consent = `/${platform.tenant.id}/adminconsent?client_id=${daemon.appId}`;
  const page = await browser.signIn(consent, platform.tenant.administrator.userPrincipalName, canary);
  await browser.signIn(
    consent,
    platform.tenant.administrator.userPrincipalName,
    platform.tenant.administrator.password,
  );
  expect(page.html).not.toContain(canary);
  await sendEverywhere(platform, daemon.appId);
  const kept = inspect([events, platform.events, platform.environment], { depth: 10 });
  await platform.stop();
  const files = readdirSync(directory).map((name) => readFileSync(join(directory, name), "latin1"));
  everything = [kept, ...files].join("\n");
});
afterAll(() => rmSync(directory, { recursive: true }));

/** The canary in every place of the users' flows that takes something secret. */
async function sendEverywhere(platform: Platform, clientId: string): Promise<void> {
  const path = tokenPath(platform);
  const client = { client_id: clientId };
  const grants: readonly Record<string, string>[] = [
    { grant_type: "authorization_code", code: canary, code_verifier: canary, client_secret: canary },
    { grant_type: "refresh_token", refresh_token: canary },
    { grant_type: "device_code", device_code: canary },
    {
      grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer",
      assertion: canary,
      requested_token_use: "on_behalf_of",
    },
    { grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer", assertion: canaryAssertion, scope: "a" },
    { grant_type: "password", username: platform.tenant.administrator.userPrincipalName, password: canary, scope: "a" },
  ];
  for (const grant of grants) {
    await postForm(platform, path, { ...client, ...grant });
  }
  const app = addWebApp(platform);
  const browser = openBrowser(platform);
  const authorize = authorizePath(platform, app, { code_challenge: canary.padEnd(43, "x"), state: canary, nonce: "n" });
  const { html } = await browser.post(authorize, {
    action: "sign-in",
    username: "nobody@contoso.example",
    password: canary,
  });
  expect(html.replaceAll(authorize.replaceAll("&", "&amp;"), "")).not.toContain(canary);
  await browser.post(authorize, { action: "second-factor", sign_in: canary, code: canary });
  await browser.post(authorize, { action: "accept", token: canary });
  const user = addUser(platform);
  const code = await codeFor(platform, app, user, { code_challenge: canary.padEnd(43, "x") });
  const { body } = await redeem(platform, app, { code, code_verifier: canary.padEnd(43, "x") });
  issued.push(code, body.refresh_token, body.id_token);
  await browser.get(`/devicelogin?code=${canary}`);
}

test("codes, refresh tokens and ID tokens that were issued are in no file and no event", () => {
  expect(issued).toHaveLength(3);
  for (const token of issued) {
    expect(everything).not.toContain(token);
  }
});

test("what a client sends as secret, password, code or assertion is in no file and no event", () => {
  expect(everything).toContain("7000215");
  expect(everything).not.toContain(canary);
  expect(everything).not.toContain(canaryAssertion);
  expect(everything).not.toContain("Q0FOQVJZ");
});

test("a valid secret is stored neither as text nor reversibly encoded", () => {
  expect(everything).not.toContain(secret);
  expect(everything).not.toContain(Buffer.from(secret).toString("base64").slice(0, 40));
});

test("an issued token is in no file and no event", () => {
  expect(everything).not.toContain(accessToken);
  expect(everything).not.toContain(accessToken.split(".")[2]);
});
