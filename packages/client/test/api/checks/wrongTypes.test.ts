import { inspect } from "node:util";
import {
  AuthError,
  asTokenCredential,
  ConfidentialClientApplication,
  claimsChallengeOf,
  clientAssertion,
  clientCertificate,
  clientSecret,
  PublicClientApplication,
  protectedApi,
} from "@latchkey/client";
import { acquireTokenInteractive, createFetch } from "@latchkey/client/node";
import { openTelemetry } from "@latchkey/client/opentelemetry";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { clientId, entra, graph, makeDaemon } from "../../support/daemon.ts";
import { authErrorOf } from "../../support/failure.ts";
import { manualClock } from "../../support/manualClock.ts";
import { scriptedService, token } from "../../support/scriptedService.ts";
import { homeAccountId, idTokenResponse, makeTool } from "../../support/tool.ts";

/** Thrown by the caller's own objects, and passed on unchanged. */
class Hostile extends Error {}
function hostile(): never {
  throw new Hostile();
}

/** Mistakes of untyped programs. */
const invalidValues: readonly unknown[] = [
  undefined,
  null,
  0,
  -1,
  Number.NaN,
  42n,
  true,
  "",
  "text",
  Symbol("odd"),
  [],
  [null],
  [42n],
  ["text"],
  {},
  { text: 42 },
  Object.create(null),
  new Map([["a", "b"]]),
  new Date(Number.NaN),
  hostile,
  new Proxy({}, { get: hostile, has: hostile, ownKeys: hostile, getPrototypeOf: hostile }),
  Object.defineProperty({}, "length", { get: hostile, enumerable: true }),
];
const show = (value: unknown): string =>
  typeof value === "symbol"
    ? String(value)
    : Object.prototype.toString.call(typeof value === "object" ? "object" : value) +
      (typeof value === "object" ? "" : String(value).slice(0, 9));

type Options = Record<string, unknown>;
/** An entry point: its valid arguments, and how it is called. */
interface EntryPoint {
  readonly good: Options;
  /** Further options that it knows. */
  readonly names?: string;
  call(options: Options): unknown;
}

const request =
  "correlationId signal timeoutMs claims claimsFromClient tenantId extraBodyParameters extraQueryParameters extraHeaders";
const application =
  "oidcAuthority knownAuthorities instanceDiscovery allowInsecureLoopback clientCapabilities maxCachedTokens requestTimeoutMs maxRetries throttling extendedTokenLifetime waitUntil random cachePlugin logger telemetry clock";
const account = {
  homeAccountId,
  environment: "login.windows.net",
  tenantId: "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee",
  localAccountId: "x",
  username: "grace",
  name: undefined,
};
const redirectUri = "https://app.test/back";
const daemon = () => makeDaemon((_, index) => token(index + 1)).app;
const tool = () => makeTool((_, index) => idTokenResponse({}, index + 1)).app;
const fetchOf = () => scriptedService((_, index) => idTokenResponse({}, index + 1)).fetch;
const apiFetch: typeof globalThis.fetch = async () => new Response("{}");

/** The options unchanged, except for access to the world outside the test. */
function offline(options: Options): Options {
  if (typeof options !== "object" || options === null) {
    return options;
  }
  const { fetch = fetchOf(), clock = manualClock(), maxRetries = 0 } = options;
  return { ...options, fetch, clock, maxRetries };
}

