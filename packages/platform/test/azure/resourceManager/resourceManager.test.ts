import { type Platform, startPlatform } from "@latchkey/platform";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { azureCliAppId } from "../../../src/directory/wellKnown.ts";
import { getJson, postForm, registerDaemon, type TokenResponse, tokenForm, tokenPath } from "../../support/daemon.ts";
import { addUser, password } from "../../support/signIn.ts";

let platform: Platform;
let token: string;
beforeAll(async () => {
  platform = await startPlatform();
  token = await tokenFor("https://management.core.windows.net//.default");
});
afterAll(() => platform.stop());

async function tokenFor(scope: string): Promise<string> {
  const { body } = await postForm(platform, tokenPath(platform), tokenForm(registerDaemon(platform), { scope }));
  return body.access_token;
}

async function get(path: string, bearer = token, method = "GET"): Promise<TokenResponse> {
  const headers = bearer === "" ? {} : { authorization: `Bearer ${bearer}` };
  const response = await platform.fetch(new Request(`${platform.url}${path}`, { method, headers }));
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, body: JSON.parse(text) };
}

describe("Azure Resource Manager", () => {
  test("lists one subscription in the caller's tenant", async () => {
    const { status, body } = await get("/subscriptions?api-version=2022-12-01");
    expect(status).toBe(200);
    expect(body.value).toEqual([expect.objectContaining({ state: "Enabled", tenantId: platform.tenant.id })]);
    const [{ id }] = body.value;
    expect((await get(`${id}?api-version=2022-12-01`)).body).toEqual(body.value[0]);
  });

  test("lists the caller's tenant", async () => {
    const { body } = await get("/tenants?api-version=2022-12-01");
    expect(body.value).toEqual([
      expect.objectContaining({
        tenantId: platform.tenant.id,
        defaultDomain: platform.tenant.domain,
        displayName: platform.tenant.displayName,
      }),
    ]);
  });

  test("serves the requests of az login, from the list of tenants to the subscription", async () => {
    const user = addUser(platform);
    const az = { client_id: azureCliAppId, scope: "https://management.core.windows.net//.default offline_access" };
    const byPassword = { ...az, grant_type: "password", username: user.userPrincipalName, password };
    const { body: organizationsToken } = await postForm(platform, "/organizations/oauth2/v2.0/token", byPassword);
    const { body: tenants } = await get("/tenants?api-version=2022-12-01", String(organizationsToken.access_token));
    const [{ tenantId }] = tenants.value;
    const renewed = { ...az, grant_type: "refresh_token", refresh_token: organizationsToken.refresh_token };
    const { body: tenantToken } = await postForm(platform, `/${tenantId}/oauth2/v2.0/token`, renewed);
    const { body } = await get("/subscriptions?api-version=2022-12-01", String(tenantToken.access_token));
    expect(body.value).toEqual([expect.objectContaining({ displayName: "Local subscription", tenantId })]);
  });

  test("requires an api-version", async () => {
    const { status, body } = await get("/subscriptions");
    expect(status).toBe(400);
    expect(body.error.code).toBe("MissingApiVersionParameter");
  });

  test("returns 404 for unsupported paths, never an empty list", async () => {
    const { status, body } = await get("/subscriptions/x/locations?api-version=2022-12-01");
    expect(status).toBe(404);
    expect(body.error.code).toBe("NotFound");
    expect((await get("/subscriptions/x?api-version=2022-12-01")).body.error.code).toBe("SubscriptionNotFound");
  });

  test("allows no changes of subscriptions", async () => {
    expect((await get("/subscriptions?api-version=2022-12-01", token, "PUT")).status).toBe(405);
  });
});

describe("a caller of Azure Resource Manager", () => {
  const path = "/subscriptions?api-version=2022-12-01";

  test("without a token gets 401 and a challenge", async () => {
    const { status, headers, body } = await get(path, "");
    expect(status).toBe(401);
    expect(headers.get("www-authenticate")).toMatch(/^Bearer authorization_uri=.*error="invalid_token"/);
    expect(body.error.code).toBe("AuthenticationFailed");
  });

  test("with a token for Graph gets the list of audiences", async () => {
    const { status, body } = await get(path, await tokenFor("https://graph.microsoft.com/.default"));
    expect(status).toBe(401);
    expect(body.error.code).toBe("InvalidAuthenticationTokenAudience");
    expect(body.error.message).toContain("'https://graph.microsoft.com'");
  });

  test("with a foreign signature is refused", async () => {
    const { body } = await get(path, `${token.slice(0, -8)}AAAAAAAA`);
    expect(body.error.code).toBe("InvalidAuthenticationToken");
  });

  test("with an expired token is refused", async () => {
    const other = await startPlatform();
    const { body } = await postForm(
      other,
      tokenPath(other),
      tokenForm(registerDaemon(other), { scope: "https://management.azure.com/.default" }),
    );
    other.clock.advance(2 * 3_600_000);
    const response = await other.fetch(
      new Request(`${other.url}${path}`, { headers: { authorization: `Bearer ${body.access_token}` } }),
    );
    expect(await response.json()).toMatchObject({ error: { code: "ExpiredAuthenticationToken" } });
    await other.stop();
  });
});

test("subscriptions and tenants are never names of tenants", async () => {
  const response = await platform.fetch(new Request(`${platform.url}/tenants/v2.0/.well-known/openid-configuration`));
  expect(response.status).toBe(401);
  expect((await getJson(platform, "/common/v2.0/.well-known/openid-configuration")).status).toBe(200);
});
