import { readFileSync } from "node:fs";
import { inspect } from "node:util";
import {
  AuthError,
  type AuthErrorCode,
  type ConfidentialClientApplication,
  type ConfidentialClientApplicationOptions,
  clientCertificate,
  clientSecret,
  protectedApi,
} from "@latchkey/client";
import { describe, expect, test } from "vitest";
import { openSystemBrowser } from "../../src/node/systemBrowser.ts";
import { clientId, graph, makeDaemon, tenantId } from "../support/daemon.ts";
import { authErrorOf } from "../support/failure.ts";
import { rsaCertificate } from "../support/keys.ts";
import { testStart } from "../support/manualClock.ts";
import { aadstsError, type Responder, type ScriptedResponse, token } from "../support/scriptedService.ts";
import { idTokenResponse, makeTool } from "../support/tool.ts";

type Options = Partial<ConfidentialClientApplicationOptions>;

function acquire(answer?: Responder | ScriptedResponse, options?: Options): Promise<unknown> {
  const responder = typeof answer === "function" || answer === undefined ? answer : () => answer;
  return makeDaemon(responder, options).app.acquireTokenForClient({ scopes: [graph] });
}

function callApi(status: number, headers: Record<string, string> = {}): Promise<unknown> {
  const { app } = makeDaemon();
  const api = protectedApi(app, {
    baseUrl: "https://graph.microsoft.com/v1.0/",
    scopes: [graph],
    fetch: async () => new Response("{}", { status, headers }),
  });
  return api.json("users");
}

/** The error that a tool gets for a refresh token. */
function redeem(scripted: ScriptedResponse) {
  return makeTool(() => scripted).app.acquireTokenByRefreshToken({ refreshToken: "rt", scopes: ["User.Read"] });
}

async function certificate(options: Parameters<typeof rsaCertificate>[0] = {}): Promise<Options> {
  const { pem, certificate: text } = await rsaCertificate(options);
  return { clientCredential: clientCertificate({ privateKey: pem, certificate: text }) };
}

const generic: Options = { oidcAuthority: "https://id.example.test" };

