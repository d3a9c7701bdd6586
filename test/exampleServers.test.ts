import { fileURLToPath } from "node:url";
import { type Platform, startPlatform } from "@latchkey/platform";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { administrator } from "./support/administrator.ts";
import { childEnvironment } from "./support/childEnvironment.ts";
import { unmodifiedProgram } from "./support/clientProgram.ts";
import { freePort, type ListeningProgram, startListeningProgram } from "./support/listeningProgram.ts";
import { person } from "./support/person.ts";

const { skipped } = unmodifiedProgram("node/");

let platform: Platform;
let server: ListeningProgram | undefined;
beforeEach(async () => {
  platform = await startPlatform({ mode: "interception" });
});
afterEach(async () => {
  await server?.stop();
  server = undefined;
  await platform?.stop();
});

/** Runs an example on a free port, with the given secret, or with a new one for its application. */
async function start(file: string, clientId: string, secret?: string): Promise<ListeningProgram> {
  const program = fileURLToPath(new URL(`../examples/${file}`, import.meta.url));
  const args = ["--conditions=@latchkey/source", program, clientId, platform.tenant.id, String(await freePort())];
  const env = {
    ...childEnvironment(platform.environment),
    CLIENT_SECRET: secret ?? platform.directory.addPassword(clientId).secretText,
  };
  server = await startListeningProgram([process.execPath, ...args], { env });
  return server;
}

describe.skipIf(skipped)("the web app of the examples", () => {
  function register(): string {
    return platform.directory.registerApplication({
      displayName: "web app",
      redirectUris: ["http://localhost/signed-in", "http://localhost/"],
      requiredResourceAccess: [{ name: "Microsoft Graph", delegatedPermissions: ["User.Read"] }],
    }).appId;
  }

  test("signs a user in, greets the user with data from Graph, and signs out", async () => {
    const { origin, complaints } = await start("webApp.ts", register());
    const browser = administrator(platform);
    expect((await browser.visit(origin)).text).toContain("Sign in");
    // This user presses the first button on each page: on the greeting, that one signs out.
    const { url, text } = await browser.visit(`${origin}/sign-in`);
    expect(text, complaints()).toContain("Sign in");
    expect(url.href).toBe(`${origin}/`);
    expect(platform.events.filter(({ path }) => path === "/v1.0/me")).toHaveLength(1);
    expect(platform.events.some(({ path }) => path?.endsWith("/oauth2/v2.0/logout"))).toBe(true);
  });

  test("runs with the registration in the example's seed", async () => {
    await platform.stop();
    const seed = fileURLToPath(new URL("../examples/seed.yaml", import.meta.url));
    platform = await startPlatform({ mode: "interception", seed });
    const clientId = platform.seeded.applications.find(({ name }) => name === "order-desk")?.clientId ?? "";
    const { origin, complaints } = await start("webApp.ts", clientId, "another-secret-for-tests-only-0123456789");
    const { url, text } = await administrator(platform).visit(`${origin}/sign-in`);
    expect(text, complaints()).toContain("Sign in");
    expect(url.href).toBe(`${origin}/`);
    expect(platform.events.filter(({ path }) => path === "/v1.0/me")).toHaveLength(1);
  });

  /** Signs the administrator in step by step, to see which keys the browser gets and where it is redirected. */
  async function signIn(origin: string) {
    const begun = await fetch(`${origin}/sign-in`, { redirect: "manual" });
    const [own = ""] = begun.headers.getSetCookie()[0]?.split(";") ?? [];
    const { userPrincipalName: username, password } = platform.tenant.administrator;
    let url = "";
    const browser = person({
      username,
      password,
      async fetch(request) {
        if (request.url.startsWith("https:")) {
          return platform.fetch(request);
        }
        url = request.url;
        return new Response("back at the application");
      },
    });
    await browser.visit(begun.headers.get("location") ?? "");
    const arrived = await fetch(url, { redirect: "manual", headers: { cookie: own } });
    const [signedIn = ""] = arrived.headers.getSetCookie()[0]?.split(";") ?? [];
    return { url, before: own, after: signedIn };
  }

  async function home(origin: string, cookie: string): Promise<string> {
    return (await fetch(origin, { headers: { cookie } })).text();
  }

  test("gives the browser a new key when its user has signed in, and drops the old one", async () => {
    const { origin } = await start("webApp.ts", register());
    const { before, after } = await signIn(origin);
    expect(await home(origin, after)).toContain("Hello Ada Winters");
    expect(await home(origin, before)).toContain("Sign in");
  });

  test("rejects the response to a sign-in that another browser started", async () => {
    const { origin, complaints } = await start("webApp.ts", register());
    const { url } = await signIn(origin);
    expect((await fetch(url)).status).toBe(400);
    const other = await fetch(`${origin}/sign-in`, { redirect: "manual" });
    const [cookie = ""] = other.headers.getSetCookie()[0]?.split(";") ?? [];
    expect((await fetch(url, { headers: { cookie } })).status).toBe(500);
    await expect.poll(complaints).toContain("state_mismatch");
  });

  test("sends the user through sign-in again when the session at the authority has ended", async () => {
    const { origin } = await start("webApp.ts", register());
    const { after } = await signIn(origin);
    platform.clock.advance(10_000);
    platform.directory.revokeSessions(platform.tenant.administrator.userPrincipalName);
    const response = await fetch(origin, { redirect: "manual", headers: { cookie: after } });
    expect([response.status, response.headers.get("location")]).toEqual([
      303,
      expect.stringMatching(/^https:\/\/login\.microsoftonline\.com\/.+\/authorize\?/),
    ]);
  });
});

