import type { SignedInUser } from "../api/authenticationResult.ts";
import type { AccessTokenCache } from "./accessTokens/accessTokenCache.ts";

/** What is kept for one caller of an API, or for one long-running job of the API's own. */
export interface OnBehalfOfSession {
  /** SHA-256 of the token that the caller sent. */
  readonly assertionHash: string;
  /** The caller, where an answer has said it. */
  readonly user: SignedInUser | undefined;
  readonly refreshToken: { readonly secret: string; readonly expiresAtMs: number | undefined } | undefined;
  /** When nothing in it can be of use any more. */
  readonly expiresAtMs: number;
}

/** What an API got on behalf of its callers, apart from everything else that it keeps of the same people. */
export interface OnBehalfOfCache {
  /** The access tokens of all sessions. */
  readonly accessTokens: AccessTokenCache;
  find(id: string): OnBehalfOfSession | undefined;
  /** Keeps a session; `partition` is where the access token that came with it is. */
  put(id: string, session: OnBehalfOfSession, partition: string, nowMs: number): void;
  /** Forgets a session and its access tokens. */
  remove(id: string): void;
  clear(): void;
}

interface Entry {
  readonly session: OnBehalfOfSession;
  readonly partitions: ReadonlySet<string>;
}

/** Makes an empty cache of at most `maxSessions`; the one that was renewed the longest time ago leaves first. */
export function createOnBehalfOfCache(accessTokens: AccessTokenCache, maxSessions: number): OnBehalfOfCache {
  const entries = new Map<string, Entry>();

  function remove(id: string): void {
    for (const partition of entries.get(id)?.partitions ?? []) {
      accessTokens.removePartition(partition);
    }
    entries.delete(id);
  }

  return {
    accessTokens,
    find: (id) => entries.get(id)?.session,
    put(id, session, partition, nowMs) {
      const partitions = new Set(entries.get(id)?.partitions).add(partition);
      entries.delete(id);
      entries.set(id, { session, partitions });
      for (const [oldest, { session }] of entries) {
        if (entries.size <= maxSessions && session.expiresAtMs > nowMs) {
          break;
        }
        remove(oldest);
      }
    },
    remove,
    clear() {
      for (const id of [...entries.keys()]) {
        remove(id);
      }
    },
  };
}