/** A way to produce each code: the compiler requires one when a code is added. */
const ways: Record<AuthErrorCode, () => unknown> = {
  invalid_options: () => acquire(undefined, { clientId: "" }),
  invalid_authority: () => acquire(undefined, { authority: "https://login.microsoftonline.com" }),
  untrusted_authority: () =>
    acquire({ status: 400, body: { error: "invalid_instance" } }, { authority: `https://login.test/${tenantId}` }),
  tenant_required: () => acquire(undefined, { authority: "https://login.microsoftonline.com/common" }),
  invalid_scope: () => makeDaemon().app.acquireTokenForClient({ scopes: ["User.Read"] }),
  invalid_credential: () => clientSecret(""),
  certificate_key_mismatch: async () => {
    const [a, b] = [await rsaCertificate(), await rsaCertificate()];
    return clientCertificate({ privateKey: a.pem, certificate: b.certificate });
  },
  certificate_expired: async () => acquire(undefined, await certificate({ notAfter: new Date(testStart - 1_000) })),
  network_error: () =>
    acquire(() => {
      throw new TypeError("fetch failed", { cause: Object.assign(new Error("x"), { code: "ECONNRESET" }) });
    }),
  timeout: () => acquire(undefined, { clock: { now: () => testStart, sleep: async () => {} } }),
  invalid_response: () =>
    acquire({ body: "<html>Welcome to Hotel Wi-Fi</html>", headers: { "content-type": "text/html" } }),
  browser_unavailable: () =>
    openSystemBrowser("https://id.example.test/", { platform: "linux", environment: { PATH: "" } }),
  issuer_mismatch: () => acquire({ body: { issuer: "https://other.test", token_endpoint: "https://x.test" } }, generic),
  state_mismatch: async () => {
    const { app } = makeTool();
    const request = await app.getAuthorizationUrl({ scopes: [], redirectUri: "https://app.test/" });
    return app.acquireTokenByAuthorizationCode({ request, response: { code: "c", state: "another" } });
  },
  password_reset_requested: () =>
    redeem(aadstsError(0, "", { error: "access_denied", error_description: "AADB2C90118: x", error_codes: [] }, 400)),
  invalid_id_token: () => redeem(idTokenResponse({ aud: "another" })),
  interaction_required: () => redeem(aadstsError(50076, "x", { error: "interaction_required" }, 400)),
  sign_in_required: () => redeem(aadstsError(700082, "x", { error: "invalid_grant" }, 400)),
  access_denied: () => redeem(aadstsError(65004, "x", { error: "access_denied" }, 400)),
  invalid_user_credential: () => redeem(aadstsError(50126, "x", { error: "invalid_grant" }, 400)),
  authorization_code_rejected: () => redeem(aadstsError(54005, "x", { error: "invalid_grant" }, 400)),
  device_code_expired: () => redeem(aadstsError(70020, "x", { error: "expired_token" }, 400)),
  user_assertion_rejected: () => redeem(aadstsError(500131, "x", { error: "invalid_grant" }, 400)),
  redirect_uri_mismatch: () => redeem(aadstsError(9002326, "x", { error: "invalid_request" }, 400)),
  invalid_client_secret: () => acquire(aadstsError(7000215)),
  client_secret_expired: () => acquire(aadstsError(7000222)),
  client_credential_missing: () => acquire(aadstsError(7000218)),
  certificate_not_registered: async () => acquire(aadstsError(700027), await certificate()),
  assertion_rejected: () => acquire(aadstsError(700021)),
  clock_skew: () => acquire(aadstsError(700024)),
  application_not_found: () => acquire(aadstsError(700016, "x", {}, 400)),
  application_disabled: () => acquire(aadstsError(7000112)),
  tenant_not_found: () => acquire(aadstsError(90002, "x", {}, 400)),
  resource_not_found: () => acquire(aadstsError(500011, "x", {}, 400)),
  consent_required: () => acquire(aadstsError(65001, "x", {}, 400)),
  assignment_required: () => acquire(aadstsError(501051, "x", {}, 400)),
  access_blocked: () => acquire(aadstsError(53003, "x", {}, 400)),
  throttled: () => acquire({ status: 429, body: "" }),
  temporarily_unavailable: () => acquire({ status: 503, body: "<html>" }),
  request_rejected: () => acquire({ status: 400, body: { error: "invalid_request" } }),
  insufficient_privileges: () => callApi(403),
  token_rejected: () => callApi(401),
  api_error: () => callApi(404),
  cache_error: () => makeDaemon().app.tokenCache.deserialize("no blob"),
  redirect_refused: () => callApi(302, { location: "http://elsewhere.test/" }),
};
const codes = Object.keys(ways) as AuthErrorCode[];

describe("every error code", () => {
  test.each(codes)("%s is thrown, with one imperative sentence of remedy", async (code) => {
    const error = await authErrorOf(ways[code]);
    expect(error.code).toBe(code);
    expect(error.remedy).toMatch(/^[A-Z][^{}]+$/);
    expect(error.remedy.length).toBeLessThan(400);
    expect(error.message).not.toBe("");
    expect(error.name).toMatch(/Error$/);
  });

  test("is documented, once, and nothing else is", () => {
    const guide = readFileSync(new URL("../../../../docs/guides/errors.md", import.meta.url), "utf8");
    const rows = [...guide.matchAll(/^\| `([a-z_]+)` \|/gm)].map(([, code]) => code);
    expect(rows.toSorted()).toEqual(codes.toSorted());
  });
});

