import type { Account, IdTokenClaims } from "../account.ts";
import type { AccessTokenCache, Seeker } from "./accessTokenCache.ts";
import type { CacheChanges, TokenCacheChange } from "./cacheChanges.ts";

/** What is known about a person in one tenant, as one application knows them. Results share its account and claims, which are frozen. */
export interface Profile extends Seeker {
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
}

/** A person across tenants and applications. */
export interface AccountRecord {
  readonly environment: string;
  readonly homeAccountId: string;
  /** Few: one for each tenant and application. */
  readonly profiles: readonly Profile[];
  readonly refreshTokens: readonly RefreshToken[];
}

interface OwnRecord extends AccountRecord {
  readonly profiles: Profile[];
  readonly refreshTokens: RefreshToken[];
  /** The profile that was asked for last: most people are asked for in one tenant alone. */
  foundLast: Profile | undefined;
  /** Partitions of access tokens that were asked for with something special. */
  variants: Set<string> | undefined;
}

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
  const environments = new Map<string, Map<string, OwnRecord>>();
  let accountCount = 0;
  let refreshTokenCount = 0;

  function recordOf(environment: string, homeAccountId: string): OwnRecord | undefined {
    const people = environments.get(environment);
    return people?.get(homeAccountId) ?? people?.get(fold(homeAccountId));
  }

  /** The person's record, made if need be, and now the youngest. */
  function touch(environment: string, homeAccountId: string): OwnRecord {
    const people = environments.get(environment) ?? new Map<string, OwnRecord>();
    environments.set(environment, people);
    const key = fold(homeAccountId);
    const known = people.get(key);
    const record = known ?? {
      environment,
      homeAccountId,
      profiles: [],
      refreshTokens: [],
      foundLast: undefined,
      variants: undefined,
    };
    if (known === undefined && ++accountCount > maxAccounts) removeOldest();
    people.delete(key);
    people.set(key, record);
    return record;
  }

  function removeOldest(): void {
    for (const people of environments.values()) {
      for (const { environment, homeAccountId } of people.values()) {
        removeAccount(environment, homeAccountId);
        return;
      }
    }
  }

  function removeAccount(environment: string, homeAccountId: string): void {
    const record = recordOf(environment, homeAccountId);
    if (record === undefined) return;
    for (const { partition } of record.profiles) accessTokens.removePartition(partition);
    for (const partition of record.variants ?? []) accessTokens.removePartition(partition);
    environments.get(environment)?.delete(fold(homeAccountId));
    accountCount--;
    refreshTokenCount -= record.refreshTokens.length;
    for (const _ of record.refreshTokens) report("removed", "refreshToken", record);
    for (const { account } of record.profiles) report("removed", "account", account);
  }

  function report(
    action: "added" | "removed",
    kind: "refreshToken" | "account",
    { environment, homeAccountId, tenantId }: Pick<AccountRecord, "environment" | "homeAccountId"> & Partial<Account>,
  ): void {
    changes.report((): TokenCacheChange => ({ action, kind, environment, tenantId, homeAccountId, scopes: undefined }));
  }

  function* records(): Iterable<AccountRecord> {
    for (const people of environments.values()) yield* people.values();
  }

  return {
    accessTokens,
    fold,
    findProfile(environment, homeAccountId, tenantId, clientId) {
      const record = recordOf(environment, homeAccountId);
      if (record === undefined) return undefined;
      const isIt = (profile: Profile): boolean =>
        profile.account.tenantId === tenantId && profile.clientId === clientId;
      if (record.foundLast && isIt(record.foundLast)) return record.foundLast;
      record.foundLast = record.profiles.find(isIt);
      return record.foundLast;
    },
    records,
    findRecord: recordOf,
    putProfile(profile, variant) {
      const { environment, homeAccountId, tenantId } = profile.account;
      const record = touch(environment, homeAccountId);
      const { profiles } = record;
      const at = profiles.findIndex(
        (known) => known.account.tenantId === tenantId && known.clientId === profile.clientId,
      );
      profiles[at < 0 ? profiles.length : at] = profile;
      record.foundLast = undefined;
      if (variant !== undefined) record.variants = (record.variants ?? new Set()).add(variant);
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
      const { refreshTokens } = touch(environment, homeAccountId);
      const owner = JSON.stringify(token.owner);
      const at = refreshTokens.findIndex((known) => JSON.stringify(known.owner) === owner);
      if (at < 0) refreshTokenCount++;
      refreshTokens[at < 0 ? refreshTokens.length : at] = token;
      report("added", "refreshToken", { environment, homeAccountId });
    },
    removeRefreshToken(environment, homeAccountId, secret) {
      const refreshTokens = recordOf(environment, homeAccountId)?.refreshTokens;
      const at = refreshTokens?.findIndex((token) => token.secret === secret) ?? -1;
      if (at < 0) return;
      refreshTokens?.splice(at, 1);
      refreshTokenCount--;
      report("removed", "refreshToken", { environment, homeAccountId });
    },
    removeAccount,
    clear() {
      for (const { environment, homeAccountId } of records()) removeAccount(environment, homeAccountId);
      // Those of nobody known.
      accessTokens.clear();
    },
    get accountCount() {
      return accountCount;
    },
    get refreshTokenCount() {
      return refreshTokenCount;
    },
  };
}
