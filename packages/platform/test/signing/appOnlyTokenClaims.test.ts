import { type Platform, startPlatform } from "@latchkey/platform";
import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from "jose";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Daemon, getJson, postForm, registerDaemon, tokenForm, tokenPath } from "../support/daemon.ts";

let platform: Platform;
let daemon: Daemon;
const version1Api = "api://version1";
const version2Api = "api://version2";
let version2AppId: string;
beforeAll(async () => {
  platform = await startPlatform();
  daemon = registerDaemon(platform, ["User.Read.All", "Directory.Read.All"]);
  const appRoles = [{ value: "Orders.Read" }];
  platform.directory.registerApplication({ displayName: "Version 1", identifierUris: [version1Api], appRoles });
  version2AppId = platform.directory.registerApplication({
    displayName: "Version 2",
    identifierUris: [version2Api],
    appRoles,
    requestedAccessTokenVersion: 2,
  }).appId;
});
afterAll(() => platform.stop());

async function token(resource: string, version: 1 | 2 = 2): Promise<string> {
  const target = version === 2 ? { scope: `${resource}/.default` } : { scope: undefined, resource };
  const response = await postForm(platform, tokenPath(platform, version), tokenForm(daemon, target));
  expect(response.body.error_description).toBeUndefined();
  return response.body.access_token;
}

describe("a token for Microsoft Graph", () => {
  test("has the claims of the real one, in the same order", async () => {
    expect(Object.keys(decodeJwt(await token("https://graph.microsoft.com")))).toEqual([
      ...[
        "aud",
        "iss",
        "iat",
        "nbf",
        "exp",
        "aio",
        "app_displayname",
        "appid",
        "appidacr",
        "idp",
        "idtyp",
        "oid",
        "rh",
      ],
      ...["roles", "sub", "tenant_region_scope", "tid", "uti", "ver", "wids", "xms_acd", "xms_act_fct", "xms_ftd"],
      ...["xms_idrel", "xms_rd", "xms_sub_fct", "xms_tcdt", "xms_tnt_fct"],
    ]);
  });

  test("verifies with the published keys and has client, tenant and roles", async () => {
    const keys = createLocalJWKSet((await getJson(platform, `/${platform.tenant.id}/discovery/v2.0/keys`)).body);
    const { payload } = await jwtVerify(await token("https://graph.microsoft.com"), keys, {
      issuer: `${platform.url}/${platform.tenant.id}/`,
      audience: "https://graph.microsoft.com",
      algorithms: ["RS256"],
    });
    expect(payload).toMatchObject({
      appid: daemon.appId,
      appidacr: "1",
      app_displayname: "Daemon",
      idtyp: "app",
      oid: daemon.servicePrincipalId,
      sub: daemon.servicePrincipalId,
      tid: platform.tenant.id,
      roles: ["User.Read.All", "Directory.Read.All"],
      ver: "1.0",
      wids: ["0997a1d0-0d1d-4acb-b408-d5ca73121e90"],
    });
  });

  test("is version 1.0 from either endpoint", async () => {
    expect(decodeJwt(await token("https://graph.microsoft.com", 1))["ver"]).toBe("1.0");
    expect(decodeJwt(await token("https://graph.microsoft.com", 2))["ver"]).toBe("1.0");
  });

  test("names the key twice in the header, as x5t and kid", async () => {
    const header = decodeProtectedHeader(await token("https://graph.microsoft.com"));
    expect(Object.keys(header)).toEqual(["typ", "alg", "x5t", "kid"]);
    expect(header.x5t).toBe(header.kid);
  });

  test("has no roles claim before consent, and is still issued", async () => {
    const unconsented = registerDaemon(platform);
    const response = await postForm(platform, tokenPath(platform), tokenForm(unconsented));
    expect(response.status).toBe(200);
    expect(decodeJwt(response.body.access_token)).not.toHaveProperty("roles");
  });

  test("repeats the audience as requested, also a client id", async () => {
    expect(decodeJwt(await token("https://graph.microsoft.com/")).aud).toBe("https://graph.microsoft.com/");
    const appId = "00000003-0000-0000-c000-000000000000";
    expect(decodeJwt(await token(appId)).aud).toBe(appId);
  });

  test("has ids in the form of the real ones", async () => {
    const claims = decodeJwt(await token("https://graph.microsoft.com"));
    expect(claims["uti"]).toMatch(/^[\w-]{22}$/);
    expect(claims["rh"]).toMatch(/^1\.A[\w-]+\.$/);
    expect(claims["xms_tcdt"]).toEqual(expect.any(Number));
  });
});

