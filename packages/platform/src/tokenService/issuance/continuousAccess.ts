import { type Claims, stringClaim } from "../../core/jwt.ts";
import { findServicePrincipalByAppId } from "../../directory/servicePrincipals/servicePrincipals.ts";
import { passwordChangedMs, sessionsValidFromMs } from "../../directory/users/signInRevocation.ts";
import { getUser } from "../../directory/users/users.ts";
import type { TokenServiceContext } from "../context.ts";

/** Why a token that has not expired is rejected, and what the client must send to the token service. */
export interface ClaimsChallenge {
  /** JSON: the `claims` of the next token request. */
  readonly claims: string;
  readonly why: string;
}

/** The `iat` of access tokens is five minutes before they were issued. */
const backdatingSeconds = 300;

/**
 * Checks the user and the client of a token again if the client can handle a challenge. Other tokens stay valid until
 * they expire.
 *
 * @see https://learn.microsoft.com/entra/identity-platform/claims-challenge
 */
export function evaluateAccess(
  { directory, clock }: Pick<TokenServiceContext, "directory" | "clock">,
  claims: Claims,
): ClaimsChallenge | undefined {
  if (!Array.isArray(claims["xms_cc"]) || !claims["xms_cc"].some((value) => String(value).toLowerCase() === "cp1")) {
    return undefined;
  }
  const client = findServicePrincipalByAppId(
    directory,
    stringClaim(claims, "tid"),
    stringClaim(claims, "appid") || stringClaim(claims, "azp"),
  );
  if (client?.accountEnabled !== true) {
    return challenge(clock.now(), "the application's service principal has been disabled or deleted");
  }
  if (typeof claims["scp"] !== "string") {
    return undefined;
  }
  const userId = stringClaim(claims, "oid");
  if (getUser(directory, userId)?.accountEnabled !== true) {
    return challenge(clock.now(), "the user has been disabled or deleted");
  }
  const issuedSeconds = Number(claims["iat"]) + backdatingSeconds;
  const endedMs = Math.max(sessionsValidFromMs(directory, userId), passwordChangedMs(directory, userId));
  return issuedSeconds < Math.floor(endedMs / 1000)
    ? challenge(endedMs, "the user's sessions were revoked, or the password changed, after the token was issued")
    : undefined;
}

function challenge(notBeforeMs: number, reason: string): ClaimsChallenge {
  const nbf = { essential: true, value: String(Math.floor(notBeforeMs / 1000)) };
  return {
    claims: JSON.stringify({ access_token: { nbf } }),
    why: `${reason}; get a new token with the claims of the challenge`,
  };
}