const entryPoints: Readonly<Record<string, EntryPoint>> = {
  "new ConfidentialClientApplication": {
    good: { clientId, authority: entra, clientCredential: clientSecret("s"), fetch: fetchOf() },
    names: `${application} azureRegion`,
    call: async (options) => {
      const app = new ConfidentialClientApplication(offline(options) as never);
      await app.acquireTokenForClient({ scopes: [graph], timeoutMs: 1_000 });
    },
  },
  "new PublicClientApplication": {
    good: { clientId, authority: entra, fetch: fetchOf() },
    names: application,
    call: async (options) => {
      const app = new PublicClientApplication(offline(options) as never);
      await app.acquireTokenByRefreshToken({ refreshToken: "rt", scopes: ["User.Read"] });
    },
  },
  acquireTokenForClient: {
    good: { scopes: [graph] },
    names: `${request} forceRefresh`,
    call: (options) => daemon().acquireTokenForClient(options as never),
  },
  "acquireTokenForClient, its token cached": {
    good: { scopes: [graph] },
    names: `${request} forceRefresh`,
    call: async (options) => {
      const app = daemon();
      await app.acquireTokenForClient({ scopes: [graph] });
      await app.acquireTokenForClient(options as never);
    },
  },
  "acquireTokenSilent without a user": {
    good: { scopes: [graph], account: null },
    names: `${request} forceRefresh`,
    call: (options) => daemon().acquireTokenSilent(options as never),
  },
  acquireTokenSilent: {
    good: { scopes: ["User.Read"], account },
    names: `${request} forceRefresh`,
    call: (options) => tool().acquireTokenSilent(options as never),
  },
  "acquireTokenSilent, its token cached": {
    good: { scopes: ["User.Read"], account },
    names: `${request} forceRefresh`,
    call: async (options) => {
      const app = tool();
      await app.acquireTokenByRefreshToken({ refreshToken: "rt", scopes: ["User.Read"] });
      await app.acquireTokenSilent(options as never);
    },
  },
  "acquireTokenSilent, of an account": {
    good: { ...account },
    call: async (invalid) => {
      const app = tool();
      await app.acquireTokenByRefreshToken({ refreshToken: "rt", scopes: ["User.Read"] });
      await app.acquireTokenSilent({ scopes: ["User.Read"], account: invalid as never });
    },
  },
  acquireTokenOnBehalfOf: {
    good: { scopes: ["User.Read"], oboAssertion: "a.b.c" },
    names: `${request} forceRefresh sessionKey`,
    call: (options) => daemon().acquireTokenOnBehalfOf(options as never),
  },
  removeOnBehalfOfSession: {
    good: { sessionKey: "key" },
    names: "tenantId",
    call: (options) => daemon().removeOnBehalfOfSession(options as never),
  },
  getAuthorizationUrl: {
    good: { scopes: ["User.Read"], redirectUri },
    names: `extraScopesToConsent responseMode prompt loginHint domainHint state ${request}`,
    call: (options) => tool().getAuthorizationUrl(options as never),
  },
  "acquireTokenByAuthorizationCode of a code": {
    good: { code: "c", redirectUri, scopes: ["User.Read"] },
    names: `codeVerifier nonce ${request}`,
    call: (options) => tool().acquireTokenByAuthorizationCode(options as never),
  },
  "acquireTokenByAuthorizationCode of a response": {
    good: {
      request: { url: "u", state: "s", nonce: "n", codeVerifier: "v", redirectUri, scopes: ["User.Read"] },
      response: "state=s&code=c",
    },
    names: request,
    call: (options) => tool().acquireTokenByAuthorizationCode(options as never),
  },
  "acquireTokenByAuthorizationCode, of a request": {
    good: { url: "u", state: "s", nonce: "n", codeVerifier: "v", redirectUri, scopes: ["User.Read"] },
    names: "tenantId correlationId",
    call: (invalid) =>
      tool().acquireTokenByAuthorizationCode({ request: invalid as never, response: "state=s&code=c" }),
  },
  acquireTokenByRefreshToken: {
    good: { scopes: ["User.Read"], refreshToken: "rt" },
    names: request,
    call: (options) => tool().acquireTokenByRefreshToken(options as never),
  },
  acquireTokenByDeviceCode: {
    good: { scopes: ["User.Read"], deviceCodeCallback: () => {} },
    names: request,
    call: (options) =>
      makeTool(() => ({
        body: { device_code: "d", user_code: "u", verification_uri: "https://v.test/", expires_in: 0 },
      })).app.acquireTokenByDeviceCode(options as never),
  },
  acquireTokenByUsernamePassword: {
    good: { scopes: ["User.Read"], username: "grace", password: "p" },
    names: request,
    call: (options) => tool().acquireTokenByUsernamePassword(options as never),
  },
  acquireTokenByGrant: {
    good: { grantType: "g" },
    names: `scopes parameters keepAccount ${request}`,
    call: (options) => tool().acquireTokenByGrant(options as never),
  },
  getSignOutUrl: {
    good: {},
    names: "account postLogoutRedirectUri state signal",
    call: (options) => tool().getSignOutUrl(options as never),
  },
  getAdminConsentUrl: {
    good: {},
    names: "redirectUri state tenantId",
    call: (options) => daemon().getAdminConsentUrl(options as never),
  },
  "tokenCache.serialize": {
    good: {},
    names: "dialect",
    call: (options) => daemon().tokenCache.serialize(options as never),
  },
  "tokenCache.removeAccount": {
    good: { ...account },
    call: (invalid) => tool().tokenCache.removeAccount(invalid as never),
  },
  clientSecret: {
    good: {},
    names: "method",
    call: (options) =>
      makeDaemon(undefined, { clientCredential: clientSecret("s", options as never) }).app.acquireTokenForClient({
        scopes: [graph],
      }),
  },
  clientCertificate: {
    good: {},
    names: "privateKey passphrase sign certificate thumbprint thumbprintSha256 x5c keyId",
    call: (options) =>
      makeDaemon(undefined, { clientCredential: clientCertificate(options as never) }).app.acquireTokenForClient({
        scopes: [graph],
      }),
  },
  protectedApi: {
    good: { baseUrl: "https://api.test/", scopes: [graph], fetch: apiFetch },
    names: "account tenantId maxRetries requestTimeoutMs clock",
    call: (options) => protectedApi(daemon(), options as never).json("users"),
  },
  "protectedApi.json": {
    good: {},
    names: "method headers body signal redirect",
    call: (options) =>
      protectedApi(daemon(), { baseUrl: "https://api.test/", scopes: [graph], fetch: apiFetch }).json("users", options),
  },
  "protectedApi.fetch": {
    good: {},
    names: "method headers body signal redirect",
    call: (options) =>
      protectedApi(daemon(), { baseUrl: "https://api.test/", scopes: [graph], fetch: apiFetch }).fetch(
        "users",
        options,
      ),
  },
  asTokenCredential: {
    good: {},
    names: "account",
    call: (options) => asTokenCredential(daemon(), options as never).getToken(graph),
  },
  "asTokenCredential.getToken": {
    good: {},
    names: "abortSignal requestOptions claims enableCae tenantId",
    call: (options) => asTokenCredential(daemon()).getToken(graph, options as never),
  },
  acquireTokenInteractive: {
    good: { scopes: ["User.Read"], openBrowser: hostile },
    names: `redirectUri timeoutMs clock ${request}`,
    call: (options) => acquireTokenInteractive(tool(), options as never),
  },
  createFetch: {
    good: {},
    names: "certificateAuthorities environment",
    call: (options) => createFetch(options as never),
  },
  openTelemetry: {
    good: {},
    names: "meterProvider tracerProvider",
    call: (options) => openTelemetry(options as never),
  },
};

