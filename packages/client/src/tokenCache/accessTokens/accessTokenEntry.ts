import type { Random } from "../../runtime/random.ts";
import { expiryMarginMs, marginOf, refreshAfter, spreadEvenly } from "./tokenLifetime.ts";

/** An access token to be cached. */
export interface AccessToken {
  readonly accessToken: string;
  readonly tokenType: string;
  readonly scopes: readonly string[];
  readonly expiresAtMs: number;
  /** When the service advises to refresh it. */
  readonly refreshAtMs: number | undefined;
  /** How long it may be used during an outage, if that is longer than its lifetime. */
  readonly extendedExpiresAtMs?: number | undefined;
  /** When its lifetime started, if not just now. */
  readonly obtainedAtMs?: number | undefined;
  readonly correlationId: string;
  /** Further fields from a blob. */
  readonly fields?: Readonly<Record<string, unknown>> | undefined;
}

/** A cached access token; its times are in whole seconds. */
export interface CachedAccessToken extends Omit<AccessToken, "scopes" | "obtainedAtMs" | "fields"> {
  fields?: Readonly<Record<string, unknown>> | undefined;
  /**
   * Until when it is returned without a refresh: afterwards a newer one is requested, in the background or at its
   * expiry.
   */
  readonly dueAtMs: number;
  /** Set if it has expired but may be used during an outage. */
  readonly extendedLifetime?: true;
  /** One scope, or the granted ones. */
  readonly scopes: string | { readonly granted: readonly string[] };
}

/**
 * The origin of internal times, in seconds: V8 stores numbers below 2^31 in place, and larger ones as objects. Doubled,
 * such a number lasts for 34 years.
 */
const originMs = Date.UTC(2025, 0, 1);

/** The number of distinct scope combinations that are cached. */
const scopesPoolSize = 1_000;

/** In the usual case, one scope requested and granted as Bearer, just that scope. */
type Scopes = string | ScopeDetails;

interface ScopeDetails {
  readonly requestedScopes: string;
  readonly granted: readonly string[];
  readonly tokenType: string;
}

/**
 * Fields of tokens with refresh advice, a short lifetime or an extended one, and of tokens in a blob: most tokens have
 * none, or share them.
 */
interface RareFields {
  readonly refreshAtMs: number | undefined;
  readonly marginMs: number;
  readonly extendedExpiresAtMs: number | undefined;
  readonly fields: Fields;
}

type Fields = AccessToken["fields"];

/** The values of most tokens. */
const usual: RareFields = {
  refreshAtMs: undefined,
  marginMs: expiryMarginMs,
  extendedExpiresAtMs: undefined,
  fields: undefined,
};

/**
 * A token in the cache. There may be a hundred thousand of them, and most hits read one from cold memory, so it is kept
 * small.
 */
export class Entry implements CachedAccessToken {
  readonly accessToken: string;
  readonly correlationId: string;
  readonly scopes: Scopes;
  /** In seconds, doubled, plus one for the second chance: set by a hit, cleared by the eviction cursor. */
  #expiry: number;
  /** How long before its expiry a refresh is due, in milliseconds. */
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

  /** From when it counts as expired. */
  get staleAtMs(): number {
    return this.expiresAtMs - (this.#rare?.marginMs ?? expiryMarginMs);
  }

  get tokenType(): string {
    return typeof this.scopes === "string" ? "Bearer" : this.scopes.tokenType;
  }

  get requestedScopes(): string {
    return typeof this.scopes === "string" ? this.scopes : this.scopes.requestedScopes;
  }

  /** The scopes that the token is also indexed by; empty if they equal the requested ones. */
  get granted(): readonly string[] {
    return typeof this.scopes === "string" ? [] : this.scopes.granted.map((scope) => scope.toLowerCase());
  }

  get isUsed(): boolean {
    return (this.#expiry & 1) === 1;
  }

  set isUsed(used: boolean) {
    // Written only on change: writing to memory that was only read costs as much again.
    if (this.isUsed !== used) {
      this.#expiry += used ? 1 : -1;
    }
  }
}

/** Creates entries; `key` is the canonical form of the requested scopes. */
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

/** Whether a token can be used at all, if only during an outage. */
export function isUsable(token: Pick<AccessToken, "expiresAtMs" | "extendedExpiresAtMs">, nowMs: number): boolean {
  return (token.extendedExpiresAtMs ?? token.expiresAtMs) > nowMs;
}

/** An expired token with its extended lifetime. */
export function asExtended(entry: Entry): CachedAccessToken {
  const { accessToken, tokenType, scopes, refreshAtMs, dueAtMs, correlationId } = entry;
  const expiresAtMs = entry.extendedExpiresAtMs ?? entry.expiresAtMs;
  return { accessToken, tokenType, scopes, expiresAtMs, refreshAtMs, dueAtMs, correlationId, extendedLifetime: true };
}

/** Lets tokens with equal scopes share one list: an application's users have few different ones. */
function createScopesPool(): (requestedScopes: string, granted: readonly string[], tokenType: string) => ScopeDetails {
  const pool = new Map<string, ScopeDetails>();
  let last: { readonly granted: readonly string[]; readonly scopes: ScopeDetails } | undefined;
  return (requestedScopes, granted, tokenType) => {
    // Tokens of a blob share their list as well.
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

/** The same number, in a form that V8 stores in place if it is a 32-bit integer. */
function compact(value: number): number {
  const integer = value | 0;
  return integer === value ? integer : value;
}
