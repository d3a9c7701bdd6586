import { timingSafeEqual } from "node:crypto";
import type { Clock } from "../core/clock.ts";
import { type Random, randomBase64url, randomText } from "../core/random.ts";
import { opaqueHash } from "../directory/issuedTokens/opaqueTokens.ts";

/** Sign-ins with a correct password whose second factor is pending. */
export interface SecondFactors {
  /** `code` is what the user has to type; `id` is a hidden field of the page's form. */
  ask(userId: string): { readonly id: string; readonly code: string };
  /** Checks a code. A sign-in allows five attempts within five minutes. */
  answer(id: string, code: string): SecondFactorResult;
}

export type SecondFactorResult =
  | { readonly kind: "right" | "wrong"; readonly userId: string }
  /** Unknown, expired, or tried too often: the user must enter the password again. */
  | { readonly kind: "over" };

interface Pending {
  readonly userId: string;
  readonly codeHash: Buffer;
  readonly expiresMs: number;
  readonly attempts: number;
}

const lifetimeMs = 5 * 60_000;
const attemptLimit = 5;
const limit = 1000;

export function openSecondFactors(clock: Clock, random: Random): SecondFactors {
  const waiting = new Map<string, Pending>();
  return {
    ask(userId) {
      const oldest = waiting.keys().next();
      if (waiting.size >= limit && oldest.done !== true) {
        waiting.delete(oldest.value);
      }
      const id = randomBase64url(random, 32);
      const code = randomText(random, "0123456789", 6);
      waiting.set(id, { userId, codeHash: opaqueHash(code), expiresMs: clock.now() + lifetimeMs, attempts: 0 });
      return { id, code };
    },
    answer(id, code) {
      const pending = waiting.get(id);
      if (pending === undefined || pending.expiresMs <= clock.now()) {
        waiting.delete(id);
        return { kind: "over" };
      }
      if (timingSafeEqual(pending.codeHash, opaqueHash(code.replace(/\s/g, "")))) {
        waiting.delete(id);
        return { kind: "right", userId: pending.userId };
      }
      const attempts = pending.attempts + 1;
      if (attempts >= attemptLimit) {
        waiting.delete(id);
        return { kind: "over" };
      }
      waiting.set(id, { ...pending, attempts });
      return { kind: "wrong", userId: pending.userId };
    },
  };
}
