import type { Clock } from "../core/clock.ts";
import type { Session } from "../signIn/sessions.ts";

/** New secrets on their way from the form that creates one to the page that shows it. Each is returned once. */
export interface NewSecrets {
  add(session: Session, ownerId: string, secret: string): void;
  /**
   * Returns the latest secret of an application, user or tenant in this session, unless it was taken or is older than a
   * minute.
   */
  take(session: Session, ownerId: string): string | undefined;
}

interface StoredSecret {
  readonly secret: string;
  readonly expiresMs: number;
}

const lifetimeMs = 60_000;

/** Only in memory: a URL must not contain a secret, and the database has only its hash. */
export function openNewSecrets(clock: Clock): NewSecrets {
  const secrets = new Map<string, StoredSecret>();

  function removeExpired(): void {
    for (const [key, { expiresMs }] of secrets) {
      if (expiresMs <= clock.now()) {
        secrets.delete(key);
      }
    }
  }

  return {
    add({ formToken }, ownerId, secret) {
      removeExpired();
      secrets.set(`${formToken} ${ownerId}`, { secret, expiresMs: clock.now() + lifetimeMs });
    },
    take({ formToken }, ownerId) {
      removeExpired();
      const key = `${formToken} ${ownerId}`;
      const found = secrets.get(key);
      secrets.delete(key);
      return found?.secret;
    },
  };
}
