import type { Account } from "../account.ts";
import type { UserTokenCache } from "./userTokenCache.ts";

/** What an application keeps: the people who signed in, and their tokens. */
export interface TokenCache {
  /** Everybody who signed in to the application, once for each tenant. */
  getAllAccounts(): Promise<Account[]>;
  /** The account of a home account id. */
  getAccountByHomeId(homeAccountId: string): Promise<Account | undefined>;
  /** The account of an object id in its tenant (or of the `sub` of another issuer). */
  getAccountByLocalId(localAccountId: string): Promise<Account | undefined>;
  /** The accounts that sign in under a name, in any case of letters. A name can pass from one person to another. */
  getAccountsByUsername(username: string): Promise<Account[]>;
  /** Forgets a person: in every tenant, with every token. The session at the authority goes on: see `getSignOutUrl`. */
  removeAccount(account: Account): Promise<void>;
}

/** The face of the cache that users of an application see. */
export function createTokenCache(userTokens: UserTokenCache, environment: string, clientId: string): TokenCache {
  const accounts = (test: (account: Account) => boolean): Account[] =>
    userTokens
      .profiles()
      .filter((profile) => profile.clientId === clientId && profile.account.environment === environment)
      .map(({ account }) => account)
      .filter(test);
  return {
    getAllAccounts: async () => accounts(() => true),
    getAccountByHomeId: async (id) => accounts(({ homeAccountId }) => homeAccountId === id)[0],
    getAccountByLocalId: async (id) => accounts(({ localAccountId }) => localAccountId === id)[0],
    getAccountsByUsername: async (name) => accounts(({ username }) => username.toLowerCase() === name.toLowerCase()),
    removeAccount: async (account) => userTokens.removeAccount(account.environment, account.homeAccountId),
  };
}
