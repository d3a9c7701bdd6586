import { type Platform, startPlatform } from "@latchkey/platform";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { administrator } from "./support/administrator.ts";
import { answerDevicePage } from "./support/devicePage.ts";
import { freePort, type ListeningProgram } from "./support/listeningProgram.ts";
import { makeQuickstartFolder, type QuickstartFolder, reasonFor } from "./support/quickstartFolder.ts";
import { signInAs } from "./support/signInAs.ts";

const timeoutMs = 60_000;
let platform: Platform;
let folder: QuickstartFolder;
let port: number;
let server: ListeningProgram | undefined;
beforeAll(async () => {
  platform = await startPlatform();
  folder = makeQuickstartFolder(platform);
});
beforeEach(async () => {
  port = await freePort();
});
afterEach(async () => {
  await server?.stop();
  server = undefined;
});
afterAll(async () => {
  await platform?.stop();
  folder?.remove();
});

describe("the web app's code", { timeout: timeoutMs }, () => {
  function create(fields: Readonly<Record<string, string>> = { consent: "yes" }): Promise<string> {
    return folder.create("webApp", { redirect: `http://localhost:${port}/signed-in`, ...fields });
  }

  describe.each(["webApp.mjs", "webAppMsal.mjs", "webApp.py"])("", (file) => {
    const reason = reasonFor(file);

    test.skipIf(reason)(`signs a user in and shows the profile, unchanged: ${file}${reason}`, async () => {
      await create();
      server = await folder.start(file);
      const browser = administrator(platform);
      const { userPrincipalName } = platform.tenant.administrator;
      for (const _ of ["signs in", "is signed in"]) {
        const { url, text } = await browser.visit(server.origin);
        expect([url.href, JSON.parse(text).userPrincipalName]).toEqual([`${server.origin}/`, userPrincipalName]);
      }
      const codes = platform.events.filter(({ grantType }) => grantType === "authorization_code");
      expect([codes.at(-1)?.status, server.complaints()]).toEqual([200, ""]);
    });

    test.skipIf(reason)(`rejects the response to another browser's sign-in: ${file}${reason}`, async () => {
      await create();
      server = await folder.start(file);
      const begun = await fetch(server.origin, { redirect: "manual" });
      const address = begun.headers.get("location") ?? "";
      expect(address).toMatch(/code_challenge_method=S256/);
      const response = await signInAs(platform, address, platform.tenant.administrator);
      expect((await fetch(response)).status).toBe(400);
      const other = await fetch(server.origin, { redirect: "manual" });
      const cookie = other.headers.getSetCookie()[0]?.split(";")[0] ?? "";
      expect((await fetch(response, { headers: { cookie } })).status).toBe(500);
      await expect.poll(server.complaints).toMatch(/state.mismatch/);
      const own = begun.headers.getSetCookie()[0]?.split(";")[0] ?? "";
      const signedIn = await fetch(response, { headers: { cookie: own }, redirect: "manual" });
      expect(signedIn.status).toBe(303);
      expect(signedIn.headers.getSetCookie()[0]?.split(";")[0]).not.toBe(own);
    });
  });

  const sign = (change: (response: URL) => void) => {
    let isAnswered = false;
    return folder.run("webApp.sh", {
      onMessage(text, input) {
        const address = /^https:.*S256$/m.exec(text)?.[0];
        if (address === undefined || isAnswered) {
          return;
        }
        isAnswered = true;
        void signInAs(platform, address, platform.tenant.administrator).then((response) => {
          change(response);
          input.end(`${response.href}\n`);
        });
      },
    });
  };

  test.skipIf(reasonFor(".sh"))(`signs a user in by hand: webApp.sh${reasonFor(".sh")}`, async () => {
    await create();
    const { out } = await sign(() => {});
    expect(JSON.parse(out).userPrincipalName).toBe(platform.tenant.administrator.userPrincipalName);
  });

  test.skipIf(reasonFor(".sh"))(`rejects a response with another state: webApp.sh${reasonFor(".sh")}`, async () => {
    await create();
    const { out, err } = await sign((response) => response.searchParams.set("state", "theirs"));
    expect([out, err]).toEqual(["", expect.stringContaining("its state is different")]);
  });

  test("asks the user for consent if the administrator has not consented", async () => {
    await create({});
    server = await folder.start("webApp.mjs");
    const { text } = await administrator(platform).visit(server.origin);
    expect(JSON.parse(text).userPrincipalName).toBe(platform.tenant.administrator.userPrincipalName);
    expect(platform.events.some(({ type }) => type === "consent")).toBe(true);
  });
});

