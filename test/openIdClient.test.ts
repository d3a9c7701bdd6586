import { createSelfSignedCertificate } from "@latchkey/platform";
import { decodeJwt } from "jose";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { administrator } from "./support/administrator.ts";
import { modes, startWebProgram, type WebProgram } from "./support/webProgram.ts";

describe.each(modes)("openid-client 6.9.0 and the platform in $mode mode$reason", ({ mode, reason }) => {
  let program: WebProgram;
  let issuer: string;
  let clientId: string;

  beforeAll(async () => {
    if (reason !== "") {
      return;
    }
    program = await startWebProgram(mode, "openIdClient.ts", (platform, { login }) => {
      // The seconds that it waits between polls.
      platform.on("beforeResponse", ({ endpoint, body }) => {
        if (endpoint === "deviceCode" && typeof body === "object") {
          body["interval"] = 1;
        }
      });
      const { directory, tenant } = platform;
      issuer = `${login}/${tenant.id}/v2.0`;
      ({ appId: clientId } = directory.registerApplication({
        displayName: "shop",
        signInAudience: "AzureADMultipleOrgs",
        redirectUris: ["back", "hybrid-back", "organizations-back", "metadata"].map(
          (path) => `http://localhost/${path}`,
        ),
        implicitGrant: { idTokens: true },
        requiredResourceAccess: [
          { name: "Microsoft Graph", permissions: ["User.Read.All"], delegatedPermissions: ["User.Read"] },
        ],
      }));
      directory.grantAdminConsent(clientId);
      const { certificate, privateKey, thumbprint } = createSelfSignedCertificate({ commonName: "shop", days: 30 });
      directory.addCertificate(clientId, certificate);
      return {
        issuer,
        clientId,
        secret: directory.addPassword(clientId).secretText,
        privateKey,
        keyId: Buffer.from(thumbprint, "hex").toString("base64url"),
        deviceClientId: directory.registerApplication({ displayName: "television", allowPublicClient: true }).appId,
      };
    });
  });
  afterAll(() => program?.stop());

  async function page(path: string): Promise<unknown> {
    return (await fetch(program.origin + path)).json();
  }

  async function signIn(path: string): Promise<unknown> {
    return JSON.parse((await administrator(program.platform).visit(program.origin + path)).text);
  }

  /** What it has verified in an ID token: the signature, and what OpenID Connect requires of the claims. */
  function claims(): object {
    const { userPrincipalName: name } = program.platform.tenant.administrator;
    return expect.objectContaining({ iss: issuer, aud: clientId, preferred_username: name, ver: "2.0" });
  }

  test.skipIf(reason)("agree on the issuer", async () => {
    expect(await page("/metadata")).toMatchObject({ issuer });
  });

  test.skipIf(reason).each([
    ["client_secret_post", "1"],
    ["client_secret_basic", "1"],
    ["private_key_jwt", "2"],
  ])("authenticate an application by %s", async (method, appidacr) => {
    const { access_token: token } = (await page(`/daemon?method=${method}`)) as { access_token: string };
    expect(decodeJwt(token)).toMatchObject({ appid: clientId, appidacr, roles: ["User.Read.All"] });
  });

  test.skipIf(reason)("refuse a wrong secret with the platform's code", async () => {
    expect(await page("/daemon?method=a wrong secret")).toMatchObject({
      error: "invalid_client",
      cause: { error_codes: [7000215] },
    });
  });

  test.skipIf(reason)("sign a user in by code with PKCE, refresh the tokens and return who the user is", async () => {
    expect(await signIn("/sign-in")).toEqual({
      claims: claims(),
      userInfo: expect.objectContaining({ name: "Ada Winters" }),
      isRenewed: true,
    });
  });

  test.skipIf(reason)("sign a user in by a posted code and ID token", async () => {
    expect(await signIn("/hybrid")).toEqual({ claims: claims() });
  });

  test.skipIf(reason)("sign in a user from any organization, only under Microsoft's name", async () => {
    // Otherwise it requires the metadata's issuer to be the given one, which has no tenant in it.
    const refused = expect.objectContaining({ code: "OAUTH_JSON_ATTRIBUTE_COMPARISON_FAILED" });
    expect(await signIn("/organizations")).toEqual(mode === "interception" ? { claims: claims() } : refused);
  });

  test.skipIf(reason)("sign a user in on a device", async () => {
    const prompt = (await page("/device")) as { verification_uri: string; user_code: string };
    const { text } = await administrator(program.platform).visit(`${prompt.verification_uri}?code=${prompt.user_code}`);
    expect(text).toContain("You have signed in to television");
    const { userPrincipalName: name } = program.platform.tenant.administrator;
    expect(await page("/device-tokens")).toMatchObject({ claims: { iss: issuer, preferred_username: name } });
  });

  test.skipIf(reason)("sign a user out", async () => {
    const visitor = administrator(program.platform);
    await visitor.visit(`${program.origin}/sign-in`);
    expect((await visitor.visit(`${program.origin}/sign-out`)).url.href).toBe(`${program.origin}/metadata`);
    expect(program.platform.events.findLast(({ type }) => type === "signIn")?.why).toContain("signed out");
  });
});
