import type { CachePlugin, TokenCacheContext } from "../../api/cachePlugin.ts";
import { CacheError } from "../../errors/errors.ts";
import type { Clock } from "../../runtime/clock.ts";
import type { Logger } from "../../runtime/logger.ts";
import { randomUuid } from "../../runtime/random.ts";
import { maskOf } from "../../transport/foreignText/foreignText.ts";
import { type HttpClient, redactError, withTimeout } from "../../transport/http.ts";
import { waitFor } from "../../transport/singleFlight.ts";
import type { CacheState } from "../cacheState.ts";
import type { Counters } from "../counters.ts";
import { clearLeftovers } from "../serialization/leftovers.ts";
import { textOfBlob } from "../serialization/reading/readBlob.ts";
import { deserialize, entriesOf, serialize } from "../serialization/serialization.ts";
import type { CacheAccess } from "./storeAccess.ts";

/** The result of work, and whether it changed the cache. */
type Outcome<T> = { readonly changed: boolean } & ({ readonly result: T } | { readonly error: unknown });

/** The queue of a plugin, shared by all applications that use it. */
interface Turns {
  last: Promise<unknown>;
  /** When the current turn started. */
  startedAtMs: number;
  /**
   * Whether an access exceeded its timeout and still runs: further ones proceed without the store instead of waiting.
   */
  isStuck: boolean;
}

const turnsByPlugin = new WeakMap<CachePlugin, Turns>();

/**
 * Puts a plugin between the cache and its callers. Accesses are serialized: the store is read, the work runs
 * synchronously, and changes are written. So no token is lost to another access's read.
 */