/** Functions that take a single value. */
const functions: Readonly<Record<string, (value: never) => unknown>> = {
  "tokenCache.getAccountByHomeId": (value) => tool().tokenCache.getAccountByHomeId(value),
  "tokenCache.getAccountByLocalId": (value) => tool().tokenCache.getAccountByLocalId(value),
  "tokenCache.getAccountsByUsername": async (value) => {
    const app = tool();
    await app.acquireTokenByRefreshToken({ refreshToken: "rt", scopes: ["User.Read"] });
    return app.tokenCache.getAccountsByUsername(value);
  },
  "tokenCache.deserialize": (value) => tool().tokenCache.deserialize(value),
  "tokenCache.onChange": async (value) => {
    const app = tool();
    app.tokenCache.onChange(value);
    await app.acquireTokenByRefreshToken({ refreshToken: "rt", scopes: ["User.Read"] });
  },
  claimsChallengeOf: (value) => claimsChallengeOf(value),
  clientSecret: (value) =>
    makeDaemon(undefined, { clientCredential: clientSecret(value) }).app.acquireTokenForClient({ scopes: [graph] }),
  clientAssertion: (value) =>
    makeDaemon(undefined, { clientCredential: clientAssertion(value) }).app.acquireTokenForClient({ scopes: [graph] }),
  "protectedApi of a source": (value) =>
    protectedApi(value, { baseUrl: "https://api.test/", scopes: [graph], fetch: apiFetch }).json("users"),
  "protectedApi.json of a path": (value) =>
    protectedApi(daemon(), { baseUrl: "https://api.test/", scopes: [graph], fetch: apiFetch }).json(value),
  "protectedApi.fetch of a path": (value) =>
    protectedApi(daemon(), { baseUrl: "https://api.test/", scopes: [graph], fetch: apiFetch }).fetch(value),
  "protectedApi.pages of a path": async (value) => {
    const api = protectedApi(daemon(), { baseUrl: "https://api.test/", scopes: [graph], fetch: apiFetch });
    for await (const _ of api.pages(value)) {
      break;
    }
  },
  "asTokenCredential of a source": (value) => asTokenCredential(value).getToken(graph),
  "asTokenCredential.getToken": (value) => asTokenCredential(daemon()).getToken(value),
  "acquireTokenInteractive of an application": (value) =>
    acquireTokenInteractive(value, { scopes: ["User.Read"], openBrowser: hostile }),
};

