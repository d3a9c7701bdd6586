import { canonicalScopes } from "../../authority/scopes.ts";
import { guessableRandom, type Random } from "../../runtime/random.ts";
import {
  type AccessToken,
  asExtended,
  type CachedAccessToken,
  createEntryFactory,
  Entry,
  isFresh,
  isUsable,
  markUsed,
} from "./accessTokenEntry.ts";

/** A cached token with its partition and the requested scopes in canonical form. */
export interface PlacedToken {
  readonly partitionKey: string;
  readonly requestedScopes: string;
  readonly token: CachedAccessToken;
}

/**
 * An index of access tokens: bounded, with lookups in constant time at any size. A partition holds the tokens of one
 * application, or of one of its users, for one tenant, cloud and set of extra parameters. An application has two such
 * indexes: app tokens and users' tokens never mix.
 */
export interface AccessTokenCache {
  /** The token cached for exactly this scope, in canonical form, if no refresh is due: the most common lookup. */
  findExact(partitionKey: string, scope: string, nowMs: number): CachedAccessToken | undefined;
  /** The token last found for `memo`, if the same scope is requested and no refresh is due. */
  findRepeated(memo: LookupMemo, scope: string, nowMs: number): CachedAccessToken | undefined;
  /**
   * The token for these scopes, in any order and case, or for a superset of them, unless expired. It is stored in
   * `memo`, of which a partition has one, until a change invalidates it.
   */
  find(
    partitionKey: string,
    scopes: readonly string[],
    nowMs: number,
    memo?: LookupMemo,
  ): CachedAccessToken | undefined;
  /** Like {@link find}, during an outage: until the token really expires, or its extended lifetime ends. */
  findInOutage(partitionKey: string, scopes: readonly string[], nowMs: number): CachedAccessToken | undefined;
  /** Postpones the refresh of a token until then, or until it counts as expired. */
  postpone(token: CachedAccessToken, untilMs: number): void;
  /**
   * Caches a token under the requested and the granted scopes; returns the cached token, or `undefined` if it is no
   * longer usable.
   */
  put(
    partitionKey: string,
    requestedScopes: readonly string[],
    token: AccessToken,
    nowMs: number,
  ): CachedAccessToken | undefined;
  /** Creates a cache entry; `requestedScopes` is in canonical form. */
  makeEntry(this: void, requestedScopes: string, token: AccessToken, nowMs: number): Entry;
  /**
   * Fills an empty partition with entries by requested scopes. Not reported one by one: whoever reads a blob reports it
   * as a whole.
   */
  putPartition(partitionKey: string, entries: Map<string, Entry>, nowMs: number): void;
  /** Removes the tokens of one partition. */
  removePartition(partitionKey: string): void;
  clear(): void;
  /** All tokens, including expired ones. */
  entries(): Iterable<PlacedToken>;
  readonly size: number;
}

/** Called for each added or removed token; replacing a token counts as adding. */
export type AccessTokenListener = (action: "added" | "removed", partitionKey: string, token: Entry) => void;

/** How many used tokens the search for one to evict skips before it evicts a used one. */
const maxSkipped = 1_000;
/** The last lookup in a partition and its result, for repeated lookups: they need to read no other memory. */
export interface LookupMemo {
  /** The requested scope, as it was spelled. */
  lastScope: string | undefined;
  lastFound: Entry | undefined;
}

/** The tokens of one owner. */
interface TokenPartition {
  readonly key: string;
  readonly byScopes: Map<string, Entry>;
  memo: LookupMemo | undefined;
  /** Created by the first search for a superset: most partitions never see one. */
  byGranted: GrantedIndex | undefined;
}

/** Each granted scope → the tokens that have it, if the granted scopes differ from the requested ones. */
type GrantedIndex = Map<string, Set<Entry>>;

interface Place {
  readonly partition: TokenPartition;
  readonly entry: Entry;
}

