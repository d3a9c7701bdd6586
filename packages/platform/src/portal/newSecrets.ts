import type { Clock } from "../core/clock.ts";
import type { Session } from "../signIn/sessions.ts";

/** Secrets between the form that makes one and the page that shows it: each is given out once. */
export interface NewSecrets {
  keep(session: Session, ownerId: string, secret: string): void;
  /** What was kept last for the application, user or tenant in this session, unless it was taken or is older than a minute. */
  take(session: Session, ownerId: string): string | undefined;
}

interface Kept {
  readonly secret: string;
  readonly expiresMs: number;
}

const lifetimeMs = 60_000;

/** In memory alone: an address may not hold a secret, and the database has nothing but its hash. */
export function openNewSecrets(clock: Clock): NewSecrets {
  const kept = new Map<string, Kept>();

  function forgetExpired(): void {
    for (const [key, { expiresMs }] of kept) {
      if (expiresMs <= clock.now()) {
        kept.delete(key);
      }
    }
  }

  return {
    keep({ formToken }, ownerId, secret) {
      forgetExpired();
      kept.set(`${formToken} ${ownerId}`, { secret, expiresMs: clock.now() + lifetimeMs });
    },
    take({ formToken }, ownerId) {
      forgetExpired();
      const key = `${formToken} ${ownerId}`;
      const found = kept.get(key);
      kept.delete(key);
      return found?.secret;
    },
  };
}
