import { readFileSync } from "node:fs";
import {
  type AcquireAppTokenSilentOptions,
  type AcquireTokenByAuthorizationCodeOptions,
  type AcquireTokenByDeviceCodeOptions,
  type AcquireTokenByGrantOptions,
  type AcquireTokenByRefreshTokenOptions,
  type AcquireTokenByUsernamePasswordOptions,
  type AcquireTokenForClientOptions,
  type AcquireTokenOnBehalfOfOptions,
  type AcquireTokenSilentOptions,
  type ApplicationOptions,
  type AuthorizationUrlOptions,
  asTokenCredential,
  type ClientCertificateOptions,
  type ClientSecretOptions,
  ConfidentialClientApplication,
  type ConfidentialClientApplicationOptions,
  clientCertificate,
  clientSecret,
  type ProtectedApiOptions,
  PublicClientApplication,
  protectedApi,
  type RemoveOnBehalfOfSessionOptions,
  type SerializeOptions,
  type SignOutUrlOptions,
} from "@latchkey/client";
import {
  type AcquireTokenInteractiveOptions,
  acquireTokenInteractive,
  type CreateFetchOptions,
  createFetch,
} from "@latchkey/client/node";
import { type OpenTelemetryOptions, openTelemetry } from "@latchkey/client/opentelemetry";
import { describe, expect, test } from "vitest";
import { clientId, entra, graph, makeDaemon } from "../../support/daemon.ts";
import { authErrorOf, failureOf } from "../../support/failure.ts";
import { makeTool } from "../../support/tool.ts";

const { app: daemon } = makeDaemon();
const { app: tool } = makeTool();
const account = {
  homeAccountId: "a.b",
  environment: "login.windows.net",
  tenantId: "t",
  localAccountId: "a",
  username: "",
};

/** All option names of a type, including union members; the compiler requires new ones here. */
type Names<T> = Readonly<Record<T extends unknown ? keyof T : never, true>>;
const request = {
  scopes: true,
  correlationId: true,
  signal: true,
  timeoutMs: true,
  claims: true,
  claimsFromClient: true,
  tenantId: true,
  extraBodyParameters: true,
  extraQueryParameters: true,
  extraHeaders: true,
} as const;
const application: Names<ApplicationOptions> = {
  clientId: true,
  authority: true,
  oidcAuthority: true,
  knownAuthorities: true,
  instanceDiscovery: true,
  allowInsecureLoopback: true,
  clientCapabilities: true,
  maxCachedTokens: true,
  requestTimeoutMs: true,
  maxRetries: true,
  throttling: true,
  extendedTokenLifetime: true,
  waitUntil: true,
  fetch: true,
  clock: true,
  random: true,
  cachePlugin: true,
  logger: true,
  telemetry: true,
};
const page = {
  scopes: true,
  extraScopesToConsent: true,
  prompt: true,
  loginHint: true,
  domainHint: true,
  claims: true,
  claimsFromClient: true,
  tenantId: true,
  correlationId: true,
  signal: true,
  extraQueryParameters: true,
} as const;

interface EntryPoint {
  readonly names: Readonly<Record<string, true>>;
  /** Passes options in. */
  readonly call: (options: never) => unknown;
  /** Options that are read, if they affect which names are valid. */
  readonly base?: object;
}
const entryPoint = <T>(names: Names<T>, call: (options: never) => unknown, base?: object): EntryPoint => ({
  names,
  call,
  base: base ?? {},
});

