import { createPrivateKey } from "node:crypto";
import * as client from "openid-client";
import { readSettings, serve } from "./webApplication.ts";

interface Settings {
  readonly issuer: string;
  readonly clientId: string;
  readonly secret: string;
  /** For a registered certificate: the key, PEM, and the base64url SHA-1 thumbprint. */
  readonly privateKey: string;
  readonly keyId: string;
  readonly deviceClientId: string;
}

const settings = readSettings<Settings>();
const { clientId, secret } = settings;
const issuer = new URL(settings.issuer);
const scope = "openid profile offline_access User.Read";
const pkceCodeVerifier = client.randomPKCECodeVerifier();
const expectedState = client.randomState();
const expectedNonce = client.randomNonce();
const checks = { pkceCodeVerifier, expectedState, expectedNonce, idTokenExpected: true };

async function privateKeyJwt(): Promise<client.ClientAuth> {
  const pkcs8 = createPrivateKey(settings.privateKey).export({ type: "pkcs8", format: "der" });
  const algorithm = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("pkcs8", pkcs8, algorithm, false, ["sign"]);
  return client.PrivateKeyJwt({ key, kid: settings.keyId });
}

const methods: Readonly<Record<string, client.ClientAuth>> = {
  client_secret_post: client.ClientSecretPost(secret),
  client_secret_basic: client.ClientSecretBasic(secret),
  private_key_jwt: await privateKeyJwt(),
  "a wrong secret": client.ClientSecretPost("not-the-secret"),
};

/** Verifies ID tokens' signatures too, which its code flow does not do by default. */
function discover(id: string, method: client.ClientAuth | undefined, server = issuer): Promise<client.Configuration> {
  return client.discovery(server, id, undefined, method, { execute: [client.enableNonRepudiationChecks] });
}

const web = await discover(clientId, client.ClientSecretPost(secret));
const hybrid = await discover(clientId, client.ClientSecretPost(secret));
client.useCodeIdTokenResponseType(hybrid);
const device = await discover(settings.deviceClientId, client.None());

async function signInAt(server: client.Configuration, redirectUri: string, more = {}): Promise<Response> {
  const url = client.buildAuthorizationUrl(server, {
    redirect_uri: redirectUri,
    scope,
    code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: "S256",
    state: expectedState,
    nonce: expectedNonce,
    ...more,
  });
  return Response.redirect(url);
}

let anyOrganization: client.Configuration;
let pollingForDevice: ReturnType<typeof client.pollDeviceAuthorizationGrant>;

await serve((origin) => ({
  "/metadata": () => Response.json(web.serverMetadata()),

  "/daemon": async ({ url }) => {
    const server = await discover(clientId, methods[new URL(url).searchParams.get("method") ?? ""]);
    return Response.json(
      await client.clientCredentialsGrant(server, { scope: "https://graph.microsoft.com/.default" }),
    );
  },

  "/sign-in": () => signInAt(web, `${origin}/back`),
  "/back": async ({ url }) => {
    const tokens = await client.authorizationCodeGrant(web, new URL(url), checks);
    const claims = tokens.claims();
    const renewed = await client.refreshTokenGrant(web, tokens.refresh_token ?? "");
    const userInfo = await client.fetchUserInfo(web, renewed.access_token, claims?.sub ?? "");
    return Response.json({ claims, userInfo, isRenewed: renewed.access_token !== tokens.access_token });
  },

  "/hybrid": () => signInAt(hybrid, `${origin}/hybrid-back`, { response_mode: "form_post" }),
  "/hybrid-back": async (request) =>
    Response.json({ claims: (await client.authorizationCodeGrant(hybrid, request, checks)).claims() }),

  "/organizations": async () => {
    const server = new URL("/organizations/v2.0", issuer);
    anyOrganization = await discover(clientId, client.ClientSecretPost(secret), server);
    return signInAt(anyOrganization, `${origin}/organizations-back`);
  },
  "/organizations-back": async ({ url }) =>
    Response.json({ claims: (await client.authorizationCodeGrant(anyOrganization, new URL(url), checks)).claims() }),

  "/sign-out": () =>
    Response.redirect(client.buildEndSessionUrl(web, { post_logout_redirect_uri: `${origin}/metadata` })),

  "/device": async () => {
    const started = await client.initiateDeviceAuthorization(device, { scope });
    pollingForDevice = client.pollDeviceAuthorizationGrant(device, started);
    return Response.json(started);
  },
  "/device-tokens": async () => Response.json({ claims: (await pollingForDevice).claims() }),
}));
