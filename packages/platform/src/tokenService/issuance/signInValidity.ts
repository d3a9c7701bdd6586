import { Refusal, ticks } from "../../aadsts/aadsts.ts";
import type { Authentication, ClientPlatform } from "../../directory/issuedTokens/authentication.ts";
import { passwordChangedMs, sessionsValidFromMs } from "../../directory/users/signInRevocation.ts";
import type { TokenServiceContext } from "../context.ts";

/**
 * Refuses a sign-in that is no longer valid. Revoking sessions ends all sign-ins; a new password ends those by
 * password, except for confidential clients.
 *
 * @see https://learn.microsoft.com/entra/identity-platform/refresh-tokens#token-revocation
 */
export function checkSignInIsValid(
  { directory }: TokenServiceContext,
  { userId, signedInMs }: Authentication,
  platform: ClientPlatform,
): void {
  const revokedMs = sessionsValidFromMs(directory, userId);
  const changedMs = platform === "web" ? 0 : passwordChangedMs(directory, userId);
  const validFromMs = Math.max(revokedMs, changedMs);
  if (signedInMs >= validFromMs) {
    return;
  }
  const why =
    revokedMs >= changedMs
      ? "the user's sessions were revoked after this sign-in; let the user sign in again"
      : "the user's password was changed after this sign-in; let the user sign in again";
  throw new Refusal("50173", { issued: ticks(signedInMs), validFrom: ticks(validFromMs) }, why);
}
