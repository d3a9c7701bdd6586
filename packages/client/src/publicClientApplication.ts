import type { AuthenticationResult, GrantResult } from "./api/authenticationResult.ts";
import { applicationOptions, requireOptionNames } from "./api/optionNames.ts";
import type {
  AcquireTokenByAuthorizationCodeOptions,
  AcquireTokenByDeviceCodeOptions,
  AcquireTokenByGrantOptions,
  AcquireTokenByRefreshTokenOptions,
  AcquireTokenByUsernamePasswordOptions,
  AcquireTokenSilentOptions,
  ApplicationOptions,
  AuthorizationUrlOptions,
  SignOutUrlOptions,
} from "./api/options.ts";
import type { AuthorizationRequest } from "./api/signIn.ts";
import type { TokenCache } from "./api/tokenCache.ts";
import { type ClientContext, createClientContext } from "./clientContext.ts";
import { ConfigurationError } from "./errors/errors.ts";
import { acquireTokenByAuthorizationCode } from "./flows/authorizationCode.ts";
import { acquireTokenByDeviceCode } from "./flows/deviceCode.ts";
import { acquireTokenByGrant } from "./flows/otherGrant.ts";
import { acquireTokenByRefreshToken } from "./flows/refreshToken.ts";
import { acquireUserTokenSilent } from "./flows/silent.ts";
import { acquireTokenByUsernamePassword } from "./flows/usernamePassword.ts";
import { createAuthorizationRequest } from "./signIn/authorizationRequest.ts";
import { signOutUrl } from "./signIn/signOutUrl.ts";

/**
 * An application that cannot keep a secret: a desktop program, a command line tool, a page in a browser. It never takes a
 * credential. Make one and keep it for the life of the process: it holds the token cache.
 *
 * @throws {@link ConfigurationError} when an option cannot be right.
 * @see RFC 6749 section 2.1, RFC 8252
 * @example
 * ```ts
 * import { PublicClientApplication } from "@latchkey/client";
 *
 * const app = new PublicClientApplication({
 *   clientId: "11111111-2222-3333-4444-555555555555",
 *   authority: "https://login.microsoftonline.com/common",
 * });
 * const accounts = await app.tokenCache.getAllAccounts();
 * ```
 */
export class PublicClientApplication {
  readonly #client: ClientContext;

  constructor(options: ApplicationOptions) {
    requireNoCredential(options);
    requireOptionNames("PublicClientApplication", options, applicationOptions);
    this.#client = createClientContext(options, undefined);
  }

  /** What is kept: tokens, and the people who signed in. */
  get tokenCache(): TokenCache {
    return this.#client.tokenCache;
  }

  /**
   * Begins a sign-in: where to send the browser, with what the answer is checked against. Keep the whole as JSON until
   * the answer comes, and pass both to `acquireTokenByAuthorizationCode`.
   *
   * @throws {@link ConfigurationError} when an option cannot be right.
   * @see RFC 6749 section 4.1.1, RFC 7636
   * @example
   * ```ts
   * import type { PublicClientApplication } from "@latchkey/client";
   *
   * async function signIn(app: PublicClientApplication) {
   *   const request = await app.getAuthorizationUrl({
   *     scopes: ["User.Read"],
   *     redirectUri: "http://localhost:3000/",
   *   });
   *   sessionStorage.setItem("signIn", JSON.stringify(request));
   *   location.assign(request.url);
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
   * import type { PublicClientApplication } from "@latchkey/client";
   *
   * async function arrive(app: PublicClientApplication) {
   *   const request = JSON.parse(sessionStorage.getItem("signIn") ?? "{}");
   *   const { account } = await app.acquireTokenByAuthorizationCode({ request, response: location.href });
   *   return account;
   * }
   * ```
   */
  acquireTokenByAuthorizationCode(options: AcquireTokenByAuthorizationCodeOptions): Promise<AuthenticationResult> {
    return acquireTokenByAuthorizationCode(this.#client, options);
  }

  /**
   * Signs somebody in who has no browser here: shows a code to enter on another device, and waits until it was entered.
   * A network that comes and goes on the way does not end it.
   *
   * @throws {@link AuthError} `device_code_expired`; {@link ServerError} `access_denied` when the person declines, and any
   * other refusal; `signal.reason` when aborted.
   * @see RFC 8628, https://learn.microsoft.com/entra/identity-platform/v2-oauth2-device-code
   * @example
   * ```ts
   * import type { PublicClientApplication } from "@latchkey/client";
   *
   * const signIn = (app: PublicClientApplication) =>
   *   app.acquireTokenByDeviceCode({
   *     scopes: ["User.Read"],
   *     deviceCodeCallback: ({ message }) => console.error(message),
   *   });
   * ```
   */
  acquireTokenByDeviceCode(options: AcquireTokenByDeviceCodeOptions): Promise<AuthenticationResult> {
    return acquireTokenByDeviceCode(this.#client, options);
  }

  /**
   * Gets a token for somebody who signed in before: from the cache, else for a refresh token.
   *
   * @throws {@link InteractionRequiredError} when the person has to act; {@link ServerError}; {@link NetworkError}.
   * @see RFC 6749 section 6
   * @example
   * ```ts
   * import type { Account, PublicClientApplication } from "@latchkey/client";
   *
   * async function authorization(app: PublicClientApplication, account: Account): Promise<string> {
   *   const { accessToken } = await app.acquireTokenSilent({ scopes: ["User.Read"], account });
   *   return `Bearer ${accessToken}`;
   * }
   * ```
   */
  acquireTokenSilent(options: AcquireTokenSilentOptions): Promise<AuthenticationResult> {
    return acquireUserTokenSilent(this.#client, options);
  }

  /**
   * Takes over a refresh token that another library or store kept, so that the user need not sign in again.
   *
   * @see RFC 6749 section 6
   * @example
   * ```ts
   * import type { PublicClientApplication } from "@latchkey/client";
   *
   * const takeOver = (app: PublicClientApplication, refreshToken: string) =>
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
   * account cannot use it. Use the authorization code or the device code; for tests and old systems only.
   * @throws {@link ServerError} `invalid_user_credential`; {@link InteractionRequiredError} when the tenant asks for more.
   * @see RFC 6749 section 4.3, https://learn.microsoft.com/entra/identity-platform/v2-oauth-ropc
   * @example
   * ```ts
   * import type { PublicClientApplication } from "@latchkey/client";
   *
   * const signIn = (app: PublicClientApplication, username: string, password: string) =>
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
   * import type { PublicClientApplication } from "@latchkey/client";
   *
   * const exchange = (app: PublicClientApplication, subjectToken: string) =>
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
   * import type { Account, PublicClientApplication } from "@latchkey/client";
   *
   * async function signOut(app: PublicClientApplication, account: Account) {
   *   await app.tokenCache.removeAccount(account);
   *   location.assign(await app.getSignOutUrl({ account }));
   * }
   * ```
   */
  getSignOutUrl(options: SignOutUrlOptions = {}): Promise<string> {
    return signOutUrl(this.#client, options);
  }
}

function requireNoCredential(options: ApplicationOptions): void {
  const given = ["clientCredential", "clientSecret", "clientCertificate", "clientAssertion"].find(
    (name) => options?.[name as keyof ApplicationOptions] !== undefined,
  );
  if (given === undefined) return;
  throw new ConfigurationError(`${given} was given to a public client, which can keep no secret.`, {
    code: "invalid_options",
    remedy: "Use ConfidentialClientApplication on a server; take the credential out of what runs at the user's.",
  });
}
