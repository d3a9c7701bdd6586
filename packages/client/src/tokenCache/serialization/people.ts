import { type Account, type IdTokenClaims, personOf } from "../../account.ts";
import { partitionKey } from "../partitionKey.ts";
import type { Profile } from "../userTokenCache.ts";
import { type CacheIdentity, homeTenantOf } from "./cacheIdentity.ts";
import { type Entity, isEntity, isWritable, textOf } from "./entity.ts";

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
  const { kind, tenant = "" } = authority;
  /** What the ID tokens say, by the key that `keyOf` makes of where they are. */
  const toldBy = (keyOf: (at: Whereabouts) => string) => {
    let told: Map<string, string> | undefined;
    return (at: Whereabouts): string | undefined => {
      told ??= new Map(
        idTokens.flatMap(({ claims: { tid }, ...at }) => (typeof tid === "string" ? [[keyOf(at), tid] as const] : [])),
      );
      return told.get(keyOf(at));
    };
  };
  const toldThere = toldBy(placeOf);
  const toldOf = toldBy(({ homeAccountId }) => homeAccountId);
  return (at) => {
    const { homeAccountId, realm } = at;
    if (kind === "b2c") return tenant;
    if (kind !== "entra") return toldOf(at) ?? tenant;
    const folded = realm.toLowerCase();
    // The authority's own text where it is the same: all its people share that, and it is compared with at each hit.
    if (guid.test(folded)) return folded === tenant ? tenant : folded;
    return toldThere(at) ?? homeTenantOf(homeAccountId) ?? realm;
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
      let notes: ReadonlyMap<string, Entity> | undefined;
      const profiles = [...all].flatMap((tenantId) => {
        const token = idTokens.get(tenantId);
        if (!token) notes ??= notesOf(accounts);
        const person = token ? personOf(token.claims) : describedBy(accounts, notes?.get(tenantId));
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
  const { homeAccountId, tenantId, localAccountId, subject, username, name } = account;
  const { environment } = authority;
  // As a sign-in makes it, and named one by one: V8 keeps what is alike together, and hits pay for what is not.
  return {
    account: Object.freeze({ homeAccountId, environment, tenantId, localAccountId, subject, username, name }),
    idToken: token?.idToken,
    idTokenClaims: token?.claims,
    clientId,
    partition: partitionKey(clientId, authority, tenantId, { kind: "user", homeAccountId }),
    askedLast: undefined,
    foundLast: undefined,
  };
}

function describedBy(
  [first]: readonly ReadAccount[],
  note: Entity | undefined,
): ReturnType<typeof personOf> | undefined {
  if (first === undefined) return undefined;
  const username = textOf(first.entity, "username");
  const name = textOf(note ?? first.entity, "name") || undefined;
  return note
    ? { localAccountId: textOf(note, "localAccountId"), username: textOf(note, "username") || username, name }
    : { localAccountId: textOf(first.entity, "local_account_id"), username, name };
}

/** The notes on a person's tenants, by tenant. */
export function notesOf(accounts: readonly ReadAccount[]): Map<string, Entity> {
  const notes = new Map<string, Entity>();
  for (const note of accounts.flatMap(tenantProfilesOf)) {
    const tenantId = textOf(note, "tenantId");
    if (!notes.has(tenantId)) notes.set(tenantId, note);
  }
  return notes;
}

/** MSAL Node's notes on the tenants of an account: a list of JSON texts. */
function tenantProfilesOf({ entity: { tenantProfiles } }: ReadAccount): Entity[] {
  if (!Array.isArray(tenantProfiles)) return [];
  return tenantProfiles.flatMap((text: unknown) => {
    try {
      const profile: unknown = typeof text === "string" ? JSON.parse(text) : text;
      return isEntity(profile) && isWritable(profile) ? [profile] : [];
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
