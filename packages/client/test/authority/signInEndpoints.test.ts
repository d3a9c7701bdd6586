import type { ApplicationOptions } from "@latchkey/client";
import { describe, expect, test } from "vitest";
import { tenantId } from "../support/daemon.ts";
import { authErrorOf } from "../support/failure.ts";
import { idTokenResponse, makeTool } from "../support/tool.ts";

const microsoft = "https://login.microsoftonline.com";
const b2c = "https://contoso.b2clogin.com";
const external = "https://contoso.ciamlogin.com";
const adfs = "https://fs.contoso.test";
const generic = "https://id.example.test/realms/main";
const scopes = ["orders.read"];
const everyScope = "orders.read openid profile offline_access";

interface Kind {
  readonly options: Partial<ApplicationOptions>;
  /** The OpenID configuration, if it is requested. */
  readonly metadata?: Readonly<Record<string, unknown>>;
  readonly metadataUrl?: string;
  readonly authorize: string;
  readonly token: string;
  readonly device: string | undefined;
  readonly signOut: string | undefined;
  readonly scope: string;
}

/** Entra's endpoints below a URL. */
function version2(base: string) {
  return {
    authorize: `${base}/oauth2/v2.0/authorize`,
    token: `${base}/oauth2/v2.0/token`,
    device: `${base}/oauth2/v2.0/devicecode`,
    signOut: `${base}/oauth2/v2.0/logout`,
    scope: everyScope,
  };
}

/** What B2C and External ID publish: no device endpoint. */
function published(base: string, issuer: string, scopesSupported: readonly string[]) {
  const { authorize, token, signOut } = version2(base);
  return {
    issuer,
    authorization_endpoint: authorize,
    token_endpoint: token,
    end_session_endpoint: signOut,
    scopes_supported: scopesSupported,
  };
}

const policy = `${b2c}/contoso.onmicrosoft.com/b2c_1_susi`;
const customPolicy = "https://login.contoso.test/tfp/contoso.onmicrosoft.com/b2c_1_susi";
const externalTenant = `${external}/contoso.onmicrosoft.com`;

const kinds: readonly (readonly [string, Kind])[] = [
  ...["common", "organizations", "consumers", "contoso.example"].map(
    (tenant) =>
      [
        `Entra, ${tenant}`,
        { options: { authority: `${microsoft}/${tenant}` }, ...version2(`${microsoft}/${tenant}`) },
      ] as const,
  ),
  [
    "Entra in another cloud",
    {
      options: { authority: "https://login.chinacloudapi.cn/organizations" },
      ...version2("https://login.partner.microsoftonline.cn/organizations"),
    },
  ],
  [
    "B2C, its policy in the path",
    {
      options: { authority: `${b2c}/contoso.onmicrosoft.com/B2C_1_susi` },
      metadata: published(policy, `${b2c}/${tenantId}/v2.0/`, ["openid"]),
      metadataUrl: `${policy}/v2.0/.well-known/openid-configuration`,
      ...version2(policy),
      device: undefined,
    },
  ],
  [
    "B2C under a domain of one's own",
    {
      options: { authority: customPolicy, knownAuthorities: ["login.contoso.test"] },
      metadata: published(customPolicy, `https://login.contoso.test/tfp/${tenantId}/b2c_1_susi/v2.0/`, ["openid"]),
      metadataUrl: `${customPolicy}/v2.0/.well-known/openid-configuration`,
      ...version2(customPolicy),
      device: undefined,
    },
  ],
  [
    "External ID, its issuer named by the tenant's id",
    {
      options: { authority: external },
      metadata: published(externalTenant, `https://${tenantId}.ciamlogin.com/${tenantId}/v2.0`, ["openid", "profile"]),
      metadataUrl: `${externalTenant}/v2.0/.well-known/openid-configuration`,
      ...version2(externalTenant),
      device: undefined,
    },
  ],
  [
    "AD FS",
    {
      options: { authority: `${adfs}/adfs` },
      metadata: {
        issuer: `${adfs}/adfs`,
        authorization_endpoint: `${adfs}/adfs/oauth2/authorize/`,
        token_endpoint: `${adfs}/adfs/oauth2/token/`,
        device_authorization_endpoint: `${adfs}/adfs/oauth2/devicecode`,
        end_session_endpoint: `${adfs}/adfs/oauth2/logout`,
        scopes_supported: ["allatclaims", "openid", "profile"],
      },
      metadataUrl: `${adfs}/adfs/.well-known/openid-configuration`,
      authorize: `${adfs}/adfs/oauth2/authorize/`,
      token: `${adfs}/adfs/oauth2/token/`,
      device: `${adfs}/adfs/oauth2/devicecode`,
      signOut: `${adfs}/adfs/oauth2/logout`,
      scope: everyScope,
    },
  ],
  [
    "another issuer, and only the scopes that it knows",
    {
      options: { oidcAuthority: generic },
      metadata: {
        issuer: generic,
        authorization_endpoint: `${generic}/auth`,
        token_endpoint: `${generic}/token`,
        device_authorization_endpoint: `${generic}/device`,
        scopes_supported: ["openid", "orders.read"],
      },
      metadataUrl: `${generic}/.well-known/openid-configuration`,
      authorize: `${generic}/auth`,
      token: `${generic}/token`,
      device: `${generic}/device`,
      signOut: undefined,
      scope: "orders.read openid",
    },
  ],
  [
    "another issuer, with openid though its list is without it",
    {
      options: { oidcAuthority: generic },
      metadata: {
        issuer: generic,
        authorization_endpoint: `${generic}/auth`,
        token_endpoint: `${generic}/token`,
        device_authorization_endpoint: `${generic}/device`,
        scopes_supported: ["offline_access", "orders.read"],
      },
      metadataUrl: `${generic}/.well-known/openid-configuration`,
      authorize: `${generic}/auth`,
      token: `${generic}/token`,
      device: `${generic}/device`,
      signOut: undefined,
      scope: "orders.read openid offline_access",
    },
  ],
  [
    "another issuer, with openid though its list is empty",
    {
      options: { oidcAuthority: generic },
      metadata: {
        issuer: generic,
        authorization_endpoint: `${generic}/auth`,
        token_endpoint: `${generic}/token`,
        device_authorization_endpoint: `${generic}/device`,
        scopes_supported: [],
      },
      metadataUrl: `${generic}/.well-known/openid-configuration`,
      authorize: `${generic}/auth`,
      token: `${generic}/token`,
      device: `${generic}/device`,
      signOut: undefined,
      scope: "orders.read openid",
    },
  ],
];