test("a token for Azure Resource Manager has no roles, wids, app_displayname or tenant_region_scope", async () => {
  expect(Object.keys(decodeJwt(await token("https://management.azure.com/")))).toEqual([
    ...[
      "aud",
      "iss",
      "iat",
      "nbf",
      "exp",
      "aio",
      "appid",
      "appidacr",
      "idp",
      "idtyp",
      "oid",
      "rh",
      "sub",
      "tid",
      "uti",
    ],
    ...["ver", "xms_acd", "xms_act_fct", "xms_ftd", "xms_idrel", "xms_rd", "xms_sub_fct", "xms_tcdt", "xms_tnt_fct"],
  ]);
});

describe("a token for another API", () => {
  test("is version 1.0 from either endpoint unless its registration asks for 2", async () => {
    expect(decodeJwt(await token(version1Api, 1))["ver"]).toBe("1.0");
    expect(decodeJwt(await token(version1Api, 2))["ver"]).toBe("1.0");
    expect(decodeJwt(await token(version2Api, 1))["ver"]).toBe("2.0");
    expect(decodeJwt(await token(version2Api, 2))["ver"]).toBe("2.0");
  });

  test("in version 1.0 has the requested audience and the v1 issuer", async () => {
    expect(decodeJwt(await token(version1Api))).toMatchObject({
      aud: version1Api,
      iss: `${platform.url}/${platform.tenant.id}/`,
      appid: daemon.appId,
    });
  });

  test("in version 2.0 has the claims of the real one, in the same order, and no idtyp", async () => {
    const claims = decodeJwt(await token(version2Api));
    expect(Object.keys(claims)).toEqual([
      ...[
        "aud",
        "iss",
        "iat",
        "nbf",
        "exp",
        "aio",
        "azp",
        "azpacr",
        "oid",
        "rh",
        "sub",
        "tid",
        "uti",
        "ver",
        "xms_ftd",
      ],
    ]);
    expect(claims).toMatchObject({
      aud: version2AppId,
      iss: `${platform.url}/${platform.tenant.id}/v2.0`,
      azp: daemon.appId,
      azpacr: "1",
    });
  });

  test("in version 2.0 has no x5t in the header", async () => {
    expect(Object.keys(decodeProtectedHeader(await token(version2Api)))).toEqual(["typ", "alg", "kid"]);
  });

  test("has only the roles of that API", async () => {
    const client = registerDaemon(platform, ["User.Read.All"]);
    platform.directory.setRequiredResourceAccess(client.appId, [{ name: version2Api, permissions: ["Orders.Read"] }]);
    platform.directory.grantAdminConsent(client.appId);
    const response = await postForm(
      platform,
      tokenPath(platform),
      tokenForm(client, { scope: `${version2Api}/.default` }),
    );
    expect(decodeJwt(response.body.access_token)["roles"]).toEqual(["Orders.Read"]);
  });
});

describe("time", () => {
  test("is backdated by five minutes and expires 60 to 90 minutes from now", async () => {
    const lifetimes = new Set<number>();
    for (let index = 0; index < 20; index++) {
      const before = Math.floor(platform.clock.now() / 1000);
      const response = await postForm(platform, tokenPath(platform), tokenForm(daemon));
      const { iat = 0, nbf, exp = 0 } = decodeJwt(response.body.access_token);
      expect(nbf).toBe(iat);
      expect(iat).toBeGreaterThanOrEqual(before - 300);
      expect(exp).toBe(iat + 300 + response.body.expires_in);
      expect(response.body.expires_in).toBeGreaterThanOrEqual(3600);
      expect(response.body.expires_in).toBeLessThanOrEqual(5400);
      lifetimes.add(response.body.expires_in);
    }
    expect(lifetimes.size).toBeGreaterThan(5);
  });

  test("follows the platform's clock", async () => {
    platform.clock.advance(86_400_000);
    const { iat = 0 } = decodeJwt(await token("https://graph.microsoft.com"));
    platform.clock.advance(-86_400_000);
    expect(iat).toBeGreaterThan(Date.now() / 1000 + 86_000);
  });
});
