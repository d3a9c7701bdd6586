import type { AuthenticationResult, GrantResult } from "./api/authenticationResult.ts";
import type {
  AcquireTokenByAuthorizationCodeOptions,
  AcquireTokenByGrantOptions,
  AcquireTokenByRefreshTokenOptions,
  AcquireTokenByUsernamePasswordOptions,
  AcquireTokenSilentOptions,
  AuthorizationUrlOptions,
  SignOutUrlOptions,
} from "./api/options.ts";
import type { AuthorizationRequest } from "./api/signIn.ts";
import type { TokenCache } from "./api/tokenCache.ts";
import { acquireTokenByAuthorizationCode, type CodeContext } from "./flows/authorizationCode.ts";
import { acquireTokenByGrant } from "./flows/extensionGrant.ts";
import { acquireTokenByRefreshToken } from "./flows/refreshToken.ts";
import { acquireUserTokenSilent, type SilentContext } from "./flows/silent.ts";
import { acquireTokenByUsernamePassword } from "./flows/usernamePassword.ts";
import { createAuthorizationRequest } from "./signIn/authorizationRequest.ts";
import { signOutUrl } from "./signIn/signOutUrl.ts";

/** What both kinds of application need. */
export interface SharedContext extends CodeContext, SilentContext {
  readonly tokenCache: TokenCache;
}

/**
 * What every application can do, for functions that accept either kind: a {@link ConfidentialClientApplication} or a
 * {@link PublicClientApplication}.
 *
 * @example
 * ```ts
 * import type { ClientApplication } from "@latchkey/client";
 *
 * const namesOf = async (app: ClientApplication) =>
 *   (await app.tokenCache.getAllAccounts()).map(({ username }) => username);
 * ```
 */
export abstract class ClientApplication {
  readonly #client: SharedContext;

  /** @internal */
  protected constructor(client: SharedContext) {
    this.#client = client;
  }

  /** The cached tokens, and the users who signed in. */
  get tokenCache(): TokenCache {
    return this.#client.tokenCache;
  }

  /**
   * Starts a sign-in: returns where to send the browser, and what the response is validated against. Store the whole
   * value as JSON in the user's session, and pass it with the response to `acquireTokenByAuthorizationCode`.
   *
   * @throws {@link ConfigurationError} when an option is invalid.
   * @see RFC 6749 section 4.1.1, RFC 7636
   * @example
   * ```ts
   * import type { ClientApplication } from "@latchkey/client";
   *
   * async function signIn(app: ClientApplication, session: Map<string, string>): Promise<string> {
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
   * Completes a sign-in: validates the response, redeems its code, and caches the account and its tokens.
   *
   * @throws {@link AuthError} `state_mismatch`, `invalid_id_token`; {@link ServerError}; {@link NetworkError}.
   * @see RFC 6749 section 4.1.3
   * @example
   * ```ts
   * import type { ClientApplication } from "@latchkey/client";
   *
   * async function arrive(app: ClientApplication, session: Map<string, string>, url: string) {
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
   * Gets a token for a user who signed in before: from the cache, or else with a refresh token.
   *
   * @throws {@link InteractionRequiredError} when the user has to act; {@link ServerError}; {@link NetworkError}.
   * @see RFC 6749 section 6
   * @example
   * ```ts
   * import type { Account, ClientApplication } from "@latchkey/client";
   *
   * async function authorization(app: ClientApplication, account: Account): Promise<string> {
   *   const { accessToken } = await app.acquireTokenSilent({ scopes: ["User.Read"], account });
   *   return `Bearer ${accessToken}`;
   * }
   * ```
   */
  acquireTokenSilent(options: AcquireTokenSilentOptions): Promise<AuthenticationResult> {
    return acquireUserTokenSilent(this.#client, options);
  }

  /**
   * Takes over a refresh token from another library or store, so that the user need not sign in again.
   *
   * @see RFC 6749 section 6
   * @example
   * ```ts
   * import type { ClientApplication } from "@latchkey/client";
   *
   * const takeOver = (app: ClientApplication, refreshToken: string) =>
   *   app.acquireTokenByRefreshToken({ refreshToken, scopes: ["User.Read"] });
   * ```
   */
  acquireTokenByRefreshToken(options: AcquireTokenByRefreshTokenOptions): Promise<AuthenticationResult> {
    return acquireTokenByRefreshToken(this.#client, options);
  }

  /**
   * Gets a token with the user's password.
   *
   * @deprecated Discouraged: the program sees the password, and users with a second factor or with a federated or
   * personal account cannot use it. Use the authorization code or, in a public client, the device code; for tests and
   * old systems only.
   * @throws {@link ServerError} `invalid_user_credential`; {@link InteractionRequiredError} when the tenant requires
   * more.
   * @see RFC 6749 section 4.3, https://learn.microsoft.com/entra/identity-platform/v2-oauth-ropc
   * @example
   * ```ts
   * import type { ClientApplication } from "@latchkey/client";
   *
   * const signIn = (app: ClientApplication, username: string, password: string) =>
   *   app.acquireTokenByUsernamePassword({ scopes: ["User.Read"], username, password });
   * ```
   */
  acquireTokenByUsernamePassword(options: AcquireTokenByUsernamePasswordOptions): Promise<AuthenticationResult> {
    return acquireTokenByUsernamePassword(this.#client, options);
  }

  /**
   * Gets a token with a grant that has no method of its own, such as token exchange. Nothing is cached unless
   * `keepAccount` is set; equal concurrent calls share one request.
   *
   * @throws {@link ServerError}; {@link NetworkError}; {@link ConfigurationError} before any request.
   * @see RFC 6749 section 4.5, RFC 8693
   * @example
   * ```ts
   * import type { ClientApplication } from "@latchkey/client";
   *
   * const exchange = (app: ClientApplication, subjectToken: string) =>
   *   app.acquireTokenByGrant({
   *     grantType: "urn:ietf:params:oauth:grant-type:token-exchange",
   *     parameters: {
   *       subject_token: subjectToken,
   *       subject_token_type: "urn:ietf:params:oauth:token-type:access_token",
   *       audience: "orders",
   *     },
   *   });
   * ```
   */
  acquireTokenByGrant(options: AcquireTokenByGrantOptions): Promise<GrantResult> {
    return acquireTokenByGrant(this.#client, options);
  }

  /**
   * The page that ends the user's session at the authority. To remove the user from the application's cache, call
   * `tokenCache.removeAccount`.
   *
   * @see OpenID Connect RP-Initiated Logout 1.0 section 2
   * @example
   * ```ts
   * import type { Account, ClientApplication } from "@latchkey/client";
   *
   * const signOut = (app: ClientApplication, account: Account) =>
   *   app.getSignOutUrl({ account, postLogoutRedirectUri: "https://www.contoso.example/" });
   * ```
   */
  getSignOutUrl(options: SignOutUrlOptions = {}): Promise<string> {
    return signOutUrl(this.#client, options);
  }
}
