import { type AdminConsentUrlOptions, adminConsentUrl } from "./adminConsentUrl.ts";
import type { AuthenticationResult } from "./authenticationResult.ts";
import { parseAuthority, withTenant } from "./authority/authority.ts";
import type { ClientContext } from "./clientContext.ts";
import { ConfigurationError } from "./errors.ts";
import { acquireTokenForClient, appPartitionKey } from "./flows/clientCredentials.ts";
import { acquireAppTokenSilent } from "./flows/silent.ts";
import type {
  AcquireAppTokenSilentOptions,
  AcquireTokenForClientOptions,
  ConfidentialClientApplicationOptions,
} from "./options.ts";
import { systemClock } from "./runtime/clock.ts";
import { silentLogger } from "./runtime/logger.ts";
import { systemRandom } from "./runtime/random.ts";
import { createSingleFlight } from "./singleFlight.ts";
import { createAppTokenCache } from "./tokenCache/appTokenCache.ts";
import { transport } from "./transport/runtimeTransport.ts";

/**
 * An application that can keep a secret: a daemon, a web app, a web API. Make one and keep it for the life of the
 * process: it holds the token cache.
 *
 * @throws {@link ConfigurationError} when an option cannot be right.
 * @see https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow
 * @example
 * ```ts
 * import { ConfidentialClientApplication, clientSecret } from "@latchkey/client";
 *
 * const app = new ConfidentialClientApplication({
 *   clientId: "11111111-2222-3333-4444-555555555555",
 *   authority: "https://login.microsoftonline.com/contoso.onmicrosoft.com",
 *   clientCredential: clientSecret("the secret's value"),
 * });
 * const { accessToken } = await app.acquireTokenForClient({ scopes: ["https://graph.microsoft.com/.default"] });
 * ```
 */
export class ConfidentialClientApplication {
  readonly #client: ClientContext;

  constructor(options: ConfidentialClientApplicationOptions) {
    requireOptions(options);
    const authority = parseAuthority(options);
    const clock = options.clock ?? systemClock;
    const random = options.random ?? systemRandom;
    this.#client = {
      clientId: options.clientId,
      authority,
      authorityOptions: {
        knownAuthorities: options.knownAuthorities,
        allowInsecureLoopback: options.allowInsecureLoopback,
      },
      credential: options.clientCredential,
      clientCapabilities: options.clientCapabilities ?? [],
      http: { fetch: options.fetch ?? transport, clock, requestTimeoutMs: options.requestTimeoutMs ?? 30_000 },
      random,
      logger: options.logger ?? silentLogger,
      appTokens: createAppTokenCache(options.maxCachedTokens ?? 100_000, clock.now()),
      ownPartition: appPartitionKey(options.clientId, authority),
      flights: createSingleFlight(clock, random),
      endpoints: new Map(),
      discoveries: createSingleFlight(clock, random),
      serviceClock: { aheadMs: 0 },
    };
  }

  /**
   * Gets a token for the application itself: from the cache, else from the token service. Concurrent calls for the
   * same token share one request.
   *
   * @throws {@link ConfigurationError} before any request; {@link ServerError} when the service refuses;
   * {@link NetworkError} when it does not answer; `signal.reason` when aborted.
   * @see RFC 6749 section 4.4
   * @example
   * ```ts
   * import type { ConfidentialClientApplication } from "@latchkey/client";
   *
   * async function authorization(app: ConfidentialClientApplication): Promise<string> {
   *   const result = await app.acquireTokenForClient({ scopes: ["https://graph.microsoft.com/.default"] });
   *   return `${result.tokenType} ${result.accessToken}`;
   * }
   * ```
   */
  acquireTokenForClient(options: AcquireTokenForClientOptions): Promise<AuthenticationResult> {
    return acquireTokenForClient(this.#client, options);
  }

  /**
   * Looks for a cached app token and sends nothing; `undefined` when there is none. `acquireTokenForClient` does this
   * itself: the method is there for programs that follow the older two-step pattern.
   *
   * @example
   * ```ts
   * import type { ConfidentialClientApplication } from "@latchkey/client";
   *
   * async function twoSteps(app: ConfidentialClientApplication, scopes: string[]) {
   *   return (await app.acquireTokenSilent({ scopes, account: null })) ?? (await app.acquireTokenForClient({ scopes }));
   * }
   * ```
   */
  acquireTokenSilent(options: AcquireAppTokenSilentOptions): Promise<AuthenticationResult | undefined> {
    return acquireAppTokenSilent(this.#client, options);
  }

  /**
   * The page where an administrator grants the application the permissions that it declares; `undefined` where the
   * authority has no such page (AD FS, other issuers).
   *
   * @see https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow#request-the-permissions-from-a-directory-admin
   * @example
   * ```ts
   * import type { ConfidentialClientApplication } from "@latchkey/client";
   *
   * const tellAdministrator = (app: ConfidentialClientApplication) => console.log(app.getAdminConsentUrl());
   * ```
   */
  getAdminConsentUrl(
    options: AdminConsentUrlOptions & { readonly tenantId?: string | undefined } = {},
  ): string | undefined {
    const { clientId, authority } = this.#client;
    const chosen = options.tenantId === undefined ? authority : withTenant(authority, options.tenantId);
    return adminConsentUrl(chosen, clientId, options);
  }
}

function requireOptions(options: ConfidentialClientApplicationOptions): void {
  if (typeof options.clientId !== "string" || options.clientId.trim() === "") {
    throw new ConfigurationError(`clientId is ${JSON.stringify(options.clientId)}.`, {
      code: "invalid_options",
      remedy: "Set clientId to the application (client) id that the registration shows.",
    });
  }
  if (typeof options.clientCredential !== "function") {
    const found = options.clientCredential === undefined ? "missing" : `of type ${typeof options.clientCredential}`;
    throw new ConfigurationError(`clientCredential is ${found}.`, {
      code: "invalid_credential",
      remedy: "Set clientCredential to clientSecret(…), clientCertificate(…) or clientAssertion(…).",
    });
  }
  for (const name of ["maxCachedTokens", "requestTimeoutMs"] as const) {
    const value = options[name];
    if (value === undefined || (Number.isFinite(value) && value >= 1)) continue;
    throw new ConfigurationError(`${name} is ${value}.`, {
      code: "invalid_options",
      remedy: `Set ${name} to a number of at least 1, or leave it out.`,
    });
  }
}
