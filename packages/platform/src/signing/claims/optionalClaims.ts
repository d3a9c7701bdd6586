import type { Claims } from "../../core/jwt.ts";
import type { Json } from "../../directory/applications/applicationProperties.ts";
import { directoryRoleIds, loopbackAddress, type UserTokenSubject } from "./claimValues.ts";

/**
 * Claims that a token has only if the registration of its receiver (`optionalClaims`) or the request (`claims`) names
 * them. Other names are ignored, as in the real service.
 *
 * @see https://learn.microsoft.com/entra/identity-platform/optional-claims-reference
 */
const optional: Readonly<Record<string, (subject: UserTokenSubject) => unknown>> = {
  acct: ({ user }) => (user.userType === "Guest" ? 1 : 0),
  auth_time: ({ authentication }) => Math.floor(authentication.signedInMs / 1000),
  ctry: ({ user }) => user.usageLocation ?? undefined,
  email: ({ user }) => user.mail ?? undefined,
  family_name: ({ user }) => user.surname ?? undefined,
  given_name: ({ user }) => user.givenName ?? undefined,
  idtyp: () => "user",
  ipaddr: () => loopbackAddress,
  login_hint: ({ user }) => loginHint(user.userPrincipalName),
  preferred_username: ({ user }) => user.userPrincipalName,
  sid: ({ authentication }) => authentication.sid,
  tenant_ctry: ({ tenant }) => tenant.profile.countryLetterCode ?? undefined,
  tenant_region_scope: ({ tenant }) => tenant.profile.regionScope,
  upn: ({ user }) => user.userPrincipalName,
  verified_primary_email: ({ user }) => (user.mail === null ? [] : [user.mail]),
  wids: directoryRoleIds,
  xms_pl: ({ user }) => user.preferredLanguage ?? undefined,
  xms_tpl: ({ tenant }) => tenant.profile.preferredLanguage ?? undefined,
};

export function optionalClaims(subject: UserTokenSubject, names: readonly string[]): Claims {
  const claims: Record<string, unknown> = {};
  for (const name of names) {
    const value = Object.hasOwn(optional, name) ? optional[name]?.(subject) : undefined;
    if (value !== undefined) {
      claims[name] = value;
    }
  }
  return claims;
}

/** The list of a registration's `optionalClaims` for a kind of token. */
export type TokenKind = "accessToken" | "idToken";

/** A claim that a registration asks for. */
export interface RegisteredClaim {
  readonly name: string;
  /** How the value is written, if there is a choice. */
  readonly additionalProperties: readonly string[];
}

/** The entries of a registration's `optionalClaims`. */
export function registeredClaims(registered: Json, kind: TokenKind): readonly RegisteredClaim[] {
  const lists = registered as { readonly [kind: string]: unknown } | null;
  const list: unknown = lists?.[kind];
  return Array.isArray(list)
    ? list.flatMap((entry) =>
        typeof entry?.name === "string"
          ? [{ name: entry.name, additionalProperties: textsOf(entry.additionalProperties) }]
          : [],
      )
    : [];
}

function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}

/** Opaque text that identifies the user in `login_hint` and `logout_hint` of later requests. */
function loginHint(userPrincipalName: string): string {
  return `O.${Buffer.from(userPrincipalName).toString("base64url")}`;
}

/** The user principal name in a hint: plain, or in the form of the `login_hint` claim. */
export function hintedName(hint: string | undefined): string | undefined {
  return hint?.startsWith("O.") === true ? Buffer.from(hint.slice(2), "base64url").toString("utf8") : hint;
}