const entryPoints: Readonly<Record<string, EntryPoint>> = {
  ConfidentialClientApplication: entryPoint<ConfidentialClientApplicationOptions>(
    { ...application, clientCredential: true, azureRegion: true },
    (options) => new ConfidentialClientApplication(options),
  ),
  PublicClientApplication: entryPoint<ApplicationOptions>(
    application,
    (options) => new PublicClientApplication(options),
  ),
  clientSecret: entryPoint<ClientSecretOptions>({ method: true }, (options) => clientSecret("s", options)),
  clientCertificate: entryPoint<ClientCertificateOptions>(
    {
      privateKey: true,
      passphrase: true,
      sign: true,
      certificate: true,
      thumbprint: true,
      thumbprintSha256: true,
      x5c: true,
      keyId: true,
    },
    (options) => clientCertificate(options),
  ),
  protectedApi: entryPoint<ProtectedApiOptions>(
    {
      baseUrl: true,
      scopes: true,
      account: true,
      tenantId: true,
      maxRetries: true,
      requestTimeoutMs: true,
      fetch: true,
      clock: true,
      random: true,
    },
    (options) => protectedApi(daemon, options),
  ),
  createFetch: entryPoint<CreateFetchOptions>({ certificateAuthorities: true, environment: true }, (options) =>
    createFetch(options),
  ),
  openTelemetry: entryPoint<OpenTelemetryOptions>({ meterProvider: true, tracerProvider: true }, (options) =>
    openTelemetry(options),
  ),
  asTokenCredential: entryPoint<{ account?: unknown }>({ account: true }, (options) =>
    asTokenCredential(daemon, options),
  ),
  serialize: entryPoint<SerializeOptions>({ dialect: true }, (options) => daemon.tokenCache.serialize(options)),
  acquireTokenForClient: entryPoint<AcquireTokenForClientOptions>({ ...request, forceRefresh: true }, (options) =>
    daemon.acquireTokenForClient(options),
  ),
  acquireTokenSilent: entryPoint<AcquireTokenSilentOptions>(
    { ...request, account: true, forceRefresh: true },
    (options) => tool.acquireTokenSilent(options),
    { account },
  ),
  "acquireTokenSilent for account: null": entryPoint<AcquireAppTokenSilentOptions>(
    { scopes: true, account: true, tenantId: true, correlationId: true },
    (options) => daemon.acquireTokenSilent(options),
    { account: null },
  ),
  acquireTokenOnBehalfOf: entryPoint<AcquireTokenOnBehalfOfOptions>(
    { ...request, forceRefresh: true, oboAssertion: true, sessionKey: true },
    (options) => daemon.acquireTokenOnBehalfOf(options),
  ),
  removeOnBehalfOfSession: entryPoint<RemoveOnBehalfOfSessionOptions>({ sessionKey: true, tenantId: true }, (options) =>
    daemon.removeOnBehalfOfSession(options),
  ),
  acquireTokenByAuthorizationCode: entryPoint<AcquireTokenByAuthorizationCodeOptions>(
    { ...request, request: true, response: true, code: true, redirectUri: true, codeVerifier: true, nonce: true },
    (options) => daemon.acquireTokenByAuthorizationCode(options),
  ),
  acquireTokenByDeviceCode: entryPoint<AcquireTokenByDeviceCodeOptions>(
    { ...request, deviceCodeCallback: true },
    (options) => tool.acquireTokenByDeviceCode(options),
  ),
  acquireTokenByRefreshToken: entryPoint<AcquireTokenByRefreshTokenOptions>(
    { ...request, refreshToken: true },
    (options) => tool.acquireTokenByRefreshToken(options),
  ),
  acquireTokenByUsernamePassword: entryPoint<AcquireTokenByUsernamePasswordOptions>(
    { ...request, username: true, password: true },
    (options) => tool.acquireTokenByUsernamePassword(options),
  ),
  acquireTokenByGrant: entryPoint<AcquireTokenByGrantOptions>(
    { ...request, grantType: true, parameters: true, keepAccount: true },
    (options) => tool.acquireTokenByGrant(options),
  ),
  acquireTokenInteractive: entryPoint<AcquireTokenInteractiveOptions>(
    { ...page, redirectUri: true, openBrowser: true, timeoutMs: true, clock: true },
    (options) => acquireTokenInteractive(tool, options),
    { timeoutMs: -1 },
  ),
  getAuthorizationUrl: entryPoint<AuthorizationUrlOptions>(
    { ...page, redirectUri: true, responseMode: true, state: true },
    (options) => tool.getAuthorizationUrl(options),
  ),
  getSignOutUrl: entryPoint<SignOutUrlOptions>(
    { account: true, postLogoutRedirectUri: true, state: true, signal: true },
    (options) => tool.getSignOutUrl(options),
  ),
  getAdminConsentUrl: entryPoint<NonNullable<Parameters<ConfidentialClientApplication["getAdminConsentUrl"]>[0]>>(
    { redirectUri: true, state: true, tenantId: true },
    (options) => daemon.getAdminConsentUrl(options),
  ),
};

/** The error of passing options in; `undefined` if there is none. */
async function endOf({ call, base }: EntryPoint, options: object): Promise<unknown> {
  try {
    await call({ ...base, ...options } as never);
    return undefined;
  } catch (error) {
    return error;
  }
}

describe.each(Object.entries(entryPoints))("%s", (what, at) => {
  test("refuses an unknown option, suggesting the nearest name", async () => {
    for (const name of Object.keys(at.names)) {
      const misspelt = `${name.slice(0, 1).toUpperCase()}${name.slice(1)}s`;
      const error = await endOf(at, { [misspelt]: "canary-value" });
      expect(error).toMatchObject({
        name: "ConfigurationError",
        code: "invalid_options",
        message: `${what} has no option "${misspelt}".`,
        remedy: `Write ${name} if that is what you mean, otherwise leave it out.`,
      });
      expect(JSON.stringify(error)).not.toContain("canary");
    }
  });

  test("knows all its names, and ignores undefined, symbols and inherited properties", async () => {
    const inherited = Object.create({ inheritedName: 1 }) as object;
    const options = Object.assign(inherited, { [Symbol("s")]: 1, unknownName: undefined });
    const known = Object.fromEntries(Object.keys(at.names).map((name) => [name, undefined]));
    for (const given of [options, known, ...Object.keys(at.names).map((name) => ({ [name]: [] }))]) {
      expect(String(await endOf(at, given))).not.toContain("has no option");
    }
  });
});

