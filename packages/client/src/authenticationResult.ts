/** How long the network part of an acquisition took. */
export interface NetworkTiming {
  /** From the first byte sent, metadata and repetitions included, to the answer, in milliseconds. */
  readonly networkMs: number;
  /** How many token requests were sent: 2 when the first was refused and a renewed credential helped. */
  readonly requestCount: number;
}

/**
 * A token and what is known about it. A fresh object on every call; its tokens are hidden from `console.log` and
 * `util.inspect`, and kept by `JSON.stringify`, for programs that store them on purpose.
 */
export interface AuthenticationResult {
  readonly accessToken: string;
  /** What precedes the token in the `Authorization` header: `Bearer`. */
  readonly tokenType: string;
  readonly expiresOn: Date;
  /** When the service advises to get a newer one; `undefined` where it gives no advice. */
  readonly refreshOn: Date | undefined;
  /** As granted; as asked for where the service does not say. */
  readonly scopes: string[];
  /** The tenant segment of the authority; `undefined` where it has none. */
  readonly tenantId: string | undefined;
  readonly authority: string;
  /** Of the request that fetched the token, or the caller's own on a cache hit. */
  readonly correlationId: string;
  readonly source: "cache" | "network";
  /** `undefined` on a cache hit. */
  readonly timing: NetworkTiming | undefined;
}

const inspectCustom = Symbol.for("nodejs.util.inspect.custom");

interface Token {
  readonly accessToken: string;
  readonly tokenType: string;
  readonly expiresAfterMs: number;
  readonly refreshAfterMs: number | undefined;
  /** One scope, or a list that is copied. */
  readonly scopes: string | { readonly granted: readonly string[] };
}

interface Issuer {
  readonly tenant: string | undefined;
  readonly url: string;
}

/**
 * Makes a result whose token does not show when it is printed; without timing it comes from the cache. The token's times
 * count from `originMs`.
 */
export function createResult(
  token: Token,
  originMs: number,
  issuer: Issuer,
  correlationId: string,
  timing?: NetworkTiming,
): AuthenticationResult {
  return new TokenResult(token, originMs, issuer, correlationId, timing);
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

  constructor(
    token: Token,
    originMs: number,
    issuer: Issuer,
    correlationId: string,
    timing: NetworkTiming | undefined,
  ) {
    this.accessToken = token.accessToken;
    this.tokenType = token.tokenType;
    this.expiresOn = new Date(originMs + token.expiresAfterMs);
    this.refreshOn = token.refreshAfterMs === undefined ? undefined : new Date(originMs + token.refreshAfterMs);
    this.scopes = typeof token.scopes === "string" ? [token.scopes] : token.scopes.granted.slice();
    this.tenantId = issuer.tenant;
    this.authority = issuer.url;
    this.correlationId = correlationId;
    this.source = timing === undefined ? "cache" : "network";
    this.timing = timing;
  }

  [inspectCustom](): object {
    return { ...this, accessToken: `*** (${this.accessToken.length} characters)` };
  }
}
