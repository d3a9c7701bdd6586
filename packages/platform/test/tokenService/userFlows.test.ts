import { type Platform, startPlatform, type User } from "@latchkey/platform";
import { decodeJwt } from "jose";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openBrowser } from "../support/browser.ts";
import { getJson, postForm } from "../support/daemon.ts";
import {
  addUser,
  addWebApp,
  answerOf,
  authorizePath,
  challenge,
  codeFor,
  redeem,
  signIn,
  verifier,
  type WebApp,
} from "../support/signIn.ts";

let platform: Platform;
let app: WebApp;
let user: User;
beforeAll(async () => {
  platform = await startPlatform();
  app = addWebApp(platform, { consent: false });
  user = addUser(platform);
});
afterAll(() => platform.stop());

describe("a B2C-shaped authority", () => {
  const flow = (): string => `/${platform.tenant.domain}/b2c_1_susi`;

  async function code(): Promise<string> {
    const query = authorizePath(platform, app, {
      scope: `openid offline_access ${app.appId}`,
      code_challenge: challenge,
      code_challenge_method: "S256",
      nonce: "n-1",
    }).split("?")[1];
    const scoped = new URLSearchParams(query);
    scoped.set("scope", "openid offline_access");
    const visited = await signIn(openBrowser(platform), `${flow()}/oauth2/v2.0/authorize?${scoped}`, user);
    return answerOf(visited)["code"] ?? "";
  }

  test("publishes its endpoints, with an issuer that ends in a slash and has no policy", async () => {
    const { body } = await getJson(platform, `${flow()}/v2.0/.well-known/openid-configuration`);
    expect(body).toMatchObject({
      issuer: `${platform.url}/${platform.tenant.id}/v2.0/`,
      token_endpoint: `${platform.url}${flow()}/oauth2/v2.0/token`,
      jwks_uri: `${platform.url}${flow()}/discovery/v2.0/keys`,
    });
    expect((await getJson(platform, new URL(body.jwks_uri).pathname)).body.keys).toHaveLength(1);
  });

  test("signs in by code and PKCE without a consent page, and returns tokens in its own form", async () => {
    const form = {
      ...{ grant_type: "authorization_code", client_id: app.appId, client_secret: app.secret, client_info: "1" },
      ...{ code: await code(), redirect_uri: app.redirectUri, code_verifier: verifier },
    };
    const { status, body } = await postForm(platform, `${flow()}/oauth2/v2.0/token`, form);
    expect(status).toBe(200);
    expect(decodeJwt(body.id_token)).toMatchObject({
      iss: `${platform.url}/${platform.tenant.id}/v2.0/`,
      aud: app.appId,
      tfp: "B2C_1_susi",
      sub: user.id,
      nonce: "n-1",
      emails: [user.mail],
      ver: "1.0",
    });
    expect(JSON.parse(Buffer.from(body.client_info, "base64url").toString())).toEqual({
      uid: `${user.id}-b2c_1_susi`,
      utid: platform.tenant.id,
    });
    const refresh = { ...form, grant_type: "refresh_token", refresh_token: body.refresh_token };
    expect((await postForm(platform, `${flow()}/oauth2/v2.0/token`, refresh)).status).toBe(200);
    expect((await redeem(platform, app, { refresh_token: body.refresh_token })).body.error_codes).toEqual([70000]);
  });

  test("a code of a user flow is not redeemed elsewhere, nor the other way round: AADSTS700005", async () => {
    const flowCode = await code();
    expect((await redeem(platform, app, { code: flowCode, code_verifier: verifier })).body.error_codes).toEqual([
      700005,
    ]);
    const consented = addWebApp(platform);
    const form = {
      ...{ grant_type: "authorization_code", client_id: consented.appId, client_secret: consented.secret },
      ...{ code: await codeFor(platform, consented, user), redirect_uri: consented.redirectUri },
    };
    expect((await postForm(platform, `${flow()}/oauth2/v2.0/token`, form)).body.error_codes).toEqual([700005]);
  });

  test("only has codes and refresh tokens: AADSTS70003", async () => {
    const form = {
      grant_type: "client_credentials",
      client_id: app.appId,
      client_secret: app.secret,
      scope: "a/.default",
    };
    expect((await postForm(platform, `${flow()}/oauth2/v2.0/token`, form)).body.error_codes).toEqual([70003]);
  });

  test.each(["v2.0/.well-known/openid-configuration", "oauth2/v2.0/authorize", "oauth2/v2.0/token"])(
    "a user flow that does not exist is not found (%s)",
    async (path) => {
      const response = await platform.fetch(new Request(`${platform.url}/${platform.tenant.id}/b2c_1_other/${path}`));
      expect(response.status).toBe(404);
    },
  );
});

describe("an External-ID-shaped authority", () => {
  test("has the tenant's id in its issuer's host, in metadata, keys and tokens alike", async () => {
    const external = await startPlatform();
    external.directory.setPolicy({ isExternalId: true });
    const issuer = `https://${external.tenant.id}.ciamlogin.com/${external.tenant.id}/v2.0`;
    const { body } = await getJson(external, `/${external.tenant.domain}/v2.0/.well-known/openid-configuration`);
    expect(body.issuer).toBe(issuer);
    expect((await getJson(external, new URL(body.jwks_uri).pathname)).body.keys[0].issuer).toBe(issuer);
    const shop = addWebApp(external);
    const user = addUser(external);
    const pkce = { code_challenge: challenge, code_challenge_method: "S256" };
    const answer = await redeem(external, shop, {
      code: await codeFor(external, shop, user, pkce),
      code_verifier: verifier,
    });
    expect(decodeJwt(answer.body.id_token).iss).toBe(issuer);
    await external.stop();
  });
});
