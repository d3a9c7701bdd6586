import { type Platform, startPlatform, type User } from "@latchkey/platform";
import { decodeJwt } from "jose";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { getJson, postForm, type TokenResponse, tokenPath } from "../../support/daemon.ts";
import { addUser, addWebApp, password } from "../../support/signIn.ts";

let platform: Platform;
let appId: string;
let user: User;
beforeAll(async () => {
  platform = await startPlatform();
  ({ appId } = platform.directory.registerApplication({
    displayName: "Legacy",
    allowPublicClient: true,
    signInAudience: "AzureADMultipleOrgs",
    requiredResourceAccess: [{ name: "Microsoft Graph", delegatedPermissions: ["User.Read"] }],
  }));
  platform.directory.grantAdminConsent(appId);
  user = addUser(platform);
});
afterAll(() => platform.stop());

function ask(changes: Record<string, string> = {}, tenant = platform.tenant.id): Promise<TokenResponse> {
  return postForm(platform, tokenPath(platform).replace(platform.tenant.id, tenant), {
    grant_type: "password",
    client_id: appId,
    username: user.userPrincipalName,
    password,
    scope: "openid profile offline_access User.Read",
    ...changes,
  });
}

describe("user name and password", () => {
  test("return the tokens of the user", async () => {
    const { status, body } = await ask();
    expect(status).toBe(200);
    expect(decodeJwt(body.access_token)).toMatchObject({ oid: user.id, amr: ["pwd"] });
    expect(body.refresh_token).toBeDefined();
    expect(decodeJwt(body.id_token)["preferred_username"]).toBe(user.userPrincipalName);
  });

  test("return them at the version 1 endpoint for a resource", async () => {
    const form = { username: user.userPrincipalName, password, grant_type: "password", client_id: appId };
    const resource = "https://graph.microsoft.com";
    const { body } = await postForm(platform, tokenPath(platform, 1), { ...form, resource });
    expect(body).toMatchObject({ resource, expires_in: expect.stringMatching(/^\d+$/) });
    expect(decodeJwt(body.id_token)).toMatchObject({ ver: "1.0", upn: user.userPrincipalName });
    expect((await postForm(platform, tokenPath(platform, 1), form)).body.error_codes).toEqual([900144]);
  });

  test.each<[string, Record<string, string>, string, number]>([
    ["a wrong password", { password: "wrong" }, "invalid_grant", 50126],
    ["an unknown user", { username: "nobody@contoso.onmicrosoft.com" }, "invalid_grant", 50034],
    ["no user name", { username: "" }, "invalid_request", 900144],
    ["no password", { password: "" }, "invalid_request", 900144],
    ["no consent", { scope: "Mail.Read" }, "invalid_grant", 65001],
    ["a secret from a public client", { client_secret: "anything" }, "invalid_client", 700025],
  ])("%s", async (_, changes, error, code) => {
    expect((await ask(changes)).body).toMatchObject({ error, error_codes: [code] });
  });

  test("a disabled user: AADSTS50057", async () => {
    const disabled = addUser(platform);
    platform.directory.setUserEnabled(disabled.userPrincipalName, false);
    expect((await ask({ username: disabled.userPrincipalName })).body.error_codes).toEqual([50057]);
  });

  test("a user who was created without a password: AADSTS50056", async () => {
    const userPrincipalName = `bare@${platform.tenant.domain}`;
    platform.directory.createUser({ userPrincipalName, displayName: "Bare" });
    expect((await ask({ username: userPrincipalName })).body.error_codes).toEqual([50056]);
  });

  test("ten wrong passwords lock the account for a minute: AADSTS50053", async () => {
    const { userPrincipalName: username } = addUser(platform);
    const codes = async (count: number, changes: Record<string, string> = {}) => {
      const found: unknown[] = [];
      for (let attempt = 0; attempt < count; attempt++) {
        const { status, body } = await ask({ username, ...changes });
        found.push(status === 200 ? 200 : body.error_codes[0]);
      }
      return found;
    };
    const wrong = { password: "wrong" };
    expect(await codes(9, wrong)).toEqual(Array(9).fill(50126));
    expect(await codes(1)).toEqual([200]);
    const unlocked = await platform.snapshot();
    expect(await codes(10, wrong)).toEqual(Array(10).fill(50126));
    platform.clock.advance(59_000);
    expect(await codes(1)).toEqual([50053]);
    platform.clock.advance(1_000);
    expect(await codes(1, wrong)).toEqual([50126]);
    expect(await codes(1)).toEqual([50053]);
    await platform.restore(unlocked);
    expect(await codes(1)).toEqual([200]);
  });

  test("a tenant that requires a second factor: AADSTS50076", async () => {
    platform.directory.setPolicy({ requiresSecondFactor: true });
    const { body } = await ask();
    platform.directory.setPolicy({ requiresSecondFactor: false });
    expect(body).toMatchObject({ error: "interaction_required", error_codes: [50076], suberror: "basic_action" });
  });

  test("/organizations finds the tenant by the user's domain; /common refuses: AADSTS9001023", async () => {
    expect((await ask({}, "organizations")).status).toBe(200);
    expect((await ask({}, "common")).body).toMatchObject({ error: "invalid_request", error_codes: [9001023] });
    expect((await ask({}, "consumers")).body.error_codes).toEqual([9001023]);
    expect((await ask({ username: "somebody@nowhere.example" }, "organizations")).body.error_codes).toEqual([50059]);
  });

  test("a confidential client needs its secret: AADSTS7000218 without", async () => {
    const app = addWebApp(platform);
    expect((await ask({ client_id: app.appId })).body.error_codes).toEqual([7000218]);
    expect((await ask({ client_id: app.appId, client_secret: app.secret })).status).toBe(200);
  });
});

describe("user realm", () => {
  test("a domain of a tenant is managed", async () => {
    const { body } = await getJson(platform, `/common/userrealm/${user.userPrincipalName}?api-version=1.0`);
    expect(body).toEqual({
      ver: "1.0",
      account_type: "Managed",
      domain_name: platform.tenant.domain,
      cloud_instance_name: "microsoftonline.com",
      cloud_audience_urn: "urn:federation:MicrosoftOnline",
    });
  });

  test("another one is unknown, also in the query", async () => {
    const { body } = await getJson(platform, "/common/userrealm?user=a@nowhere.example&api-version=1.0");
    expect(body.account_type).toBe("Unknown");
  });

  test("without api-version: AADSTS90014", async () => {
    expect((await getJson(platform, "/common/userrealm/a@b.example")).body.error_codes).toEqual([90014]);
  });
});
