import type { AuthenticationResult, GrantResult } from "./api/authenticationResult.ts";
import { wrongCredential } from "./api/credential.ts";
import { applicationOptions, requireOptionNames } from "./api/optionNames.ts";
import type {
  AcquireAppTokenSilentOptions,
  AcquireTokenByAuthorizationCodeOptions,
  AcquireTokenByGrantOptions,
  AcquireTokenByRefreshTokenOptions,
  AcquireTokenByUsernamePasswordOptions,
  AcquireTokenForClientOptions,
  AcquireTokenOnBehalfOfOptions,
  AcquireTokenSilentOptions,
  AuthorizationUrlOptions,
  ConfidentialClientApplicationOptions,
  RemoveOnBehalfOfSessionOptions,
  SignOutUrlOptions,
} from "./api/options.ts";
import type { AdminConsentUrlOptions, AuthorizationRequest } from "./api/signIn.ts";
import type { TokenCache } from "./api/tokenCache.ts";
import { adminConsentUrl } from "./authority/adminConsentUrl.ts";
import { withTenant } from "./authority/authority.ts";
import { type ClientContext, createClientContext } from "./clientContext.ts";
import { acquireTokenByAuthorizationCode } from "./flows/authorizationCode.ts";
import { acquireAppTokenSilent, acquireTokenForClient } from "./flows/clientCredentials.ts";
import { acquireTokenOnBehalfOf, removeOnBehalfOfSession } from "./flows/onBehalfOf.ts";
import { acquireTokenByGrant } from "./flows/otherGrant.ts";
import { acquireTokenByRefreshToken } from "./flows/refreshToken.ts";
import { acquireUserTokenSilent } from "./flows/silent.ts";
import { acquireTokenByUsernamePassword } from "./flows/usernamePassword.ts";
import { createAuthorizationRequest } from "./signIn/authorizationRequest.ts";
import { signOutUrl } from "./signIn/signOutUrl.ts";

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
    requireOptionNames(
      "ConfidentialClientApplication",
      options,
      `${applicationOptions} clientCredential:any azureRegion`,
    );
    requireCredential(options.clientCredential);
    this.#client = createClientContext(options, options.clientCredential);
  }

  /** What is kept: tokens, and the people who signed in. */
  get tokenCache(): TokenCache {
    return this.#client.tokenCache;
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
   * `undefined`; nothing is sent (`acquireTokenForClient` does this itself, programs of the older two-step pattern do not).
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
    return options?.account === null
      ? acquireAppTokenSilent(this.#client, options)
      : acquireUserTokenSilent(this.#client, options);
  }

  /**
   * For an API that was called: a token to call the next one for the same user. It comes from the cache, else for the
   * refresh token of an earlier answer, else for the caller's token; what is kept for one caller's token serves no other,
   * and none of it is an account of `tokenCache`.
   *
   * Work that outlives the request gives a `sessionKey` with the first call, and later the key alone: the user's refresh
   * token then keeps the session alive until `removeOnBehalfOfSession`.
   *
   * @throws {@link ServerError} `user_assertion_rejected`; {@link InteractionRequiredError} when the user has to act: answer
   * the caller with its `claims`; `sign_in_required` when nothing is kept under the key.
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
   * Ends a long-running session of `acquireTokenOnBehalfOf`: forgets its tokens.
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
   * Gets a token for the user's own password.
   *
   * @deprecated Discouraged: the program sees the password, and users with a second factor, a federated or a personal
   * account cannot use it. Use the authorization code; for tests and old systems only.
   * @throws {@link ServerError} `invalid_user_credential`; {@link InteractionRequiredError} when the tenant asks for more.
   * @see RFC 6749 section 4.3, https://learn.microsoft.com/entra/identity-platform/v2-oauth-ropc
   * @example
   * ```ts
   * import type { ConfidentialClientApplication } from "@latchkey/client";
   *
   * const signIn = (app: ConfidentialClientApplication, username: string, password: string) =>
   *   app.acquireTokenByUsernamePassword({ scopes: ["User.Read"], username, password });
   * ```
   */
  acquireTokenByUsernamePassword(options: AcquireTokenByUsernamePasswordOptions): Promise<AuthenticationResult> {
    return acquireTokenByUsernamePassword(this.#client, options);
  }

  /**
   * Gets a token by a grant that has no method of its own, such as token exchange. Nothing is kept unless `keepAccount`
   * asks for it; equal calls at the same time share one request.
   *
   * @throws {@link ServerError}; {@link NetworkError}; {@link ConfigurationError} before any request.
   * @see RFC 6749 section 4.5, RFC 8693
   * @example
   * ```ts
   * import type { ConfidentialClientApplication } from "@latchkey/client";
   *
   * const exchange = (app: ConfidentialClientApplication, subjectToken: string) =>
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
    requireOptionNames("getAdminConsentUrl", options, "redirectUri state tenantId");
    const { clientId, authority } = this.#client;
    const chosen = withTenant(authority, options.tenantId);
    return adminConsentUrl(chosen, clientId, options);
  }
}

function requireCredential(credential: unknown): void {
  if (typeof credential === "function") return;
  const found = credential === undefined ? "missing" : `of type ${typeof credential}`;
  throw wrongCredential(`clientCredential is ${found}.`);
}
