import { type FaultRule, type Platform, startPlatform } from "@latchkey/platform";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { openBrowser } from "../../support/browser.ts";
import {
  type Daemon,
  getJson,
  graphScope,
  postForm,
  registerDaemon,
  tokenForm,
  tokenPath,
} from "../../support/daemon.ts";
import { addWebApp, answerOf, authorizePath } from "../../support/signIn.ts";
import { steppedClock } from "../../support/steppedClock.ts";

let platform: Platform;
let daemon: Daemon;
beforeAll(async () => {
  platform = await startPlatform({ clock: steppedClock() });
  daemon = registerDaemon(platform, ["User.Read.All"]);
});
afterAll(() => platform.stop());
beforeEach(() => platform.faults.clear());

const requestToken = () => postForm(platform, tokenPath(platform), tokenForm(daemon));
const rawToken = () =>
  platform.fetch(
    new Request(`${platform.url}${tokenPath(platform)}`, {
      method: "POST",
      body: new URLSearchParams(tokenForm(daemon)),
    }),
  );

async function requestGraph() {
  const { body } = await requestToken();
  return platform.fetch(
    new Request(`${platform.url}/v1.0/users?$top=1`, { headers: { authorization: `Bearer ${body.access_token}` } }),
  );
}

test("returns an AADSTS error in the token service's own format", async () => {
  platform.faults.add({ endpoint: "token", aadsts: 50196 });
  const { status, body } = await requestToken();
  expect(status).toBe(400);
  expect(body).toMatchObject({
    error: "invalid_grant",
    error_codes: [50196],
    error_description: expect.stringMatching(/^AADSTS50196: .* Trace ID: /),
    error_uri: `${platform.url}/error?code=50196`,
  });
});

test("fills an error's text with values from the request", async () => {
  platform.faults.add({ aadsts: 7000222 });
  expect((await requestToken()).body.error_description).toContain(`secret keys for app '${daemon.appId}' are expired`);
});

test("uses one variant of an AADSTS number", async () => {
  platform.faults.add({ aadsts: "700027:expired" });
  expect((await requestToken()).body.error_description).toContain("The key used is expired.");
});

test("adds suberror and claims to errors that carry them", async () => {
  platform.faults.add({ aadsts: 53003 });
  const { body } = await requestToken();
  expect(body).toMatchObject({ error: "interaction_required", suberror: "message_only" });
  expect(JSON.parse(body.claims)).toHaveProperty("access_token.capolids");
});

test("returns a status with the matching error, and Retry-After", async () => {
  platform.faults.add({ endpoint: "token", status: 429, retryAfterSeconds: 7 });
  const { status, headers, body } = await requestToken();
  expect(status).toBe(429);
  expect(headers.get("retry-after")).toBe("7");
  expect(body).toMatchObject({ error: "temporarily_unavailable", error_codes: [90055] });
});

test("returns Graph errors from Graph", async () => {
  platform.faults.add({ endpoint: "graph", status: 429, retryAfterSeconds: 3 });
  const response = await requestGraph();
  expect(response.status).toBe(429);
  expect(response.headers.get("retry-after")).toBe("3");
  expect(response.headers.get("x-ms-throttle-scope")).toContain(daemon.appId);
  expect(await response.json()).toMatchObject({ error: { code: "TooManyRequests", innerError: expect.anything() } });
});

test("returns a claims challenge as continuous access evaluation does", async () => {
  const claims = '{"access_token":{"nbf":{"essential":true,"value":"1"}}}';
  platform.faults.add({ endpoint: "graph", status: 401, claims });
  const header = (await requestGraph()).headers.get("www-authenticate") ?? "";
  expect(header).toContain('error="insufficient_claims"');
  expect(Buffer.from(/claims="([^"]+)"/.exec(header)?.[1] ?? "", "base64").toString()).toBe(claims);
});

test("lets browsers read a failed discovery response", async () => {
  platform.faults.add({ endpoint: "discovery", status: 503 });
  const { status, headers } = await getJson(platform, `/${platform.tenant.id}/v2.0/.well-known/openid-configuration`);
  expect(status).toBe(503);
  expect(headers.get("access-control-allow-origin")).toBe("*");
});

