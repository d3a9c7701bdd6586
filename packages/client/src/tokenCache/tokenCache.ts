import { type Account, contradicts, requireAccount } from "../api/account.ts";
import { requireType } from "../api/optionTypes.ts";
import type { Clock } from "../runtime/clock.ts";
import type { TokenCacheChange } from "./cacheChanges.ts";
import type { CacheState } from "./cacheState.ts";
import type { Counters } from "./counters.ts";
import { userOwner } from "./renewals.ts";
import { isOwnClient } from "./serialization/cacheIdentity.ts";
import { type Entity, textOf } from "./serialization/entity.ts";
import { handBack, removeLeftovers } from "./serialization/leftovers.ts";
import { deserialize, type SerializeOptions, serialize } from "./serialization/serialization.ts";

/** How much a token cache holds, and how well it serves: counted from the start of the application on. */
export interface TokenCacheStatistics {
  readonly appTokens: number;
  readonly userTokens: number;
  readonly accounts: number;
  readonly refreshTokens: number;
  /** Calls that a cached token answered. */
  readonly hits: number;
  /** Calls that looked into the cache and found nothing good. */
  readonly misses: number;
  /** Refreshes ahead of expiry. */
  readonly refreshesStarted: number;
  readonly refreshesFailed: number;
  /** Times that the cache plugin failed. */
  readonly pluginFailures: number;
}

/** What an application keeps: its tokens, the people who signed in, and theirs. */
export interface TokenCache {
  /** Everybody who signed in to the application, once for each tenant. */
  getAllAccounts(): Promise<Account[]>;
  /** The account of a home account id. */
  getAccountByHomeId(homeAccountId: string): Promise<Account | undefined>;
  /** The account of an object id in its tenant (or of the `sub` of another issuer). */
  getAccountByLocalId(localAccountId: string): Promise<Account | undefined>;
  /** The accounts that sign in under a name, in any case of letters. A name can pass from one person to another. */
  getAccountsByUsername(username: string): Promise<Account[]>;
  /**
   * Forgets a person: in every tenant, with every token. The session at the authority goes on: see `getSignOutUrl`.
   *
   * @throws {@link CacheError} when the cache plugin fails: the person may be in the store still.
   */
  removeAccount(account: Account): Promise<void>;
  /**
   * Forgets the application's own tokens, of every tenant.
   *
   * @throws {@link CacheError} when the cache plugin fails.
   */
  removeAppTokens(): Promise<void>;
  /**
   * Forgets everybody and every token. What a shared store holds of other applications stays; a store whose text is damaged,
   * so that nobody can read it, gets an empty cache.
   *
   * @throws {@link CacheError} when the cache plugin fails.
   */
  clear(): Promise<void>;
  /** The cache as a text that MSALs of all languages read; whoever has it can act as the users who are in it. */
  serialize(options?: SerializeOptions): string;
  /**
   * Reads what `serialize` or another MSAL wrote, in the place of what is there. Entries of other applications, and what
   * is not known (yet), are kept for the next `serialize`. A cache plugin's store is given them beside what it holds.
   *
   * @throws {@link CacheError} when the text is none of that kind; the cache is as it was then.
   */
  deserialize(text: string): void;
  /** Calls a listener after each change; gives what ends that. */
  onChange(listener: (change: TokenCacheChange) => void): () => void;
  readonly statistics: TokenCacheStatistics;
}

/** How the cache's store takes part: what is looked up is read from it first, what is changed is written to it. */
export interface StoreAccess {
  look<T>(work: () => T): Promise<T>;
  /** What wants nothing of what the store holds (`isForAll`) is written over a damaged one too. */
  change(work: () => void, isForAll?: boolean): Promise<void>;
}

/** There is no store. */
export const withoutStore: StoreAccess = { look: async (work) => work(), change: async (work) => work() };

/** The face of the cache that users of an application see. */
export function createTokenCache(
  state: CacheState,
  counters: Counters,
  clock: Pick<Clock, "now">,
  store: StoreAccess,
): TokenCache {
  const { identity, appTokens, userTokens, leftovers, changes, renewals } = state;
  const { fold } = identity;

  function accounts(test: (account: Account) => boolean): Promise<Account[]> {
    return store.look(() =>
      [...userTokens.records()]
        .filter(({ environment }) => environment === identity.authority.environment)
        .flatMap(({ profiles }) => profiles.filter(({ clientId }) => clientId === identity.clientId))
        .map(({ account }) => account)
        .filter(test),
    );
  }

  return {
    getAllAccounts: () => accounts(() => true),
    // What is no text is nobody's, such as what a session that is gone holds.
    getAccountByHomeId: async (id) =>
      (await accounts(({ homeAccountId }) => typeof id === "string" && fold(homeAccountId) === fold(id)))[0],
    getAccountByLocalId: async (id) => (await accounts(({ localAccountId }) => localAccountId === id))[0],
    getAccountsByUsername: (name) =>
      accounts(({ username }) => typeof name === "string" && username.toLowerCase() === name.toLowerCase()),
    async removeAccount(account) {
      requireAccount(account);
      await store.change(() => {
        const { homeAccountId } = account;
        const environment = identity.environmentOf(account.environment.toLowerCase());
        const record = userTokens.findRecord(environment, homeAccountId);
        // Whoever else came to have the id stays.
        if (record?.profiles.some((profile) => contradicts(identity.authority, profile.account, account))) return;
        renewals.forget(userOwner(environment, fold(homeAccountId)));
        userTokens.removeAccount(environment, homeAccountId);
        removeLeftovers(leftovers, (entity) => isOwnClient(identity, entity) && isOf(entity, homeAccountId));
        if (record) handBack(leftovers, [record]);
      });
    },
    removeAppTokens: () =>
      store.change(() => {
        renewals.forget("app");
        appTokens.clear();
        removeLeftovers(leftovers, (entity) => isOwnClient(identity, entity) && isOf(entity, ""), ["AccessToken"]);
      }),
    clear: () =>
      store.change(() => {
        renewals.forget();
        const records = [...userTokens.records()];
        appTokens.clear();
        userTokens.clear();
        state.callers.clear();
        state.longRunning.clear();
        removeLeftovers(leftovers, (entity) => isOwnClient(identity, entity));
        handBack(leftovers, records);
      }, true),
    serialize: (options) => serialize(state, clock.now(), options),
    deserialize(text) {
      deserialize(state, text, clock.now());
      renewals.forget();
    },
    onChange(listener) {
      requireType("listener", listener, "function");
      return changes.subscribe(listener);
    },
    get statistics() {
      userTokens.readAll();
      return {
        appTokens: appTokens.size,
        userTokens: userTokens.accessTokens.size,
        accounts: userTokens.accountCount,
        refreshTokens: userTokens.refreshTokenCount,
        ...counters,
      };
    },
  };
}

function isOf(entity: Entity, homeAccountId: string): boolean {
  return textOf(entity, "home_account_id") === homeAccountId;
}
