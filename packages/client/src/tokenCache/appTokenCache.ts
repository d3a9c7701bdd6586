import { canonicalScopes } from "../scopes.ts";

/** A cached app token: what a result is made of, and where it stands in the cache's order. */
export interface AppToken {
  readonly accessToken: string;
  readonly tokenType: string;
  readonly scopes: readonly string[];
  readonly expiresAtMs: number;
  readonly refreshAtMs: number | undefined;
  readonly correlationId: string;
}

/** The tokens of one application for one tenant, cloud and set of extras: by scope set. */
export interface AppTokenPartition {
  /** The token whose scopes are exactly these, or a superset of them; expired ones are not found. */
  find(scopes: readonly string[], nowMs: number): AppToken | undefined;
  /** Keeps a token under the scopes that were granted and those that were asked for. */
  put(asked: readonly string[], token: AppToken, nowMs: number): void;
}

/** The application token cache: apart from user tokens by construction, bounded, constant in time at any size. */
export interface AppTokenCache {
  /** The partition of a key, made when it is new. */
  partition(key: string): AppTokenPartition;
  readonly size: number;
}

/** A token counts as expired this long before it is, so that it is still good when it arrives at an API. */
export const expiryMarginMs = 300_000;

interface Entry extends AppToken {
  readonly partitionKey: string;
  readonly home: Map<string, Entry>;
  readonly key: string;
  /** The second chance: set by a hit, cleared by the hand that looks for an entry to drop. */
  used: boolean;
  slot: number;
}

/** Makes an empty cache that holds at most `maxEntries` tokens, dropping expired and then long unused ones. */
export function createAppTokenCache(maxEntries: number): AppTokenCache {
  const partitions = new Map<string, AppTokenPartition>();
  const slots: Entry[] = [];
  let hand = 0;

  function add(entry: Entry): void {
    const replaced = entry.home.get(entry.key);
    if (replaced) remove(replaced);
    entry.slot = slots.length;
    slots.push(entry);
    entry.home.set(entry.key, entry);
  }

  function remove(entry: Entry): void {
    entry.home.delete(entry.key);
    if (entry.home.size === 0) partitions.delete(entry.partitionKey);
    const last = slots.pop();
    if (last && last !== entry) {
      slots[entry.slot] = last;
      last.slot = entry.slot;
    }
  }

  /** Drops one entry: the first expired or unused one that the hand meets; it clears the marks that it passes. */
  function dropOne(nowMs: number): void {
    for (;;) {
      if (hand >= slots.length) hand = 0;
      const entry = slots[hand];
      if (entry === undefined) return;
      if (!entry.used || entry.expiresAtMs <= nowMs) {
        remove(entry);
        return;
      }
      entry.used = false;
      hand++;
    }
  }

  /** Each write looks at two entries, so that what has expired leaves without a sweep. */
  function prune(nowMs: number): void {
    for (let looks = 0; looks < 2; looks++) {
      if (hand >= slots.length) hand = 0;
      const entry = slots[hand];
      if (entry && entry.expiresAtMs <= nowMs) remove(entry);
      else hand++;
    }
    while (slots.length > maxEntries) dropOne(nowMs);
  }

  function createPartition(partitionKey: string): AppTokenPartition {
    const byScopes = new Map<string, Entry>();
    /** For supersets: single scope → the keys of multi-scope tokens that hold it. */
    const byScope = new Map<string, Set<string>>();

    function findSuperset(scopes: readonly string[], nowMs: number): Entry | undefined {
      const wanted = scopes.map((scope) => scope.toLowerCase());
      const keys = byScope.get(wanted[0] ?? "");
      for (const key of keys ?? []) {
        const entry = byScopes.get(key);
        if (entry === undefined) keys?.delete(key);
        else if (isFresh(entry, nowMs) && wanted.every((scope) => byScope.get(scope)?.has(key))) return entry;
      }
      return undefined;
    }

    const partition: AppTokenPartition = {
      find(scopes, nowMs) {
        const entry =
          // Most programs ask for one scope in canonical spelling: its text is the key already.
          (scopes.length === 1 ? byScopes.get(scopes[0] as string) : undefined) ??
          byScopes.get(canonicalScopes(scopes)) ??
          findSuperset(scopes, nowMs);
        if (entry === undefined || !isFresh(entry, nowMs)) return undefined;
        entry.used = true;
        return entry;
      },
      put(asked, token, nowMs) {
        if (token.expiresAtMs <= nowMs) return;
        const key = canonicalScopes(asked);
        partitions.set(partitionKey, partition);
        add({ ...token, partitionKey, home: byScopes, key, used: false, slot: 0 });
        if (token.scopes.length > 1) {
          for (const scope of token.scopes) {
            const name = scope.toLowerCase();
            byScope.set(name, (byScope.get(name) ?? new Set()).add(key));
          }
        }
        prune(nowMs);
      },
    };
    return partition;
  }

  return {
    partition: (key) => partitions.get(key) ?? createPartition(key),
    get size() {
      return slots.length;
    },
  };
}

function isFresh(entry: Entry, nowMs: number): boolean {
  return entry.expiresAtMs - expiryMarginMs > nowMs;
}
