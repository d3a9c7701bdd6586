import { type Account, type IdTokenClaims, userOf } from "../../../api/account.ts";
import { guid } from "../../../authority/authority.ts";
import { decodeJwtClaims } from "../../../crypto/jwt.ts";
import type { Entry } from "../../accessTokens/accessTokenEntry.ts";
import { type Extras, partitionKey } from "../../partitionKey.ts";
import type { Profile, RefreshToken, StoredUser } from "../../userTokenCache.ts";
import { readExtras } from "../accessTokenEntity.ts";
import { type CacheIdentity, homeTenantOf } from "../cacheIdentity.ts";
import { type Entity, emptyEntity, instantOf, type KeyedEntity, omit, textOf } from "../entity.ts";
import type { PreserveEntry } from "../leftovers.ts";
import { tenantProfilesByTenant, tenantProfilesOf } from "../tenantProfiles.ts";
import { type AccessTokenReader, addTo } from "./accessTokenReader.ts";
import { memoize } from "./memoize.ts";

/**
 * A blob's entries about one user, as far as they concern the application; most users have one of each, and no list is
 * empty.
 */
export interface UserEntries {
  readonly homeAccountId: string;
  accounts: KeyedEntity[] | undefined;
  idTokens: KeyedEntity[] | undefined;
  refreshTokens: Entity[] | undefined;
  accessTokens: KeyedEntity[] | undefined;
}

export function emptyUserEntries(homeAccountId: string): UserEntries {
  return {
    homeAccountId,
    accounts: undefined,
    idTokens: undefined,
    refreshTokens: undefined,
    accessTokens: undefined,
  };
}

interface ReadIdToken {
  readonly realm: string;
  readonly idToken: string;
  readonly claims: IdTokenClaims;
  readonly fields: Entity;
}

interface ReadAccessToken extends KeyedEntity {
  readonly realm: string;
  readonly entry: Entry;
  readonly extras: Extras | undefined;
}

/** Fields that are written anew with an ID token; all others are preserved. */
const ownIdTokenFields: ReadonlySet<string> = new Set([
  "home_account_id",
  "environment",
  "credential_type",
  "client_id",
  "secret",
  "realm",
]);

/** Reads a user; returns `undefined` for one whom only other applications know. Unreadable entries are preserved. */
export type UserReader = (userEntries: UserEntries) => StoredUser | undefined;

/**
 * Creates a function that reads a user, with a profile for each tenant in which the application has entries for them.
 */
export function createUserReader(
  identity: CacheIdentity,
  readAccessToken: AccessTokenReader,
  preserve: PreserveEntry,
  nowMs: number,
): UserReader {
  const { clientId, authority } = identity;
  const tenantResolverFor = createTenantResolver(identity);

  return (userEntries) => {
    const { homeAccountId, accounts = [] } = userEntries;
    const idTokens = readIdTokens(userEntries, preserve);
    const accessTokens = readAccessTokens(userEntries);
    if (idTokens.length === 0 && userEntries.refreshTokens === undefined && accessTokens.length === 0) {
      for (const { key, entity } of accounts) {
        preserve("Account", key, entity);
      }
      return undefined;
    }
    const tenantOf = tenantResolverFor(homeAccountId, idTokens);
    const idTokensByTenant = new Map<string, ReadIdToken | undefined>();
    for (const idToken of idTokens) {
      idTokensByTenant.set(tenantOf(idToken.realm), idToken);
    }
    for (const { realm } of accessTokens) {
      const tenantId = tenantOf(realm);
      if (!idTokensByTenant.has(tenantId)) {
        idTokensByTenant.set(tenantId, undefined);
      }
    }
    if (idTokensByTenant.size === 0) {
      // A user that another application of the family knows has not signed in here yet.
      for (const account of accounts) {
        for (const id of tenantsOf(account, tenantOf)) {
          idTokensByTenant.set(id, undefined);
        }
      }
    }

    const profiles = new Map<string, Profile>();
    let byTenant: ReadonlyMap<string, Entity> | undefined;
    let idTokenFields: Map<string, Entity> | undefined;
    for (const [tenantId, idToken] of idTokensByTenant) {
      if (!idToken) {
        byTenant ??= tenantProfilesByTenant(accounts);
      }
      const user = idToken ? userOf(idToken.claims) : describedBy(accounts, byTenant?.get(tenantId));
      if (user) {
        profiles.set(tenantId, makeProfile(identity, homeAccountId, tenantId, user, idToken));
      }
      if (idToken && idToken.fields !== emptyEntity) {
        idTokenFields ??= new Map();
        idTokenFields.set(tenantId, idToken.fields);
      }
    }

    const placedTokens = new Map<string, Map<string, Entry>>();
    let variants: Set<string> | undefined;
    for (const { key, entity, realm, entry, extras } of accessTokens) {
      const profile = profiles.get(tenantOf(realm));
      if (profile === undefined) {
        preserve("AccessToken", key, entity);
      } else if (extras === undefined) {
        addTo(placedTokens, profile.partition, entry, nowMs);
      } else {
        const owner = { kind: "user", homeAccountId } as const;
        const variant = partitionKey(clientId, authority, profile.account.tenantId, owner, extras);
        variants = (variants ?? new Set()).add(variant);
        addTo(placedTokens, variant, entry, nowMs);
      }
    }
    return {
      profiles: [...profiles.values()],
      refreshTokens: readRefreshTokens(userEntries, clientId),
      origin: { accounts, idTokenFields },
      accessTokens: placedTokens,
      variants,
      readAtMs: nowMs,
    };
  };

  function readAccessTokens({ accessTokens = [] }: UserEntries): ReadAccessToken[] {
    const tokens: ReadAccessToken[] = [];
    for (const { key, entity } of accessTokens) {
      const read = readAccessToken(entity);
      if (read === undefined) {
        preserve("AccessToken", key, entity);
      } else if (read !== "dead") {
        tokens.push({ key, entity, realm: textOf(entity, "realm"), entry: read, extras: readExtras(entity) });
      }
    }
    return tokens;
  }
}

