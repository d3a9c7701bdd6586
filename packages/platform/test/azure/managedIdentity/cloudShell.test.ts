import { request } from "node:http";
import { type Platform, startPlatform } from "@latchkey/platform";
import { decodeJwt } from "jose";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { nowMs } from "./support/identityHost.ts";

const arm = "https://management.azure.com/";
const shellAppId = "b677c290-cf4b-4a8e-a60e-91ba650a4abe";

let platform: Platform;
beforeEach(async () => {
  platform = await startPlatform({ clock: { now: () => nowMs } });
});
afterEach(() => platform.stop());

interface Asked {
  readonly form?: Record<string, string>;
  readonly headers?: Record<string, string>;
  readonly method?: string;
  readonly user?: string;
}

async function ask({ form = {}, headers = { Metadata: "true" }, method = "POST", user }: Asked = {}) {
  const { MSI_ENDPOINT: url = "" } = await platform.managedIdentity("cloudShell", { user });
  const body = method === "GET" ? null : new URLSearchParams({ resource: arm, ...form });
  const response = await fetch(url, { method, headers, body });
  return { status: response.status, body: await response.json() };
}

describe("Cloud Shell", () => {
  test("answers as IMDS does, with a token of the administrator for the portal's shell", async () => {
    const { status, body } = await ask();
    const { access_token: token, ...rest } = body;
    const { exp = 0, ...claims } = decodeJwt(token);
    expect([status, Object.entries(rest)]).toEqual([
      200,
      [
        ["client_id", shellAppId],
        ["expires_in", String(exp - nowMs / 1000)],
        ["expires_on", String(exp)],
        ["ext_expires_in", String(exp - nowMs / 1000 - 1)],
        ["not_before", String(nowMs / 1000 - 300)],
        ["resource", arm],
        ["token_type", "Bearer"],
      ],
    ]);
    expect(claims).toMatchObject({
      ...{ aud: arm, appid: shellAppId, appidacr: "0", idtyp: "user", scp: "user_impersonation", ver: "1.0" },
      ...{ upn: platform.tenant.administrator.userPrincipalName, amr: ["pwd"] },
    });
    expect(platform.events.at(-1)).toMatchObject({
      ...{ type: "token", method: "POST", status: 200, clientId: shellAppId, userId: claims["oid"] },
    });
  });

  test("gives the tokens of the user it is opened for, which Graph takes", async () => {
    await ask();
    const user = platform.directory.createUser({
      displayName: "Robin",
      userPrincipalName: `robin@${platform.tenant.domain}`,
    });
    const { body } = await ask({ form: { resource: "https://graph.microsoft.com" }, user: user.userPrincipalName });
    const headers = { authorization: `Bearer ${body.access_token}` };
    const me = await platform.fetch(new Request(`${platform.url}/v1.0/me`, { headers }));
    expect([me.status, (await me.json()).id]).toEqual([200, user.id]);
    expect(decodeJwt(body.access_token)["scp"]).toBe(
      "Directory.ReadWrite.All Group.ReadWrite.All profile openid email",
    );
  });

  test("keeps to one sign-in", async () => {
    const sid = async () => decodeJwt((await ask()).body.access_token)["sid"];
    expect(await sid()).toBe(await sid());
  });

  test("comes into the tenant once, as an application of Microsoft's", async () => {
    await ask();
    await ask();
    const { body } = await ask({ form: { resource: "https://graph.microsoft.com/" } });
    const headers = { authorization: `Bearer ${body.access_token}` };
    const url = `${platform.url}/v1.0/servicePrincipals?$filter=appId eq '${shellAppId}'`;
    const { value } = await (await platform.fetch(new Request(url, { headers }))).json();
    expect(value).toMatchObject([{ displayName: "AzurePortal Console App" }]);
  });

  test("has a second factor behind it where the tenant asks for one", async () => {
    platform.directory.setPolicy({ requiresSecondFactor: true });
    const { body } = await ask();
    expect(decodeJwt(body.access_token)["amr"]).toEqual(["pwd", "mfa"]);
  });

  test("ignores the name of an identity", async () => {
    const { status, body } = await ask({ form: { client_id: "1de40000-0000-4000-8000-00000000000f" } });
    expect([status, body.client_id]).toEqual([200, shellAppId]);
  });

  test.each([
    "https://management.core.windows.net/",
    "https://vault.azure.net",
    "https://graph.microsoft.com",
    "https://storage.azure.com/",
    "https://database.windows.net",
  ])("has tokens for %s", async (resource) => {
    expect(await ask({ form: { resource } })).toMatchObject({ status: 200, body: { resource } });
  });

  test("has no token for an API of one's own", async () => {
    platform.directory.registerApplication({ displayName: "Api", identifierUris: ["api://own"] });
    const { status, body } = await ask({ form: { resource: "api://own" } });
    expect([status, body]).toEqual([
      400,
      {
        error: {
          code: "AudienceNotSupported",
          message: expect.stringMatching(
            /^Audience api:\/\/own is not a supported MSI token audience\.Supported audiences:https:\/\/management\.core\.windows\.net\/,/,
          ),
        },
      },
    ]);
    expect(platform.events.at(-1)).toMatchObject({ status: 400, resource: "api://own" });
  });

  test.each([
    ["without the Metadata header", { headers: {} }, 400, "invalid_request", /metadata header/],
    ["without a resource", { form: { resource: "" } }, 400, "invalid_request", /resource/],
    ["by GET", { method: "GET" }, 405, "invalid_request", /method/],
  ])("refuses a request %s", async (_, asked: Asked, status, code, message) => {
    const body = { error: { code, message: expect.stringMatching(message) } };
    expect(await ask(asked)).toEqual({ status, body });
  });

  test("says in the token service's words why a disabled user gets no token", async () => {
    platform.directory.setUserEnabled(platform.tenant.administrator.userPrincipalName, false);
    const body = { error: { code: "invalid_grant", message: expect.stringMatching(/^AADSTS50057: /) } };
    expect(await ask()).toEqual({ status: 400, body });
  });

  test("does not read a form without end", async () => {
    const { MSI_ENDPOINT: url = "" } = await platform.managedIdentity("cloudShell");
    const status = await new Promise((resolve, reject) => {
      const outgoing = request(url, { method: "POST", headers: { Metadata: "true" } }, (response) => {
        response.resume();
        resolve(response.statusCode);
      }).on("error", reject);
      outgoing.write("x".repeat(1_048_577));
    });
    expect(status).toBe(413);
  });
});

describe("setting up Cloud Shell", () => {
  test("is refused with a managed identity", async () => {
    const opening = platform.managedIdentity("cloudShell", { identity: "1de40000-0000-4000-8000-00000000000f" });
    await expect(opening).rejects.toThrow(
      /^identity is 1de4.*cloudShell gives the tokens of its user; leave identity out/,
    );
  });

  test("is refused with a user that the tenant does not have", async () => {
    const opening = platform.managedIdentity("cloudShell", { user: "nobody@elsewhere.example" });
    await expect(opening).rejects.toThrow(/^user is nobody@elsewhere\.example; give the user principal name of a user/);
  });

  test("is where a user belongs, and not on a host with managed identities", async () => {
    const opening = platform.managedIdentity("imds", { user: platform.tenant.administrator.userPrincipalName });
    await expect(opening).rejects.toThrow(/^user is admin@.*imds gives tokens of managed identities; leave user out/);
  });
});