export function createCacheAccess(
  plugin: CachePlugin & { readonly lockFilePath?: unknown; readonly currentCache?: unknown },
  state: CacheState,
  http: Pick<HttpClient, "clock" | "requestTimeoutMs" | "random">,
  counters: Counters,
  logger: Logger | undefined,
  serviceClock: Pick<Clock, "now">,
  isReady?: () => Promise<unknown>,
): CacheAccess {
  const { clock, requestTimeoutMs = 0 } = http;
  const { changes, userTokens } = state;
  const { fold } = userTokens;
  const turns = turnsByPlugin.get(plugin) ?? {
    last: Promise.resolve(),
    startedAtMs: Number.POSITIVE_INFINITY,
    isStuck: false,
  };
  turnsByPlugin.set(plugin, turns);
  /**
   * Owners of tokens that the store lacks, and since which turn: folded home account ids; the empty one stands for the
   * application.
   */
  const unsaved = new Map<string, number>();
  let turn = 0;
  /** The store's text when last seen, and the cache's version then: usually both are unchanged. */
  let seenText = "";
  let seenVersion = -1;
  /** Whether the store's text is being read: entries added meanwhile are already in the store. */
  let isReading = false;
  /** The damage that has been reported. */
  let reportedDamage: string | undefined;

  changes.subscribe((change) => {
    if (isReading) {
      return;
    }
    // What the program deserializes itself is new to the store.
    for (const { homeAccountId: id = "" } of change.action === "loaded" ? [{}, ...userTokens.records()] : [change]) {
      if (change.action !== "removed") {
        unsaved.set(fold(id), turn);
      } else if (change.kind === "account") {
        unsaved.delete(fold(id));
      }
    }
  });

  /** Does the work in its turn, with the store or, if that fails, without it; returns the store's failure. */
  async function takeTurn(
    work: () => Outcome<unknown>,
    callId: string | undefined,
    homeAccountId: string | undefined,
    isForAll: boolean | undefined,
  ): Promise<CacheError | undefined> {
    const known = ["", fold(homeAccountId ?? "")];
    /** Whether what the plugin reads has an effect: not after the work, nor after the timeout. */
    let acceptsText = true;
    let isFinished = false;
    let cacheHasChanged = false;
    /** Whether the plugin has serialized the changes. */
    let isSerialized = false;
    /** The store's text, if the plugin has passed it, and what is wrong with it. */
    let found: string | undefined;
    let damage: CacheError | undefined;

    /** Whether tokens are cached here that, as far as is known, do not belong in the store. */
    const belongsElsewhere = (id: string): boolean =>
      (unsaved.get(id) ?? turn) < turn && !known.includes(id) && !(found && fold(found).includes(JSON.stringify(id)));

    function read(text: string): void {
      if (unsaved.size > 0 || text !== seenText || changes.version !== seenVersion) {
        isReading = true;
        try {
          deserialize(state, text, serviceClock.now(), unsaved);
        } catch (error) {
          damage = error as CacheError;
          throw error;
        } finally {
          isReading = false;
        }
        seenText = text;
        seenVersion = changes.version;
      }
      found = text;
      reportedDamage = damage = undefined;
    }

    const context: TokenCacheContext = {
      get cacheHasChanged() {
        return cacheHasChanged;
      },
      tokenCache: {
        serialize(options) {
          const all = serialize(state, serviceClock.now(), options);
          seenText = unsaved.size > 0 ? entriesOf(all, (id) => !belongsElsewhere(fold(id))) : all;
          seenVersion = changes.version;
          isSerialized = cacheHasChanged;
          return seenText;
        },
        deserialize(text) {
          if (acceptsText) {
            read(textOfBlob(text));
          }
        },
        getKVStore() {
          const users = [...userTokens.records()].filter(({ homeAccountId: id }) => !belongsElsewhere(fold(id)));
          if (users.length > 1) {
            throw new CacheError(`The cache holds ${users.length} users, but the partition belongs to one.`, {
              code: "cache_error",
              remedy: "Create an application object for each partition.",
            });
          }
          const accounts = users.flatMap(({ profiles }) =>
            profiles.map(({ account }) => ({ ...account, realm: account.tenantId, authorityType: "MSSTS" })),
          );
          return Object.fromEntries(accounts.entries());
        },
      },
    };

    async function accessStore(): Promise<void> {
      try {
        await isReady?.();
        try {
          await plugin.beforeCacheAccess(context);
          const { lockFilePath, currentCache } = plugin;
          // MSAL's file plugin skips reading an unchanged file, and keeps the text here.
          if (found === undefined && lockFilePath && typeof currentCache === "string") {
            read(currentCache);
          }
        } catch (error) {
          if (!damage || !isForAll) {
            throw error;
          }
        }
        if (acceptsText) {
          acceptsText = false;
          if (found === undefined) {
            removeStoredUsers();
          }
          cacheHasChanged = work().changed || [...unsaved.keys()].some((id) => !belongsElsewhere(id));
        }
      } finally {
        try {
          // After a failure as well: plugins hold locks in between.
          await plugin.afterCacheAccess(context);
          if (cacheHasChanged && isSerialized) {
            for (const [id] of unsaved) {
              if (!belongsElsewhere(id)) {
                unsaved.delete(id);
              }
            }
          }
        } finally {
          acceptsText = false;
          isFinished = true;
          turns.isStuck = false;
        }
      }
    }

    turns.startedAtMs = clock.now();
    try {
      if (turns.isStuck) {
        throw new Error("An earlier access is still running.");
      }
      // The caller keeps the program alive.
      await withTimeout(http, "The cache plugin", { isDetached: true }, accessStore);
      return undefined;
    } catch (cause) {
      acceptsText = cacheHasChanged = false;
      turns.isStuck ||= !isFinished;
      work();
      counters.pluginFailures++;
      const correlationId = callId ?? randomUuid(http.random);
      const { name: error, code } = (cause ?? {}) as { name?: unknown; code?: unknown };
      // Foreign messages may quote what is in the store.
      const { message: reason, remedy } = damage ?? (cause instanceof CacheError ? cause : ({} as Partial<CacheError>));
      if (!damage || reportedDamage !== reason) {
        // Damage must be noticed: without a logger it is reported to the console.
        (damage ? (logger ?? console) : logger)?.warn(
          { correlationId, error, code, reason, remedy },
          `${damage ? "the token cache's store is damaged" : "the cache plugin failed"}; tokens are kept in memory only`,
        );
      }
      if (damage) {
        reportedDamage = reason;
      }
      return new CacheError(reason ?? "The cache plugin failed.", {
        code: "cache_error",
        remedy: remedy ?? "Look at the cause, fix the store, and try again; its content is unchanged.",
        correlationId,
        cause: redactError(cause, maskOf([], []), true),
      });
    } finally {
      turns.startedAtMs = Number.POSITIVE_INFINITY;
      turn++;
    }
  }

  /** The store is empty: users who were read from it or written to it are gone, or in another store. */
  function removeStoredUsers(): void {
    seenVersion = -1;
    for (const { environment, homeAccountId: id } of [...userTokens.records()]) {
      if (!unsaved.has(fold(id))) {
        userTokens.removeAccount(environment, id);
      }
    }
    clearLeftovers(state.leftovers);
  }

  async function access<T>(
    work: () => T,
    callId?: string | undefined,
    homeAccountId?: string | undefined,
    isStrict = false,
    isForAll?: boolean | undefined,
  ): Promise<T> {
    let done: Outcome<T> | undefined;
    const once = (): Outcome<T> => {
      const { version } = changes;
      done ??= attempt(work, () => isStrict || changes.version !== version);
      return done;
    };
    // A runtime may have killed a turn, timers included, together with the request that started it.
    const isLost = clock.now() - turns.startedAtMs > 2 * requestTimeoutMs;
    const take = (): Promise<CacheError | undefined> => takeTurn(once, callId, homeAccountId, isForAll);
    const own = (isLost ? Promise.resolve() : turns.last).then(take, take);
    turns.last = own;
    const failure = await own;
    const outcome = once();
    if ("error" in outcome) {
      throw outcome.error;
    }
    if (failure && isStrict) {
      throw failure;
    }
    return outcome.result;
  }

  return {
    look: (work, waiter = {}, homeAccountId?) =>
      waitFor(clock, access(work, waiter.correlationId, homeAccountId), waiter),
    save: access,
    change: (work, isForAll) => waitFor(clock, access(work, undefined, undefined, true, isForAll), {}),
  };
}

function attempt<T>(work: () => T, hasChanged: () => boolean): Outcome<T> {
  try {
    const result = work();
    return { result, changed: hasChanged() };
  } catch (error) {
    return { error, changed: hasChanged() };
  }
}
