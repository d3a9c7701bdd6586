import { type AdminConsentUrlOptions, adminConsentUrl } from "./adminConsentUrl.ts";
import type { AuthenticationResult } from "./authenticationResult.ts";
import { withTenant } from "./authority/authority.ts";
import { type AuthorizationRequest, createAuthorizationRequest } from "./authorizationRequest.ts";
import { type ClientContext, createClientContext } from "./clientContext.ts";
import { ConfigurationError } from "./errors.ts";
import { acquireTokenByAuthorizationCode } from "./flows/authorizationCode.ts";
import { acquireAppTokenSilent, acquireTokenForClient } from "./flows/clientCredentials.ts";
import { acquireTokenByRefreshToken } from "./flows/refreshToken.ts";
import { acquireUserTokenSilent } from "./flows/silent.ts";
import type {
  AcquireAppTokenSilentOptions,
  AcquireTokenByAuthorizationCodeOptions,
  AcquireTokenByRefreshTokenOptions,
  AcquireTokenForClientOptions,
  AcquireTokenSilentOptions,
  AuthorizationUrlOptions,
  ConfidentialClientApplicationOptions,
  SignOutUrlOptions,
} from "./options.ts";
import { signOutUrl } from "./signOutUrl.ts";
import { createTokenCache, type TokenCache } from "./tokenCache/tokenCache.ts";

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
  readonly #tokenCache: TokenCache;

  constructor(options: ConfidentialClientApplicationOptions) {
    requireCredential(options.clientCredential);
    this.#client = createClientContext(options, options.clientCredential);
    const { userTokens, authority, clientId } = this.#client;
    this.#tokenCache = createTokenCache(userTokens, authority.environment, clientId);
  }

  /** The people who signed in, and what is kept for them. */
  get tokenCache(): TokenCache {
    return this.#tokenCache;
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
   * For a user's account: a token from the cache, else for a refresh token. For `account: null`: the cached app token, or
   * `undefined`; nothing is waited for (`acquireTokenForClient` does this itself, programs of the older two-step pattern do not).
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
  acquireTokenSilent(options: AcquireAppTokenSilentOptions): Promise<AuthenticationResult | undefined>;
  acquireTokenSilent(options: AcquireTokenSilentOptions): Promise<AuthenticationResult>;
  acquireTokenSilent(
    options: AcquireAppTokenSilentOptions | AcquireTokenSilentOptions,
  ): Promise<AuthenticationResult | undefined> {
    return options.account === null
      ? acquireAppTokenSilent(this.#client, options)
      : acquireUserTokenSilent(this.#client, options);
  }

  /**
   * Begins a sign-in: where to send the browser, with what the answer is checked against. Keep the whole as JSON in the
   * user's session, and pass it with the answer to `acquireTokenByAuthorizationCode`.
   *
   * @throws {@link ConfigurationError} when an option cannot be right.
   * @see RFC 6749 section 4.1.1, RFC 7636
   * @example
   * ```ts
   * import type { ConfidentialClientApplication } from "@latchkey/client";
   *
   * async function signIn(app: ConfidentialClientApplication, session: Map<string, string>): Promise<string> {
   *   const request = await app.getAuthorizationUrl({
   *     scopes: ["User.Read"],
   *     redirectUri: "https://www.contoso.example/signed-in",
   *   });
   *   session.set("signIn", JSON.stringify(request));
   *   return request.url;
   * }
   * ```
   */
  getAuthorizationUrl(options: AuthorizationUrlOptions): Promise<AuthorizationRequest> {
    return createAuthorizationRequest(this.#client, options);
  }

  /**
   * Ends a sign-in: checks the answer, redeems its code, and keeps the account and its tokens.
   *
   * @throws {@link AuthError} `state_mismatch`, `invalid_id_token`; {@link ServerError}; {@link NetworkError}.
   * @see RFC 6749 section 4.1.3
   * @example
   * ```ts
   * import type { ConfidentialClientApplication } from "@latchkey/client";
   *
   * async function arrive(app: ConfidentialClientApplication, session: Map<string, string>, url: string) {
   *   const request = JSON.parse(session.get("signIn") ?? "{}");
   *   const { account } = await app.acquireTokenByAuthorizationCode({ request, response: url });
   *   return account;
   * }
   * ```
   */
  acquireTokenByAuthorizationCode(options: AcquireTokenByAuthorizationCodeOptions): Promise<AuthenticationResult> {
    return acquireTokenByAuthorizationCode(this.#client, options);
  }

  /**
   * Takes over a refresh token that another library or store kept, so that the user need not sign in again.
   *
   * @see RFC 6749 section 6
   * @example
   * ```ts
   * import type { ConfidentialClientApplication } from "@latchkey/client";
   *
   * const takeOver = (app: ConfidentialClientApplication, refreshToken: string) =>
   *   app.acquireTokenByRefreshToken({ refreshToken, scopes: ["User.Read"] });
   * ```
   */
  acquireTokenByRefreshToken(options: AcquireTokenByRefreshTokenOptions): Promise<AuthenticationResult> {
    return acquireTokenByRefreshToken(this.#client, options);
  }

  /**
   * The page that ends the user's session at the authority. The application's own memory of the user is
   * `tokenCache.removeAccount`.
   *
   * @see OpenID Connect RP-Initiated Logout 1.0 section 2
   * @example
   * ```ts
   * import type { Account, ConfidentialClientApplication } from "@latchkey/client";
   *
   * const signOut = (app: ConfidentialClientApplication, account: Account) =>
   *   app.getSignOutUrl({ account, postLogoutRedirectUri: "https://www.contoso.example/" });
   * ```
   */
  getSignOutUrl(options: SignOutUrlOptions = {}): Promise<string> {
    return signOutUrl(this.#client, options);
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

function requireCredential(credential: unknown): void {
  if (typeof credential === "function") return;
  const found = credential === undefined ? "missing" : `of type ${typeof credential}`;
  throw new ConfigurationError(`clientCredential is ${found}.`, {
    code: "invalid_credential",
    remedy: "Set clientCredential to clientSecret(…), clientCertificate(…) or clientAssertion(…).",
  });
}
