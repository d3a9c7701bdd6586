import { ConfigurationError } from "../errors/errors.ts";
import { requireType } from "./checks/optionTypes.ts";

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
  /**
   * The `sub` of the person's ID token, which names them to the application for good; `undefined` where no ID token has said
   * it. A token is never given to an account with another one.
   *
   * @see OpenID Connect Core 1.0 section 2
   */
  readonly subject?: string | undefined;
  /** What the person types to sign in; empty where the issuer does not say. May change: never identify a person by it. */
  readonly username: string;
  readonly name: string | undefined;
}

/** Refuses what is no account: without types to say so, anything could be passed. */
export function requireAccount(given: Account): void {
  requireType("account", given, "account");
  const { homeAccountId, environment, tenantId } = given ?? {};
  if (homeAccountId !== undefined && environment !== undefined && tenantId !== undefined) {
    return;
  }
  throw new ConfigurationError("account is none that this library made.", {
    code: "invalid_options",
    remedy: "Pass the account of an earlier result or of the token cache; null for a token of the application itself.",
  });
}

/** Whether two accounts of one tenant are different people's, by what both of them say. */
export function isDifferentUser(a: Account, b: Account): boolean {
  if (a.subject === undefined || b.subject === undefined) {
    const [own, other] = [a.localAccountId, b.localAccountId];
    // What is no text says nothing, whoever passed it.
    const areTexts = typeof own === "string" && typeof other === "string" && own !== "" && other !== "";
    return areTexts && own.toLowerCase() !== other.toLowerCase();
  }
  const [own, other] = [objectIdOf(a), objectIdOf(b)];
  return a.subject !== b.subject || (own !== undefined && other !== undefined && own !== other);
}

/** Whether an account that a program kept is another person's than the one that is stored under its id. */
export function contradicts({ kind }: { readonly kind: string }, stored: Account, given: Account): boolean {
  const [own, other] = [stored.tenantId, given.tenantId];
  const isText = typeof other === "string";
  // In another tenant the same person has another object id, and another `sub`.
  const isElsewhere = kind === "entra" && own !== other && isText && own.toLowerCase() !== other.toLowerCase();
  return !isElsewhere && isDifferentUser(stored, given);
}

/** The object id of an account; `undefined` where the `sub` stands in its place. */
export function objectIdOf({ localAccountId, subject }: Account): string | undefined {
  return typeof localAccountId === "string" && localAccountId && localAccountId !== subject
    ? localAccountId.toLowerCase()
    : undefined;
}

/**
 * Whether a home account id of Microsoft's names nobody. B2C: where a custom policy issues no object id, the `uid` is `-` and
 * the policy's name, the same for everybody.
 */
export function isPlaceholderAccountId(homeAccountId: string): boolean {
  return /^\s*(-[^.]*)?\./.test(homeAccountId);
}

/** What an ID token says about a person in its tenant. */
export function userOf({
  oid,
  sub,
  preferred_username,
  upn,
  email,
  name,
}: IdTokenClaims): Pick<Account, "localAccountId" | "subject" | "username" | "name"> {
  const username = preferred_username ?? (typeof upn === "string" ? upn : (email ?? ""));
  // B2C: "Not supported currently. Use oid claim." is everybody's where the tenant is set so.
  return { localAccountId: oid ?? sub, subject: /^not supported/i.test(sub) ? undefined : sub, username, name };
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
