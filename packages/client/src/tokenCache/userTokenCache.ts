import type { Account, IdTokenClaims } from "../api/account.ts";
import type { TokenCacheChange } from "../api/tokenCache.ts";
import type { AccessTokenCache, LookupMemo } from "./accessTokens/accessTokenCache.ts";
import type { Entry } from "./accessTokens/accessTokenEntry.ts";
import type { CacheChanges } from "./cacheChanges.ts";
import type { Entity, KeyedEntity } from "./serialization/entity.ts";

/** A user's data in one tenant, for one application. Results share its account and claims, which are frozen. */
export interface Profile extends LookupMemo {
  readonly clientId: string;
  readonly account: Account;
  readonly idToken: string | undefined;
  readonly idTokenClaims: IdTokenClaims | undefined;
  /** The partition of the user's access tokens without extra parameters. */
  readonly partition: string;
}

/** A refresh token, and whether the applications of a family share it. */
export interface RefreshToken {
  readonly secret: string;
  /** One application, or a whole family. @see https://learn.microsoft.com/entra/identity-platform/refresh-tokens */
  readonly owner: { readonly clientId: string } | { readonly familyId: string };
  readonly expiresAtMs: number | undefined;
  /** The fields of its blob entry, as last read or written. */
  fields?: Entity | undefined;
}

/** A user across tenants and applications. */
export interface AccountRecord {
  readonly environment: string;
  readonly homeAccountId: string;
  /** Usually few: one per tenant and application. */
  readonly profiles: readonly Profile[];
  readonly refreshTokens: readonly RefreshToken[];
  /** The blob's data about the user that will be written again. */
  readonly origin: Origin | undefined;
}

/** A user as read from a blob. */
export interface StoredUser {
  readonly profiles: readonly Profile[];
  readonly refreshTokens: readonly RefreshToken[];
  readonly origin: Origin;
  /** Access tokens by partition and requested scopes, and the partitions of those with extra parameters. */
  readonly accessTokens: ReadonlyMap<string, Map<string, Entry>>;
  readonly variants: Set<string> | undefined;
  readonly readAtMs: number;
}

export interface Origin {
  readonly accounts: readonly KeyedEntity[];
  /** Further fields of the ID tokens' entries, by tenant. */
  readonly idTokenFields: ReadonlyMap<string, Entity> | undefined;
}

interface MutableRecord extends AccountRecord {
  readonly profiles: Profile[];
  readonly refreshTokens: RefreshToken[];
  origin: Origin | undefined;
  /** Reads the blob's data about the user, on first use. */
  lazyRead: (() => StoredUser | undefined) | undefined;
  /** The last profile found: most users are looked up in one tenant only. */
  lastFound: Profile | undefined;
  /** Partitions of access tokens with extra parameters. */
  variants: Set<string> | undefined;
  /** Positions in its lists by key, only for lists that are too long for a linear search. */
  places: WeakMap<readonly unknown[], Map<string, number>> | undefined;
}

/** Lists up to this length are searched linearly. */
const linearSearchLimit = 8;

/** The users who signed in, with their refresh tokens and access tokens. App tokens are cached elsewhere. */
export interface UserTokenCache {
  readonly accessTokens: AccessTokenCache;
  /** The canonical form of a home account id, which identifies a user. */
  fold(homeAccountId: string): string;
  /** The user's profile in this tenant. */
  findProfile(environment: string, homeAccountId: string, tenantId: string, clientId: string): Profile | undefined;
  /** All users, from the oldest sign-in to the latest. */
  records(): Iterable<AccountRecord>;
  findRecord(environment: string, homeAccountId: string): AccountRecord | undefined;
  /**
   * Adds a user from a blob. Few users of a large blob are ever looked up, so most of the work is deferred. `read`
   * returns `undefined` if nothing about the user can be read.
   */
  putLazy(environment: string, homeAccountId: string, read: () => StoredUser | undefined): void;
  /** Reads all users that have not been looked up yet. */
  readAll(): void;
  /** Removes everyone's access tokens. */
  clearAccessTokens(): void;
  /**
   * Stores a user's profile from a response; `variant` is the partition of its access token if it has extra parameters.
   */
  putProfile(profile: Profile, variant?: string): void;
  /** The refresh tokens that an application can use: its own first, then its family's. */
  refreshTokensFor(
    environment: string,
    homeAccountId: string,
    clientId: string,
    nowMs: number,
  ): readonly RefreshToken[];
  putRefreshToken(environment: string, homeAccountId: string, token: RefreshToken): void;
  removeRefreshToken(environment: string, homeAccountId: string, secret: string): void;
  /** Removes a user: every tenant, every token. */
  removeAccount(environment: string, homeAccountId: string): void;
  clear(): void;
  /** Accurate once all users have been read. */
  readonly accountCount: number;
  readonly refreshTokenCount: number;
}

