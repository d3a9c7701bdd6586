import { type Account, contradicts, requireAccount } from "../api/account.ts";
import { requireType } from "../api/checks/optionTypes.ts";
import type { TokenCache } from "../api/tokenCache.ts";
import type { Clock } from "../runtime/clock.ts";
import type { CacheState } from "./cacheState.ts";
import type { Counters } from "./counters.ts";
import { userOwner } from "./renewals.ts";
import { isOwnClient } from "./serialization/cacheIdentity.ts";
import { type Entity, textOf } from "./serialization/entity.ts";
import { releaseAccounts, removeLeftovers } from "./serialization/leftovers.ts";
import { deserialize, serialize } from "./serialization/serialization.ts";
import type { StoreAccess } from "./store/storeAccess.ts";

/** Creates the public interface of the cache. */
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
    // Anything but a string matches nothing, such as a value from a lost session.
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
        // Another user who has taken over the id stays.
        if (record?.profiles.some((profile) => contradicts(identity.authority, profile.account, account))) {
          return;
        }
        renewals.discard(userOwner(environment, fold(homeAccountId)));
        userTokens.removeAccount(environment, homeAccountId);
        removeLeftovers(leftovers, (entity) => isOwnClient(identity, entity) && isOf(entity, homeAccountId));
        if (record) {
          releaseAccounts(leftovers, [record]);
        }
      });
    },
    removeAppTokens: () =>
      store.change(() => {
        renewals.discard("app");
        appTokens.clear();
        removeLeftovers(leftovers, (entity) => isOwnClient(identity, entity) && isOf(entity, ""), ["AccessToken"]);
      }),
    clear: () =>
      store.change(() => {
        renewals.discard();
        const records = [...userTokens.records()];
        appTokens.clear();
        userTokens.clear();
        state.callerSessions.clear();
        state.longRunningSessions.clear();
        removeLeftovers(leftovers, (entity) => isOwnClient(identity, entity));
        releaseAccounts(leftovers, records);
      }, true),
    serialize: (options) => serialize(state, clock.now(), options),
    deserialize(text) {
      deserialize(state, text, clock.now());
      renewals.discard();
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