/** The outcome, unless it is success or an error that says what is wrong. */
async function strange(work: () => unknown): Promise<unknown> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof AuthError) && !(error instanceof Hostile)) {
      return error;
    }
  }
  return undefined;
}

async function strangenessOf(work: () => unknown, what: string): Promise<string[]> {
  const error = await strange(work);
  return error === undefined
    ? []
    : [`${what}: ${error instanceof Error ? error.stack?.split("\n").slice(0, 3).join(" ") : typeof error}`];
}

describe("a value of the wrong type", () => {
  test.each<[string, Options, RegExp]>([
    [
      "acquireTokenForClient",
      { scopes: [graph], correlationId: 42 },
      /^correlationId is of type Number\. Set correlationId to a string\.$/,
    ],
    ["acquireTokenForClient", { scopes: [graph], timeoutMs: "secret" }, /^timeoutMs is of type String\. .* a number/],
    [
      "acquireTokenForClient",
      { scopes: [graph], forceRefresh: "secret" },
      /^forceRefresh is of type String\. .* true or false/,
    ],
    [
      "acquireTokenForClient",
      { scopes: [graph], extraHeaders: { a: ["secret"] } },
      /^extraHeaders is of type Object\. .* an object of strings/,
    ],
    [
      "acquireTokenForClient",
      { scopes: [graph], signal: new Date() },
      /^signal is of type Date\. .* functions addEventListener, /,
    ],
    [
      "acquireTokenForClient",
      { scopes: ["secret", { secret: 1 }] },
      /^scopes is of type Array, or contains such values: .* Pass scopes/,
    ],
    ["acquireTokenForClient", "secret" as unknown as Options, /^options is of type String\. .* an object/],
    [
      "getAuthorizationUrl",
      { scopes: [], redirectUri: new URL("https://secret.test/") },
      /^redirectUri is of type URL\. .* a string/,
    ],
    [
      "acquireTokenSilent",
      { scopes: [], account: { homeAccountId: 1 } },
      /^account is of type Object\. .* an account from an earlier result/,
    ],
    [
      "acquireTokenInteractive of an application",
      {},
      /^app is of type Object\. .* getAuthorizationUrl, acquireTokenByAuthorizationCode/,
    ],
    ["tokenCache.onChange", {}, /^listener is of type Object\. .* a function/],
    [
      "claimsChallengeOf",
      new Headers({ secret: "s" }) as unknown as Options,
      /^wwwAuthenticate is of type Headers\. .* a string/,
    ],
    ["protectedApi.json", { headers: "secret" }, /^headers is of type String\. .* Headers/],
  ])(
    "is reported by %s with the option, its type and the right one, but not its value (%#)",
    async (name, given, words) => {
      const call = entryPoints[name]?.call ?? functions[name];
      const error = await authErrorOf(async () => call?.(given as never));
      expect(error.code).toMatch(/^invalid_(options|scope)$/);
      expect(`${error.message} ${error.remedy}`).toMatch(words);
      expect(inspect(error)).not.toContain("secret");
    },
  );

  test.each(Object.entries(entryPoints))(
    "never makes %s throw anything but an AuthError",
    async (_, { good, names = "", call }) => {
      const found: string[] = [];
      for (const value of invalidValues) {
        found.push(...(await strangenessOf(() => call(value as Options), `options ${show(value)}`)));
      }
      for (const name of [...Object.keys(good), ...names.split(" ")].filter((each) => each !== "")) {
        for (const value of invalidValues) {
          found.push(...(await strangenessOf(() => call({ ...good, [name]: value }), `${name} ${show(value)}`)));
        }
        const throwing = Object.defineProperty({ ...good }, name, { get: hostile, enumerable: true });
        found.push(...(await strangenessOf(() => call(throwing), `${name} that throws`)));
      }
      expect(found).toEqual([]);
    },
  );

  test.each(Object.entries(functions))("never makes %s throw anything but an AuthError", async (_, call) => {
    const found: string[] = [];
    for (const value of invalidValues) {
      found.push(...(await strangenessOf(() => call(value as never), show(value))));
    }
    expect(found).toEqual([]);
  });

  test.each(Object.entries(entryPoints))(
    "survives odd values in several options of %s at once",
    async (_, { good, names = "", call }) => {
      const all = [...Object.keys(good), ...names.split(" ")].filter((name) => name !== "");
      if (all.length === 0) {
        return;
      }
      // By index: fast-check inspects values, and some of these throw.
      const value = fc.oneof(
        fc.nat(invalidValues.length - 1).map((at) => () => invalidValues[at]),
        fc.anything().map((anything) => () => anything),
      );
      const some = fc.dictionary(fc.constantFrom(...all), value, { maxKeys: 4 });
      await fc.assert(
        fc.asyncProperty(some, fc.boolean(), async (makers, isWhole) => {
          const invalid = Object.fromEntries(Object.entries(makers).map(([name, make]) => [name, make()]));
          const error = await strange(() => call(isWhole ? { ...good, ...invalid } : invalid));
          if (error !== undefined) {
            throw error;
          }
        }),
        { numRuns: 50 },
      );
    },
  );
});

