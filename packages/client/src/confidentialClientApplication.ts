import type { AuthenticationResult } from "./api/authenticationResult.ts";
import { applicationOptions, requireOptionNames } from "./api/checks/optionNames.ts";
import { wrongCredential } from "./api/credential.ts";
import type {
  AcquireAppTokenSilentOptions,
  AcquireTokenForClientOptions,
  AcquireTokenOnBehalfOfOptions,
  AcquireTokenSilentOptions,
  ConfidentialClientApplicationOptions,
  RemoveOnBehalfOfSessionOptions,
} from "./api/options.ts";
import type { AdminConsentUrlOptions } from "./api/signIn.ts";
import { adminConsentUrl } from "./authority/adminConsentUrl.ts";
import { withTenant } from "./authority/authority.ts";
import { ClientApplication } from "./clientApplication.ts";
import { type ClientContext, createClientContext } from "./clientContext.ts";
import { acquireAppTokenSilent, acquireTokenForClient } from "./flows/clientCredentials.ts";
import { acquireTokenOnBehalfOf, removeOnBehalfOfSession } from "./flows/onBehalfOf.ts";

/**
 * An application that can keep a secret: a daemon, a web app, a web API. Create one and use it for the life of the
 * process: it holds the token cache.
 *
 * @throws {@link ConfigurationError} when an option is invalid.
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
export class ConfidentialClientApplication extends ClientApplication {
  readonly #client: ClientContext;

  constructor(options: ConfidentialClientApplicationOptions) {
    requireOptionNames(
      "ConfidentialClientApplication",
      options,
      `${applicationOptions} clientCredential:any azureRegion`,
    );
    requireCredential(options.clientCredential);
    const client = createClientContext(options, options.clientCredential);
    super(client);
    this.#client = client;
  }

  /**
   * Gets a token for the application itself: from the cache, or else from the token service. Concurrent calls for the
   * same token share one request.
   *
   * @throws {@link ConfigurationError} before any request; {@link ServerError} when the service refuses; {@link
   * NetworkError} when it does not respond; `signal.reason` when aborted.
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
   * For a user's account: a token from the cache, or else with a refresh token. For `account: null`: the cached app
   * token, or `undefined`; nothing is sent. Only programs of the older two-step pattern need that:
   * `acquireTokenForClient` checks the cache itself.
   *
   * @throws {@link InteractionRequiredError} when the user has to act.
   * @example
   * ```ts
   * import type { Account, ConfidentialClientApplication } from "@latchkey/client";
   *
   * const forUser = (app: ConfidentialClientApplication, account: Account) =>
   *   app.acquireTokenSilent({ scopes: ["User.Read"], account });
   *
   * async function twoSteps(app: ConfidentialClientApplication, scopes: string[]) {
   *   return (await app.acquireTokenSilent({ scopes, account: null })) ?? (await app.acquireTokenForClient({ scopes }));
   * }
   * ```
   */
  override acquireTokenSilent(options: AcquireAppTokenSilentOptions): Promise<AuthenticationResult | undefined>;
  override acquireTokenSilent(options: AcquireTokenSilentOptions): Promise<AuthenticationResult>;
  override acquireTokenSilent(
    options: AcquireAppTokenSilentOptions | AcquireTokenSilentOptions,
  ): Promise<AuthenticationResult | undefined> {
    return options?.account === null ? acquireAppTokenSilent(this.#client, options) : super.acquireTokenSilent(options);
  }

  /**
   * For an API that has been called: gets a token to call another API for the same user. It comes from the cache, or
   * else from the refresh token of an earlier response, or else from the caller's token. What was acquired for one
   * caller's token is never used for another, and does not appear in `tokenCache`.
   *
   * For work that outlives the request, pass a `sessionKey` with the first call, and later the key alone: the user's
   * refresh token then keeps the session alive until `removeOnBehalfOfSession`.
   *
   * @throws {@link ServerError} `user_assertion_rejected`; {@link InteractionRequiredError} when the user has to act:
   * pass its `claims` to the caller; `sign_in_required` when there is no session with this key.
   * @see RFC 7523 section 2.1, https://learn.microsoft.com/entra/identity-platform/v2-oauth2-on-behalf-of-flow
   * @example
   * ```ts
   * import type { ConfidentialClientApplication } from "@latchkey/client";
   *
   * const graphToken = (app: ConfidentialClientApplication, bearer: string) =>
   *   app.acquireTokenOnBehalfOf({ scopes: ["https://graph.microsoft.com/.default"], oboAssertion: bearer });
   *
   * async function longReport(app: ConfidentialClientApplication, bearer: string, reportId: string) {
   *   const scopes = ["https://graph.microsoft.com/.default"];
   *   await app.acquireTokenOnBehalfOf({ scopes, oboAssertion: bearer, sessionKey: reportId });
   *   // Hours later, the caller gone:
   *   const { accessToken } = await app.acquireTokenOnBehalfOf({ scopes, sessionKey: reportId });
   *   await app.removeOnBehalfOfSession({ sessionKey: reportId });
   *   return accessToken;
   * }
   * ```
   */
  acquireTokenOnBehalfOf(options: AcquireTokenOnBehalfOfOptions): Promise<AuthenticationResult> {
    return acquireTokenOnBehalfOf(this.#client, options);
  }

  /**
   * Ends a long-running session of `acquireTokenOnBehalfOf` and removes its tokens.
   *
   * @example
   * ```ts
   * import type { ConfidentialClientApplication } from "@latchkey/client";
   *
   * const done = (app: ConfidentialClientApplication, reportId: string) =>
   *   app.removeOnBehalfOfSession({ sessionKey: reportId });
   * ```
   */
  removeOnBehalfOfSession(options: RemoveOnBehalfOfSessionOptions): Promise<void> {
    return removeOnBehalfOfSession(this.#client, options);
  }

  /**
   * The page where an administrator grants the application its declared permissions; `undefined` if the authority has
   * no such page (AD FS, other issuers).
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
    requireOptionNames("getAdminConsentUrl", options, "redirectUri state tenantId");
    const { clientId, authority } = this.#client;
    const chosen = withTenant(authority, options.tenantId);
    return adminConsentUrl(chosen, clientId, options);
  }
}

function requireCredential(credential: unknown): void {
  if (typeof credential === "function") {
    return;
  }
  const found = credential === undefined ? "missing" : `of type ${typeof credential}`;
  throw wrongCredential(`clientCredential is ${found}.`);
}
