import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { administrator } from "./support/administrator.ts";
import { startWebProgram, type WebProgram } from "./support/webProgram.ts";

let program: WebProgram;

beforeAll(async () => {
  // Its own connections use no proxy, so it is given the service's address.
  program = await startWebProgram("own-host", "simpleOauth2.ts", ({ directory, tenant }, { login: tokenHost }) => {
    const { appId: id } = directory.registerApplication({
      displayName: "shop",
      redirectUris: ["http://localhost/back"],
      requiredResourceAccess: [{ name: "Microsoft Graph", permissions: ["User.Read.All"] }],
    });
    directory.grantAdminConsent(id);
    return { tokenHost, tenantId: tenant.id, id, secret: directory.addPassword(id).secretText };
  });
});
afterAll(() => program?.stop());

async function callGraph(token: string, path: string): Promise<unknown> {
  const { url, fetch: send } = program.platform;
  const headers = { authorization: `Bearer ${token}` };
  return (await send(new Request(`${url}/v1.0/${path}`, { headers }))).json();
}

describe("simple-oauth2 5.1.0", () => {
  test.each(["header", "body"])("gets an application's token with its secret in the %s", async (method) => {
    const token = (await (await fetch(`${program.origin}/daemon?method=${method}`)).json()) as { access_token: string };
    expect(await callGraph(token.access_token, "users")).toMatchObject({ value: { length: 30 } });
  });

  // It sends no scope with the code: the one from the sign-in must still apply, for the refresh token too.
  test("signs a user in and refreshes the token repeatedly", async () => {
    const { platform, origin } = program;
    const { text } = await administrator(platform).visit(`${origin}/sign-in`);
    const tokens = JSON.parse(text) as string[];
    expect(new Set(tokens).size).toBe(3);
    const { userPrincipalName } = platform.tenant.administrator;
    for (const token of tokens) {
      expect(await callGraph(token, "me")).toMatchObject({ userPrincipalName });
    }
  });
});