/** Creates an empty cache of at most `maxEntries` tokens, which evicts expired and then long unused ones. */
export function createAccessTokenCache(
  maxEntries: number,
  notify: AccessTokenListener = () => {},
  random: Random = guessableRandom,
): AccessTokenCache {
  const partitions = new Map<string, TokenPartition>();
  const makeEntry = createEntryFactory(random);
  let size = 0;
  /** Cycles through the tokens, oldest first: a used one moves to the end of its partition, others are evicted. */
  const evictionCursor = cycle();
  /** Cycles through the tokens and removes expired ones. */
  const cleanupCursor = cycle();

  /** Cycles through all tokens, tolerating changes in between; must not be advanced while the cache is empty. */
  function* cycle(): Generator<Place, never> {
    for (;;) {
      for (const partition of partitions.values()) {
        // Entries appended in the meantime wait for the next round.
        let left = partition.byScopes.size;
        for (const entry of partition.byScopes.values()) {
          if (left-- === 0) {
            break;
          }
          yield { partition, entry };
        }
      }
    }
  }

  function add(partitionKey: string, entry: Entry): void {
    let partition = partitions.get(partitionKey);
    if (partition === undefined) {
      partition = { key: partitionKey, byScopes: new Map(), memo: undefined, byGranted: undefined };
      partitions.set(partitionKey, partition);
    }
    size++;
    partition.byScopes.set(entry.requestedScopes, entry);
    // The new token may be a better match than the last one found.
    if (partition.memo) {
      partition.memo.lastFound = undefined;
    }
    if (partition.byGranted) {
      addGranted(partition.byGranted, entry);
    }
  }

  function remove(partition: TokenPartition, entry: Entry): void {
    size--;
    if (partition.memo?.lastFound === entry) {
      partition.memo.lastFound = undefined;
    }
    partition.byScopes.delete(entry.requestedScopes);
    if (partition.byGranted) {
      removeGranted(partition.byGranted, entry);
    }
    if (partition.byScopes.size === 0) {
      partitions.delete(partition.key);
    }
  }

  function empty(partition: TokenPartition): void {
    const entries = [...partition.byScopes.values()];
    size -= entries.length;
    partition.byScopes.clear();
    partition.byGranted = undefined;
    if (partition.memo) {
      partition.memo.lastFound = undefined;
    }
    partitions.delete(partition.key);
    for (const entry of entries) {
      notify("removed", partition.key, entry);
    }
  }

  function evict({ partition, entry }: Place): void {
    remove(partition, entry);
    notify("removed", partition.key, entry);
  }

  function giveSecondChance({ partition, entry }: Place): void {
    entry.isUsed = false;
    partition.byScopes.delete(entry.requestedScopes);
    partition.byScopes.set(entry.requestedScopes, entry);
  }

  /** Makes room for one more. Each write examines two tokens, so that expired ones leave without a full scan. */
  function makeRoom(nowMs: number): void {
    for (let looks = 0; looks < 2 && size > 0; looks++) {
      const { value } = cleanupCursor.next();
      if (!isUsable(value.entry, nowMs)) {
        evict(value);
      }
    }
    for (let looks = 0; size > 0 && size >= maxEntries; looks++) {
      const { value } = evictionCursor.next();
      if (!value.entry.isUsed || looks >= maxSkipped || !isUsable(value.entry, nowMs)) {
        evict(value);
      } else {
        giveSecondChance(value);
      }
    }
  }

  function findWhere(
    partitionKey: string,
    scopes: readonly string[],
    nowMs: number,
    isAcceptable: (entry: Entry, nowMs: number) => boolean,
  ): Entry | undefined {
    const partition = partitions.get(partitionKey);
    if (partition === undefined) {
      return undefined;
    }
    const exact = partition.byScopes.get(canonicalScopes(scopes));
    const entry = exact && isAcceptable(exact, nowMs) ? exact : findSuperset(partition, scopes, nowMs, isAcceptable);
    return entry && markUsed(entry);
  }

  return {
    findExact(partitionKey, scope, nowMs) {
      const entry = partitions.get(partitionKey)?.byScopes.get(scope);
      return entry !== undefined && entry.dueAtMs > nowMs ? markUsed(entry) : undefined;
    },
    find(partitionKey, scopes, nowMs, memo) {
      const entry = findWhere(partitionKey, scopes, nowMs, isFresh);
      const partition = partitions.get(partitionKey);
      if (partition && memo && scopes.length === 1) {
        if (partition.memo) {
          partition.memo.lastFound = undefined;
        }
        partition.memo = memo;
        memo.lastScope = scopes[0];
        memo.lastFound = entry;
      }
      return entry;
    },
    findRepeated({ lastScope, lastFound }, scope, nowMs) {
      const isGood = lastFound !== undefined && lastScope === scope && lastFound.dueAtMs > nowMs;
      return isGood ? markUsed(lastFound) : undefined;
    },
    findInOutage(partitionKey, scopes, nowMs) {
      const entry = findWhere(partitionKey, scopes, nowMs, isUsable);
      return entry === undefined || entry.expiresAtMs > nowMs ? entry : asExtended(entry);
    },
    postpone(token, untilMs) {
      if (token instanceof Entry) {
        token.dueAtMs = untilMs;
      }
    },
    put(partitionKey, requestedScopes, token, nowMs) {
      if (!isUsable(token, nowMs)) {
        return undefined;
      }
      const entry = makeEntry(canonicalScopes(requestedScopes), token, nowMs);
      const partition = partitions.get(partitionKey);
      const replaced = partition?.byScopes.get(entry.requestedScopes);
      if (partition && replaced) {
        remove(partition, replaced);
      }
      makeRoom(nowMs);
      add(partitionKey, entry);
      notify("added", partitionKey, entry);
      return entry;
    },
    makeEntry,
    putPartition(partitionKey, byScopes, nowMs) {
      if (size + byScopes.size > maxEntries) {
        for (const entry of byScopes.values()) {
          if (size >= maxEntries) {
            makeRoom(nowMs);
          }
          add(partitionKey, entry);
        }
        return;
      }
      partitions.set(partitionKey, { key: partitionKey, byScopes, memo: undefined, byGranted: undefined });
      size += byScopes.size;
    },
    removePartition(partitionKey) {
      const partition = partitions.get(partitionKey);
      if (partition) {
        empty(partition);
      }
    },
    clear() {
      for (const partition of partitions.values()) {
        empty(partition);
      }
    },
    *entries() {
      for (const partition of partitions.values()) {
        for (const token of partition.byScopes.values()) {
          yield { partitionKey: partition.key, requestedScopes: token.requestedScopes, token };
        }
      }
    },
    get size() {
      return size;
    },
  };
}

