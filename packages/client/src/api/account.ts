import { ConfigurationError } from "../errors/errors.ts";
import { requireType } from "./checks/optionTypes.ts";

/**
 * A user who signed in, in one tenant. Plain data: it can be stored in a session and read back.
 *
 * @see https://learn.microsoft.com/entra/identity-platform/id-token-claims-reference
 */
export interface Account {
  /** Identifies the user across tenants: `{object id}.{tenant id}` of the home tenant; the `sub` of other issuers. */
  readonly homeAccountId: string;
  /** The sign-in host that the account is cached under; hosts that are aliases of each other share one. */
  readonly environment: string;
  /** The tenant that the user signed in to; empty if the issuer has none. */
  readonly tenantId: string;
  /** Identifies the user in that tenant: the object id, or the `sub` of other issuers. */
  readonly localAccountId: string;
  /**
   * The `sub` of the user's ID token, which permanently identifies the user to the application; `undefined` if no ID
   * token contained it. A token is never returned for an account with a different one.
   *
   * @see OpenID Connect Core 1.0 section 2
   */
  readonly subject?: string | undefined;
  /**
   * What the user types to sign in; empty if the issuer does not report it. May change: never identify a user by it.
   */
  readonly username: string;
  readonly name: string | undefined;
}

/** Rejects what is not an account: untyped programs may pass anything. */
export function requireAccount(given: Account): void {
  requireType("account", given, "account");
  const { homeAccountId, environment, tenantId } = given ?? {};
  if (homeAccountId !== undefined && environment !== undefined && tenantId !== undefined) {
    return;
  }
  throw new ConfigurationError("account was not created by this library.", {
    code: "invalid_options",
    remedy: "Pass the account of an earlier result or of the token cache; null for the application's own token.",
  });
}

/** Whether two accounts of one tenant belong to different users, by what both of them contain. */
export function isDifferentUser(a: Account, b: Account): boolean {
  if (a.subject === undefined || b.subject === undefined) {
    const [own, other] = [a.localAccountId, b.localAccountId];
    // Untyped programs may pass anything here; only strings are compared.
    const areTexts = typeof own === "string" && typeof other === "string" && own !== "" && other !== "";
    return areTexts && own.toLowerCase() !== other.toLowerCase();
  }
  const [own, other] = [objectIdOf(a), objectIdOf(b)];
  return a.subject !== b.subject || (own !== undefined && other !== undefined && own !== other);
}

/** Whether an account that a program stored belongs to another user than the account cached under its id. */
export function contradicts({ kind }: { readonly kind: string }, stored: Account, given: Account): boolean {
  const [own, other] = [stored.tenantId, given.tenantId];
  const isText = typeof other === "string";
  // In another tenant the same user has another object id and another `sub`.
  const isElsewhere = kind === "entra" && own !== other && isText && own.toLowerCase() !== other.toLowerCase();
  return !isElsewhere && isDifferentUser(stored, given);
}

/** The object id of an account; `undefined` if the `sub` takes its place. */
export function objectIdOf({ localAccountId, subject }: Account): string | undefined {
  return typeof localAccountId === "string" && localAccountId && localAccountId !== subject
    ? localAccountId.toLowerCase()
    : undefined;
}

/**
 * Whether a Microsoft home account id identifies no user. B2C: if a custom policy issues no object id, the `uid` is `-`
 * and the policy's name for all users.
 */
export function isPlaceholderAccountId(homeAccountId: string): boolean {
  return /^\s*(-[^.]*)?\./.test(homeAccountId);
}

/** What an ID token reports about a user in its tenant. */
export function userOf({
  oid,
  sub,
  preferred_username,
  upn,
  email,
  name,
}: IdTokenClaims): Pick<Account, "localAccountId" | "subject" | "username" | "name"> {
  const username = preferred_username ?? (typeof upn === "string" ? upn : (email ?? ""));
  // B2C: with one tenant setting, the `sub` of all users is "Not supported currently. Use oid claim."
  return { localAccountId: oid ?? sub, subject: /^not supported/i.test(sub) ? undefined : sub, username, name };
}

/**
 * The claims of an ID token: who signed in. Issuer, audience, time, nonce and tenant are validated; frozen.
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
