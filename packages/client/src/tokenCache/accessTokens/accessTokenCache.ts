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

/** A cached token and where it is: its partition, and the scopes that it was asked for, in canonical spelling. */
export interface PlacedToken {
  readonly partitionKey: string;
  readonly requestedScopes: string;
  readonly token: CachedAccessToken;
}

/**
 * An index of access tokens: bounded, constant in time at any size. A partition holds the tokens of one application, or
 * of one of its users, for one tenant, cloud and set of extras. An application has two: app tokens never meet users'.
 */
export interface AccessTokenCache {
  /**
   * The token kept for exactly this scope, in canonical spelling, if nothing is to be done about it: what most programs
   * ask for, most of the time.
   */
  findExact(partitionKey: string, scope: string, nowMs: number): CachedAccessToken | undefined;
  /** What {@link find} found last for `memo`, if it was asked in these words and nothing is to be done about the token. */
  findRepeated(memo: LookupMemo, scope: string, nowMs: number): CachedAccessToken | undefined;
  /**
   * The token whose scopes are these, in any order and case, or a superset of them; expired ones are not found. It is
   * remembered for the partition's `memo`, of which there is one, until something comes or goes that changes it.
   */
  find(
    partitionKey: string,
    scopes: readonly string[],
    nowMs: number,
    memo?: LookupMemo,
  ): CachedAccessToken | undefined;
  /** As {@link find}, for when no new one can be had: until it has really expired, or its extended life is over. */
  findInOutage(partitionKey: string, scopes: readonly string[], nowMs: number): CachedAccessToken | undefined;
  /** Serves a token without a second thought until then, or until it counts as expired. */
  postpone(token: CachedAccessToken, untilMs: number): void;
  /**
   * Keeps a token, to be found by the scopes that were asked for and by those that were granted; returns the token as it
   * is kept, or `undefined` when it is of no use any more.
   */
  put(
    partitionKey: string,
    requestedScopes: readonly string[],
    token: AccessToken,
    nowMs: number,
  ): CachedAccessToken | undefined;
  /** A token as it is kept; `requestedScopes` is the canonical spelling of the scopes that were asked for. */
  makeEntry(this: void, requestedScopes: string, token: AccessToken, nowMs: number): Entry;
  /**
   * Keeps what was read for a partition that is empty, by what was asked for. Nobody is told of each: who reads a blob tells
   * of the whole.
   */
  putPartition(partitionKey: string, entries: Map<string, Entry>, nowMs: number): void;
  /** Forgets the tokens of one partition. */
  removePartition(partitionKey: string): void;
  clear(): void;
  /** All tokens, expired ones too. */
  entries(): Iterable<PlacedToken>;
  readonly size: number;
}

/** Told of each token that comes or goes; a token that takes another's place is one that comes. */
export type AccessTokenListener = (action: "added" | "removed", partitionKey: string, token: Entry) => void;

/** How many used tokens are passed over in search of one to drop, before a used one has to go. */
const maxSkipped = 1_000;
/** Who looks into one partition again and again, with what was found there last: no other memory has to be read for it. */
export interface LookupMemo {
  /** The single scope that was looked for, as it was spelled. */
  lastScope: string | undefined;
  lastFound: Entry | undefined;
}

/** The tokens of one owner. */
interface TokenPartition {
  readonly key: string;
  readonly byScopes: Map<string, Entry>;
  memo: LookupMemo | undefined;
  /** Made at the first search for a superset: most partitions never see one. */
  byGranted: GrantedIndex | undefined;
}

/** Each granted scope → the tokens that hold it, where more or others were granted than asked for. */
type GrantedIndex = Map<string, Set<Entry>>;

interface Place {
  readonly partition: TokenPartition;
  readonly entry: Entry;
}

/** Makes an empty cache that holds at most `maxEntries` tokens, dropping expired and then long unused ones. */
export function createAccessTokenCache(
  maxEntries: number,
  notify: AccessTokenListener = () => {},
  random: Random = guessableRandom,
): AccessTokenCache {
  const partitions = new Map<string, TokenPartition>();
  const makeEntry = createEntryFactory(random);
  let size = 0;
  /** Goes round the tokens, oldest first: one that was used goes to the end of its partition, another is dropped. */
  const evictionCursor = cycle();
  /** Goes round the tokens and drops the expired ones. */
  const cleanupCursor = cycle();

  /** Round and round, through what comes and goes meanwhile; not to be asked for more when the cache is empty. */
  function* cycle(): Generator<Place, never> {
    for (;;) {
      for (const partition of partitions.values()) {
        // What is put at the end meanwhile waits for the next round.
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
    // It may serve better than what was found so far.
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

  /** Makes room for one more. Each write looks at two tokens, so that what has expired leaves without a sweep. */
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
    serves: (entry: Entry, nowMs: number) => boolean,
  ): Entry | undefined {
    const partition = partitions.get(partitionKey);
    if (partition === undefined) {
      return undefined;
    }
    const exact = partition.byScopes.get(canonicalScopes(scopes));
    const entry = exact && serves(exact, nowMs) ? exact : findSuperset(partition, scopes, nowMs, serves);
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
  serves: (entry: Entry, nowMs: number) => boolean,
): Entry | undefined {
  const byGranted = partition.byGranted ?? indexGranted(partition);
  const holders = scopes.map((scope) => byGranted.get(scope.toLowerCase()));
  const [fewest] = holders.toSorted((a, b) => (a?.size ?? 0) - (b?.size ?? 0));
  for (const entry of fewest ?? []) {
    if (serves(entry, nowMs) && holders.every((set) => set?.has(entry))) {
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
