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

interface TokenRequestOptions {
  readonly form?: Record<string, string>;
  readonly headers?: Record<string, string>;
  readonly method?: string;
  readonly user?: string;
}

async function requestToken({
  form = {},
  headers = { Metadata: "true" },
  method = "POST",
  user,
}: TokenRequestOptions = {}) {
  const { MSI_ENDPOINT: url = "" } = await platform.managedIdentity("cloudShell", { user });
  const body = method === "GET" ? null : new URLSearchParams({ resource: arm, ...form });
  const response = await fetch(url, { method, headers, body });
  return { status: response.status, body: await response.json() };
}

describe("Cloud Shell", () => {
  test("responds as IMDS does, with a token for the administrator in the portal's shell", async () => {
    const { status, body } = await requestToken();
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

  test("issues tokens that Graph accepts for the user it is opened for", async () => {
    await requestToken();
    const user = platform.directory.createUser({
      displayName: "Robin",
      userPrincipalName: `robin@${platform.tenant.domain}`,
    });
    const { body } = await requestToken({
      form: { resource: "https://graph.microsoft.com" },
      user: user.userPrincipalName,
    });
    const headers = { authorization: `Bearer ${body.access_token}` };
    const me = await platform.fetch(new Request(`${platform.url}/v1.0/me`, { headers }));
    expect([me.status, (await me.json()).id]).toEqual([200, user.id]);
    expect(decodeJwt(body.access_token)["scp"]).toBe(
      "Directory.ReadWrite.All Group.ReadWrite.All profile openid email",
    );
  });

  test("uses the same sign-in every time", async () => {
    const sid = async () => decodeJwt((await requestToken()).body.access_token)["sid"];
    expect(await sid()).toBe(await sid());
  });

  test("is added to the tenant once, as an application of Microsoft", async () => {
    await requestToken();
    await requestToken();
    const { body } = await requestToken({ form: { resource: "https://graph.microsoft.com/" } });
    const headers = { authorization: `Bearer ${body.access_token}` };
    const url = `${platform.url}/v1.0/servicePrincipals?$filter=appId eq '${shellAppId}'`;
    const { value } = await (await platform.fetch(new Request(url, { headers }))).json();
    expect(value).toMatchObject([{ displayName: "AzurePortal Console App" }]);
  });

  test("has a sign-in with a second factor where the tenant requires one", async () => {
    platform.directory.setPolicy({ requiresSecondFactor: true });
    const { body } = await requestToken();
    expect(decodeJwt(body.access_token)["amr"]).toEqual(["pwd", "mfa"]);
  });

  test("ignores the name of an identity", async () => {
    const { status, body } = await requestToken({ form: { client_id: "1de40000-0000-4000-8000-00000000000f" } });
    expect([status, body.client_id]).toEqual([200, shellAppId]);
  });

  test.each([
    "https://management.core.windows.net/",
    "https://vault.azure.net",
    "https://graph.microsoft.com",
    "https://storage.azure.com/",
    "https://database.windows.net",
  ])("issues tokens for %s", async (resource) => {
    expect(await requestToken({ form: { resource } })).toMatchObject({ status: 200, body: { resource } });
  });

  test("issues no token for a tenant's own API", async () => {
    platform.directory.registerApplication({ displayName: "Api", identifierUris: ["api://own"] });
    const { status, body } = await requestToken({ form: { resource: "api://own" } });
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
  ])("refuses a request %s", async (_, options: TokenRequestOptions, status, code, message) => {
    const body = { error: { code, message: expect.stringMatching(message) } };
    expect(await requestToken(options)).toEqual({ status, body });
  });

  test("returns the token service's error for a disabled user", async () => {
    platform.directory.setUserEnabled(platform.tenant.administrator.userPrincipalName, false);
    const body = { error: { code: "invalid_grant", message: expect.stringMatching(/^AADSTS50057: /) } };
    expect(await requestToken()).toEqual({ status: 400, body });
  });

  test("does not read a form of unlimited size", async () => {
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
  test("is refused with an identity option", async () => {
    const opening = platform.managedIdentity("cloudShell", { identity: "1de40000-0000-4000-8000-00000000000f" });
    await expect(opening).rejects.toThrow(
      /^identity is 1de4.*cloudShell issues tokens for its user; leave identity out/,
    );
  });

  test("is refused with an unknown user", async () => {
    const opening = platform.managedIdentity("cloudShell", { user: "nobody@elsewhere.example" });
    await expect(opening).rejects.toThrow(
      /^user is nobody@elsewhere\.example; set it to the user principal name of a user/,
    );
  });

  test("takes a user, unlike hosts with managed identities", async () => {
    const opening = platform.managedIdentity("imds", { user: platform.tenant.administrator.userPrincipalName });
    await expect(opening).rejects.toThrow(/^user is admin@.*imds issues tokens for managed identities; leave user out/);
  });
});
