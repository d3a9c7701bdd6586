import type { Account, IdTokenClaims } from "../api/account.ts";
import type { TokenCacheChange } from "../api/tokenCache.ts";
import type { AccessTokenCache, LookupMemo } from "./accessTokens/accessTokenCache.ts";
import type { Entry } from "./accessTokens/accessTokenEntry.ts";
import type { CacheChanges } from "./cacheChanges.ts";
import type { Entity, KeyedEntity } from "./serialization/entity.ts";

/** What is known about a person in one tenant, as one application knows them. Results share its account and claims, which are frozen. */
export interface Profile extends LookupMemo {
  readonly clientId: string;
  readonly account: Account;
  readonly idToken: string | undefined;
  readonly idTokenClaims: IdTokenClaims | undefined;
  /** Where the person's access tokens are, when a call asks for nothing special. */
  readonly partition: string;
}

/** A refresh token, and whether the applications of a family share it. */
export interface RefreshToken {
  readonly secret: string;
  /** For one application, or for its whole family. @see https://learn.microsoft.com/entra/identity-platform/refresh-tokens */
  readonly owner: { readonly clientId: string } | { readonly familyId: string };
  readonly expiresAtMs: number | undefined;
  /** What an entry in a blob says of it, as it was read or written last. */
  fields?: Entity | undefined;
}

/** A person across tenants and applications. */
export interface AccountRecord {
  readonly environment: string;
  readonly homeAccountId: string;
  /** Mostly few: one for each tenant and application. */
  readonly profiles: readonly Profile[];
  readonly refreshTokens: readonly RefreshToken[];
  /** What a blob said of them, as far as it is to be written again. */
  readonly origin: Origin | undefined;
}

/** A person as a blob tells of them. */
export interface StoredUser {
  readonly profiles: readonly Profile[];
  readonly refreshTokens: readonly RefreshToken[];
  readonly origin: Origin;
  /** By partition and what was asked for; and the partitions of those that were asked for with something special. */
  readonly accessTokens: ReadonlyMap<string, Map<string, Entry>>;
  readonly variants: Set<string> | undefined;
  readonly readAtMs: number;
}

export interface Origin {
  readonly accounts: readonly KeyedEntity[];
  /** What else the entries of ID tokens say, by tenant. */
  readonly idTokenFields: ReadonlyMap<string, Entity> | undefined;
}

interface MutableRecord extends AccountRecord {
  readonly profiles: Profile[];
  readonly refreshTokens: RefreshToken[];
  origin: Origin | undefined;
  /** Reads what a blob tells of the person, which is done when somebody first asks for them. */
  lazyRead: (() => StoredUser | undefined) | undefined;
  /** The profile that was asked for last: most people are asked for in one tenant alone. */
  lastFound: Profile | undefined;
  /** Partitions of access tokens that were asked for with something special. */
  variants: Set<string> | undefined;
  /** Where in its lists what is, by key: only where there is so much that a search would take long. */
  places: WeakMap<readonly unknown[], Map<string, number>> | undefined;
}

/** Up to so many things in a list are searched one by one. */
const linearSearchLimit = 8;

/** The people who signed in, their refresh tokens, and their access tokens. App tokens are kept elsewhere. */
export interface UserTokenCache {
  readonly accessTokens: AccessTokenCache;
  /** The one spelling of a home account id, by which people are told apart. */
  fold(homeAccountId: string): string;
  /** What is known about the person in this tenant. */
  findProfile(environment: string, homeAccountId: string, tenantId: string, clientId: string): Profile | undefined;
  /** Everybody, from the oldest sign-in to the latest. */
  records(): Iterable<AccountRecord>;
  findRecord(environment: string, homeAccountId: string): AccountRecord | undefined;
  /**
   * Keeps a person whom a blob tells of: of many people in it few are asked for, and most of the work waits until then. `read`
   * returns `undefined` where it turns out that nothing of theirs can be read.
   */
  putLazy(environment: string, homeAccountId: string, read: () => StoredUser | undefined): void;
  /** Reads everybody whom nobody has asked for yet. */
  readAll(): void;
  /** Forgets the access tokens of everybody. */
  clearAccessTokens(): void;
  /** Keeps what an answer says about a person; `variant` is where its access token is kept, when not in the usual place. */
  putProfile(profile: Profile, variant?: string): void;
  /** The refresh tokens that may serve an application: its own first, then its family's. */
  refreshTokensFor(
    environment: string,
    homeAccountId: string,
    clientId: string,
    nowMs: number,
  ): readonly RefreshToken[];
  putRefreshToken(environment: string, homeAccountId: string, token: RefreshToken): void;
  removeRefreshToken(environment: string, homeAccountId: string, secret: string): void;
  /** Forgets a person: every tenant, every token. */
  removeAccount(environment: string, homeAccountId: string): void;
  clear(): void;
  /** Right once everybody has been read. */
  readonly accountCount: number;
  readonly refreshTokenCount: number;
}

/**
 * Makes an empty cache of at most `maxAccounts` people; the one whose sign-in is the oldest leaves first. `fold` gives a home
 * account id the one spelling under which its person is found.
 */
export function createUserTokenCache(
  accessTokens: AccessTokenCache,
  maxAccounts: number,
  changes: CacheChanges,
  fold: (homeAccountId: string) => string,
): UserTokenCache {
  /** By environment, then by folded home account id: the hot path joins no texts, and folds none that is found as it is. */
  const environments = new Map<string, Map<string, MutableRecord>>();
  let accountCount = 0;
  let refreshTokenCount = 0;

  function recordOf(environment: string, homeAccountId: string): MutableRecord | undefined {
    const users = environments.get(environment);
    const record = users?.get(homeAccountId) ?? users?.get(fold(homeAccountId));
    return record?.lazyRead ? read(record, record.lazyRead) : record;
  }

  /** Reads a person: nothing has changed by that, and nobody is told of it. */
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

  /** The person's record, made if need be, and now the youngest. */
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

  /** Where in a list of the record that is which has this key; -1 where it is not. */
  function placeIn<T>(record: MutableRecord, list: readonly T[], keyOf: (item: T) => string, key: string): number {
    if (list.length <= linearSearchLimit) {
      return list.findIndex((item) => keyOf(item) === key);
    }
    record.places ??= new WeakMap();
    const known = record.places.get(list) ?? new Map(list.map((item, at) => [keyOf(item), at]));
    record.places.set(list, known);
    return known.get(key) ?? -1;
  }

  /** Puts something into a list of the record, in the place of what has the same key; gives whether it is new there. */
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
      // Those of nobody known too; and all at once is faster than person by person.
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