test("shows a page where a user would see one", async () => {
  platform.faults.add({ endpoint: "adminConsent", aadsts: 90033 });
  const response = await platform.fetch(
    new Request(`${platform.url}/${platform.tenant.id}/adminconsent?client_id=${daemon.appId}`),
  );
  expect(response.status).toBe(503);
  expect(response.headers.get("content-type")).toContain("text/html");
  expect(await response.text()).toContain("AADSTS90033");
});

test("sends the authorize endpoint's error to the application, in the requested response mode", async () => {
  platform.faults.add({ endpoint: "authorize", aadsts: 50076 });
  const app = addWebApp(platform);
  const visited = await openBrowser(platform).get(authorizePath(platform, app, { response_mode: "fragment" }));
  expect(visited.location).toMatch(/^https:\/\/app\.example\/signed-in#error=interaction_required&/);
  expect(answerOf(visited)).toMatchObject({ suberror: "basic_action", state: "s 1" });
  expect(answerOf(visited)["error_description"]).toMatch(/^AADSTS50076: /);
});

test.each<[string, FaultRule, Record<string, string>]>([
  ["an error that only the user sees", { aadsts: 50105 }, {}],
  ["a status", { aadsts: 90033, status: 503 }, {}],
  ["a redirect URI that is not registered", { aadsts: 65004 }, { redirect_uri: "https://evil.example/" }],
])("shows a page at the authorize endpoint for %s", async (_, rule, changes) => {
  platform.faults.add({ endpoint: "authorize", ...rule });
  const visited = await openBrowser(platform).get(authorizePath(platform, addWebApp(platform), changes));
  expect(visited.location).toBeNull();
  expect(visited.html).toContain(`AADSTS${rule.aadsts}`);
});

test("truncates a body", async () => {
  platform.faults.add({ body: "truncated" });
  const response = await rawToken();
  expect(response.status).toBe(200);
  const text = await response.text();
  expect(text).toMatch(/^\{"token_type":"Bearer"/);
  expect(() => JSON.parse(text)).toThrow();
});

test("omits a body", async () => {
  platform.faults.add({ body: "empty", status: 500 });
  const response = await rawToken();
  expect(response.status).toBe(500);
  expect(await response.text()).toBe("");
});

test("returns a proxy's page and issues no token", async () => {
  platform.faults.add({ body: "html" });
  const before = platform.events.filter(({ type }) => type === "token").length;
  const response = await rawToken();
  expect(response.status).toBe(200);
  expect(response.headers.get("content-type")).toContain("text/html");
  expect(platform.events.filter(({ type }) => type === "token")).toHaveLength(before);
});

test("adds only Retry-After to a normal response", async () => {
  platform.faults.add({ retryAfterSeconds: 1 });
  const { status, headers, body } = await requestToken();
  expect([status, headers.get("retry-after")]).toEqual([200, "1"]);
  expect(body.access_token).toBeTypeOf("string");
});

test("delays a response on the platform's clock", async () => {
  platform.faults.add({ delayMs: 30_000 });
  let isAnswered = false;
  const response = requestToken().then((result) => {
    isAnswered = true;
    return result;
  });
  await new Promise(setImmediate);
  platform.clock.advance(29_999);
  await new Promise(setImmediate);
  expect(isAnswered).toBe(false);
  platform.clock.advance(1);
  expect((await response).status).toBe(200);
});

test("rejects a request without a socket as fetch does when the connection is reset", async () => {
  platform.faults.add({ connection: "reset" });
  await expect(rawToken()).rejects.toMatchObject({ message: "fetch failed", cause: { code: "ECONNRESET" } });
});

test("logs that a fault rule was the reason", async () => {
  platform.faults.add({ id: "busy", status: 503, retryAfterSeconds: 2, count: 2 });
  await requestToken();
  expect(platform.events.at(-1)).toMatchObject({
    type: "fault",
    status: 503,
    clientId: daemon.appId,
    tenantId: platform.tenant.id,
    grantType: "client_credentials",
    why: 'fault rule "busy" (time 1 of 2) returned status 503, asked for a retry after 2 s; remove the rule to get real responses',
  });
});

test("never logs a secret of a failed request", async () => {
  platform.faults.add({ aadsts: 7000215 });
  const { text } = await postForm(platform, tokenPath(platform), tokenForm(daemon, { scope: graphScope }));
  expect(text).not.toContain(daemon.secret);
  expect(JSON.stringify(platform.events)).not.toContain(daemon.secret);
});