test("notices a misspelt option before returning a cached token", async () => {
  const { app, service } = makeDaemon();
  await app.acquireTokenForClient({ scopes: [graph] });
  for (const given of [{ forcerefresh: true }, { force_refresh: true }, { skipCache: true }]) {
    const error = await authErrorOf(
      app.acquireTokenForClient({ scopes: [graph], ...given } as AcquireTokenForClientOptions),
    );
    expect(error.remedy).toBe("Write forceRefresh if that is what you mean, otherwise leave it out.");
  }
  await app.acquireTokenForClient({ scopes: [graph], signal: new AbortController().signal, correlationId: "c" });
  await app.acquireTokenForClient({ scopes: [graph], tenantId: undefined, forceRefresh: false });
  expect(service.requests).toHaveLength(1);
});

test.each(["__proto__", "constructor", "toString", "hasOwnProperty", "valueOf"])(
  "refuses an option named %s",
  async (name) => {
    const options = JSON.parse(`{ "scopes": ["${graph}"], "${name}": 1 }`);
    const error = await failureOf(makeDaemon().app.acquireTokenForClient(options));
    expect(error).toMatchObject({ code: "invalid_options", message: `acquireTokenForClient has no option "${name}".` });
  },
);

describe("MSAL's shape of options", () => {
  test("is refused with what to write instead, and without its values", async () => {
    const options = {
      auth: { clientId, authority: entra, clientSecret: "canary", clientCapabilities: ["cp1"] },
      cache: { cachePlugin: {} },
      system: { loggerOptions: {}, networkClient: {} },
    };
    const error = await authErrorOf(() => new ConfidentialClientApplication(options as never));
    expect(error).toMatchObject({
      code: "invalid_options",
      message: 'ConfidentialClientApplication has no option "auth".',
      remedy:
        "Write one flat object, { clientId, authority, clientCredential: clientSecret(…), clientCapabilities, logger, fetch, cachePlugin }: see docs/guides/migrating-from-msal-node.md, Applications.",
    });
    expect(JSON.stringify(error)).not.toContain("canary");
  });

  test("is refused by a public client, and if only a part of it is left", async () => {
    const wanted = /^Write one flat object, \{ clientId \}/;
    expect((await authErrorOf(() => new PublicClientApplication({ auth: { clientId } } as never))).remedy).toMatch(
      wanted,
    );
    const part = { clientId, authority: entra, cache: { cachePlugin: {} } };
    expect((await authErrorOf(() => new PublicClientApplication(part as never))).remedy).toMatch(/\{ cachePlugin \}/);
  });

  test("is renamed as the guide says", async () => {
    const guide = readFileSync(
      new URL("../../../../../docs/guides/migrating-from-msal-node.md", import.meta.url),
      "utf8",
    );
    for (const [msal, ours] of [
      ["auth.clientSecret", "clientCredential: clientSecret(…)"],
      ["auth.clientAssertion", "clientCredential: clientAssertion(…)"],
      ["system.networkClient", "fetch"],
      ["system.loggerOptions", "logger"],
    ] as const) {
      const [section = "", name = ""] = msal.split(".");
      const error = await authErrorOf(() => new PublicClientApplication({ [section]: { [name]: 1 } } as never));
      expect(error.remedy).toContain(`{ ${ours} }`);
      expect(guide).toContain(`| \`${msal}\` | \`${ours}\``);
    }
  });
});

test("the tenant of @azure/identity's options belongs in the authority", async () => {
  const given = { tenantId: "contoso.onmicrosoft.com", clientId, clientCredential: clientSecret("x") };
  const error = await authErrorOf((async () => new ConfidentialClientApplication(given as never))());
  expect(error.remedy).toBe(
    "Write authority: https://login.microsoftonline.com/{tenant} if that is what you mean, otherwise leave it out.",
  );
});

test("a name with no similar option is answered with the list of all options", async () => {
  const error = await authErrorOf((async () => clientSecret("x", { zzqx: 1 } as never))());
  expect(error.remedy).toBe("Leave it out; the options are method.");
});

test("what is not an options object is answered with what belongs in one", async () => {
  const error = await authErrorOf((async () => new PublicClientApplication(undefined as never))());
  expect(error.remedy).toMatch(
    /^Set options to an object: PublicClientApplication\(\{ clientId, authority, .*, … \}\)\.$/,
  );
});
