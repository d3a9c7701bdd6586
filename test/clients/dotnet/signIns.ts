import { createHash } from "node:crypto";
import type { Platform } from "@latchkey/platform";
import { administrator } from "../../support/administrator.ts";
import { answerDevicePage } from "../../support/devicePage.ts";

/** The applications that users sign in to. */
export interface Applications {
  /** With a secret: a web application, and an API. */
  readonly clientId: string;
  readonly secret: string;
  readonly redirectUri: string;
  /** Without a secret; it may call the API. */
  readonly publicClientId: string;
}

type Form = Readonly<Record<string, string>>;
type Makers = Readonly<Record<string, () => string | Promise<string>>>;

const codeVerifier = "a-code-verifier-of-at-least-forty-three-characters";
/** Base64url SHA-256 of the verifier, computed with openssl. */
const codeChallenge = "bLRYBPalK1NsU4_TD3JrHRmfVjgoduNjiXgeScRbcr8";
const scope = "offline_access openid profile User.Read";

/** Codes and tokens that golden requests use, from the administrator's sign-in. */
export function signIns(platform: Platform, applications: Applications): Makers {
  const { directory, tenant } = platform;
  const { clientId, secret, redirectUri, publicClientId } = applications;
  const { userPrincipalName: username, password } = tenant.administrator;

  async function post(endpoint: "token" | "devicecode", form: Form): Promise<Form> {
    const body = new URLSearchParams({ client_id: publicClientId, scope, ...form });
    const url = `${platform.url}/${tenant.id}/oauth2/v2.0/${endpoint}`;
    return (await (await platform.fetch(new Request(url, { method: "POST", body }))).json()) as Form;
  }

  async function tokenOf(form: Form, member: "access_token" | "refresh_token" = "access_token"): Promise<string> {
    return (await post("token", form))[member] ?? "";
  }

  const byPassword = { grant_type: "password", username, password };
  const bySecret = { client_id: clientId, client_secret: secret };

  async function code(): Promise<string> {
    const proof = { code_challenge: codeChallenge, code_challenge_method: "S256" };
    const parameters = {
      client_id: clientId,
      response_type: "code",
      redirect_uri: redirectUri,
      scope,
      client_info: "1",
    };
    const query = new URLSearchParams({ ...parameters, ...proof });
    const address = `${platform.url}/${tenant.id}/oauth2/v2.0/authorize?${query}`;
    const { url } = await administrator(platform).visit(address);
    return url.searchParams.get("code") ?? "";
  }

  async function webRefreshToken(): Promise<string> {
    const redeemed = { code: await code(), redirect_uri: redirectUri, code_verifier: codeVerifier };
    return tokenOf({ ...bySecret, grant_type: "authorization_code", ...redeemed }, "refresh_token");
  }

  async function deviceCode(action?: "confirm" | "decline"): Promise<string> {
    const { device_code = "", user_code = "", verification_uri = "" } = await post("devicecode", {});
    if (action !== undefined) {
      await answerDevicePage(platform, { user_code, verification_uri }, action);
    }
    return device_code;
  }

  let asserted: Promise<string> | undefined;
  /** One for all, because its hash is requested separately. */
  function userAssertion(): Promise<string> {
    asserted ??= tokenOf({ ...byPassword, scope: "api://dotnet/access" });
    return asserted;
  }

  /** For an application that declared support for challenges and has since been disabled. */
  async function revokedToken(): Promise<string> {
    const { appId } = directory.registerApplication({
      displayName: "disabled",
      allowPublicClient: true,
      requiredResourceAccess: [{ name: "Microsoft Graph", delegatedPermissions: ["User.Read"] }],
    });
    directory.grantAdminConsent(appId);
    const claims = JSON.stringify({ access_token: { xms_cc: { values: ["cp1"] } } });
    const token = await tokenOf({ ...byPassword, client_id: appId, claims });
    directory.setEnabled(appId, false);
    return token;
  }

  return {
    codeVerifier: () => codeVerifier,
    code,
    webRefreshToken,
    refreshToken: () => tokenOf(byPassword, "refresh_token"),
    pendingDeviceCode: () => deviceCode(),
    deviceCode: () => deviceCode("confirm"),
    declinedDeviceCode: () => deviceCode("decline"),
    userAssertion,
    userAssertionHash: async () =>
      createHash("sha256")
        .update(await userAssertion())
        .digest("base64url"),
    appAssertion: () => tokenOf({ ...bySecret, grant_type: "client_credentials", scope: `${clientId}/.default` }),
    revokedToken,
  };
}