/**
 * Creates an empty cache of at most `maxAccounts` users; the one with the oldest sign-in is evicted first. `fold`
 * returns the canonical form of a home account id.
 */
export function createUserTokenCache(
  accessTokens: AccessTokenCache,
  maxAccounts: number,
  changes: CacheChanges,
  fold: (homeAccountId: string) => string,
): UserTokenCache {
  /**
   * By environment, then by canonical home account id: the hot path concatenates nothing, and folds no id that is found
   * as it is.
   */
  const environments = new Map<string, Map<string, MutableRecord>>();
  let accountCount = 0;
  let refreshTokenCount = 0;

  function recordOf(environment: string, homeAccountId: string): MutableRecord | undefined {
    const users = environments.get(environment);
    const record = users?.get(homeAccountId) ?? users?.get(fold(homeAccountId));
    return record?.lazyRead ? read(record, record.lazyRead) : record;
  }

  /** Reads a user. This changes nothing, so no change is reported. */
  function read(record: MutableRecord, lazyRead: () => StoredUser | undefined): MutableRecord | undefined {
    const { environment, homeAccountId } = record;
    record.lazyRead = undefined;
    const user = lazyRead();
    if (user === undefined) {
      environments.get(environment)?.delete(fold(homeAccountId));
      accountCount--;
      return undefined;
    }
    record.origin = user.origin;
    for (const profile of user.profiles) {
      putIn(record, record.profiles, profileKey, profile);
    }
    for (const token of user.refreshTokens) {
      if (putIn(record, record.refreshTokens, ownerKey, token)) {
        refreshTokenCount++;
      }
    }
    record.variants = user.variants;
    for (const [partition, entries] of user.accessTokens) {
      accessTokens.putPartition(partition, entries, user.readAtMs);
    }
    return record;
  }

  /** The user's record, created if necessary, and now the most recent. */
  function touch(environment: string, homeAccountId: string): MutableRecord {
    const users = environments.get(environment) ?? new Map<string, MutableRecord>();
    environments.set(environment, users);
    const key = fold(homeAccountId);
    const known = recordOf(environment, homeAccountId);
    const record = known ?? {
      environment,
      homeAccountId,
      profiles: [],
      refreshTokens: [],
      origin: undefined,
      lazyRead: undefined,
      lastFound: undefined,
      variants: undefined,
      places: undefined,
    };
    if (known === undefined && ++accountCount > maxAccounts) {
      removeOldest();
    }
    if (known) {
      users.delete(key);
    }
    users.set(key, record);
    return record;
  }

  function removeOldest(): void {
    for (const users of environments.values()) {
      for (const { environment, homeAccountId } of users.values()) {
        removeAccount(environment, homeAccountId);
        return;
      }
    }
  }

  function removeAccount(environment: string, homeAccountId: string): void {
    const record = recordOf(environment, homeAccountId);
    if (record === undefined) {
      return;
    }
    for (const { partition } of record.profiles) {
      accessTokens.removePartition(partition);
    }
    for (const partition of record.variants ?? []) {
      accessTokens.removePartition(partition);
    }
    environments.get(environment)?.delete(fold(homeAccountId));
    accountCount--;
    refreshTokenCount -= record.refreshTokens.length;
    for (const _ of record.refreshTokens) {
      report("removed", "refreshToken", record);
    }
    for (const { account } of record.profiles) {
      report("removed", "account", account);
    }
  }

  /** The position of the item with this key in a list of the record; -1 if absent. */
  function placeIn<T>(record: MutableRecord, list: readonly T[], keyOf: (item: T) => string, key: string): number {
    if (list.length <= linearSearchLimit) {
      return list.findIndex((item) => keyOf(item) === key);
    }
    record.places ??= new WeakMap();
    const known = record.places.get(list) ?? new Map(list.map((item, at) => [keyOf(item), at]));
    record.places.set(list, known);
    return known.get(key) ?? -1;
  }

  /** Puts an item into a list of the record, replacing the one with the same key; returns whether it is new. */
  function putIn<T>(record: MutableRecord, list: T[], keyOf: (item: T) => string, item: T): boolean {
    const key = keyOf(item);
    const at = placeIn(record, list, keyOf, key);
    if (at < 0) {
      record.places?.get(list)?.set(key, list.length);
    }
    list[at < 0 ? list.length : at] = item;
    return at < 0;
  }

  function report(
    action: "added" | "removed",
    kind: "refreshToken" | "account",
    { environment, homeAccountId, tenantId }: Pick<AccountRecord, "environment" | "homeAccountId"> & Partial<Account>,
  ): void {
    changes.report((): TokenCacheChange => ({ action, kind, environment, tenantId, homeAccountId, scopes: undefined }));
  }

  function* records(): Iterable<AccountRecord> {
    readAll();
    for (const users of environments.values()) {
      yield* users.values();
    }
  }

  function readAll(): void {
    for (const users of environments.values()) {
      for (const record of users.values()) {
        if (record.lazyRead) {
          read(record, record.lazyRead);
        }
      }
    }
  }

  return {
    accessTokens,
    fold,
    findProfile(environment, homeAccountId, tenantId, clientId) {
      const record = recordOf(environment, homeAccountId);
      if (record === undefined) {
        return undefined;
      }
      const { lastFound, profiles } = record;
      if (lastFound?.account.tenantId === tenantId && lastFound.clientId === clientId) {
        return lastFound;
      }
      record.lastFound = profiles[placeIn(record, profiles, profileKey, `${tenantId} ${clientId}`)];
      return record.lastFound;
    },
    records,
    findRecord: recordOf,
    putLazy(environment, homeAccountId, lazyRead) {
      touch(environment, homeAccountId).lazyRead = lazyRead;
    },
    readAll,
    clearAccessTokens() {
      readAll();
      accessTokens.clear();
    },
    putProfile(profile, variant) {
      const { environment, homeAccountId } = profile.account;
      const record = touch(environment, homeAccountId);
      putIn(record, record.profiles, profileKey, profile);
      record.lastFound = undefined;
      if (variant !== undefined) {
        record.variants = (record.variants ?? new Set()).add(variant);
      }
      report("added", "account", profile.account);
    },
    refreshTokensFor(environment, homeAccountId, clientId, nowMs) {
      const fresh = (recordOf(environment, homeAccountId)?.refreshTokens ?? []).filter(
        ({ expiresAtMs }) => expiresAtMs === undefined || expiresAtMs > nowMs,
      );
      const isOwn = ({ owner }: RefreshToken): boolean => "clientId" in owner && owner.clientId === clientId;
      return [...fresh.filter(isOwn), ...fresh.filter(({ owner }) => "familyId" in owner)];
    },
    putRefreshToken(environment, homeAccountId, token) {
      const record = touch(environment, homeAccountId);
      if (putIn(record, record.refreshTokens, ownerKey, token)) {
        refreshTokenCount++;
      }
      report("added", "refreshToken", { environment, homeAccountId });
    },
    removeRefreshToken(environment, homeAccountId, secret) {
      const record = recordOf(environment, homeAccountId);
      const at = record?.refreshTokens.findIndex((token) => token.secret === secret) ?? -1;
      if (record === undefined || at < 0) {
        return;
      }
      record.refreshTokens.splice(at, 1);
      record.places = undefined;
      refreshTokenCount--;
      report("removed", "refreshToken", { environment, homeAccountId });
    },
    removeAccount,
    clear() {
      // Includes tokens of unknown users, and is faster than removing them user by user.
      accessTokens.clear();
      for (const users of environments.values()) {
        for (const [key, { lazyRead, environment, homeAccountId }] of users) {
          if (!lazyRead) {
            removeAccount(environment, homeAccountId);
          } else if (users.delete(key)) {
            accountCount--;
          }
        }
      }
    },
    get accountCount() {
      return accountCount;
    },
    get refreshTokenCount() {
      return refreshTokenCount;
    },
  };
}

function profileKey({ account, clientId }: Profile): string {
  return `${account.tenantId} ${clientId}`;
}

function ownerKey({ owner }: RefreshToken): string {
  return "clientId" in owner ? `client ${owner.clientId}` : `family ${owner.familyId}`;
}
