import { guessableRandom, type Random } from "../runtime/random.ts";
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
  /** How long it serves in an outage, where that is longer than it lives. */
  readonly extendedExpiresAtMs?: number | undefined;
  /** When its life began, where that was not just now. */
  readonly obtainedAtMs?: number | undefined;
  readonly correlationId: string;
}

/** A cached access token; its times are in whole seconds. */
export interface CachedAccessToken extends Omit<AccessToken, "scopes" | "obtainedAtMs"> {
  /** Until when it is served without a second thought: then a newer one is asked for, ahead of time or at its end. */
  readonly dueAtMs: number;
  /** That it has expired, and serves in an outage all the same. */
  readonly extendedLifetime?: true;
  /** One scope, or what was granted. */
  readonly scopes: string | { readonly granted: readonly string[] };
}

/** A cached token and where it is: its partition, and the scopes that it was asked for, in canonical spelling. */
export interface Placed {
  readonly partitionKey: string;
  readonly asked: string;
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
  /** For {@link findAgain}: a partition that holds a token. */
  partition(key: string): TokenPartition | undefined;
  /** What {@link find} found there last, if it was asked in these words and nothing is to be done about the token. */
  findAgain(partition: TokenPartition, scope: string, nowMs: number): CachedAccessToken | undefined;
  /** The token whose scopes are these, in any order and case, or a superset of them; expired ones are not found. */
  find(partitionKey: string, scopes: readonly string[], nowMs: number): CachedAccessToken | undefined;
  /** As {@link find}, for when no new one can be had: until it has really expired, or its extended life is over. */
  findInOutage(partitionKey: string, scopes: readonly string[], nowMs: number): CachedAccessToken | undefined;
  /** Serves a token without a second thought until then, or until it counts as expired. */
  postpone(token: CachedAccessToken, untilMs: number): void;
  /**
   * Keeps a token, to be found by the scopes that were asked for and by those that were granted; gives the token as it
   * is kept, or `undefined` when it has expired.
   */
  put(partitionKey: string, asked: readonly string[], token: AccessToken, nowMs: number): CachedAccessToken | undefined;
  /** Forgets the tokens of one partition. */
  removePartition(partitionKey: string): void;
  clear(): void;
  /** All tokens, expired ones too. */
  entries(): Iterable<Placed>;
  readonly size: number;
}

/** Told of each token that comes or goes; a token that takes another's place is one that comes. */
export type AccessTokenListener = (action: "added" | "removed", placed: Placed) => void;

/**
 * Times are kept in seconds from here on: V8 keeps numbers below 2^31 in place, and larger ones in an object of their
 * own. Doubled, such a number lasts for 34 years.
 */
const originMs = Date.UTC(2025, 0, 1);

/** How many used tokens are passed over in search of one to drop, before a used one has to go. */
const patience = 1_000;
/** How many different answers about scopes are remembered. */
const scopesPoolSize = 1_000;

/** In the usual case that one scope was asked for and granted as Bearer, there is that scope alone. */
type Scopes = string | ScopesInFull;

interface ScopesInFull {
  readonly asked: string;
  readonly granted: readonly string[];
  readonly tokenType: string;
}

/** What is said of tokens with advice, of tokens of short life, and of those that may serve in an outage: most go without. */
interface SpecialTimes {
  readonly refreshAtMs: number | undefined;
  readonly marginMs: number;
  readonly extendedExpiresAtMs: number | undefined;
}

/** A token in the cache. There may be a hundred thousand, and most hits read one from cold memory: it is kept small. */
class Entry implements CachedAccessToken {
  readonly accessToken: string;
  readonly correlationId: string;
  readonly scopes: Scopes;
  /** In seconds, doubled, plus one for the second chance: set by a hit, cleared by the hand that looks for one to drop. */
  #expiry: number;
  /** How long before its expiry it is due, in milliseconds. */
  #due = 0;
  readonly #special: SpecialTimes | undefined;

