import { inspect } from "node:util";
import { runInNewContext } from "node:vm";
import type { AuthorizationResponse, AuthorizationUrlOptions } from "@latchkey/client";
import { describe, expect, test } from "vitest";
import { clientId, entra, makeDaemon, secret } from "../support/daemon.ts";
import { authErrorOf, failureOf } from "../support/failure.ts";
import { idTokenResponse, makeTool } from "../support/tool.ts";

const redirectUri = "https://app.example/back";
const scopes = ["User.Read"];

async function begin(options: Partial<AuthorizationUrlOptions> = {}, tool = makeTool()) {
  const request = await tool.app.getAuthorizationUrl({ scopes, redirectUri, ...options });
  return { ...tool, request, parameters: new URL(request.url).searchParams };
}

/** A tool whose token service returns the nonce of the sign-in, like a real one. */
async function beginAndAnswer(fields: Readonly<Record<string, string>> = {}) {
  let nonce = "";
  const tool = makeTool((_, index) => idTokenResponse({ nonce }, index + 1));
  const begun = await begin({}, tool);
  nonce = begun.request.nonce;
  const answer = { code: "the-code", state: begun.request.state, ...fields };
  return { ...begun, answer };
}

describe("the address of a sign-in", () => {
  test("contains the code flow with PKCE, state and nonce", async () => {
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

  test("contains a challenge that is the verifier's SHA-256", async () => {
    // RFC 7636 appendix B.
    const verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    const bytes = Uint8Array.from(Buffer.from(verifier, "base64url"));
    const { request, parameters } = await begin({}, makeTool(undefined, { random: () => bytes.slice() }));
    expect(request.codeVerifier).toBe(verifier);
    expect(parameters.get("code_challenge")).toBe("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
  });

  test("contains the caller's options", async () => {
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

  test("contains only scopes that another provider knows, and points to its own page", async () => {
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

  test("is refused if the provider has no sign-in page, or one without https", async () => {
    for (const authorization_endpoint of [undefined, "http://id.example.test/authorize"]) {
      const issuer = "https://id.example.test";
      const tool = makeTool(() => ({ body: { issuer, token_endpoint: `${issuer}/token`, authorization_endpoint } }), {
        oidcAuthority: issuer,
      });
      expect(await authErrorOf(begin({}, tool))).toMatchObject({ code: "invalid_authority" });
    }
  });

  test.each([["relative"], [""], [undefined]])("is refused with an invalid redirect URI: %s", async (uri) => {
    expect(await authErrorOf(begin({ redirectUri: uri as string }))).toMatchObject({ code: "invalid_options" });
  });

  test("survives JSON, and hides its verifier from consoles", async () => {
    const { request } = await begin();
    expect(JSON.parse(JSON.stringify(request))).toEqual({ ...request });
    expect(inspect(request)).not.toContain(request.codeVerifier);
    expect(inspect(request)).toContain(request.state);
  });
});

describe("the response of a sign-in", () => {
  type Response = AuthorizationResponse | Promise<AuthorizationResponse>;
  function formData(fields: Record<string, string>): FormData {
    const form = new FormData();
    for (const [name, value] of Object.entries(fields)) {
      form.append(name, value);
    }
    form.append("file", new Blob(["x"]));
    return form;
  }
  /** Parameters that are not `URLSearchParams`: a polyfill's, another realm's. */
  class OtherParameters {
    readonly #own: URLSearchParams;
    constructor(fields: Record<string, string>) {
      this.#own = new URLSearchParams(fields);
    }
    get = (name: string) => this.#own.get(name);
    entries = () => this.#own.entries();
  }
  const forms: readonly (readonly [string, (fields: Record<string, string>) => Response])[] = [
    ["an address with a query", (fields) => `${redirectUri}?${new URLSearchParams(fields)}`],
    ["a path with a query", (fields) => `/back?${new URLSearchParams(fields)}`],
    ["an address with a fragment", (fields) => `${redirectUri}#${new URLSearchParams(fields)}`],
    ["a URL", (fields) => new URL(`${redirectUri}?${new URLSearchParams(fields)}`)],
    ["a posted form", (fields) => new URLSearchParams(fields).toString()],
    ["parameters", (fields) => new URLSearchParams(fields)],
    ["fields", (fields) => fields],
    [
      "an address with a scheme of the program's own",
      (fields) => `com.example.app:/back?${new URLSearchParams(fields)}`,
    ],
    ["a form's data", formData],
    ["a map", (fields) => new Map(Object.entries(fields))],
    ["a request that asks for the address", (fields) => new Request(`${redirectUri}?${new URLSearchParams(fields)}`)],
    [
      "a request that posts",
      (fields) => new Request(redirectUri, { method: "POST", body: new URLSearchParams(fields) }),
    ],
    // The requests of Node, Express and Fastify; Hono's has text().
    ["a server's request", (fields) => ({ method: "GET", url: `/back?${new URLSearchParams(fields)}`, headers: {} })],
    ["a server's request with its form", (fields) => ({ method: "POST", url: "/back", body: fields })],
    [
      "a server's request with its form's text",
      (fields) => ({ method: "POST", url: "/back", body: `${new URLSearchParams(fields)}` }),
    ],
    [
      "a server's request that reads its form",
      (fields) => ({ method: "POST", url: "/back", text: async () => `${new URLSearchParams(fields)}` }),
    ],
    ["a browser's location", (fields) => ({ href: "", search: `?${new URLSearchParams(fields)}`, hash: "" })],
    ["fields without a prototype", (fields) => Object.assign(Object.create(null), fields)],
    ["fields that may be lists", (fields) => ({ ...fields, code: ["the-code", "attackers"], scope: ["a", "b"] })],
    ["an object of a class", (fields) => Object.assign(new (class Callback {})(), fields)],
    ["a promise", (fields) => Promise.resolve(fields)],
    ["a promise of a form's data", async (fields) => formData(fields)],
    ["parameters of another class", (fields) => ({ ...new OtherParameters(fields) })],
    ["a map of another realm", (fields) => runInNewContext(`new Map(${JSON.stringify(Object.entries(fields))})`)],
    ["fields of another realm", (fields) => runInNewContext(`(${JSON.stringify(fields)})`)],
  ];
  test.each(forms)("is read from %s", async (_, form) => {
    const { app, request, answer, service } = await beginAndAnswer();
    const result = await app.acquireTokenByAuthorizationCode({ request, response: form(answer) });
    expect(result.account?.username).toBe("grace@contoso.example");
    expect(service.requests[0]?.form.get("code")).toBe("the-code");
  });

  test.each<[string, unknown, string]>([
    ["nothing", undefined, "Undefined"],
    ["null", null, "Null"],
    ["a number", 42, "Number"],
    ["a function", () => ({ code: "c" }), "Function"],
    ["a symbol", Symbol("code"), "Symbol"],
    ["a list", [["code", "c"]], "Array"],
    ["bytes", Buffer.from("code=c&state=s"), "Uint8Array"],
    ["a date", new Date(), "Date"],
    ["a server's response", new Response("code=c"), "Response"],
    ["a form that was read", readRequest(), "Request"],
    ["a server's request with an unread form", { method: "POST", url: "/back", body: undefined }, "Object"],
    ["an object of a class without a state", new (class Context {})(), "Object"],
    ["an event of a gateway", { httpMethod: "GET", queryStringParameters: { code: "c", state: "s" } }, "Object"],
    ["a context that has the request", { req: { url: "/back?code=c&state=s", method: "GET" } }, "Object"],
    ["invalid entries", { get: () => "c", entries: () => 5 }, "Object"],
    [
      "what throws when it is looked at",
      new Proxy(
        {},
        {
          ownKeys: () => {
            throw new Error("hostile");
          },
        },
      ),
      "Object",
    ],
  ])("is refused with its type, and none of its values, if it is %s", async (_, response, type) => {
    const { app, request, service } = await beginAndAnswer();
    const error = await authErrorOf(
      app.acquireTokenByAuthorizationCode({ request, response: (await response) as AuthorizationResponse }),
    );
    expect(error).toMatchObject({
      code: "invalid_options",
      message: expect.stringContaining(`response is of type ${type}`),
    });
    expect(error.message).not.toMatch(/code=c|hostile/);
    expect(service.requests).toHaveLength(0);
  });
  async function readRequest(): Promise<Request> {
    const request = new Request(redirectUri, { method: "POST", body: new URLSearchParams({ code: "c" }) });
    await request.text();
    return request;
  }

  test("fails like its promise", async () => {
    const { app, request } = await beginAndAnswer();
    const broken = new Error("no response");
    expect(await failureOf(app.acquireTokenByAuthorizationCode({ request, response: Promise.reject(broken) }))).toBe(
      broken,
    );
  });

  test.each([[undefined], [null], [{}], [JSON.parse("{}")], [Object.create(null)]])(
    "is refused if its sign-in is not in the session (%j)",
    async (request) => {
      const { app, answer, service } = await beginAndAnswer();
      const error = await authErrorOf(
        app.acquireTokenByAuthorizationCode({ request: request as never, response: answer }),
      );
      expect(error).toMatchObject({
        code: "state_mismatch",
        message: "The session of this sign-in is missing: request is empty.",
      });
      expect(error.remedy).toMatch(/session.*cookie.*host name.*expired/);
      expect(service.requests).toHaveLength(0);
    },
  );

  test.each<[string, (request: Record<string, unknown>) => unknown, string]>([
    ["its JSON text", (request) => JSON.stringify(request), "request is of type String"],
    ["a list", (request) => [request], "request is of type Array"],
    ["only its state", ({ state }) => ({ state }), "request.redirectUri is of type Undefined"],
    [
      "no verifier",
      (request) => ({ ...request, codeVerifier: undefined }),
      "request.codeVerifier is of type Undefined",
    ],
    ["no nonce", (request) => ({ ...request, nonce: null }), "request.nonce is of type Null"],
    [
      "a state that is an array",
      (request) => ({ ...request, state: [request["state"]] }),
      "request.state is of type Array",
    ],
    ["scopes in a text", (request) => ({ ...request, scopes: "User.Read" }), "request.scopes is of type String"],
    ["a tenant that is a number", (request) => ({ ...request, tenantId: 1 }), "request.tenantId is of type Number"],
  ])("is refused with the reason for %s", async (_, change, message) => {
    const { app, request, answer } = await beginAndAnswer();
    const error = await authErrorOf(
      app.acquireTokenByAuthorizationCode({ request: change({ ...request }) as never, response: answer }),
    );
    expect(error).toMatchObject({ code: "invalid_options", message: expect.stringContaining(message) });
    for (const secret of [request.state, request.codeVerifier]) {
      expect(error.message).not.toContain(secret);
    }
  });

  test("is recognized as another sign-in's, however little is stored of this one", async () => {
    const { app, answer } = await beginAndAnswer();
    const request = { state: "mine" } as never;
    expect(await authErrorOf(app.acquireTokenByAuthorizationCode({ request, response: answer }))).toMatchObject({
      code: "state_mismatch",
      message: "The response does not contain the state of this sign-in.",
    });
  });

  test("is redeemed with its verifier, and the scopes of the sign-in", async () => {
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

  test("is redeemed with its credential by an application that has one", async () => {
    let nonce = "";
    const { app, service } = makeDaemon(() => idTokenResponse({ nonce }));
    const request = await app.getAuthorizationUrl({ scopes, redirectUri });
    nonce = request.nonce;
    await app.acquireTokenByAuthorizationCode({ request, response: { code: "c", state: request.state } });
    expect(service.requests[0]?.form.get("client_secret")).toBe(secret);
    expect(service.requests[0]?.headers).toHaveProperty("client-request-id");
  });

  test.each<[string, Record<string, string>, string]>([
    ["without a state", { state: "" }, "state_mismatch"],
    ["with another state", { state: "another" }, "state_mismatch"],
    ["without a code", { code: "" }, "invalid_response"],
  ])("is not redeemed: %s", async (_, fields, code) => {
    const { app, request, answer, service } = await beginAndAnswer(fields);
    expect(await authErrorOf(app.acquireTokenByAuthorizationCode({ request, response: answer }))).toMatchObject({
      code,
      correlationId: new URL(request.url).searchParams.get("client-request-id"),
    });
    expect(service.requests).toHaveLength(0);
  });

  test("counts as an error only with the right state", async () => {
    const { app, request, answer } = await beginAndAnswer({ error: "access_denied", state: "another" });
    expect(await authErrorOf(app.acquireTokenByAuthorizationCode({ request, response: answer }))).toMatchObject({
      code: "state_mismatch",
    });
  });

  test.each<[string, string, string]>([
    ["access_denied", "AADSTS65004: User declined to consent.", "access_denied"],
    ["login_required", "AADSTS50058: Session information is not sufficient.", "sign_in_required"],
    ["interaction_required", "AADSTS50076: You must use multi-factor authentication.", "interaction_required"],
    ["server_error", "Something broke.", "request_rejected"],
  ])("with %s is that error", async (error, error_description, code) => {
    const { app, request, answer, service } = await beginAndAnswer({ error, error_description });
    expect(await authErrorOf(app.acquireTokenByAuthorizationCode({ request, response: answer }))).toMatchObject({
      code,
      error,
      message: error_description,
      correlationId: new URL(request.url).searchParams.get("client-request-id"),
    });
    expect(service.requests).toHaveLength(0);
  });

  test("is refused when the ID token contains another nonce, or none", async () => {
    for (const nonce of ["another", undefined]) {
      const tool = makeTool(() => idTokenResponse({ nonce }));
      const { request } = await begin({}, tool);
      const response = { code: "c", state: request.state };
      const failure = await authErrorOf(tool.app.acquireTokenByAuthorizationCode({ request, response }));
      expect(failure).toMatchObject({ code: "invalid_id_token", message: expect.stringMatching(/nonce/) });
      expect(await tool.app.tokenCache.getAllAccounts()).toEqual([]);
    }
  });

  test("is refused when it comes from an issuer other than the expected one", async () => {
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

  describe("of an issuer that sends its name", () => {
    const issuer = "https://id.example.test";
    const metadata = {
      issuer,
      token_endpoint: `${issuer}/token`,
      authorization_endpoint: `${issuer}/authorize`,
      authorization_response_iss_parameter_supported: true,
    };
    const options = { oidcAuthority: issuer };
    let nonce = "";
    const answer = ({ method }: { readonly method: string }) =>
      method === "GET"
        ? { body: metadata }
        : idTokenResponse({ iss: issuer, tid: undefined, nonce }, 1, { client_info: undefined });

    test("is refused without it, as is an error", async () => {
      const tool = makeTool(answer, options);
      const { request } = await begin({}, tool);
      for (const fields of [{ code: "c" }, { error: "access_denied" }]) {
        const response = { ...fields, state: request.state };
        expect(await authErrorOf(tool.app.acquireTokenByAuthorizationCode({ request, response }))).toMatchObject({
          code: "issuer_mismatch",
        });
      }
    });

    test("is recognized as another issuer's by a process that did not start the sign-in", async () => {
      const { request } = await begin({}, makeTool(answer, options));
      ({ nonce } = request);
      const redeem = (iss: string) =>
        makeTool(answer, options).app.acquireTokenByAuthorizationCode({
          request,
          response: { code: "c", state: request.state, iss },
        });
      expect(await authErrorOf(redeem("https://attacker.test"))).toMatchObject({ code: "issuer_mismatch" });
      expect((await redeem(issuer)).account?.homeAccountId).toBe("subject");
    });
  });

  test("is redeemed once when it arrives twice at once", async () => {
    const { app, request, answer, service } = await beginAndAnswer();
    const redeem = () => app.acquireTokenByAuthorizationCode({ request, response: answer });
    const [a, b] = await Promise.all([redeem(), redeem()]);
    expect(service.requests).toHaveLength(1);
    expect(a.accessToken).toBe(b.accessToken);
  });

  test("is redeemed with the other verifier, and validated against its nonce, when another sign-in brings it at the same time", async () => {
    const { app, service } = makeTool(() => idTokenResponse({ nonce: "alice" }));
    const [own, stolen] = await Promise.allSettled(
      ["alice", "mallory"].map((nonce) =>
        app.acquireTokenByAuthorizationCode({ code: "c", redirectUri, scopes, codeVerifier: `${nonce}-v`, nonce }),
      ),
    );
    expect(own).toMatchObject({ status: "fulfilled" });
    expect(stolen).toMatchObject({ status: "rejected", reason: { code: "invalid_id_token" } });
    expect(service.requests.map(({ form }) => form.get("code_verifier"))).toEqual(["alice-v", "mallory-v"]);
  });

  test("can be redeemed by its code alone, as in other libraries", async () => {
    const { app, service } = makeTool();
    const { account } = await app.acquireTokenByAuthorizationCode({ code: "c", redirectUri, scopes });
    expect(account?.name).toBe("Grace Hopper");
    expect(service.requests[0]?.form.has("code_verifier")).toBe(false);
  });
});

test.each([
  ["code", undefined],
  ["code", ""],
  ["redirectUri", undefined],
  ["redirectUri", ""],
  ["codeVerifier", ""],
])("nothing is sent if %s is %j", async (name, value) => {
  const { app, service } = makeTool();
  const given = {
    code: "c",
    redirectUri: "https://app.test/back",
    codeVerifier: "v".repeat(43),
    scopes: ["User.Read"],
  };
  const error = await authErrorOf(app.acquireTokenByAuthorizationCode({ ...given, [name]: value }));
  expect(error).toMatchObject({ code: "invalid_options", message: `${name} is empty or not a string.` });
  expect(error.remedy).toMatch(new RegExp(`^Set ${name} to `));
  expect(service.requests).toEqual([]);
});

test("an unknown response mode is refused before the browser is redirected", async () => {
  const options = {
    redirectUri: "https://app.test/back",
    scopes: ["User.Read"],
    responseMode: "formpost" as "form_post",
  };
  expect(await authErrorOf(makeTool().app.getAuthorizationUrl(options))).toMatchObject({
    code: "invalid_options",
    message: 'responseMode is "formpost".',
    remedy: "Set responseMode to query, fragment, form_post or auto.",
  });
});

test("an empty state is refused: every response would match it", async () => {
  const options = { redirectUri: "https://app.test/back", scopes: ["User.Read"], state: "" };
  expect(await authErrorOf(makeTool().app.getAuthorizationUrl(options))).toMatchObject({
    code: "invalid_options",
    message: "state is empty or not a string.",
  });
});
