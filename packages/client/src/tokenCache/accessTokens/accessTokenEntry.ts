import type { Random } from "../../runtime/random.ts";
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
  /** What else a blob says of it. */
  readonly fields?: Readonly<Record<string, unknown>> | undefined;
}

/** A cached access token; its times are in whole seconds. */
export interface CachedAccessToken extends Omit<AccessToken, "scopes" | "obtainedAtMs" | "fields"> {
  fields?: Readonly<Record<string, unknown>> | undefined;
  /** Until when it is served without a second thought: then a newer one is asked for, ahead of time or at its end. */
  readonly dueAtMs: number;
  /** That it has expired, and serves in an outage all the same. */
  readonly extendedLifetime?: true;
  /** One scope, or what was granted. */
  readonly scopes: string | { readonly granted: readonly string[] };
}

/**
 * Times are kept in seconds from here on: V8 keeps numbers below 2^31 in place, and larger ones in an object of their
 * own. Doubled, such a number lasts for 34 years.
 */
const originMs = Date.UTC(2025, 0, 1);

/** How many different answers about scopes are remembered. */
const scopesPoolSize = 1_000;

/** In the usual case that one scope was asked for and granted as Bearer, there is that scope alone. */
type Scopes = string | ScopeDetails;

interface ScopeDetails {
  readonly requestedScopes: string;
  readonly granted: readonly string[];
  readonly tokenType: string;
}

/**
 * What is said of tokens with advice, of tokens of short life, of those that may serve in an outage, and of those that are
 * in a blob: most go without, or share it.
 */
interface RareFields {
  readonly refreshAtMs: number | undefined;
  readonly marginMs: number;
  readonly extendedExpiresAtMs: number | undefined;
  readonly fields: Fields;
}

type Fields = AccessToken["fields"];

/** What most tokens have. */
const usual: RareFields = {
  refreshAtMs: undefined,
  marginMs: expiryMarginMs,
  extendedExpiresAtMs: undefined,
  fields: undefined,
};

/** A token in the cache. There may be a hundred thousand, and most hits read one from cold memory: it is kept small. */
export class Entry implements CachedAccessToken {
  readonly accessToken: string;
  readonly correlationId: string;
  readonly scopes: Scopes;
  /** In seconds, doubled, plus one for the second chance: set by a hit, cleared by the hand that looks for one to drop. */
  #expiry: number;
  /** How long before its expiry it is due, in milliseconds. */
  #due = 0;
  #rare: RareFields | undefined;

  constructor(scopes: Scopes, { accessToken, correlationId, expiresAtMs }: AccessToken, rare?: RareFields) {
    this.accessToken = accessToken;
    this.correlationId = correlationId;
    this.scopes = scopes;
    this.#expiry = secondsOf(expiresAtMs) * 2;
    this.#rare = rare;
  }

  get expiresAtMs(): number {
    return originMs + (this.#expiry - (this.#expiry & 1)) * 500;
  }

  get refreshAtMs(): number | undefined {
    return this.#rare?.refreshAtMs;
  }

  get extendedExpiresAtMs(): number | undefined {
    return this.#rare?.extendedExpiresAtMs;
  }

  get fields(): Fields {
    return this.#rare?.fields;
  }

  set fields(fields: Fields) {
    this.#rare = { ...(this.#rare ?? usual), fields };
  }

  get dueAtMs(): number {
    return this.expiresAtMs - this.#due;
  }

  set dueAtMs(instantMs: number) {
    this.#due = compact(Math.round(this.expiresAtMs - Math.min(instantMs, this.staleAtMs)));
  }

  /** From when on it counts as expired. */
  get staleAtMs(): number {
    return this.expiresAtMs - (this.#rare?.marginMs ?? expiryMarginMs);
  }

  get tokenType(): string {
    return typeof this.scopes === "string" ? "Bearer" : this.scopes.tokenType;
  }

  get requestedScopes(): string {
    return typeof this.scopes === "string" ? this.scopes : this.scopes.requestedScopes;
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
    if (this.isUsed !== used) {
      this.#expiry += used ? 1 : -1;
    }
  }
}

/** Makes entries; `key` is the canonical spelling of the scopes that were asked for. */
export function createEntryFactory(random: Random): (key: string, token: AccessToken, nowMs: number) => Entry {
  const drawSpread = spreadEvenly(random);
  const shareScopes = createScopesPool();
  let shared = usual;
  return (key, token, nowMs) => {
    const { scopes, tokenType, expiresAtMs, refreshAtMs, extendedExpiresAtMs, obtainedAtMs = nowMs, fields } = token;
    const isSimple = scopes.length === 1 && scopes[0] === key && tokenType === "Bearer";
    const lifetimeMs = expiresAtMs - obtainedAtMs;
    const marginMs = marginOf(lifetimeMs);
    const isUsual = marginMs === expiryMarginMs && (refreshAtMs ?? extendedExpiresAtMs) === undefined;
    if (isUsual && fields !== shared.fields) {
      shared = { ...usual, fields };
    }
    const entry = new Entry(
      isSimple ? key : shareScopes(key, scopes, tokenType),
      token,
      isUsual ? fields && shared : { refreshAtMs: wholeSeconds(refreshAtMs), marginMs, extendedExpiresAtMs, fields },
    );
    const adviceMs = refreshAtMs === undefined ? undefined : refreshAtMs - obtainedAtMs;
    entry.dueAtMs = obtainedAtMs + refreshAfter(lifetimeMs, adviceMs, drawSpread);
    return entry;
  };
}

/** Gives an entry its second chance. */
export function markUsed(entry: Entry): Entry {
  entry.isUsed = true;
  return entry;
}

export function isFresh(entry: Entry, nowMs: number): boolean {
  return entry.staleAtMs > nowMs;
}

/** Whether a token may serve when there is nothing better. */
export function isUsable(token: Pick<AccessToken, "expiresAtMs" | "extendedExpiresAtMs">, nowMs: number): boolean {
  return (token.extendedExpiresAtMs ?? token.expiresAtMs) > nowMs;
}

/** An expired token as it serves in an outage. */
export function asExtended(entry: Entry): CachedAccessToken {
  const { accessToken, tokenType, scopes, refreshAtMs, dueAtMs, correlationId } = entry;
  const expiresAtMs = entry.extendedExpiresAtMs ?? entry.expiresAtMs;
  return { accessToken, tokenType, scopes, expiresAtMs, refreshAtMs, dueAtMs, correlationId, extendedLifetime: true };
}

/** Lets tokens with the same scopes share one list: the users of an application have few different ones. */
function createScopesPool(): (requestedScopes: string, granted: readonly string[], tokenType: string) => ScopeDetails {
  const pool = new Map<string, ScopeDetails>();
  let last: { readonly granted: readonly string[]; readonly scopes: ScopeDetails } | undefined;
  return (requestedScopes, granted, tokenType) => {
    // Those of a blob share the list as well.
    if (
      last?.granted === granted &&
      last.scopes.requestedScopes === requestedScopes &&
      last.scopes.tokenType === tokenType
    ) {
      return last.scopes;
    }
    const key = JSON.stringify([requestedScopes, granted, tokenType]);
    const scopes = pool.get(key) ?? { requestedScopes, granted: [...granted], tokenType };
    if (pool.size >= scopesPoolSize) {
      pool.clear();
    }
    pool.set(key, scopes);
    last = { granted, scopes };
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
