import type { SignedInUser } from "../api/authenticationResult.ts";
import type { AccessTokenCache } from "./accessTokens/accessTokenCache.ts";

/** What is cached for one caller of an API, or for one of the API's long-running jobs. */
export interface OnBehalfOfSession {
  /** SHA-256 of the caller's token. */
  readonly assertionHash: string;
  /** The caller, once a response has named the user. */
  readonly user: SignedInUser | undefined;
  readonly refreshToken: { readonly secret: string; readonly expiresAtMs: number | undefined } | undefined;
  /** When nothing in it can be used any more. */
  readonly expiresAtMs: number;
}

/** What an API acquired on behalf of its callers, separate from everything else cached for the same users. */
export interface OnBehalfOfCache {
  /** The access tokens of all sessions. */
  readonly accessTokens: AccessTokenCache;
  find(id: string): OnBehalfOfSession | undefined;
  /** Stores a session; `partition` contains the access token that came with it. */
  put(id: string, session: OnBehalfOfSession, partition: string, nowMs: number): void;
  /** Removes a session and its access tokens. */
  remove(id: string): void;
  clear(): void;
}

interface Entry {
  readonly session: OnBehalfOfSession;
  readonly partitions: ReadonlySet<string>;
}

/** Creates an empty cache of at most `maxSessions`; the one updated the longest ago is evicted first. */
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
