import type { Clock } from "../core/clock.ts";
import type { Restorable } from "../core/restorable.ts";

/** Locks an account for a while after too many wrong passwords. */
export interface AccountLockout extends Restorable {
  isLocked(userId: string): boolean;
  recordFailure(userId: string): void;
  recordSuccess(userId: string): void;
}

interface Failures {
  readonly count: number;
  readonly lockedUntilMs: number;
}

/** @see https://learn.microsoft.com/entra/identity/authentication/howto-password-smart-lockout */
const threshold = 10;
const lockoutMs = 60_000;

export function openAccountLockout(clock: Clock): AccountLockout {
  const failures = new Map<string, Failures>();
  return {
    isLocked: (userId) => (failures.get(userId)?.lockedUntilMs ?? 0) > clock.now(),
    recordFailure(userId) {
      const count = (failures.get(userId)?.count ?? 0) + 1;
      // From the threshold on, every further failure locks the account again.
      failures.set(userId, { count, lockedUntilMs: count >= threshold ? clock.now() + lockoutMs : 0 });
    },
    recordSuccess(userId) {
      failures.delete(userId);
    },
    save() {
      const saved = [...failures];
      return () => {
        failures.clear();
        for (const [userId, failure] of saved) {
          failures.set(userId, failure);
        }
      };
    },
  };
}
