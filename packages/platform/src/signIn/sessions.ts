import type { Clock } from "../core/clock.ts";
import { type Random, randomBase64url, randomGuid } from "../core/random.ts";
import type { Restorable } from "../core/restorable.ts";
import type { Authentication, AuthenticationMethod } from "../directory/issuedTokens/authentication.ts";

/** A browser session on the platform's pages. */
export interface Session {
  /** The signed-in users, the last used one first. */
  readonly accounts: readonly [Authentication, ...Authentication[]];
  /** Client ids of the applications that were signed in to; they are notified when the session ends. */
  readonly clients: readonly string[];
  /** Part of every form of the session's pages; a form without it is not trusted. */
  readonly formToken: string;
  readonly expiresMs: number;
}

/** The values of a session's two cookies. */
export interface SessionCookies {
  /** For the platform's own pages. */
  readonly page: string;
  /** Valid for responses without a page only, and also sent from frames of other sites: `prompt=none`. */
  readonly silent: string;
}

export interface NewAccount {
  readonly userId: string;
  readonly methods: readonly AuthenticationMethod[];
}

export interface Sessions extends Restorable {
  /** Signs a user in, in a new session that keeps the other users of the previous one. */
  start(account: NewAccount, before?: string | undefined): SessionCookies;
  find(pageCookie: string | undefined): Session | undefined;
  findSilent(silentCookie: string | undefined): Session | undefined;
  /** Records that the user signed in to the application. */
  use(session: Session, userId: string, clientId: string): void;
  end(pageCookie: string | undefined): void;
}

interface StoredSession extends Session {
  readonly silent: string;
}

const lifetimeMs = 8 * 3_600_000;
const limit = 1000;
const accountLimit = 10;

/** In memory only: a restart signs everyone out, and the data directory contains nothing of a session. */
export function openSessions(clock: Clock, random: Random): Sessions {
  const sessions = new Map<string, StoredSession>();
  const silentSessions = new Map<string, string>();

  function store(page: string, session: StoredSession): void {
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

  function find(page: string | undefined): StoredSession | undefined {
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
      store(cookies.page, {
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
      const entry = [...sessions].find(([, stored]) => stored.formToken === session.formToken);
      const used = session.accounts.find((account) => account.userId === userId);
      if (entry !== undefined && used !== undefined) {
        const [page, stored] = entry;
        const others = stored.accounts.filter((account) => account.userId !== userId);
        store(page, {
          ...stored,
          accounts: [used, ...others],
          clients: [...new Set([...stored.clients, clientId])],
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
          store(page, session);
        }
      };
    },
  };
}
