import type { Clock } from "../core/clock.ts";
import { type Random, randomBase64url, randomGuid } from "../core/random.ts";
import type { Restorable } from "../core/restorable.ts";
import type { Authentication, AuthenticationMethod } from "../directory/issuedTokens/authentication.ts";

/** A browser in which somebody has signed in to the platform's pages. */
export interface Session {
  /** Who signed in here, the one used last first. */
  readonly accounts: readonly [Authentication, ...Authentication[]];
  /** Client ids of the applications that were signed in to: they are told when the session ends. */
  readonly clients: readonly string[];
  /** Stands in every form of the session's pages; without it a form is not believed. */
  readonly formToken: string;
  readonly expiresMs: number;
}

/** The values of a session's two cookies. */
export interface SessionCookies {
  /** For the platform's own pages. */
  readonly page: string;
  /** Good for answers without a page only, and sent from other sites' frames too: `prompt=none`. */
  readonly silent: string;
}

export interface NewAccount {
  readonly userId: string;
  readonly methods: readonly AuthenticationMethod[];
}

export interface Sessions extends Restorable {
  /** Signs a user in, in a new session that takes over the other users of the one before. */
  start(account: NewAccount, before?: string | undefined): SessionCookies;
  find(pageCookie: string | undefined): Session | undefined;
  findSilent(silentCookie: string | undefined): Session | undefined;
  /** Notes that the user went on to the application. */
  use(session: Session, userId: string, clientId: string): void;
  end(pageCookie: string | undefined): void;
}

interface Kept extends Session {
  readonly silent: string;
}

const lifetimeMs = 8 * 3_600_000;
const limit = 1000;
const accountLimit = 10;

/** Kept in memory: a restart signs everybody out, and nothing of a session can be read from the data directory. */
export function openSessions(clock: Clock, random: Random): Sessions {
  const sessions = new Map<string, Kept>();
  const silentSessions = new Map<string, string>();

  function keep(page: string, session: Kept): void {
    sessions.set(page, session);
    silentSessions.set(session.silent, page);
  }

  function end(page: string | undefined): void {
    const session = page === undefined ? undefined : sessions.get(page);
    if (page !== undefined && session !== undefined) {
      sessions.delete(page);
      silentSessions.delete(session.silent);
    }
  }

  function find(page: string | undefined): Kept | undefined {
    const session = page === undefined ? undefined : sessions.get(page);
    return session !== undefined && session.expiresMs > clock.now() ? session : undefined;
  }

  return {
    start({ userId, methods }, before) {
      const previous = find(before);
      end(before);
      const oldest = sessions.keys().next();
      if (sessions.size >= limit && oldest.done !== true) {
        end(oldest.value);
      }
      const others = (previous?.accounts ?? []).filter((account) => account.userId !== userId);
      const sid = previous?.accounts[0].sid ?? randomGuid(random);
      const cookies = { page: randomBase64url(random, 32), silent: randomBase64url(random, 32) };
      keep(cookies.page, {
        accounts: [{ userId, methods, sid, signedInMs: clock.now() }, ...others.slice(0, accountLimit - 1)],
        clients: previous?.clients ?? [],
        formToken: randomBase64url(random, 32),
        expiresMs: clock.now() + lifetimeMs,
        silent: cookies.silent,
      });
      return cookies;
    },
    find,
    findSilent: (silent) => find(silent === undefined ? undefined : silentSessions.get(silent)),
    use(session, userId, clientId) {
      const entry = [...sessions].find(([, kept]) => kept.formToken === session.formToken);
      const used = session.accounts.find((account) => account.userId === userId);
      if (entry !== undefined && used !== undefined) {
        const [page, kept] = entry;
        const others = kept.accounts.filter((account) => account.userId !== userId);
        keep(page, {
          ...kept,
          accounts: [used, ...others],
          clients: [...new Set([...kept.clients, clientId])],
        });
      }
    },
    end,
    save() {
      const saved = [...sessions];
      return () => {
        sessions.clear();
        silentSessions.clear();
        for (const [page, session] of saved) {
          keep(page, session);
        }
      };
    },
  };
}
