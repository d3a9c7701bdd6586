import type { Account } from "./account.ts";

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

/**
 * What came into the token cache, or left it, and whose it is. Nothing in it is secret.
 *
 * `loaded` stands for a whole state that `deserialize` or the cache plugin read.
 */
export type TokenCacheChange =
  | {
      readonly action: "added" | "removed";
      readonly kind: "appToken" | "userToken" | "refreshToken" | "account";
      /** The sign-in host under which it is kept. */
      readonly environment: string;
      /** The tenant; empty or an address where the authority has none, `undefined` for a refresh token. */
      readonly tenantId: string | undefined;
      /** The user; `undefined` for an app token. */
      readonly homeAccountId: string | undefined;
      /** Of an access token: those that were asked for. */
      readonly scopes: readonly string[] | undefined;
    }
  | { readonly action: "loaded" };

/** What `serialize` takes. */
export interface SerializeOptions {
  /** Whose reader the text is for. Default: `msal-node`, which is right for this library itself as well. */
  readonly dialect?: CacheDialect | undefined;
}

/** Whose reader a blob is written for: they share a format, and differ in what they match. */
export type CacheDialect = "msal-node" | "msal-python";