function readIdTokens({ idTokens = [] }: UserEntries, preserve: PreserveEntry): ReadIdToken[] {
  const read: ReadIdToken[] = [];
  for (const { key, entity } of idTokens) {
    const idToken = textOf(entity, "secret");
    const claims = decodeJwtClaims(idToken) as IdTokenClaims | undefined;
    if (typeof claims?.sub !== "string") {
      preserve("IdToken", key, entity);
    } else {
      read.push({ realm: textOf(entity, "realm"), idToken, claims, fields: omit(entity, ownIdTokenFields) });
    }
  }
  return read;
}

/** From the oldest to the newest. */
function readRefreshTokens({ refreshTokens = [] }: UserEntries, clientId: string): RefreshToken[] {
  const modifiedAtMs = (entity: Entity): number => instantOf(entity, "last_modification_time") ?? 0;
  return refreshTokens
    .sort((a, b) => modifiedAtMs(a) - modifiedAtMs(b))
    .map((entity) => {
      const familyId = textOf(entity, "family_id");
      return {
        secret: textOf(entity, "secret"),
        owner: familyId === "" ? { clientId } : { familyId },
        expiresAtMs: instantOf(entity, "expires_on"),
        fields: entity,
      };
    });
}

/** Returns the tenant of a realm. */
type TenantOf = (realm: string) => string;

/**
 * Creates a function that determines the tenant of a user's realm: libraries write the tenant's id, its domain,
 * `common` or a policy's name; the ID token contains the id.
 */
function createTenantResolver({
  authority,
}: CacheIdentity): (homeAccountId: string, idTokens: readonly ReadIdToken[]) => TenantOf {
  const { kind, tenant = "" } = authority;
  /** The tenant id in a realm; empty if it is not an id. */
  const idOf = memoize((realm) => {
    const folded = realm.toLowerCase();
    // The authority's own string where it is equal: all its users share it, and each cache hit compares it.
    return guid.test(folded) ? (folded === tenant ? tenant : folded) : "";
  });
  return (homeAccountId, idTokens) => {
    /** The tenants in the ID tokens, by realm; the last one's under `undefined`. */
    let tenantByRealm: Map<string | undefined, string> | undefined;
    const tenantFromIdToken = (realm: string | undefined): string | undefined => {
      tenantByRealm ??= new Map(
        idTokens.flatMap(({ claims: { tid }, realm }) =>
          typeof tid === "string" ? [[realm, tid] as const, [undefined, tid] as const] : [],
        ),
      );
      return tenantByRealm.get(realm);
    };
    return (realm) => {
      if (kind === "b2c") {
        return tenant;
      }
      if (kind !== "entra") {
        return tenantFromIdToken(undefined) ?? tenant;
      }
      return idOf(realm) || (tenantFromIdToken(realm) ?? homeTenantOf(homeAccountId) ?? realm);
    };
  };
}

function makeProfile(
  { clientId, authority }: CacheIdentity,
  homeAccountId: string,
  tenantId: string,
  { localAccountId, subject, username, name }: Pick<Account, "localAccountId" | "subject" | "username" | "name">,
  token: ReadIdToken | undefined,
): Profile {
  const { environment } = authority;
  // Same property order as after a sign-in, listed one by one: V8 needs equal shapes for fast cache hits.
  return {
    account: Object.freeze({ homeAccountId, environment, tenantId, localAccountId, subject, username, name }),
    idToken: token?.idToken,
    idTokenClaims: token?.claims,
    clientId,
    partition: partitionKey(clientId, authority, tenantId, { kind: "user", homeAccountId }),
    lastScope: undefined,
    lastFound: undefined,
  };
}

function describedBy(
  [first]: readonly KeyedEntity[],
  tenantProfile: Entity | undefined,
): ReturnType<typeof userOf> | undefined {
  if (first === undefined) {
    return undefined;
  }
  const username = textOf(first.entity, "username");
  const name = textOf(tenantProfile ?? first.entity, "name") || undefined;
  return tenantProfile
    ? {
        localAccountId: textOf(tenantProfile, "localAccountId"),
        username: textOf(tenantProfile, "username") || username,
        name,
      }
    : { localAccountId: textOf(first.entity, "local_account_id"), username, name };
}

function tenantsOf(account: KeyedEntity, tenantOf: TenantOf): string[] {
  const profileTenants = tenantProfilesOf(account).map((profile) => textOf(profile, "tenantId"));
  return profileTenants.length > 0 ? profileTenants : [tenantOf(textOf(account.entity, "realm"))];
}