/** A tool of an authority that responds with its metadata, and issues device codes that expire at once. */
function toolOf({ options, metadata }: Kind) {
  const { issuer } = metadata ?? {};
  return makeTool(({ method, url }) => {
    if (method === "GET") {
      return { body: metadata ?? {} };
    }
    if (/device/.test(url.pathname)) {
      return { body: { device_code: "d", user_code: "u", verification_uri: "https://v.test/", expires_in: 0 } };
    }
    return idTokenResponse({ ...(issuer === undefined ? {} : { iss: issuer }), nonce: undefined });
  }, options);
}

describe("the endpoints for users", () => {
  test.each(kinds)("of %s: for signing in", async (_, kind) => {
    const { app, service } = toolOf(kind);
    const { url } = await app.getAuthorizationUrl({ scopes, redirectUri: "http://localhost" });
    expect(url.split("?")[0]).toBe(kind.authorize);
    expect(new URL(url).searchParams.get("scope")).toBe(kind.scope);
    expect(service.requests.map((request) => request.url.href)).toEqual(
      kind.metadataUrl === undefined ? [] : [kind.metadataUrl],
    );
  });

  test.each(kinds)("of %s: for redeeming the code", async (_, kind) => {
    const { app, service } = toolOf(kind);
    await app.acquireTokenByAuthorizationCode({ code: "c", redirectUri: "http://localhost", scopes }).catch(() => {});
    const { url, form } = service.requests.at(-1) ?? {};
    expect(url?.href).toBe(kind.token);
    expect(form?.get("scope")).toBe(kind.scope);
  });

  test.each(kinds)("of %s: for device codes", async (_, kind) => {
    const { app, service } = toolOf(kind);
    const work = authErrorOf(app.acquireTokenByDeviceCode({ scopes, deviceCodeCallback: () => {} }));
    if (kind.device === undefined) {
      expect(await work).toMatchObject({
        code: "invalid_authority",
        message: expect.stringContaining("device_authorization_endpoint"),
      });
      return;
    }
    expect(await work).toMatchObject({ code: "device_code_expired" });
    expect(service.requests.at(-1)?.url.href).toBe(kind.device);
    expect(service.requests.at(-1)?.form.get("scope")).toBe(kind.scope);
  });

  test.each(kinds)("of %s: for signing out", async (_, kind) => {
    const { app } = toolOf(kind);
    const postLogoutRedirectUri = "https://app.example/";
    const work = app.getSignOutUrl({ postLogoutRedirectUri });
    if (kind.signOut === undefined) {
      expect(await authErrorOf(work)).toMatchObject({ code: "invalid_authority" });
      return;
    }
    const url = new URL(await work);
    expect(`${url.origin}${url.pathname}`).toBe(kind.signOut);
    expect(url.searchParams.get("post_logout_redirect_uri")).toBe(postLogoutRedirectUri);
  });
});
