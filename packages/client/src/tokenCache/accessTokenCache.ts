import { type Random, systemRandom } from "../runtime/random.ts";
import { canonicalScopes } from "../scopes.ts";
import { expiryMarginMs, marginOf, refreshAfter, spreadEvenly } from "./tokenLifetime.ts";

/** An access token to be cached. */
export interface AccessToken {
  readonly accessToken: string;
  readonly tokenType: string;
  readonly scopes: readonly string[];
  readonly expiresAtMs: number;
  /** When the service advises to get a newer one. */
  readonly refreshAtMs: number | undefined;
  readonly correlationId: string;
  /** How long it serves in an outage, where that is longer than it lives. */
  readonly extendedExpiresAtMs?: number | undefined;
}

/** A cached access token, as little as a result can be made of. */
export interface CachedAccessToken {
  readonly accessToken: string;
  readonly tokenType: string;
  /** Times in milliseconds after the cache's `originMs`: numbers that small are kept without an object of their own. */
  readonly expiresAfterMs: number;
  /** Until when it is served without a second thought: then a newer one is asked for, ahead of time or at its end. */
  readonly dueAfterMs: number;
  /** The service's advice, where it gave one. */
  readonly refreshAfterMs?: number | undefined;
  readonly correlationId: string;
  /** One scope, or what was granted. */
  readonly scopes: string | { readonly granted: readonly string[] };
  /** That it has expired, and serves in an outage all the same. */
  readonly extendedLifetime?: true;
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
  /** The token whose scopes are these, in any order and case, or a superset of them; expired ones are not found. */
  find(partitionKey: string, scopes: readonly string[], nowMs: number): CachedAccessToken | undefined;
  /** As {@link find}, for when no new one can be had: until it has really expired, or its extended life is over. */
  findInOutage(partitionKey: string, scopes: readonly string[], nowMs: number): CachedAccessToken | undefined;
  /** Serves a token without a second thought until then, or until it counts as expired. */
  postpone(token: CachedAccessToken, untilMs: number): void;
  /** Keeps a token, to be found by the scopes that were asked for and by those that were granted. */
  put(partitionKey: string, asked: readonly string[], token: AccessToken, nowMs: number): void;
  /** Forgets the tokens of one partition. */
  removePartition(partitionKey: string): void;
  readonly size: number;
  /** The instant that the times of its tokens count from, in epoch milliseconds. */
  readonly originMs: number;
}

/** A token in the cache. There may be a hundred thousand, and most hits read one from cold memory: it is kept small. */
interface Entry extends CachedAccessToken {
  /** In the usual case that one scope was asked for and granted, that scope alone, which is the key as well. */
  readonly scopes: string | AskedAndGranted;
  readonly partition: Partition;
  dueAfterMs: number;
  /** Only of tokens of short life, and of tokens that may serve in an outage: most entries go without. */
  readonly marginMs?: number | undefined;
  readonly extendedExpiresAfterMs?: number | undefined;
  /** Twice the slot, plus one for the second chance: set by a hit, cleared by the hand that looks for one to drop. */
  place: number;
}

interface AskedAndGranted {
  /** The scopes that were asked for, in canonical spelling. */
  readonly key: string;
  readonly granted: readonly string[];
}

interface Partition {
  readonly key: string;
  readonly byScopes: Map<string, Entry>;
  /** For subsets: each granted scope → the tokens that hold it, where more or others were granted than asked for. */
  readonly byGranted: Map<string, Set<Entry>>;
}

