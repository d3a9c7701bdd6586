import { inspect } from "node:util";
import type { AuthorizationResponse, AuthorizationUrlOptions } from "@latchkey/client";
import { describe, expect, it } from "vitest";
import { clientId, entra, makeDaemon, secret } from "../support/daemon.ts";
import { authErrorOf } from "../support/failure.ts";
import { idTokenAnswer, makeTool } from "../support/tool.ts";

const redirectUri = "https://app.example/back";
const scopes = ["User.Read"];

async function begin(options: Partial<AuthorizationUrlOptions> = {}, tool = makeTool()) {
  const request = await tool.app.getAuthorizationUrl({ scopes, redirectUri, ...options });
  return { ...tool, request, parameters: new URL(request.url).searchParams };
}

/** A tool whose token service repeats the nonce of the sign-in, as a real one does. */
async function beginAndAnswer(fields: Readonly<Record<string, string>> = {}) {
  let nonce = "";
  const tool = makeTool((_, index) => idTokenAnswer({ nonce }, index + 1));
  const begun = await begin({}, tool);
  nonce = begun.request.nonce;
  const answer = { code: "the-code", state: begun.request.state, ...fields };
  return { ...begun, answer };
}

describe("the address of a sign-in", () => {
  it("carries the code flow with PKCE, state and nonce", async () => {
    const { request, parameters } = await begin();
    expect(request.url).toMatch(`${entra}/oauth2/v2.0/authorize?`);
    expect(Object.fromEntries(parameters)).toEqual({
      client_id: clientId,
      response_type: "code",
      redirect_uri: redirectUri,
      scope: "User.Read openid profile offline_access",
      response_mode: "query",
      state: request.state,
      nonce: request.nonce,
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge_method: "S256",
      client_info: "1",
      "client-request-id": expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    expect(request.codeVerifier).toMatch(/^[\w-]{43}$/);
    expect(request.url).not.toContain(request.codeVerifier);
  });

  it("has a challenge that is the verifier's SHA-256", async () => {
    // RFC 7636 appendix B.
    const verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    const bytes = Uint8Array.from(Buffer.from(verifier, "base64url"));
    const { request, parameters } = await begin({}, makeTool(undefined, { random: () => bytes.slice() }));
    expect(request.codeVerifier).toBe(verifier);
    expect(parameters.get("code_challenge")).toBe("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
  });

  it("carries what the caller asks of the page", async () => {
    const { parameters } = await begin(
      {
        prompt: "select_account",
        loginHint: "grace@contoso.example",
        domainHint: "organizations",
        responseMode: "form_post",
        state: "my-state",
        extraScopesToConsent: ["https://vault.azure.net/.default"],
        claims: '{"id_token":{"auth_time":{"essential":true}}}',
        extraQueryParameters: { dc: "1", client_id: "no" },
      },
      makeTool(undefined, { clientCapabilities: ["cp1"] }),
    );
    expect(Object.fromEntries(parameters)).toMatchObject({
      prompt: "select_account",
      login_hint: "grace@contoso.example",
      domain_hint: "organizations",
      response_mode: "form_post",
      state: "my-state",
      scope: "User.Read https://vault.azure.net/.default openid profile offline_access",
      dc: "1",
      client_id: clientId,
    });
    expect(JSON.parse(parameters.get("claims") ?? "")).toEqual({
      id_token: { auth_time: { essential: true } },
      access_token: { xms_cc: { values: ["cp1"] } },
    });
  });

  it("asks another provider only for the scopes that it knows, and in its own page", async () => {
    const issuer = "https://id.example.test";
    const tool = makeTool(
      () => ({
        body: {
          issuer,
          token_endpoint: `${issuer}/token`,
          authorization_endpoint: `${issuer}/authorize?theme=dark`,
          scopes_supported: ["openid", "profile", "read"],
        },
      }),
      { oidcAuthority: issuer },
    );
    const { request, parameters } = await begin({ scopes: ["read"] }, tool);
    expect(request.url).toMatch(/^https:\/\/id\.example\.test\/authorize\?theme=dark&/);
    expect(parameters.get("scope")).toBe("read openid profile");
    expect(parameters.has("client_info")).toBe(false);
  });

  it("is refused where the provider has no sign-in page, or one that is not https", async () => {
    for (const authorization_endpoint of [undefined, "http://id.example.test/authorize"]) {
      const issuer = "https://id.example.test";
      const tool = makeTool(() => ({ body: { issuer, token_endpoint: `${issuer}/token`, authorization_endpoint } }), {
        oidcAuthority: issuer,
      });
      expect(await authErrorOf(begin({}, tool))).toMatchObject({ code: "invalid_authority" });
    }
  });

  it.each([["relative"], [""], [undefined]])("is refused with a redirect URI that is none: %s", async (uri) => {
    expect(await authErrorOf(begin({ redirectUri: uri as string }))).toMatchObject({ code: "invalid_options" });
  });

  it("survives JSON whole, and shows its verifier to no console", async () => {
    const { request } = await begin();
    expect(JSON.parse(JSON.stringify(request))).toEqual({ ...request });
    expect(inspect(request)).not.toContain(request.codeVerifier);
    expect(inspect(request)).toContain(request.state);
  });
});

describe("the answer of a sign-in", () => {
  const forms: readonly (readonly [string, (fields: Record<string, string>) => AuthorizationResponse])[] = [
    ["an address with a query", (fields) => `${redirectUri}?${new URLSearchParams(fields)}`],
    ["a path with a query", (fields) => `/back?${new URLSearchParams(fields)}`],
    ["an address with a fragment", (fields) => `${redirectUri}#${new URLSearchParams(fields)}`],
    ["a URL", (fields) => new URL(`${redirectUri}?${new URLSearchParams(fields)}`)],
    ["a posted form", (fields) => new URLSearchParams(fields).toString()],
    ["parameters", (fields) => new URLSearchParams(fields)],
    ["fields", (fields) => fields],
  ];
  it.each(forms)("is read from %s", async (_, form) => {
    const { app, request, answer, service } = await beginAndAnswer();
    const result = await app.acquireTokenByAuthorizationCode({ request, response: form(answer) });
    expect(result.account?.username).toBe("grace@contoso.example");
    expect(service.requests[0]?.form.get("code")).toBe("the-code");
  });

  it("is redeemed with its verifier, and the scopes of the sign-in", async () => {
    const { app, request, answer, service } = await beginAndAnswer();
    await app.acquireTokenByAuthorizationCode({ request: JSON.parse(JSON.stringify(request)), response: answer });
    const [sent] = service.requests;
    expect(sent?.url.href).toBe(`${entra}/oauth2/v2.0/token`);
    expect(Object.fromEntries(sent?.form ?? [])).toEqual({
      client_id: clientId,
      grant_type: "authorization_code",
      code: "the-code",
      redirect_uri: redirectUri,
      code_verifier: request.codeVerifier,
      scope: "User.Read openid profile offline_access",
      client_info: "1",
      "client-request-id": expect.any(String),
      "return-client-request-id": "true",
      "x-client-sku": "latchkey",
    });
  });

  it("is redeemed with its credential by an application that has one", async () => {
    let nonce = "";
    const { app, service } = makeDaemon(() => idTokenAnswer({ nonce }));
    const request = await app.getAuthorizationUrl({ scopes, redirectUri });
    nonce = request.nonce;
    await app.acquireTokenByAuthorizationCode({ request, response: { code: "c", state: request.state } });
    expect(service.requests[0]?.form.get("client_secret")).toBe(secret);
    expect(service.requests[0]?.headers).toHaveProperty("client-request-id");
  });

  it.each<[string, Record<string, string>, string]>([
    ["without a state", { state: "" }, "state_mismatch"],
    ["with another state", { state: "another" }, "state_mismatch"],
    ["without a code", { code: "" }, "invalid_response"],
  ])("%s is not redeemed", async (_, fields, code) => {
    const { app, request, answer, service } = await beginAndAnswer(fields);
    expect(await authErrorOf(app.acquireTokenByAuthorizationCode({ request, response: answer }))).toMatchObject({
      code,
      correlationId: new URL(request.url).searchParams.get("client-request-id"),
    });
    expect(service.requests).toHaveLength(0);
  });

  it("that is an error counts only with the right state", async () => {
    const { app, request, answer } = await beginAndAnswer({ error: "access_denied", state: "another" });
    expect(await authErrorOf(app.acquireTokenByAuthorizationCode({ request, response: answer }))).toMatchObject({
      code: "state_mismatch",
    });
  });

  it.each<[string, string, string]>([
    ["access_denied", "AADSTS65004: User declined to consent.", "access_denied"],
    ["login_required", "AADSTS50058: Session information is not sufficient.", "sign_in_required"],
    ["interaction_required", "AADSTS50076: You must use multi-factor authentication.", "interaction_required"],
    ["server_error", "Something broke.", "request_rejected"],
  ])("that says %s is that error", async (error, error_description, code) => {
    const { app, request, answer, service } = await beginAndAnswer({ error, error_description });
    expect(await authErrorOf(app.acquireTokenByAuthorizationCode({ request, response: answer }))).toMatchObject({
      code,
      error,
      message: error_description,
      correlationId: new URL(request.url).searchParams.get("client-request-id"),
    });
    expect(service.requests).toHaveLength(0);
  });

  it("is refused when the ID token carries another nonce, or none", async () => {
    for (const nonce of ["another", undefined]) {
      const tool = makeTool(() => idTokenAnswer({ nonce }));
      const { request } = await begin({}, tool);
      const response = { code: "c", state: request.state };
      const failure = await authErrorOf(tool.app.acquireTokenByAuthorizationCode({ request, response }));
      expect(failure).toMatchObject({ code: "invalid_id_token", message: expect.stringMatching(/nonce/) });
      expect(await tool.app.tokenCache.getAllAccounts()).toEqual([]);
    }
  });

  it("from another issuer than the one asked is refused", async () => {
    const issuer = "https://id.example.test";
    const tool = makeTool(
      () => ({ body: { issuer, token_endpoint: `${issuer}/token`, authorization_endpoint: `${issuer}/authorize` } }),
      { oidcAuthority: issuer },
    );
    const { request } = await begin({}, tool);
    const response = { code: "c", state: request.state, iss: "https://attacker.test" };
    expect(await authErrorOf(tool.app.acquireTokenByAuthorizationCode({ request, response }))).toMatchObject({
      code: "issuer_mismatch",
    });
  });

  it("that arrives twice at once is redeemed once", async () => {
    const { app, request, answer, service } = await beginAndAnswer();
    const redeem = () => app.acquireTokenByAuthorizationCode({ request, response: answer });
    const [a, b] = await Promise.all([redeem(), redeem()]);
    expect(service.requests).toHaveLength(1);
    expect(a.accessToken).toBe(b.accessToken);
  });

  it("can be redeemed by its code alone, as other libraries do", async () => {
    const { app, service } = makeTool();
    const { account } = await app.acquireTokenByAuthorizationCode({ code: "c", redirectUri, scopes });
    expect(account?.name).toBe("Grace Hopper");
    expect(service.requests[0]?.form.has("code_verifier")).toBe(false);
  });
});