test.each<[string, unknown, string]>([
  ["null", null, "source is of type Null."],
  ["an object that gets no tokens", { clientId }, "source is of type Object."],
  ["a text", "my-app", "source is of type String."],
])("is reported as source: %s", async (_, source, message) => {
  const api = protectedApi(source as never, { baseUrl: "https://api.test/", scopes: [graph], fetch: apiFetch });
  const expected = { code: "invalid_options", message, remedy: "Set source to an application." };
  expect(await authErrorOf(api.json("users"))).toMatchObject(expected);
  expect(await authErrorOf(asTokenCredential(source as never).getToken(graph))).toMatchObject(expected);
});

test.each([undefined, null])(
  "an account option that is present but %s does not mean the application itself",
  async (account) => {
    const named = { account } as { account?: undefined };
    const expected = { code: "invalid_options", message: `account is ${account}.` };
    const options = { baseUrl: "https://api.test/", scopes: [graph], fetch: apiFetch, ...named };
    expect(await authErrorOf((async () => protectedApi(daemon(), options))())).toMatchObject(expected);
    expect(await authErrorOf((async () => asTokenCredential(daemon(), named))())).toMatchObject(expected);
  },
);

describe("a program's function with a wrong result", () => {
  const thrown: readonly (readonly [string, unknown])[] = [
    ["undefined", undefined],
    ["null", null],
    ["a symbol", Symbol("odd")],
    ["an object without a prototype", Object.create(null)],
    ["an object with a hostile text", { toString: hostile }],
  ];
  const source = (result: unknown) => ({ acquireTokenForClient: async () => result as never });
  const api = (fetch: unknown, tokens: object = daemon()) =>
    protectedApi(tokens, { baseUrl: "https://api.test/", scopes: [graph], fetch: fetch as never, maxRetries: 0 });
  const acquire = (options: object) => makeDaemon(undefined, options).app.acquireTokenForClient({ scopes: [graph] });

  test.each(thrown)("causes no TypeError: %s, thrown by a fetch", async (_, value) => {
    const fetch = () => Promise.reject(value);
    expect(await authErrorOf(acquire({ fetch }))).toMatchObject({ code: "network_error" });
    expect(await authErrorOf(api(fetch).json("users"))).toMatchObject({ code: "network_error" });
  });

  test.each(thrown)("costs no token: %s, thrown by a cache plugin", async (_, value) => {
    const fail = () => Promise.reject(value);
    const { app } = makeDaemon(undefined, { cachePlugin: { beforeCacheAccess: fail, afterCacheAccess: fail } });
    expect((await app.acquireTokenForClient({ scopes: [graph] })).accessToken).toBe("token-1");
    expect(await authErrorOf(app.tokenCache.clear())).toMatchObject({ code: "cache_error" });
  });

  test.each([42, {}, [], true])("may be a response whose text is not a string: %j", async (text) => {
    const fetch = async () => ({ status: 200, headers: new Headers(), text: async () => text });
    expect(await authErrorOf(acquire({ fetch }))).toMatchObject({ code: "invalid_options" });
  });

  test.each<[string, unknown]>([
    ["nothing", async () => undefined],
    ["null", async () => null],
    ["a text", async () => "assertion"],
    ["no parameters", async () => ({})],
    ["no promise", () => ({ parameters: {} })],
  ])("may be a credential that returns %s", async (what, clientCredential) => {
    const work = acquire({ clientCredential });
    if (what === "no promise") {
      expect((await work).accessToken).toBe("token-1");
    } else {
      expect(await authErrorOf(work)).toMatchObject({ code: "invalid_credential" });
    }
  });

  test.each([undefined, null, "token", {}, { accessToken: 42 }, { accessToken: "a" }])(
    "may be a source that returns no token: %j",
    async (result) => {
      for (const work of [
        api(apiFetch, source(result)).json("users"),
        asTokenCredential(source(result)).getToken("s"),
      ]) {
        expect(await authErrorOf(work)).toMatchObject({ code: "invalid_options" });
      }
    },
  );
});