describe("a refusal by B2C", () => {
  const policy = "https://contoso.b2clogin.com/contoso.onmicrosoft.com/b2c_1_susi";
  const metadata = {
    issuer: `https://contoso.b2clogin.com/${tenantId}/v2.0/`,
    token_endpoint: `${policy}/oauth2/v2.0/token`,
    authorization_endpoint: `${policy}/oauth2/v2.0/authorize`,
  };
  const descriptionOf = (number: number) =>
    `AADB2C${number}: Words.\r\nCorrelation ID: c0c0c0c0-0000-4000-8000-000000000001\r\nTimestamp: 2026-06-01 12:00:00Z\r\n`;
  const toolOf = (body: object) =>
    makeTool(({ method }) => (method === "GET" ? { body: metadata } : { status: 400, body }), { authority: policy })
      .app;

  const refusals: [number, string, AuthErrorCode, RegExp, boolean?][] = [
    [90118, "access_denied", "password_reset_requested", /password reset user flow.*authority contains that policy/],
    [90091, "access_denied", "access_denied", /sign in again/],
    [90077, "interaction_required", "interaction_required", /sign-in again/],
    [90244, "temporarily_unavailable", "throttled", /Wait/, true],
    [90035, "server_error", "temporarily_unavailable", /again/, true],
    [90012, "invalid_request", "invalid_scope", /permission/],
    [90205, "access_denied", "consent_required", /administrator grant consent/],
    [90006, "redirect_uri_mismatch", "redirect_uri_mismatch", /exactly/],
    [90018, "unauthorized_client", "application_not_found", /Check client id/],
    [90092, "unauthorized_client", "application_disabled", /Enable application/],
    [90114, "access_denied", "access_blocked", /Wait/],
    [91234, "invalid_request", "request_rejected", /server's message/],
  ];
  test.each<(typeof refusals)[number]>(refusals)(
    "at the redirect URI: AADB2C%d is recognized",
    async (number, error, code, remedy, retryable = false) => {
      const app = toolOf({});
      const request = await app.getAuthorizationUrl({ scopes: [], redirectUri: "https://app.test/" });
      const response = { error, error_description: descriptionOf(number), state: request.state };
      const failure = await authErrorOf(app.acquireTokenByAuthorizationCode({ request, response }));
      expect(failure).toMatchObject({ code, error, retryable, aadsts: undefined });
      expect(failure.message).toMatch(new RegExp(`^AADB2C${number}: Words\\.`));
      expect(failure.remedy).toMatch(remedy);
    },
  );

  test.each<[number, string, AuthErrorCode, RegExp]>([
    ...refusals.map(([number, error, code, remedy]): [number, string, AuthErrorCode, RegExp] => [
      number,
      error,
      code,
      remedy,
    ]),
    [90080, "invalid_grant", "sign_in_required", /sign-in again/],
    [90088, "invalid_grant", "sign_in_required", /sign-in again/],
    [90129, "invalid_grant", "sign_in_required", /sign-in again/],
    [90081, "invalid_request", "invalid_client_secret", /value, not its id/],
    [90079, "invalid_grant", "client_credential_missing", /clientCredential/],
    [90084, "invalid_request", "request_rejected", /Leave the credential out/],
    [90182, "invalid_grant", "authorization_code_rejected", /new sign-in/],
    [90225, "access_denied", "invalid_user_credential", /name and password/],
  ])("at the token endpoint: AADB2C%d is recognized", async (number, error, code, remedy) => {
    const app = toolOf({ error, error_description: descriptionOf(number) });
    const failure = await authErrorOf(app.acquireTokenByRefreshToken({ refreshToken: "rt", scopes: [] }));
    expect(failure).toMatchObject({ code, error, aadsts: undefined });
    expect(failure.remedy).toMatch(remedy);
  });

  test("is not read from what a user could write", async () => {
    const app = toolOf({ error: "access_denied", error_description: "Nobody said AADB2C90118." });
    expect(await authErrorOf(app.acquireTokenByRefreshToken({ refreshToken: "rt", scopes: [] }))).toMatchObject({
      code: "access_denied",
    });
  });
});

describe("a refusal by Entra", () => {
  test.each<[number, AuthErrorCode, RegExp, number?]>([
    [7000215, "invalid_client_secret", /value, not its id/],
    [7000222, "client_secret_expired", new RegExp(`new client secret to application ${clientId}`)],
    [7000216, "client_credential_missing", /clientCredential/],
    [7000218, "client_credential_missing", new RegExp(`clientCredential.*Allow public client flows.*${clientId}`)],
    [700016, "application_not_found", new RegExp(`${clientId} and tenant ${tenantId}.*adminconsent`), 400],
    [7000112, "application_disabled", /Enterprise applications/],
    [90002, "tenant_not_found", new RegExp(tenantId), 400],
    [900023, "tenant_not_found", /verified domains/, 400],
    [70011, "invalid_scope", /\{resource\}\/\.default|\/\.default/, 400],
    [1002012, "invalid_scope", /\/\.default/, 400],
    [50194, "tenant_required", /application .* only accepts users of its own tenant/, 400],
    [650053, "invalid_scope", /names in https:\/\/graph\.microsoft\.com/, 400],
    [500011, "resource_not_found", /graph\.microsoft\.com\/\.default/, 400],
    [
      65001,
      "consent_required",
      new RegExp(`https://login.microsoftonline.com/${tenantId}/adminconsent\\?client_id=${clientId}`),
      400,
    ],
    [700021, "assertion_rejected", /iss and sub/],
    [700023, "assertion_rejected", /aud/],
    [70021, "assertion_rejected", /federated credential/],
    [700211, "assertion_rejected", /federated credential/],
    [700212, "assertion_rejected", /federated credential/],
    [700213, "assertion_rejected", /federated credential/],
    [650052, "resource_not_found", /administrator add that application.*adminconsent/, 400],
    [650057, "consent_required", /administrator grant consent.*adminconsent/, 400],
    [50105, "assignment_required", /Enterprise applications/, 400],
    [50013, "user_assertion_rejected", new RegExp(`your API received.*issued for application ${clientId}`), 400],
    [500133, "user_assertion_rejected", /still valid/, 400],
    [50000, "temporarily_unavailable", /again/, 400],
    [90006, "temporarily_unavailable", /again/, 400],
    [501051, "assignment_required", /app role/, 400],
    [53003, "access_blocked", /Conditional Access/, 400],
    [90033, "temporarily_unavailable", /again/, 503],
    [90055, "throttled", /retryAfterMs/, 400],
    [123456789, "request_rejected", /login\.microsoftonline\.com\/error\?code=123456789/, 400],
  ])("AADSTS%d is %s", async (number, code, remedy, status = 401) => {
    const error = await authErrorOf(acquire(aadstsError(number, "Words.", {}, status)));
    expect(error).toMatchObject({
      code,
      aadsts: number,
      status,
      correlationId: "c0c0c0c0-0000-4000-8000-000000000001",
    });
    expect(error.remedy).toMatch(remedy);
    expect(error.message).toMatch(new RegExp(`^AADSTS${number}: Words\\.`));
  });

  test("is recognized by its description if error_codes is missing", async () => {
    const { body } = aadstsError(7000222);
    const error = await authErrorOf(acquire({ status: 401, body: { ...(body as object), error_codes: undefined } }));
    expect(error).toMatchObject({ aadsts: 7000222, code: "client_secret_expired" });
  });

  test("requires no interaction because its description mentions it", async () => {
    const words = "interaction_required: a login_required user has to sign in.";
    const failure = await authErrorOf(acquire(aadstsError(1, words, { error: "invalid_request" }, 400)));
    expect(failure).toMatchObject({ name: "ServerError", code: "request_rejected" });
  });

  test("requires interaction with claims or interaction_required, and passes the claims on", async () => {
    const claims = '{"access_token":{"capolids":{"essential":true}}}';
    expect(await authErrorOf(acquire(aadstsError(53003, "x", { claims }, 400)))).toMatchObject({
      name: "InteractionRequiredError",
      claims,
    });
    expect(await authErrorOf(acquire(aadstsError(1, "x", { error: "interaction_required" }, 400)))).toMatchObject({
      name: "InteractionRequiredError",
    });
  });

  test.each([
    ["invalid_grant", "basic_action", "interaction_required"],
    ["invalid_grant", "consent_required", "consent_required"],
    ["invalid_grant", "bad_token", "sign_in_required"],
    ["login_required", undefined, "sign_in_required"],
  ])("requires interaction with an unknown number, %s and %s", async (error, suberror, code) => {
    const failure = await authErrorOf(redeem(aadstsError(1, "x", { error, suberror }, 400)));
    expect(failure).toMatchObject({ name: "InteractionRequiredError", code, aadsts: 1 });
  });

  test.each([
    ["invalid_grant", "client_mismatch"],
    ["invalid_client", "bad_token"],
  ])("is identified by its unknown number with %s and %s", async (error, suberror) => {
    const failure = await authErrorOf(redeem(aadstsError(1, "x", { error, suberror }, 400)));
    expect(failure).toMatchObject({ name: "ServerError", code: "request_rejected" });
  });

  test("has error, suberror and the caller's correlation id if the service sends none", async () => {
    const { app } = makeDaemon(() => aadstsError(1, "x", { suberror: "bad_token", correlation_id: undefined }, 400));
    const error = await authErrorOf(app.acquireTokenForClient({ scopes: [graph], correlationId: "c1" }));
    expect(error).toMatchObject({ error: "invalid_client", subError: "bad_token", correlationId: "c1" });
  });
});

describe("a refusal by another server", () => {
  const issuer = "https://id.example.test";
  test.each<[string, number, AuthErrorCode]>([
    ["invalid_client", 401, "invalid_client_secret"],
    ["invalid_scope", 400, "invalid_scope"],
    ["invalid_target", 400, "resource_not_found"],
    ["unauthorized_client", 400, "request_rejected"],
    ["temporarily_unavailable", 400, "temporarily_unavailable"],
    ["something_new", 400, "request_rejected"],
    ["constructor", 400, "request_rejected"],
    ["expired_token", 400, "device_code_expired"],
  ])("is identified by its OAuth error %s", async (name, status, code) => {
    const error = await authErrorOf(
      acquire(
        ({ method }) =>
          method === "GET"
            ? { body: { issuer, token_endpoint: `${issuer}/token` } }
            : { status, body: { error: name, error_description: "Words." } },
        generic,
      ),
    );
    expect(error).toMatchObject({ code, error: name, message: "Words.", status, aadsts: undefined });
  });

  const tool = { scopes: ["read"] };
  test.each<[string, AuthErrorCode, (app: ConfidentialClientApplication) => Promise<unknown>]>([
    [
      "an authorization code",
      "authorization_code_rejected",
      (app) => app.acquireTokenByAuthorizationCode({ ...tool, code: "c", redirectUri: "https://app.test/" }),
    ],
    [
      "a password",
      "invalid_user_credential",
      (app) => app.acquireTokenByUsernamePassword({ ...tool, username: "grace", password: "wrong" }),
    ],
    [
      "a caller's token",
      "user_assertion_rejected",
      (app) => app.acquireTokenOnBehalfOf({ ...tool, oboAssertion: "a" }),
    ],
    [
      "a refresh token",
      "sign_in_required",
      (app) => app.acquireTokenByRefreshToken({ ...tool, refreshToken: "a-refresh-token" }),
    ],
    [
      "a device code",
      "device_code_expired",
      (app) => app.acquireTokenByGrant({ grantType: "urn:ietf:params:oauth:grant-type:device_code" }),
    ],
    [
      "something else",
      "sign_in_required",
      (app) => app.acquireTokenByGrant({ grantType: "constructor", parameters: { subject_token: "a" } }),
    ],
  ])("is identified by what was redeemed when it is invalid_grant for %s", async (_, code, acquire) => {
    const { app } = makeDaemon(
      ({ method }) =>
        method === "GET"
          ? { body: { issuer, token_endpoint: `${issuer}/token` } }
          : { status: 400, body: { error: "invalid_grant" } },
      generic,
    );
    expect(await authErrorOf(acquire(app))).toMatchObject({ code, error: "invalid_grant" });
  });
});

describe("an unexpected response", () => {
  const html = { "content-type": "text/html" };
  test.each<[string, ScriptedResponse, Partial<AuthError> & { status?: number; retryAfterMs?: number }]>([
    [
      "a captive portal's page",
      { body: "<html>Hi</html>", headers: html },
      {
        name: "NetworkError",
        code: "invalid_response",
        retryable: false,
        message: "login.microsoftonline.com answered 200 (text/html) with 15 unreadable characters.",
      },
    ],
    [
      "an empty page",
      { body: "" },
      {
        code: "invalid_response",
        message: "login.microsoftonline.com answered 200 (application/json; charset=utf-8) with an empty body.",
      },
    ],
    ["a JSON text", { body: '"token"' }, { code: "invalid_response" }],
    ["a JSON list", { body: [] }, { code: "invalid_response" }],
    ["an object without token", { body: { token_type: "Bearer" } }, { code: "invalid_response" }],
    ["an empty token", { body: { access_token: "" } }, { code: "invalid_response" }],
    ["a token that is not a string", { body: { access_token: 7 } }, { code: "invalid_response" }],
    [
      "a redirect",
      { status: 302, body: "", headers: { location: "https://evil.test/" } },
      { code: "invalid_response" },
    ],
    [
      "a proxy's demand",
      { status: 407, body: "", headers: html },
      { code: "invalid_response", remedy: "Add the proxy's user and password to HTTPS_PROXY." },
    ],
    [
      "500 with HTML",
      { status: 500, body: "<h1>Oops</h1>", headers: html },
      {
        name: "ServerError",
        code: "temporarily_unavailable",
        status: 500,
        retryable: true,
        message: "login.microsoftonline.com answered 500 (text/html): <h1>Oops</h1>",
      },
    ],
    [
      "503 with HTML and Retry-After",
      { status: 503, body: "<h1>", headers: { ...html, "retry-after": "7" } },
      { name: "ServerError", status: 503, retryAfterMs: 7_000 },
    ],
    [
      "429 without words",
      { status: 429, body: "", headers: { "retry-after": new Date(testStart + 90_000).toUTCString() } },
      { code: "throttled", status: 429, retryAfterMs: 90_000 },
    ],
    [
      "429 with text that is not JSON",
      { status: 429, body: "Too Many Requests", headers: { "content-type": "text/plain", "retry-after": "30" } },
      { name: "ServerError", code: "throttled", status: 429, retryAfterMs: 30_000, retryable: true },
    ],
    [
      "429 with a Retry-After in the past",
      { status: 429, body: "", headers: { "retry-after": "Mon, 01 Jan 2024 00:00:00 GMT" } },
      { retryAfterMs: 0 },
    ],
    [
      "429 with an invalid Retry-After",
      { status: 429, body: "", headers: { "retry-after": "soon" } },
      { retryAfterMs: undefined as never },
    ],
  ])("is described: %s", async (_, scripted, expected) => {
    const { app } = makeDaemon(() => scripted);
    const error = await authErrorOf(app.acquireTokenForClient({ scopes: [graph], correlationId: "c1" }));
    expect(error).toMatchObject({ correlationId: "c1", ...expected });
  });

  test("is accepted as a token although its type says text", async () => {
    await expect(acquire({ ...token(1), headers: html })).resolves.toMatchObject({ accessToken: "token-1" });
  });

  test("is cut at a thousand characters and loses its control characters", async () => {
    const body = `\u001b[31mred\u0007\u202eevil\u202c${"x".repeat(5_000)}`;
    const error = await authErrorOf(acquire({ status: 403, body, headers: html }));
    expect(error.message).toMatch(/: \[31mred evil x+…$/);
    expect(error.message.length).toBeLessThan(1_100);
  });

  test("is quoted in error_description by the same rules", async () => {
    const error = await authErrorOf(
      acquire({ status: 400, body: { error: "a\nb", error_description: `a\r\n\u0000${"y".repeat(5_000)}` } }),
    );
    expect(error.message).toMatch(/^a y{998}…$/);
    expect(error).toMatchObject({ error: "a b" });
  });
});

describe("an error as data", () => {
  test("contains every field and the chain of causes, down to the system's code", async () => {
    const error = await authErrorOf(
      acquire(() => {
        const dns = Object.assign(new Error("getaddrinfo ENOTFOUND login"), { code: "ENOTFOUND" });
        throw new TypeError("fetch failed", { cause: dns });
      }),
    );
    expect(JSON.parse(JSON.stringify(error))).toEqual({
      name: "NetworkError",
      message: "No response from login.microsoftonline.com: fetch failed: getaddrinfo ENOTFOUND login",
      code: "network_error",
      remedy: expect.stringContaining("name resolution"),
      correlationId: expect.any(String),
      retryable: true,
      causes: ["TypeError: fetch failed", "Error: getaddrinfo ENOTFOUND login (ENOTFOUND)"],
    });
    expect(inspect(error)).toContain("ENOTFOUND");
    expect(error).toBeInstanceOf(AuthError);
  });
});
