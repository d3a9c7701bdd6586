import type { Account, IdTokenClaims } from "./account.ts";

/** How long the network part of an acquisition took. */
export interface NetworkTiming {
  /** From the first byte sent to the response, metadata and retries included, in milliseconds. */
  readonly networkMs: number;
  /** The number of token requests sent: 2 if the first was refused and a renewed credential succeeded. */
  readonly requestCount: number;
}

/**
 * A token and its metadata. Each call returns a new object; its tokens are hidden from `console.log` and
 * `util.inspect`, but included in `JSON.stringify` for programs that store them on purpose.
 */
export interface AuthenticationResult {
  readonly accessToken: string;
  /** The scheme in the `Authorization` header: `Bearer`. */
  readonly tokenType: string;
  /** By this machine's clock, even if the service's differs: compare it with `Date.now()`. */
  readonly expiresOn: Date;
  /**
   * When the service advises to refresh the token; `undefined` without advice. The application follows it
   * automatically. Without advice, tokens valid for two hours or longer are refreshed halfway through their lifetime.
   */
  readonly refreshOn: Date | undefined;
  /** The granted scopes; the requested ones if the service does not report them. */
  readonly scopes: string[];
  /** The user's tenant; for an app token the tenant segment of the authority. `undefined` if there is none. */
  readonly tenantId: string | undefined;
  readonly authority: string;
  /** The id of the request that fetched the token, or the caller's own on a cache hit. */
  readonly correlationId: string;
  readonly source: "cache" | "network";
  /** `undefined` on a cache hit. */
  readonly timing: NetworkTiming | undefined;
  /** Who signed in; `undefined` for an app token. Pass it to `acquireTokenSilent`. Frozen, like the claims. */
  readonly account: Account | undefined;
  /** The validated ID token. Do not send it to an API. */
  readonly idToken: string | undefined;
  readonly idTokenClaims: IdTokenClaims | undefined;
  /** `true` if the token has expired but may be used until `expiresOn` during an outage, as the service granted. */
  readonly extendedLifetime: true | undefined;
}

/** The result of `acquireTokenByGrant`. */
export interface GrantResult extends AuthenticationResult {
  /** Token exchange: the type of `accessToken`, as a URN. @see RFC 8693 section 2.2.1 */
  readonly issuedTokenType: string | undefined;
}

const inspectCustom = Symbol.for("nodejs.util.inspect.custom");

interface Token {
  readonly accessToken: string;
  readonly tokenType: string;
  readonly expiresAtMs: number;
  readonly refreshAtMs: number | undefined;
  readonly extendedLifetime?: true | undefined;
  /** One scope, or a list that is copied. */
  readonly scopes: string | { readonly granted: readonly string[] };
}

/** Who signed in, and the ID token that proves it. */
export interface SignedInUser {
  readonly account: Account;
  readonly idToken: string | undefined;
  readonly idTokenClaims: IdTokenClaims | undefined;
}

interface Issuer {
  readonly tenant: string | undefined;
  readonly url: string;
}

/**
 * Creates a result whose token is hidden when it is printed; without timing it comes from the cache. The token's times
 * are in the service's time, which is `aheadMs` ahead.
 */
export function createResult(
  token: Token,
  issuer: Issuer,
  correlationId: string,
  aheadMs: number,
  user?: SignedInUser,
  timing?: NetworkTiming,
): AuthenticationResult {
  return new TokenResult(token, issuer, correlationId, aheadMs, user, timing);
}

class TokenResult implements AuthenticationResult {
  readonly accessToken: string;
  readonly tokenType: string;
  readonly expiresOn: Date;
  readonly refreshOn: Date | undefined;
  readonly scopes: string[];
  readonly tenantId: string | undefined;
  readonly authority: string;
  readonly correlationId: string;
  readonly source: "cache" | "network";
  readonly timing: NetworkTiming | undefined;
  readonly account: Account | undefined;
  readonly idToken: string | undefined;
  readonly idTokenClaims: IdTokenClaims | undefined;
  readonly extendedLifetime: true | undefined;

  constructor(
    token: Token,
    issuer: Issuer,
    correlationId: string,
    aheadMs: number,
    user: SignedInUser | undefined,
    timing: NetworkTiming | undefined,
  ) {
    this.accessToken = token.accessToken;
    this.tokenType = token.tokenType;
    this.expiresOn = new Date(token.expiresAtMs - aheadMs);
    this.refreshOn = token.refreshAtMs === undefined ? undefined : new Date(token.refreshAtMs - aheadMs);
    this.scopes = typeof token.scopes === "string" ? [token.scopes] : token.scopes.granted.slice();
    this.tenantId = user?.account.tenantId || issuer.tenant;
    this.authority = issuer.url;
    this.correlationId = correlationId;
    this.source = timing === undefined ? "cache" : "network";
    this.timing = timing;
    this.account = user?.account;
    this.idToken = user?.idToken;
    this.idTokenClaims = user?.idTokenClaims;
    this.extendedLifetime = token.extendedLifetime;
  }

  [inspectCustom](): object {
    return {
      ...this,
      accessToken: hide(this.accessToken),
      idToken: this.idToken === undefined ? undefined : hide(this.idToken),
    };
  }
}

function hide(token: string): string {
  return `*** (${token.length} characters)`;
}