test("may be undefined in a request, which then omits it", async () => {
  const { app, service } = makeDaemon();
  const none = { a: "b", resource: undefined as never };
  const extras = { extraBodyParameters: none, extraQueryParameters: none, extraHeaders: none };
  await app.acquireTokenForClient({ scopes: [graph], ...extras });
  await app.acquireTokenByGrant({ grantType: "g", parameters: none });
  for (const { form, url, headers } of service.requests) {
    expect([form.has("resource"), url.search.includes("resource"), "resource" in headers]).toEqual([
      false,
      false,
      false,
    ]);
  }
});

test("may be claims that are nested too deeply to be merged", async () => {
  const claims = `${'{"a":'.repeat(50_000)}1${"}".repeat(50_000)}`;
  const { app } = makeDaemon(undefined, { clientCapabilities: ["cp1"] });
  expect(await authErrorOf(app.acquireTokenForClient({ scopes: [graph], claims }))).toMatchObject({
    code: "invalid_options",
  });
});

test.each([
  ["requestTimeoutMs", Number.NaN],
  ["requestTimeoutMs", 0],
  ["requestTimeoutMs", Number.POSITIVE_INFINITY],
  ["maxRetries", -1],
  ["maxRetries", Number.NaN],
])("an API cannot be called with %s: %d", async (name, value) => {
  const options = { baseUrl: "https://api.test/", scopes: [graph], fetch: apiFetch, [name]: value };
  expect(await authErrorOf((async () => protectedApi(daemon(), options))())).toMatchObject({
    code: "invalid_options",
    message: `${name} is ${value}.`,
  });
});
