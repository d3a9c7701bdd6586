import { randomBelow } from "../core/random.ts";
import { microsoftGraphAppId } from "../directory/wellKnown.ts";
import type { SigningContext } from "./context.ts";

/** When a token is valid. */
export interface TokenTimes {
  readonly notBeforeSeconds: number;
  readonly expiresSeconds: number;
  readonly expiresInSeconds: number;
  /** When a client should start to renew it; only for tokens that are valid for two hours or more. */
  readonly refreshInSeconds: number | undefined;
}

/** Random between 60 and 90 minutes. @see https://learn.microsoft.com/entra/identity-platform/access-tokens#token-lifetime */
const shortestSeconds = 3600;
const spreadSeconds = 1800;
/**
 * Between 20 and 28 hours, for tokens that can be revoked earlier. @see
 * https://learn.microsoft.com/entra/identity-platform/app-resilience-continuous-access-evaluation
 */
const shortestEvaluatedSeconds = 20 * 3600;
const evaluatedSpreadSeconds = 8 * 3600;
/** Tokens are backdated by five minutes for APIs whose clocks are behind. */
const backdatingSeconds = 300;
const managedIdentitySeconds = 24 * 3600;
const refreshableSeconds = 7200;

export function accessTokenTimes({ clock, random }: SigningContext, isContinuouslyEvaluated: boolean): TokenTimes {
  const nowSeconds = Math.floor(clock.now() / 1000);
  const expiresInSeconds = isContinuouslyEvaluated
    ? shortestEvaluatedSeconds + randomBelow(random, evaluatedSpreadSeconds + 1)
    : shortestSeconds + randomBelow(random, spreadSeconds + 1);
  return {
    notBeforeSeconds: nowSeconds - backdatingSeconds,
    expiresSeconds: nowSeconds + expiresInSeconds,
    expiresInSeconds,
    refreshInSeconds: expiresInSeconds >= refreshableSeconds ? Math.floor(expiresInSeconds / 2) : undefined,
  };
}

/** A day for any API: the hosts of managed identities cache a token and return it to every caller. */
export function managedIdentityTokenTimes({ clock }: Pick<SigningContext, "clock">): TokenTimes {
  const nowSeconds = Math.floor(clock.now() / 1000);
  return {
    notBeforeSeconds: nowSeconds - backdatingSeconds,
    expiresSeconds: nowSeconds + managedIdentitySeconds,
    expiresInSeconds: managedIdentitySeconds,
    refreshInSeconds: managedIdentitySeconds / 2,
  };
}

/** An ID token is valid for one hour: it is only for the moment of the sign-in. */
export function idTokenTimes({ clock }: SigningContext): Pick<TokenTimes, "notBeforeSeconds" | "expiresSeconds"> {
  const notBeforeSeconds = Math.floor(clock.now() / 1000) - backdatingSeconds;
  return { notBeforeSeconds, expiresSeconds: notBeforeSeconds + backdatingSeconds + shortestSeconds };
}

/** Whether the API checks the directory while a token is valid and returns claims challenges. Here only Graph does. */
export function evaluatesContinuously(resourceAppId: string): boolean {
  return resourceAppId === microsoftGraphAppId;
}
