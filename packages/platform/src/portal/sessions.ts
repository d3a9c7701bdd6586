import type { Clock } from "../clock.ts";
import { type Random, randomBase64url } from "../random.ts";
import type { Restorable } from "../restorable.ts";

/** Somebody signed in to the platform's pages with a browser. */
export interface Session {
  readonly userId: string;
  /** Stands in every form of the session's pages; without it a form is not believed. */
  readonly formToken: string;
  readonly expiresMs: number;
}

export interface Sessions extends Restorable {
  /** Starts a session and gives the value for the cookie. */
  start(userId: string): string;
  find(cookieValue: string | undefined): Session | undefined;
  end(cookieValue: string | undefined): void;
}

const lifetimeMs = 8 * 3_600_000;
const limit = 1000;

/** Kept in memory: a restart signs everybody out, and nothing of a session can be read from the data directory. */
export function openSessions(clock: Clock, random: Random): Sessions {
  const sessions = new Map<string, Session>();
  return {
    start(userId) {
      const oldest = sessions.keys().next();
      if (sessions.size >= limit && oldest.done !== true) {
        sessions.delete(oldest.value);
      }
      const cookieValue = randomBase64url(random, 32);
      sessions.set(cookieValue, {
        userId,
        formToken: randomBase64url(random, 32),
        expiresMs: clock.now() + lifetimeMs,
      });
      return cookieValue;
    },
    find(cookieValue) {
      const session = cookieValue === undefined ? undefined : sessions.get(cookieValue);
      return session !== undefined && session.expiresMs > clock.now() ? session : undefined;
    },
    end(cookieValue) {
      if (cookieValue !== undefined) {
        sessions.delete(cookieValue);
      }
    },
    save() {
      const saved = [...sessions];
      return () => {
        sessions.clear();
        for (const [cookieValue, session] of saved) {
          sessions.set(cookieValue, session);
        }
      };
    },
  };
}