/** Makes an empty cache that holds at most `maxEntries` tokens, dropping expired and then long unused ones. */
export function createAccessTokenCache(
  maxEntries: number,
  originMs: number,
  random: Random = systemRandom,
): AccessTokenCache {
  const partitions = new Map<string, Partition>();
  const slots: Entry[] = [];
  const drawSpread = spreadEvenly(random);
  /** The next entry to be dropped, if it is not marked as used. */
  let hand = 0;
  /** The next entry to be looked at for its expiry. */
  let broom = 0;

  function add(entry: Entry): void {
    const { partition } = entry;
    // Just behind the hand: it comes last.
    if (hand > slots.length) hand = slots.length;
    const displaced = slots[hand];
    if (displaced) move(displaced, slots.push(displaced) - 1);
    move(entry, hand);
    slots[hand++] = entry;
    partitions.set(partition.key, partition);
    partition.byScopes.set(keyOf(entry), entry);
    for (const scope of grantedScopes(entry)) {
      partition.byGranted.set(scope, (partition.byGranted.get(scope) ?? new Set()).add(entry));
    }
  }

  function remove(entry: Entry): void {
    const { partition } = entry;
    partition.byScopes.delete(keyOf(entry));
    for (const scope of grantedScopes(entry)) {
      const holders = partition.byGranted.get(scope);
      holders?.delete(entry);
      if (holders?.size === 0) partition.byGranted.delete(scope);
    }
    if (partition.byScopes.size === 0) partitions.delete(partition.key);
    const last = slots.pop();
    if (last && last !== entry) {
      const slot = entry.place >> 1;
      slots[slot] = last;
      move(last, slot);
    }
  }

  /** Drops one entry: the first expired or unused one that the hand meets; it clears the marks that it passes. */
  function dropOne(ageMs: number): void {
    for (;;) {
      if (hand >= slots.length) hand = 0;
      const entry = slots[hand];
      if (entry === undefined) return;
      if ((entry.place & 1) === 0 || !isOfUse(entry, ageMs)) {
        remove(entry);
        return;
      }
      entry.place &= ~1;
      hand++;
    }
  }

  /** Makes room for one more. Each write looks at two entries, so that what has expired leaves without a sweep. */
  function makeRoom(ageMs: number): void {
    for (let looks = 0; looks < 2; looks++) {
      if (broom >= slots.length) broom = 0;
      const entry = slots[broom];
      if (entry && !isOfUse(entry, ageMs)) remove(entry);
      else broom++;
    }
    while (slots.length > 0 && slots.length + 1 > maxEntries) dropOne(ageMs);
  }

  function after(instantMs: number | undefined): number | undefined {
    return instantMs === undefined ? undefined : compact(instantMs - originMs);
  }

  function findWhere(
    partitionKey: string,
    scopes: readonly string[],
    ageMs: number,
    serves: (entry: Entry, ageMs: number) => boolean,
  ): Entry | undefined {
    const partition = partitions.get(partitionKey);
    if (partition === undefined) return undefined;
    const exact = partition.byScopes.get(canonicalScopes(scopes));
    const entry = exact && serves(exact, ageMs) ? exact : findSuperset(partition, scopes, ageMs, serves);
    return entry && markUsed(entry);
  }

  return {
    findExact(partitionKey, scope, nowMs) {
      const entry = partitions.get(partitionKey)?.byScopes.get(scope);
      return entry !== undefined && entry.dueAfterMs > nowMs - originMs ? markUsed(entry) : undefined;
    },
    find(partitionKey, scopes, nowMs) {
      return findWhere(partitionKey, scopes, nowMs - originMs, isFresh);
    },
    findInOutage(partitionKey, scopes, nowMs) {
      const ageMs = nowMs - originMs;
      const entry = findWhere(partitionKey, scopes, ageMs, isOfUse);
      if (entry === undefined || entry.expiresAfterMs > ageMs) return entry;
      return { ...entry, expiresAfterMs: entry.extendedExpiresAfterMs ?? 0, extendedLifetime: true };
    },
    postpone(token, untilMs) {
      const entry = token as Entry;
      entry.dueAfterMs = compact(Math.min(Math.round(untilMs - originMs), staleAfterMs(entry)));
    },
    put(partitionKey, asked, token, nowMs) {
      if (token.expiresAtMs <= nowMs) return;
      const key = canonicalScopes(asked);
      const replaced = partitions.get(partitionKey)?.byScopes.get(key);
      if (replaced) remove(replaced);
      makeRoom(nowMs - originMs);
      // Looked up at the last moment: while the request was under way the partition may have come or gone.
      const partition = partitions.get(partitionKey) ?? createPartition(partitionKey);
      const { accessToken, tokenType, correlationId } = token;
      const lifeMs = token.expiresAtMs - nowMs;
      const marginMs = marginOf(lifeMs);
      const adviceMs = token.refreshAtMs === undefined ? undefined : token.refreshAtMs - nowMs;
      const refreshMs = refreshAfter(lifeMs, adviceMs, drawSpread);
      const expiresAfterMs = compact(token.expiresAtMs - originMs);
      const dueAfterMs = compact(Math.round(nowMs - originMs + Math.min(refreshMs, lifeMs - marginMs)));
      const simple = token.scopes.length === 1 && token.scopes[0] === key;
      const scopes = simple ? key : { key, granted: [...token.scopes] };
      const usual = { accessToken, tokenType, expiresAfterMs, dueAfterMs, correlationId, scopes, partition, place: 0 };
      const refreshAfterMs = after(token.refreshAtMs);
      const extendedExpiresAfterMs = after(token.extendedExpiresAtMs);
      const isUsual = marginMs === expiryMarginMs && (refreshAfterMs ?? extendedExpiresAfterMs) === undefined;
      add(isUsual ? usual : { ...usual, marginMs, refreshAfterMs, extendedExpiresAfterMs });
    },
    removePartition(partitionKey) {
      for (const entry of [...(partitions.get(partitionKey)?.byScopes.values() ?? [])]) remove(entry);
    },
    originMs,
    get size() {
      return slots.length;
    },
  };
}