describe("the web API's code", { timeout: timeoutMs }, () => {
  let api: string;
  let client: string;
  beforeEach(async () => {
    const html = await folder.create("webApi");
    const [, first = "", second = ""] =
      /Registered as <a[^>]*><code>([^<]+)<\/code><\/a>, and its client as <a[^>]*><code>([^<]+)</.exec(html) ?? [];
    [api, client] = [first, second];
  });

  async function tokenFor(parameters: Readonly<Record<string, string>>): Promise<string> {
    const address = `${platform.url}/${platform.tenant.id}/oauth2/v2.0/token`;
    const body = new URLSearchParams(parameters);
    const response = await platform.fetch(new Request(address, { method: "POST", body }));
    const token = (await response.json()) as { readonly access_token?: string };
    expect(token.access_token, JSON.stringify(token)).toBeDefined();
    return token.access_token ?? "";
  }

  function ofUser(scope: string, clientId = client): Promise<string> {
    const { userPrincipalName: username, password } = platform.tenant.administrator;
    return tokenFor({ grant_type: "password", client_id: clientId, username, password, scope });
  }

  function ofDaemon(permissions: readonly string[]): Promise<string> {
    const { directory } = platform;
    const requiredResourceAccess = [{ resourceAppId: api, permissions }];
    const { appId } = directory.registerApplication({ displayName: "daemon", requiredResourceAccess });
    directory.grantAdminConsent(appId);
    const { secretText } = directory.addPassword(appId);
    const scope = `api://${api}/.default`;
    return tokenFor({ grant_type: "client_credentials", client_id: appId, client_secret: secretText, scope });
  }

  async function ask(path: string, authorization = "") {
    const response = await fetch(`${server?.origin}${path}`, { headers: { authorization } });
    const text = await response.text();
    return { status: response.status, challenge: response.headers.get("www-authenticate"), text };
  }

  describe.each(["webApi.mjs", "webApiMsal.mjs", "webApi.py"])("", (file) => {
    const reason = reasonFor(file);
    beforeEach(async () => {
      if (reason === "") {
        server = await folder.start(file, { PORT: String(port) });
      }
    });

    test.skipIf(reason)(`calls Graph on behalf of its user, unchanged: ${file}${reason}`, async () => {
      const { status, text } = await ask("/me", `Bearer ${await ofUser(`api://${api}/Profile.Read`)}`);
      expect([status, server?.complaints()]).toEqual([200, ""]);
      expect(JSON.parse(text).userPrincipalName).toBe(platform.tenant.administrator.userPrincipalName);
      const exchange = platform.events.findLast(({ type, clientId }) => type === "token" && clientId === api);
      expect(exchange?.grantType).toBe("urn:ietf:params:oauth:grant-type:jwt-bearer");
    });

    test.skipIf(reason)(`admits programs by app role only: ${file}${reason}`, async () => {
      expect((await ask("/orders", `Bearer ${await ofDaemon(["Orders.Read.All"])}`)).status).toBe(200);
      const challenge = 'Bearer error="insufficient_scope", scope="Orders.Read.All"';
      const ofUsers = `Bearer ${await ofUser(`api://${api}/Profile.Read`)}`;
      for (const authorization of [ofUsers, `Bearer ${await ofDaemon([])}`]) {
        expect(await ask("/orders", authorization)).toMatchObject({ status: 403, challenge });
      }
      expect((await ask("/me", `Bearer ${await ofDaemon(["Orders.Read.All"])}`)).status).toBe(403);
    });

    test.skipIf(reason)(`refuses tokens that are for another API, modified or expired: ${file}${reason}`, async () => {
      const forGraph = await ofUser("https://graph.microsoft.com/User.Read", graphClient());
      const token = await ofUser(`api://${api}/Profile.Read`);
      const [head, body, signature = ""] = token.split(".");
      const changed = [head, body, signature.slice(0, -4) + (signature.endsWith("AAAA") ? "BBBB" : "AAAA")].join(".");
      platform.clock.advance(-86_400_000);
      const expired = await ofUser(`api://${api}/Profile.Read`);
      platform.clock.advance(86_400_000);
      expect(await ask("/me")).toMatchObject({ status: 401, challenge: "Bearer" });
      for (const wrong of [forGraph, changed, expired, "no token"]) {
        const challenge = expect.stringContaining('error="invalid_token"');
        expect(await ask("/me", `Bearer ${wrong}`)).toMatchObject({ status: 401, challenge });
      }
    });

    test.skipIf(reason)(`returns to its caller what only the user can resolve: ${file}${reason}`, async () => {
      const token = await ofUser(`api://${api}/Profile.Read`);
      const claims = '{"access_token":{"acrs":{"essential":true,"value":"c1"}}}';
      const { id } = platform.faults.add({ endpoint: "token", clientId: api, aadsts: 50076, claims });
      const { status, challenge } = await ask("/me", `Bearer ${token}`);
      platform.faults.remove(id);
      expect([status, challenge]).toEqual([401, `Bearer error="insufficient_claims", claims="${btoa(claims)}"`]);
    });
  });

  function graphClient(): string {
    const { appId } = platform.directory.registerApplication({
      displayName: "other",
      allowPublicClient: true,
      requiredResourceAccess: [{ name: "Microsoft Graph", delegatedPermissions: ["User.Read"] }],
    });
    platform.directory.grantAdminConsent(appId);
    return appId;
  }

  function call(...args: string[]) {
    let isAnswered = false;
    return folder.run("webApi.sh", {
      args,
      onMessage(text) {
        const code = /code ([A-Z0-9]{9}) /.exec(text)?.[1];
        if (code === undefined || isAnswered) {
          return;
        }
        isAnswered = true;
        const prompt = { user_code: code, verification_uri: `${platform.url}/devicelogin` };
        void answerDevicePage(platform, prompt, "confirm");
      },
    });
  }

  const shell = reasonFor(".sh");
  test.skipIf(shell)(`calls the API as its client, unchanged: webApi.sh${shell}`, async () => {
    server = await folder.start("webApi.mjs", { PORT: String(port) });
    expect(JSON.parse((await call(server.origin)).out).userPrincipalName).toBe(
      platform.tenant.administrator.userPrincipalName,
    );
    expect(platform.events.findLast(({ path }) => path === "/v1.0/me")?.clientId).toBe(api);
  });

  test.skipIf(shell)(`exchanges the token as the API does: webApi.sh${shell}`, async () => {
    expect(JSON.parse((await call()).out).userPrincipalName).toBe(platform.tenant.administrator.userPrincipalName);
    expect(platform.events.findLast(({ path }) => path === "/v1.0/me")?.clientId).toBe(api);
  });
});
