import { canonicalScopes } from "../scopes.ts";

/** A cached app token: what a result is made of. */
export interface AppToken {
  readonly accessToken: string;
  readonly tokenType: string;
  readonly scopes: readonly string[];
  readonly expiresAtMs: number;
  readonly refreshAtMs: number | undefined;
  readonly correlationId: string;
}

/**
 * The application token cache: apart from user tokens by construction, bounded, constant in time at any size. A
 * partition holds the tokens of one application for one tenant, cloud and set of extras.
 */
export interface AppTokenCache {
  /** The token kept for exactly this scope, in canonical spelling: what most programs ask for, most of the time. */
  findExact(partitionKey: string, scope: string, nowMs: number): AppToken | undefined;
  /** The token whose scopes are these, in any order and case, or a superset of them; expired ones are not found. */
  find(partitionKey: string, scopes: readonly string[], nowMs: number): AppToken | undefined;
  /** Keeps a token, to be found by the scopes that were asked for and by those that were granted. */
  put(partitionKey: string, asked: readonly string[], token: AppToken, nowMs: number): void;
  readonly size: number;
}

/** A token counts as expired this long before it is, so that it is still good when it arrives at an API. */
export const expiryMarginMs = 300_000;

interface Entry extends AppToken {
  readonly partition: Partition;
  /** The scopes that were asked for, in canonical spelling. */
  readonly key: string;
  /** The second chance: set by a hit, cleared by the hand that looks for an entry to drop. */
  used: boolean;
  slot: number;
}

interface Partition {
  readonly key: string;
  readonly byScopes: Map<string, Entry>;
  /** For subsets: each granted scope → the tokens that hold it, where more or others were granted than asked for. */
  readonly byGranted: Map<string, Set<Entry>>;
}

/** Makes an empty cache that holds at most `maxEntries` tokens, dropping expired and then long unused ones. */
export function createAppTokenCache(maxEntries: number): AppTokenCache {
  const partitions = new Map<string, Partition>();
  const slots: Entry[] = [];
  /** The next entry to be dropped, if it is not marked as used. */
  let hand = 0;
  /** The next entry to be looked at for its expiry. */
  let broom = 0;

  function add(entry: Entry): void {
    const { partition } = entry;
    // Just behind the hand: it comes last.
    if (hand > slots.length) hand = slots.length;
    const displaced = slots[hand];
    if (displaced) displaced.slot = slots.push(displaced) - 1;
    entry.slot = hand;
    slots[hand++] = entry;
    partitions.set(partition.key, partition);
    partition.byScopes.set(entry.key, entry);
    for (const scope of indexedScopes(entry)) {
      partition.byGranted.set(scope, (partition.byGranted.get(scope) ?? new Set()).add(entry));
    }
  }

  function remove(entry: Entry): void {
    const { partition } = entry;
    partition.byScopes.delete(entry.key);
    for (const scope of indexedScopes(entry)) {
      const holders = partition.byGranted.get(scope);
      holders?.delete(entry);
      if (holders?.size === 0) partition.byGranted.delete(scope);
    }
    if (partition.byScopes.size === 0) partitions.delete(partition.key);
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

  /** Makes room for one more. Each write looks at two entries, so that what has expired leaves without a sweep. */
  function makeRoom(nowMs: number): void {
    for (let looks = 0; looks < 2; looks++) {
      if (broom >= slots.length) broom = 0;
      const entry = slots[broom];
      if (entry && entry.expiresAtMs <= nowMs) remove(entry);
      else broom++;
    }
    while (slots.length > 0 && slots.length + 1 > maxEntries) dropOne(nowMs);
  }

  return {
    findExact(partitionKey, scope, nowMs) {
      return take(partitions.get(partitionKey)?.byScopes.get(scope), nowMs);
    },
    find(partitionKey, scopes, nowMs) {
      const partition = partitions.get(partitionKey);
      if (partition === undefined) return undefined;
      return (
        take(partition.byScopes.get(canonicalScopes(scopes)), nowMs) ??
        take(findSuperset(partition, scopes, nowMs), nowMs)
      );
    },
    put(partitionKey, asked, token, nowMs) {
      if (token.expiresAtMs <= nowMs) return;
      const key = canonicalScopes(asked);
      const replaced = partitions.get(partitionKey)?.byScopes.get(key);
      if (replaced) remove(replaced);
      makeRoom(nowMs);
      // Looked up at the last moment: while the request was under way the partition may have come or gone.
      const partition = partitions.get(partitionKey) ?? createPartition(partitionKey);
      add({ ...token, scopes: [...token.scopes], partition, key, used: false, slot: 0 });
    },
    get size() {
      return slots.length;
    },
  };
}

function createPartition(key: string): Partition {
  return { key, byScopes: new Map(), byGranted: new Map() };
}

/** The scopes under which a token is found beside its key; none in the usual case that they are the key itself. */
function indexedScopes(entry: Entry): readonly string[] {
  if (entry.scopes.length === 1 && entry.scopes[0]?.toLowerCase() === entry.key) return [];
  return entry.scopes.map((scope) => scope.toLowerCase());
}

function findSuperset(partition: Partition, scopes: readonly string[], nowMs: number): Entry | undefined {
  const holders = scopes.map((scope) => partition.byGranted.get(scope.toLowerCase()));
  const [fewest] = holders.toSorted((a, b) => (a?.size ?? 0) - (b?.size ?? 0));
  for (const entry of fewest ?? []) {
    if (isFresh(entry, nowMs) && holders.every((set) => set?.has(entry))) return entry;
  }
  return undefined;
}

function take(entry: Entry | undefined, nowMs: number): Entry | undefined {
  if (entry === undefined || !isFresh(entry, nowMs)) return undefined;
  entry.used = true;
  return entry;
}

function isFresh(entry: Entry, nowMs: number): boolean {
  return entry.expiresAtMs - expiryMarginMs > nowMs;
}