  constructor(scopes: Scopes, { accessToken, correlationId, expiresAtMs }: AccessToken, special?: SpecialTimes) {
    this.accessToken = accessToken;
    this.correlationId = correlationId;
    this.scopes = scopes;
    this.#expiry = secondsOf(expiresAtMs) * 2;
    this.#special = special;
  }

  get expiresAtMs(): number {
    return originMs + (this.#expiry - (this.#expiry & 1)) * 500;
  }

  get refreshAtMs(): number | undefined {
    return this.#special?.refreshAtMs;
  }

  get extendedExpiresAtMs(): number | undefined {
    return this.#special?.extendedExpiresAtMs;
  }

  get dueAtMs(): number {
    return this.expiresAtMs - this.#due;
  }

  set dueAtMs(instantMs: number) {
    this.#due = compact(Math.round(this.expiresAtMs - Math.min(instantMs, this.staleAtMs)));
  }

  /** From when on it counts as expired. */
  get staleAtMs(): number {
    return this.expiresAtMs - (this.#special?.marginMs ?? expiryMarginMs);
  }

  get tokenType(): string {
    return typeof this.scopes === "string" ? "Bearer" : this.scopes.tokenType;
  }

  get asked(): string {
    return typeof this.scopes === "string" ? this.scopes : this.scopes.asked;
  }

  /** The scopes under which the token is found beside those asked for; none where they are the same. */
  get granted(): readonly string[] {
    return typeof this.scopes === "string" ? [] : this.scopes.granted.map((scope) => scope.toLowerCase());
  }

  get isUsed(): boolean {
    return (this.#expiry & 1) === 1;
  }

  set isUsed(used: boolean) {
    // Written only when it changes: a write to memory that was read alone costs as much again.
    if (this.isUsed !== used) this.#expiry += used ? 1 : -1;
  }
}

/** The tokens of one owner. Who looks there often may keep it: nothing is found there once they are gone. */
export interface TokenPartition {
  readonly key: string;
  readonly byScopes: Map<string, Entry>;
  /** The single scope that was looked for last, as it was spelled, and what was found. */
  askedLast: string | undefined;
  foundLast: Entry | undefined;
  /** For subsets: each granted scope → the tokens that hold it, where more or others were granted than asked for. */
  byGranted: Map<string, Set<Entry>> | undefined;
}

interface Place {
  readonly partition: TokenPartition;
  readonly entry: Entry;
}

/** Makes an empty cache that holds at most `maxEntries` tokens, dropping expired and then long unused ones. */
export function createAccessTokenCache(
  maxEntries: number,
  tell: AccessTokenListener = () => {},
  random: Random = guessableRandom,
): AccessTokenCache {
  const partitions = new Map<string, TokenPartition>();
  const drawSpread = spreadEvenly(random);
  let size = 0;
  const shareScopes = createScopesPool();
  /** Goes round the tokens, oldest first: one that was used goes to the end of its partition, another is dropped. */
  const hand = walk();
  /** Goes round the tokens and drops the expired ones. */
  const broom = walk();

  /** Round and round, through what comes and goes meanwhile; not to be asked for more when the cache is empty. */
  function* walk(): Generator<Place, never> {
    for (;;) {
      for (const partition of partitions.values()) {
        // What is put at the end meanwhile waits for the next round.
        let left = partition.byScopes.size;
        for (const entry of partition.byScopes.values()) {
          if (left-- === 0) break;
          yield { partition, entry };
        }
      }
    }
  }

  function add(partition: TokenPartition, entry: Entry): void {
    size++;
    partitions.set(partition.key, partition);
    partition.byScopes.set(entry.asked, entry);
    // It may serve better than what was found so far.
    partition.foundLast = undefined;
    for (const scope of entry.granted) {
      partition.byGranted ??= new Map();
      partition.byGranted.set(scope, (partition.byGranted.get(scope) ?? new Set()).add(entry));
    }
  }

  function remove({ partition, entry }: Place): void {
    size--;
    if (partition.foundLast === entry) partition.foundLast = undefined;
    partition.byScopes.delete(entry.asked);
    for (const scope of entry.granted) {
      const holders = partition.byGranted?.get(scope);
      holders?.delete(entry);
      if (holders?.size === 0) partition.byGranted?.delete(scope);
    }
    if (partition.byScopes.size === 0) partitions.delete(partition.key);
  }

  function empty(partition: TokenPartition): void {
    for (const entry of partition.byScopes.values()) drop({ partition, entry });
  }

  function drop(place: Place): void {
    remove(place);
    tell("removed", placed(place));
  }

  function giveSecondChance({ partition, entry }: Place): void {
    entry.isUsed = false;
    partition.byScopes.delete(entry.asked);
    partition.byScopes.set(entry.asked, entry);
  }

  /** Makes room for one more. Each write looks at two tokens, so that what has expired leaves without a sweep. */
  function makeRoom(nowMs: number): void {
    for (let looks = 0; looks < 2 && size > 0; looks++) {
      const { value } = broom.next();
      if (!isOfUse(value.entry, nowMs)) drop(value);
    }
    for (let looks = 0; size > 0 && size >= maxEntries; looks++) {
      const { value } = hand.next();
      if (!value.entry.isUsed || looks >= patience || !isOfUse(value.entry, nowMs)) drop(value);
      else giveSecondChance(value);
    }
  }

  function createEntry(scopes: Scopes, token: AccessToken, nowMs: number): Entry {
    const { expiresAtMs, refreshAtMs, extendedExpiresAtMs, obtainedAtMs = nowMs } = token;
    const lifeMs = expiresAtMs - obtainedAtMs;
    const marginMs = marginOf(lifeMs);
    const isUsual = marginMs === expiryMarginMs && (refreshAtMs ?? extendedExpiresAtMs) === undefined;
    const special = isUsual ? undefined : { refreshAtMs: wholeSeconds(refreshAtMs), marginMs, extendedExpiresAtMs };
    const entry = new Entry(scopes, token, special);
    const adviceMs = refreshAtMs === undefined ? undefined : refreshAtMs - obtainedAtMs;
    entry.dueAtMs = obtainedAtMs + refreshAfter(lifeMs, adviceMs, drawSpread);
    return entry;
  }

  function findWhere(
    partitionKey: string,
    scopes: readonly string[],
    nowMs: number,
    serves: (entry: Entry, nowMs: number) => boolean,
  ): Entry | undefined {
    const partition = partitions.get(partitionKey);
    if (partition === undefined) return undefined;
    const exact = partition.byScopes.get(canonicalScopes(scopes));
    const entry = exact && serves(exact, nowMs) ? exact : findSuperset(partition, scopes, nowMs, serves);
    return entry && markUsed(entry);
  }

  return {
    findExact(partitionKey, scope, nowMs) {
      const entry = partitions.get(partitionKey)?.byScopes.get(scope);
      return entry !== undefined && entry.dueAtMs > nowMs ? markUsed(entry) : undefined;
    },
    find(partitionKey, scopes, nowMs) {
      const entry = findWhere(partitionKey, scopes, nowMs, isFresh);
      const partition = partitions.get(partitionKey);
      if (partition && scopes.length === 1) {
        partition.askedLast = scopes[0];
        partition.foundLast = entry;
      }
      return entry;
    },
    partition: (key) => partitions.get(key),
    findAgain({ askedLast, foundLast }, scope, nowMs) {
      const isGood = foundLast !== undefined && askedLast === scope && foundLast.dueAtMs > nowMs;
      return isGood ? markUsed(foundLast) : undefined;
    },
    findInOutage(partitionKey, scopes, nowMs) {
      const entry = findWhere(partitionKey, scopes, nowMs, isOfUse);
      return entry === undefined || entry.expiresAtMs > nowMs ? entry : extended(entry);
    },
    postpone(token, untilMs) {
      if (token instanceof Entry) token.dueAtMs = untilMs;
    },
    put(partitionKey, asked, token, nowMs) {
      if (token.expiresAtMs <= nowMs) return undefined;
      const key = canonicalScopes(asked);
      const known = partitions.get(partitionKey);
      const replaced = known?.byScopes.get(key);
      if (known && replaced) remove({ partition: known, entry: replaced });
      makeRoom(nowMs);
      const { scopes, tokenType } = token;
      const isSimple = scopes.length === 1 && scopes[0] === key && tokenType === "Bearer";
      const entry = createEntry(
        isSimple ? key : shareScopes({ asked: key, granted: [...scopes], tokenType }),
        token,
        nowMs,
      );
      // Looked up at the last moment: making room may have emptied the partition.
      const partition = partitions.get(partitionKey) ?? {
        key: partitionKey,
        byScopes: new Map(),
        askedLast: undefined,
        foundLast: undefined,
        byGranted: undefined,
      };
      add(partition, entry);
      tell("added", placed({ partition, entry }));
      return entry;
    },
    removePartition(partitionKey) {
      const partition = partitions.get(partitionKey);
      if (partition) empty(partition);
    },
    clear() {
      for (const partition of partitions.values()) empty(partition);
    },
    *entries() {
      for (const partition of partitions.values()) {
        for (const entry of partition.byScopes.values()) yield placed({ partition, entry });
      }
    },
    get size() {
      return size;
    },
  };
}

/** Lets tokens with the same scopes share one list: the users of an application have few different ones. */
function createScopesPool(): (scopes: ScopesInFull) => ScopesInFull {
  const pool = new Map<string, ScopesInFull>();
  return (scopes) => {
    const key = JSON.stringify(scopes);
    const known = pool.get(key);
    if (known) return known;
    if (pool.size >= scopesPoolSize) pool.clear();
    pool.set(key, scopes);
    return scopes;
  };
}

function secondsOf(ms: number): number {
  return Math.floor((ms - originMs) / 1_000);
}

function wholeSeconds(instantMs: number | undefined): number | undefined {
  return instantMs === undefined ? undefined : originMs + secondsOf(instantMs) * 1_000;
}

/** The same number; V8 keeps what it knows to be a 32-bit integer in place, and any other in an object of its own. */
function compact(value: number): number {
  const integer = value | 0;
  return integer === value ? integer : value;
}

function placed({ partition, entry }: Place): Placed {
  return { partitionKey: partition.key, asked: entry.asked, token: entry };
}

function findSuperset(
  { byGranted }: TokenPartition,
  scopes: readonly string[],
  nowMs: number,
  serves: (entry: Entry, nowMs: number) => boolean,
): Entry | undefined {
  if (byGranted === undefined) return undefined;
  const holders = scopes.map((scope) => byGranted.get(scope.toLowerCase()));
  const [fewest] = holders.toSorted((a, b) => (a?.size ?? 0) - (b?.size ?? 0));
  for (const entry of fewest ?? []) {
    if (serves(entry, nowMs) && holders.every((set) => set?.has(entry))) return entry;
  }
  return undefined;
}

/** Gives an entry its second chance. */
function markUsed(entry: Entry): Entry {
  entry.isUsed = true;
  return entry;
}

function isFresh(entry: Entry, nowMs: number): boolean {
  return entry.staleAtMs > nowMs;
}

/** Whether a token may serve when there is nothing better. */
function isOfUse(entry: Entry, nowMs: number): boolean {
  return (entry.extendedExpiresAtMs ?? entry.expiresAtMs) > nowMs;
}

/** An expired token as it serves in an outage. */
function extended(entry: Entry): CachedAccessToken {
  const { accessToken, tokenType, scopes, refreshAtMs, dueAtMs, correlationId } = entry;
  const expiresAtMs = entry.extendedExpiresAtMs ?? entry.expiresAtMs;
  return { accessToken, tokenType, scopes, expiresAtMs, refreshAtMs, dueAtMs, correlationId, extendedLifetime: true };
}