/** The same number; V8 keeps what it knows to be a 32-bit integer in place, and any other in an object of its own. */
function compact(value: number): number {
  const integer = value | 0;
  return integer === value ? integer : value;
}

function createPartition(key: string): Partition {
  return { key, byScopes: new Map(), byGranted: new Map() };
}

function keyOf({ scopes }: Entry): string {
  return typeof scopes === "string" ? scopes : scopes.key;
}

/** The scopes under which a token is found beside its key; none where they are the key itself. */
function grantedScopes({ scopes }: Entry): readonly string[] {
  return typeof scopes === "string" ? [] : scopes.granted.map((scope) => scope.toLowerCase());
}

/** Gives an entry its slot; its mark stays. */
function move(entry: Entry, slot: number): void {
  entry.place = slot * 2 + (entry.place & 1);
}

function findSuperset(
  partition: Partition,
  scopes: readonly string[],
  ageMs: number,
  serves: (entry: Entry, ageMs: number) => boolean,
): Entry | undefined {
  const holders = scopes.map((scope) => partition.byGranted.get(scope.toLowerCase()));
  const [fewest] = holders.toSorted((a, b) => (a?.size ?? 0) - (b?.size ?? 0));
  for (const entry of fewest ?? []) {
    if (serves(entry, ageMs) && holders.every((set) => set?.has(entry))) return entry;
  }
  return undefined;
}

/** Gives an entry its second chance. */
function markUsed(entry: Entry): Entry {
  // Written only when it changes: a write to memory that was read alone costs as much again.
  if ((entry.place & 1) === 0) entry.place |= 1;
  return entry;
}

function isFresh(entry: Entry, ageMs: number): boolean {
  return staleAfterMs(entry) > ageMs;
}

function staleAfterMs({ expiresAfterMs, marginMs = expiryMarginMs }: Entry): number {
  return expiresAfterMs - marginMs;
}

/** Whether a token may serve when there is nothing better. */
function isOfUse({ expiresAfterMs, extendedExpiresAfterMs = expiresAfterMs }: Entry, ageMs: number): boolean {
  return extendedExpiresAfterMs > ageMs;
}
