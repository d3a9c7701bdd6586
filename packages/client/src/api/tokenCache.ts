import type { Account } from "./account.ts";

/** An application's cache: its own tokens, the users who signed in, and their tokens. */
export interface TokenCache {
  /** All users who signed in to the application, once per tenant. */
  getAllAccounts(): Promise<Account[]>;
  /** The account with a home account id. */
  getAccountByHomeId(homeAccountId: string): Promise<Account | undefined>;
  /** The account with an object id in its tenant (or with the `sub` of another issuer). */
  getAccountByLocalId(localAccountId: string): Promise<Account | undefined>;
  /** The accounts with a sign-in name, ignoring case. A name can pass from one user to another. */
  getAccountsByUsername(username: string): Promise<Account[]>;
  /**
   * Removes a user: in every tenant, with every token. The session at the authority continues: see `getSignOutUrl`.
   *
   * @throws {@link CacheError} when the cache plugin fails: the user may still be in the store.
   */
  removeAccount(account: Account): Promise<void>;
  /**
   * Removes the application's own tokens, of every tenant.
   *
   * @throws {@link CacheError} when the cache plugin fails.
   */
  removeAppTokens(): Promise<void>;
  /**
   * Removes all users and all tokens. A shared store keeps the entries of other applications; a store with damaged,
   * unreadable text is overwritten with an empty cache.
   *
   * @throws {@link CacheError} when the cache plugin fails.
   */
  clear(): Promise<void>;
  /** The cache as text that MSAL for any language can read; whoever has it can act as the users in it. */
  serialize(options?: SerializeOptions): string;
  /**
   * Replaces the cache with what `serialize` or another MSAL wrote. Entries of other applications, and unknown ones,
   * are preserved for the next `serialize`. A cache plugin's store receives them in addition to what it holds.
   *
   * @throws {@link CacheError} when the text is not a serialized cache; the cache is then unchanged.
   */
  deserialize(text: string): void;
  /** Calls a listener after each change; returns the function that unsubscribes it. */
  onChange(listener: (change: TokenCacheChange) => void): () => void;
  readonly statistics: TokenCacheStatistics;
}

/** The size and effectiveness of a token cache, counted from the start of the application. */
export interface TokenCacheStatistics {
  readonly appTokens: number;
  readonly userTokens: number;
  readonly accounts: number;
  readonly refreshTokens: number;
  /** Calls served by a cached token. */
  readonly hits: number;
  /** Calls that found no usable token in the cache. */
  readonly misses: number;
  /** Refreshes started before expiry. */
  readonly refreshesStarted: number;
  readonly refreshesFailed: number;
  /** Failures of the cache plugin. */
  readonly pluginFailures: number;
}

/**
 * What was added to or removed from the token cache, and its owner. Contains no secrets.
 *
 * `loaded` stands for a complete state read by `deserialize` or the cache plugin.
 */
export type TokenCacheChange =
  | {
      readonly action: "added" | "removed";
      readonly kind: "appToken" | "userToken" | "refreshToken" | "account";
      /** The sign-in host that it is cached under. */
      readonly environment: string;
      /** The tenant; empty or an address if the authority has none, `undefined` for a refresh token. */
      readonly tenantId: string | undefined;
      /** The user; `undefined` for an app token. */
      readonly homeAccountId: string | undefined;
      /** The requested scopes of an access token. */
      readonly scopes: readonly string[] | undefined;
    }
  | { readonly action: "loaded" };

/** The options of `serialize`. */
export interface SerializeOptions {
  /** The library that will read the text. Default: `msal-node`, which this library reads as well. */
  readonly dialect?: CacheDialect | undefined;
}

/** The library that a blob is written for: they share a format but match different fields. */
export type CacheDialect = "msal-node" | "msal-python";