describe.skipIf(skipped)("the web API of the examples", () => {
  /** The API, its users' tool, a daemon that has a role and one that does not. */
  function register() {
    const { directory } = platform;
    const { appId: api } = directory.registerApplication({
      displayName: "orders",
      identifierUris: ["api://orders"],
      scopes: [{ value: "Profile.Read" }, { value: "Orders.Read" }],
      appRoles: [{ value: "Orders.Read.All" }],
      requestedAccessTokenVersion: 2,
      requiredResourceAccess: [{ name: "Microsoft Graph", delegatedPermissions: ["User.Read"] }],
    });
    const { appId: tool } = directory.registerApplication({
      displayName: "tool",
      allowPublicClient: true,
      requiredResourceAccess: [
        { resourceAppId: api, delegatedPermissions: ["Profile.Read", "Orders.Read"] },
        { name: "Microsoft Graph", delegatedPermissions: ["User.Read"] },
      ],
    });
    const { appId: daemon } = directory.registerApplication({
      displayName: "daemon",
      requiredResourceAccess: [{ resourceAppId: api, permissions: ["Orders.Read.All"] }],
    });
    const { appId: stranger } = directory.registerApplication({ displayName: "stranger" });
    for (const appId of [api, tool, daemon]) {
      directory.grantAdminConsent(appId);
    }
    return { api, tool, daemon, stranger };
  }

  async function tokenFor(parameters: Readonly<Record<string, string>>): Promise<string> {
    const body = new URLSearchParams(parameters);
    const address = `https://login.microsoftonline.com/${platform.tenant.id}/oauth2/v2.0/token`;
    const response = await platform.fetch(new Request(address, { method: "POST", body }));
    const token = (await response.json()) as { readonly access_token?: string };
    expect(token.access_token, JSON.stringify(token)).toBeDefined();
    return token.access_token ?? "";
  }

  function ofUser(clientId: string, scope: string): Promise<string> {
    const { userPrincipalName: username, password } = platform.tenant.administrator;
    return tokenFor({ grant_type: "password", client_id: clientId, username, password, scope });
  }

  function ofDaemon(clientId: string): Promise<string> {
    const { secretText } = platform.directory.addPassword(clientId);
    const scope = "api://orders/.default";
    return tokenFor({ grant_type: "client_credentials", client_id: clientId, client_secret: secretText, scope });
  }

  async function ask(path: string, token?: string) {
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const response = await fetch(`${server?.origin}${path}`, { headers });
    const text = await response.text();
    const challenge = response.headers.get("www-authenticate");
    return { status: response.status, challenge, body: text === "" ? undefined : JSON.parse(text) };
  }

  test("calls Graph on behalf of its user", async () => {
    const { api, tool } = register();
    const { complaints } = await start("webApi.ts", api);
    const token = await ofUser(tool, "api://orders/Profile.Read");
    const response = await ask("/me", token);
    expect(response, complaints()).toMatchObject({ status: 200, body: { displayName: "Ada Winters" } });
    await ask("/me", token);
    const exchanges = platform.events.filter(({ type, clientId }) => type === "token" && clientId === api);
    expect(exchanges).toHaveLength(1);
  });

  test("admits a daemon that has the role, and no other", async () => {
    const { api, daemon, stranger } = register();
    await start("webApi.ts", api);
    expect(await ask("/orders", await ofDaemon(daemon))).toMatchObject({ status: 200, body: { caller: daemon } });
    expect(await ask("/orders", await ofDaemon(stranger))).toEqual({
      status: 403,
      challenge: 'Bearer error="insufficient_scope", scope="Orders.Read.All"',
      body: undefined,
    });
  });

  test("does not accept a user's scope as a role, or a role as a scope", async () => {
    const { api, tool, daemon } = register();
    await start("webApi.ts", api);
    expect((await ask("/orders", await ofUser(tool, "api://orders/Profile.Read"))).status).toBe(403);
    expect((await ask("/me", await ofDaemon(daemon))).status).toBe(403);
  });

  test("refuses a missing token, one for another API, a modified one, and an expired one", async () => {
    const { api, tool } = register();
    await start("webApi.ts", api);
    expect((await ask("/me")).challenge).toMatch(/^Bearer authorization_uri="https:\/\/login\.microsoftonline\.com\//);
    const forGraph = await ofUser(tool, "https://graph.microsoft.com/User.Read");
    const token = await ofUser(tool, "api://orders/Profile.Read");
    const [head, body, signature = ""] = token.split(".");
    const changed = [head, body, signature.slice(0, -4) + (signature.endsWith("AAAA") ? "BBBB" : "AAAA")].join(".");
    platform.clock.advance(-86_400_000);
    const expired = await ofUser(tool, "api://orders/Profile.Read");
    for (const wrong of [forGraph, changed, expired, "no token"]) {
      expect(await ask("/me", wrong)).toMatchObject({
        status: 401,
        challenge: expect.stringMatching(/error="invalid_token"/),
      });
    }
  });

  test("returns to its caller what only the user can resolve", async () => {
    const { api, tool } = register();
    await start("webApi.ts", api);
    const token = await ofUser(tool, "api://orders/Profile.Read");
    const claims = '{"access_token":{"acrs":{"essential":true,"value":"c1"}}}';
    platform.faults.add({ endpoint: "token", clientId: api, aadsts: 50076, claims });
    expect(await ask("/me", token)).toMatchObject({
      status: 401,
      challenge: `Bearer error="insufficient_claims", claims="${btoa(claims)}"`,
    });
  });
});
