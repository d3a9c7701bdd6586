import { CacheError } from "./errors.ts";
import type { Clock } from "./runtime/clock.ts";
import type { Logger } from "./runtime/logger.ts";
import { randomUuid } from "./runtime/random.ts";
import { type Waiter, waitFor } from "./singleFlight.ts";
import type { CacheChanges } from "./tokenCache/cacheChanges.ts";
import type { CachePlugin, TokenCacheContext } from "./tokenCache/cachePlugin.ts";
import type { CacheState } from "./tokenCache/cacheState.ts";
import type { Counters } from "./tokenCache/counters.ts";
import { deserialize, serialize } from "./tokenCache/serialization.ts";
import type { StoreAccess } from "./tokenCache/tokenCache.ts";
import { bound, type HttpClient } from "./transport/http.ts";

/** The cache with a store behind it. A failure of the store costs no token: it is logged, counted, and told below. */
export interface CacheAccess extends StoreAccess {
  /** Looks into the cache once the store has been read; where that fails, into what is here. */
  look<T>(work: () => T, waiter?: Waiter): Promise<T>;
  /** Keeps what was gained; where the store fails it is kept here, and written at the next opportunity. */
  keep<T>(work: () => T, correlationId: string | undefined): Promise<T>;
}

/** One use of the plugin. */
interface Visit {
  /** Whether somebody waits for it: what a plugin does later has no effect. */
  isOpen: boolean;
  isOver: boolean;
  cacheHasChanged: boolean;
}

/** What work came to, and whether it changed the cache. */
type Done<T> = { readonly changed: boolean } & ({ readonly result: T } | { readonly error: unknown });

/**
 * Puts a plugin between the cache and its users. Accesses go one after the other: the store is read, the work is done in
 * one go, what has changed is written. So nobody's token is lost to what another access reads.
 */
export function createCacheAccess(
  plugin: CachePlugin,
  state: CacheState,
  http: Pick<HttpClient, "clock" | "requestTimeoutMs" | "random">,
  counters: Counters,
  logger: Logger,
  serviceClock: Pick<Clock, "now">,
): CacheAccess {
  const { clock } = http;
  const { changes } = state;
  let last: Promise<unknown> = Promise.resolve();
  /** Whether a visit outlasted its deadline and still goes on: the next ones do without, rather than wait in a row. */
  let isStuck = false;
  /** Whether the store lacks something that is here. */
  let isUnsaved = false;
  /** What the store held when it was last seen, and the state of the cache then: most often it holds the same. */
  let seen = { text: "", version: -1 };

  function contextOf(visit: Visit): TokenCacheContext {
    return {
      get cacheHasChanged() {
        return visit.cacheHasChanged;
      },
      tokenCache: {
        serialize(options) {
          const text = serialize(state, serviceClock.now(), options);
          seen = { text, version: changes.version };
          return text;
        },
        deserialize(text) {
          if (!visit.isOpen) return;
          if (!isUnsaved && text === seen.text && changes.version === seen.version) return;
          deserialize(state, text, serviceClock.now(), { beside: isUnsaved });
          seen = { text, version: changes.version };
        },
      },
    };
  }

  async function visitStore<T>(visit: Visit, work: () => Done<T>): Promise<void> {
    const context = contextOf(visit);
    try {
      await plugin.beforeCacheAccess(context);
      visit.cacheHasChanged = visit.isOpen && (work().changed || isUnsaved);
    } finally {
      try {
        // After a failure too: plugins hold locks in between.
        await plugin.afterCacheAccess(context);
        if (visit.cacheHasChanged) isUnsaved = false;
      } finally {
        visit.isOpen = false;
        visit.isOver = true;
        isStuck = false;
      }
    }
  }

  /** Does the work in its turn, with the store or, where that fails, without; gives the store's failure. */
  async function takeTurn<T>(work: () => Done<T>, name: string | undefined): Promise<CacheError | undefined> {
    const visit: Visit = { isOpen: true, isOver: false, cacheHasChanged: false };
    try {
      if (isStuck) throw new Error("An earlier access is still under way.");
      await bound(http, "The cache plugin", {}, () => visitStore(visit, work));
      return undefined;
    } catch (cause) {
      visit.isOpen = false;
      visit.cacheHasChanged = false;
      isStuck ||= !visit.isOver;
      isUnsaved ||= work().changed;
      counters.pluginFailures++;
      const correlationId = name ?? randomUuid(http.random);
      const { name: error, code } = cause as { name?: unknown; code?: unknown };
      // A message may quote what is in the store.
      logger.warn({ correlationId, error, code }, "the cache plugin failed; tokens are kept in memory alone");
      return new CacheError("The cache plugin failed.", {
        code: "cache_error",
        remedy: "Look at the cause, mend the store, and try again; what it holds is unchanged.",
        correlationId,
        cause,
      });
    }
  }

  async function access<T>(work: () => T, isStrict: boolean, correlationId?: string): Promise<T> {
    let done: Done<T> | undefined;
    const once = (): Done<T> => {
      done ??= attempt(work, changes);
      return done;
    };
    const turn = last.then(() => takeTurn(once, correlationId));
    last = turn;
    const failure = await turn;
    const outcome = once();
    if ("error" in outcome) throw outcome.error;
    if (failure && isStrict) throw failure;
    return outcome.result;
  }

  return {
    look: (work, waiter = {}) => waitFor(clock, access(work, false, waiter.correlationId), waiter),
    keep: (work, correlationId) => access(work, false, correlationId),
    change: (work) => access(work, true),
  };
}

function attempt<T>(work: () => T, changes: { readonly version: number }): Done<T> {
  const { version } = changes;
  try {
    const result = work();
    return { result, changed: changes.version !== version };
  } catch (error) {
    return { error, changed: changes.version !== version };
  }
}

/** Looks into the cache: at once where no store has to be read first. */
export function look<T>(
  { store }: { readonly store: CacheAccess | undefined },
  work: () => T,
  waiter: Waiter,
): T | Promise<T> {
  return store ? store.look(work, waiter) : work();
}

/** Keeps what the request of this name gained. */
export function keep<T>(
  { store, changes }: { readonly store: CacheAccess | undefined; readonly changes: CacheChanges },
  work: () => T,
  correlationId: string | undefined,
): T | Promise<T> {
  const named = (): T => changes.under(correlationId, work);
  return store ? store.keep(named, correlationId) : named();
}