function findSuperset(
  partition: TokenPartition,
  scopes: readonly string[],
  nowMs: number,
  isAcceptable: (entry: Entry, nowMs: number) => boolean,
): Entry | undefined {
  const byGranted = partition.byGranted ?? indexGranted(partition);
  const holders = scopes.map((scope) => byGranted.get(scope.toLowerCase()));
  const [fewest] = holders.toSorted((a, b) => (a?.size ?? 0) - (b?.size ?? 0));
  for (const entry of fewest ?? []) {
    if (isAcceptable(entry, nowMs) && holders.every((set) => set?.has(entry))) {
      return entry;
    }
  }
  return undefined;
}

function indexGranted(partition: TokenPartition): GrantedIndex {
  const index: GrantedIndex = new Map();
  for (const entry of partition.byScopes.values()) {
    addGranted(index, entry);
  }
  partition.byGranted = index;
  return index;
}

function addGranted(index: GrantedIndex, entry: Entry): void {
  for (const scope of entry.granted) {
    index.set(scope, (index.get(scope) ?? new Set()).add(entry));
  }
}

function removeGranted(index: GrantedIndex, entry: Entry): void {
  for (const scope of entry.granted) {
    const holders = index.get(scope);
    holders?.delete(entry);
    if (holders?.size === 0) {
      index.delete(scope);
    }
  }
}
