import { decodeProtectedHeader } from "jose";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { modes, startWebProgram, type WebProgram } from "./support/webProgram.ts";

describe.each(modes)("an API that checks tokens with jose 6.2.17 and the platform in $mode mode$reason", (each) => {
  const { mode, reason } = each;
  let program: WebProgram;
  let clientId: string;
  let secret: string;
  /** APIs that accept tokens of version 1 and 2. */
  let apis: readonly [string, string];

  beforeAll(async () => {
    if (reason !== "") {
      return;
    }
    program = await startWebProgram(mode, "joseApi.ts", ({ directory, tenant }, { login }) => {
      const [first, second] = ([1, 2] as const).map(
        (requestedAccessTokenVersion) =>
          directory.registerApplication({
            displayName: `orders ${requestedAccessTokenVersion}`,
            identifierUris: [`api://orders-${requestedAccessTokenVersion}`],
            scopes: [{ value: "Orders.Read" }],
            requestedAccessTokenVersion,
          }).appId,
      );
      apis = [first ?? "", second ?? ""];
      ({ appId: clientId } = directory.registerApplication({
        displayName: "front end",
        requiredResourceAccess: apis.map((resourceAppId) => ({ resourceAppId, delegatedPermissions: ["Orders.Read"] })),
      }));
      directory.grantAdminConsent(clientId);
      ({ secretText: secret } = directory.addPassword(clientId));
      const base = `${login}/${tenant.id}`;
      return {
        metadata: {
          v1: `${base}/.well-known/openid-configuration`,
          v2: `${base}/v2.0/.well-known/openid-configuration`,
        },
        audiences: ["api://orders-1", ...apis, clientId],
      };
    });
  });
  afterAll(() => program?.stop());

  async function getTokens(parameters: Readonly<Record<string, string>>): Promise<Record<string, string>> {
    const { url, tenant, fetch: send } = program.platform;
    const body = new URLSearchParams({ client_id: clientId, client_secret: secret, ...parameters });
    const response = await send(new Request(`${url}/${tenant.id}/oauth2/v2.0/token`, { method: "POST", body }));
    return (await response.json()) as Record<string, string>;
  }

  function ofUser(scope: string): Promise<Record<string, string>> {
    const { userPrincipalName: username, password } = program.platform.tenant.administrator;
    return getTokens({ grant_type: "password", username, password, scope });
  }

  function ofApplication(scope: string): Promise<Record<string, string>> {
    return getTokens({ grant_type: "client_credentials", scope });
  }

  async function check(version: "v1" | "v2", token: string | undefined): Promise<unknown> {
    return (await fetch(`${program.origin}/${version}`, { headers: { authorization: `Bearer ${token}` } })).json();
  }

  test.skipIf(reason)("accepts users' tokens of both versions", async () => {
    const { access_token: first } = await ofUser("api://orders-1/Orders.Read");
    expect(await check("v1", first)).toMatchObject({ aud: "api://orders-1", appid: clientId, scp: "Orders.Read" });
    const { access_token: second } = await ofUser("api://orders-2/Orders.Read");
    expect(await check("v2", second)).toMatchObject({ aud: apis[1], azp: clientId, scp: "Orders.Read" });
  });

  test.skipIf(reason)("accepts applications' tokens and ID tokens", async () => {
    const { access_token: first } = await ofApplication("api://orders-1/.default");
    expect(await check("v1", first)).toMatchObject({ appid: clientId });
    const { access_token: second } = await ofApplication("api://orders-2/.default");
    expect(await check("v2", second)).toMatchObject({ azp: clientId });
    const { id_token: idToken } = await ofUser("openid profile");
    expect(await check("v2", idToken)).toMatchObject({ aud: clientId, name: "Ada Winters" });
  });

  test.skipIf(reason)("refuses tokens for other APIs, and from the other version's issuer", async () => {
    const failed = (claim: string) => ({
      code: "ERR_JWT_CLAIM_VALIDATION_FAILED",
      message: expect.stringContaining(claim),
    });
    const { access_token: forGraph } = await ofApplication("https://graph.microsoft.com/.default");
    expect(await check("v1", forGraph)).toMatchObject(failed('"aud"'));
    const { access_token: first } = await ofApplication("api://orders-1/.default");
    expect(await check("v2", first)).toMatchObject(failed('"iss"'));
  });

  test.skipIf(reason)("accepts tokens from before and after a change of keys", async () => {
    const { access_token: before = "" } = await ofApplication("api://orders-2/.default");
    await program.platform.keys.rollover();
    const { access_token: after = "" } = await ofApplication("api://orders-2/.default");
    expect(decodeProtectedHeader(after).kid).not.toBe(decodeProtectedHeader(before).kid);
    expect(await check("v2", after)).toMatchObject({ azp: clientId });
    expect(await check("v2", before)).toMatchObject({ azp: clientId });
  });
});
