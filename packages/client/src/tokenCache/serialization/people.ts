import { type Account, type IdTokenClaims, personOf } from "../../account.ts";
import { partitionKey } from "../partitionKey.ts";
import type { Profile } from "../userTokenCache.ts";
import { type CacheIdentity, homeTenantOf } from "./cacheIdentity.ts";
import { type Entity, isEntity, textOf } from "./entity.ts";

/** Where an entry says that it belongs. */
export interface Whereabouts {
  readonly homeAccountId: string;
  readonly realm: string;
}

export interface ReadIdToken extends Whereabouts {
  readonly entity: Entity;
  readonly idToken: string;
  readonly claims: IdTokenClaims;
}

export interface ReadAccount {
  readonly key: string;
  readonly entity: Entity;
  readonly homeAccountId: string;
}

const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Tells the id of an entry's tenant. */
export type TenantOf = (at: Whereabouts) => string;

/**
 * Finds out which tenant a realm is: libraries write the tenant's id, its domain or `common`, or a policy's name, and the
 * ID token beside it knows better.
 */
export function tenantResolver({ authority }: CacheIdentity, idTokens: readonly ReadIdToken[]): TenantOf {
  const told = new Map(idTokens.map(({ claims, ...at }) => [placeOf(at), claims.tid]));
  const toldOf = new Map(idTokens.map(({ homeAccountId, claims }) => [homeAccountId, claims.tid]));
  return (at) => {
    const { homeAccountId, realm } = at;
    if (authority.kind === "b2c") return authority.tenant ?? "";
    if (authority.kind !== "entra") return toldOf.get(homeAccountId) ?? authority.tenant ?? "";
    if (guid.test(realm)) return realm.toLowerCase();
    return told.get(placeOf(at)) ?? homeTenantOf(homeAccountId) ?? realm;
  };
}

/** What some entries tell of one person. */
export interface Person {
  readonly accounts: readonly ReadAccount[];
  /** By tenant. */
  readonly idTokens: ReadonlyMap<string, ReadIdToken>;
  readonly profiles: readonly Profile[];
}

interface Told {
  readonly accounts: ReadAccount[];
  readonly idTokens: Map<string, ReadIdToken>;
  readonly tenants: Set<string>;
}

/** The people of some entries, with a profile for each tenant in which the application has something of theirs. */
export function readPeople(
  identity: CacheIdentity,
  tenantOf: TenantOf,
  entries: {
    readonly accounts: readonly ReadAccount[];
    readonly idTokens: readonly ReadIdToken[];
    readonly accessTokens: readonly Whereabouts[];
  },
): Map<string, Person> {
  const people = new Map<string, Told>();
  const personOfId = (homeAccountId: string): Told => {
    const person = people.get(homeAccountId) ?? { accounts: [], idTokens: new Map(), tenants: new Set() };
    people.set(homeAccountId, person);
    return person;
  };
  for (const account of entries.accounts) personOfId(account.homeAccountId).accounts.push(account);
  for (const idToken of entries.idTokens) personOfId(idToken.homeAccountId).idTokens.set(tenantOf(idToken), idToken);
  for (const at of entries.accessTokens) personOfId(at.homeAccountId).tenants.add(tenantOf(at));
  return new Map(
    [...people].map(([homeAccountId, { accounts, idTokens, tenants }]) => {
      const signedInTo = new Set([...idTokens.keys(), ...tenants]);
      // A person whom another application of the family knows has signed in nowhere yet.
      const all =
        signedInTo.size > 0 ? signedInTo : new Set(accounts.flatMap((account) => tenantsOf(account, tenantOf)));
      const profiles = [...all].flatMap((tenantId) => {
        const token = idTokens.get(tenantId);
        const person = token ? personOf(token.claims) : describedBy(accounts, tenantId);
        return person ? [makeProfile(identity, { homeAccountId, tenantId, ...person }, token)] : [];
      });
      return [homeAccountId, { accounts, idTokens, profiles }];
    }),
  );
}

function makeProfile(
  { clientId, authority }: CacheIdentity,
  account: Omit<Account, "environment">,
  token: ReadIdToken | undefined,
): Profile {
  const { homeAccountId, tenantId } = account;
  return {
    clientId,
    account: Object.freeze({ ...account, environment: authority.environment }),
    idToken: token?.idToken,
    idTokenClaims: token?.claims,
    partition: partitionKey(clientId, authority, tenantId, { kind: "user", homeAccountId }),
    askedLast: undefined,
    foundLast: undefined,
  };
}

function describedBy(accounts: readonly ReadAccount[], tenantId: string): ReturnType<typeof personOf> | undefined {
  const [first] = accounts;
  if (first === undefined) return undefined;
  const note = accounts.flatMap(tenantProfilesOf).find((each) => each["tenantId"] === tenantId);
  const username = textOf(first.entity, "username");
  const name = textOf(note ?? first.entity, "name") || undefined;
  return note
    ? { localAccountId: textOf(note, "localAccountId"), username: textOf(note, "username") || username, name }
    : { localAccountId: textOf(first.entity, "local_account_id"), username, name };
}

/** MSAL Node's notes on the tenants of an account: a list of JSON texts. */
export function tenantProfilesOf({ entity: { tenantProfiles } }: ReadAccount): Entity[] {
  if (!Array.isArray(tenantProfiles)) return [];
  return tenantProfiles.flatMap((text: unknown) => {
    try {
      const profile: unknown = typeof text === "string" ? JSON.parse(text) : text;
      return isEntity(profile) ? [profile] : [];
    } catch {
      return [];
    }
  });
}

function tenantsOf(account: ReadAccount, tenantOf: TenantOf): string[] {
  const noted = tenantProfilesOf(account).map((profile) => textOf(profile, "tenantId"));
  const { homeAccountId, entity } = account;
  return noted.length > 0 ? noted : [tenantOf({ homeAccountId, realm: textOf(entity, "realm") })];
}

/** A place as a key: the texts that came with it cannot be mistaken for each other. */
function placeOf({ homeAccountId, realm }: Whereabouts): string {
  return JSON.stringify([homeAccountId, realm]);
}
