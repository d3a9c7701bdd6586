/**
 * A person who signed in, in one tenant. Plain data: it can be written into a session and read back.
 *
 * @see https://learn.microsoft.com/entra/identity-platform/id-token-claims-reference
 */
export interface Account {
  /** Names the person across tenants: `{object id}.{tenant id}` of the home tenant; the `sub` of other issuers. */
  readonly homeAccountId: string;
  /** The sign-in host under which the account is kept; hosts that are aliases of each other share one. */
  readonly environment: string;
  /** The tenant that the person signed in to; empty where the issuer has none. */
  readonly tenantId: string;
  /** Names the person in that tenant: the object id, or the `sub` of other issuers. */
  readonly localAccountId: string;
  /** What the person types to sign in; empty where the issuer does not say. May change: never identify a person by it. */
  readonly username: string;
  readonly name: string | undefined;
}

/** What an ID token says about a person in its tenant. */
export function personOf({
  oid,
  sub,
  preferred_username,
  upn,
  email,
  name,
}: IdTokenClaims): Pick<Account, "localAccountId" | "username" | "name"> {
  const username = preferred_username ?? (typeof upn === "string" ? upn : (email ?? ""));
  return { localAccountId: oid ?? sub, username, name };
}

/**
 * The claims of an ID token: who signed in. Checked for issuer, audience, time, nonce and tenant; frozen.
 *
 * @see OpenID Connect Core 1.0 section 2
 * @see https://learn.microsoft.com/entra/identity-platform/id-token-claims-reference
 */
export interface IdTokenClaims {
  readonly iss: string;
  readonly sub: string;
  readonly aud: string | readonly string[];
  readonly exp: number;
  readonly iat?: number;
  readonly nonce?: string;
  /** Entra: the object id of the user in the tenant. */
  readonly oid?: string;
  /** Entra: the tenant that the user signed in to. */
  readonly tid?: string;
  readonly name?: string;
  readonly preferred_username?: string;
  readonly email?: string;
  readonly roles?: readonly string[];
  readonly [claim: string]: unknown;
}
