import type { IdTokenClaims } from "../../account.ts";
import { decodeJwtClaims } from "../../crypto/jwt.ts";
import { CacheError } from "../../errors.ts";
import { latitudeMs } from "../../serviceClock.ts";
import type { AccessTokenCache } from "../accessTokenCache.ts";
import { partitionKey } from "../partitionKey.ts";
import { longestLifeMs } from "../tokenLifetime.ts";
import type { Profile, RefreshToken, UserTokenCache } from "../userTokenCache.ts";
import { accessTokenFields, isExpired, type ReadAccessToken, readAccessToken } from "./accessTokenEntity.ts";
import { type CacheIdentity, isOfNobody, isOwnClient, isOwnEnvironment } from "./cacheIdentity.ts";
import { type Entity, instantOf, isEntity, isOfAssertion, type Section, sections, textOf, without } from "./entity.ts";
import type { Leftovers } from "./leftovers.ts";
import { type ReadIdToken, readPeople, tenantResolver } from "./people.ts";

/** What a blob is read into and written from. */
export interface BlobSource {
  readonly identity: CacheIdentity;
  readonly appTokens: AccessTokenCache;
  readonly userTokens: UserTokenCache;
  readonly leftovers: Leftovers;
}

/** The fields that are made anew when a refresh token is written; all others stay. */
const refreshTokenFields: ReadonlySet<string> = new Set([
  "home_account_id",
  "environment",
  "credential_type",
  "secret",
  "family_id",
  "expires_on",
  "target",
  "realm",
]);

/**
 * Reads a blob of any MSAL into the cache. Entries are matched by their fields, never by their keys; of several that are
 * the same the newest counts; what has expired is dropped. What is not the application's stays as it is.
 */
export function readBlob(blob: Entity, target: BlobSource, nowMs: number): void {
  const { identity, userTokens, leftovers } = target;
  const { environment } = identity.authority;
  leftovers.sections = { ...leftovers.sections, ...without(blob, new Set(sections)) };

  /** Home account ids as they were spelled first: one person has one. */
  const spellings = new Map<string, string>();
  const spelled = (homeAccountId: string): string => {
    const folded = identity.fold(homeAccountId);
    const first = spellings.get(folded) ?? homeAccountId;
    spellings.set(folded, first);
    return first;
  };

  /** Those entries of a section of which `read` makes something; the others are left over. */
  function own<T extends { readonly homeAccountId?: string }>(
    section: Section,
    read: (entity: Entity) => T | undefined,
  ): (T & { readonly key: string })[] {
    return Object.entries(isEntity(blob[section]) ? blob[section] : {}).flatMap(([key, entity]) => {
      const isCandidate =
        isEntity(entity) &&
        isOwnEnvironment(identity, entity) &&
        !isOfAssertion(entity) &&
        !isOfNobody(identity, entity);
      const made = isCandidate ? read(entity) : undefined;
      if (made !== undefined) return [{ ...made, homeAccountId: spelled(made.homeAccountId ?? ""), key }];
      if (section !== "AccessToken" || !isEntity(entity) || !isExpired(entity, nowMs)) {
        leftovers.entries[section].set(key, entity);
      }
      return [];
    });
  }

  const idTokens = own("IdToken", (entity) => (isOwnClient(identity, entity) ? readIdToken(entity) : undefined));
  const refreshTokens = own("RefreshToken", (entity) => readRefreshToken(identity, entity));
  const accessTokens = own("AccessToken", (entity) => {
    const read = isOwnClient(identity, entity) ? readAccessToken(entity) : undefined;
    if (read === undefined || read.token.expiresAtMs > nowMs + longestLifeMs) return undefined;
    const { token } = read;
    if ((token.obtainedAtMs ?? nowMs) > nowMs + latitudeMs)
      return { ...read, entity, token: { ...token, expiresAtMs: 0 } };
    return {
      ...read,
      entity,
      token: identity.extendedTokenLifetime ? token : { ...token, extendedExpiresAtMs: undefined },
    };
  });
  own("AppMetadata", () => undefined);
  const known = new Set([...idTokens, ...refreshTokens, ...accessTokens].map(({ homeAccountId }) => homeAccountId));
  const accounts = own("Account", (entity) => {
    const homeAccountId = textOf(entity, "home_account_id");
    return homeAccountId !== "" && known.has(homeAccountId) ? { entity, homeAccountId } : undefined;
  });

  for (const { homeAccountId, token, entity } of byAge(refreshTokens, "last_modification_time")) {
    leftovers.fields.set(token, without(entity, refreshTokenFields));
    userTokens.putRefreshToken(environment, homeAccountId, token);
  }
  const tenantOf = tenantResolver(identity, idTokens);
  const usersTokens = accessTokens.filter(({ homeAccountId }) => homeAccountId !== "");
  const people = readPeople(identity, tenantOf, { accounts, idTokens, accessTokens: usersTokens });
  for (const [homeAccountId, person] of people) {
    for (const profile of person.profiles) userTokens.putProfile(profile);
    const record = userTokens.findRecord(environment, homeAccountId);
    if (record) leftovers.people.set(record, person);
  }
  for (const read of byAge(accessTokens, "expires_on")) {
    const tenantId = tenantOf(read);
    const profile = people.get(read.homeAccountId)?.profiles.find(({ account }) => account.tenantId === tenantId);
    if (read.homeAccountId === "" || profile) putAccessToken(target, read, profile, nowMs);
    // Nobody can ask for the token of somebody unknown.
    else leftovers.entries.AccessToken.set(read.key, read.entity);
  }
}

function putAccessToken(
  { identity: { clientId, authority }, appTokens, userTokens, leftovers }: BlobSource,
  { realm, extras, asked, token, entity }: ReadAccessToken & { readonly entity: Entity },
  profile: Profile | undefined,
  nowMs: number,
): void {
  const tenant = profile?.account.tenantId ?? (authority.kind === "entra" ? realm.toLowerCase() : authority.tenant);
  const owner = profile
    ? ({ kind: "user", homeAccountId: profile.account.homeAccountId } as const)
    : ({ kind: "app" } as const);
  const partition = partitionKey(clientId, authority, tenant, owner, extras);
  if (profile && profile.partition !== partition) userTokens.putProfile(profile, partition);
  const kept = (profile ? userTokens.accessTokens : appTokens).put(partition, asked, token, nowMs);
  if (kept) leftovers.fields.set(kept, without(entity, accessTokenFields));
}

/** The blob in a text; an empty one in an empty or blank text. Throws {@link CacheError} when there is none. */
export function parseBlob(given: unknown): Entity {
  // Stores give `null` or `undefined` for what they do not have; editors put a mark before it, which counts as a blank.
  const text = textOfBlob(given ?? "").replace(/^\uFEFF/, " ");
  let words: unknown;
  try {
    const blob: unknown = text.trim() === "" ? {} : JSON.parse(text);
    if (isEntity(blob)) return blob;
  } catch (error) {
    words = (error as Error).message;
  }
  throw new CacheError(
    `What was to be read into the token cache is not the text of a JSON object: ${reasonOf(text, words)}.`,
    {
      code: "cache_error",
      remedy:
        "Pass what serialize, or another MSAL's cache, wrote; if the store was damaged, empty it by tokenCache.clear(): users sign in anew.",
    },
  );
}

/** A text, or what a file was read into; of all else nothing that could be one. */
function textOfBlob(given: unknown): string {
  return typeof given === "string" ? given : given instanceof Uint8Array ? new TextDecoder().decode(given) : "?";
}

/** What was expected, and where. Some of the parser's words quote the text, which holds tokens. */
function reasonOf(text: string, words: unknown): string {
  const start = text.search(/\S/);
  if (text[start] !== "{") return `expected "{" at position ${start}`;
  const [told] = /^(?!Unexpected token)[^"`]+ JSON at position \d+/.exec(String(words)) ?? [];
  return told ?? `no more JSON after a part of its ${text.length} characters`;
}

function readIdToken(entity: Entity): ReadIdToken | undefined {
  const homeAccountId = textOf(entity, "home_account_id");
  const idToken = textOf(entity, "secret");
  const claims = decodeJwtClaims(idToken) as IdTokenClaims | undefined;
  if (homeAccountId === "" || typeof claims?.sub !== "string") return undefined;
  return { entity, homeAccountId, realm: textOf(entity, "realm"), idToken, claims };
}

function readRefreshToken(
  identity: CacheIdentity,
  entity: Entity,
): { readonly entity: Entity; readonly homeAccountId: string; readonly token: RefreshToken } | undefined {
  const [homeAccountId, secret, familyId] = ["home_account_id", "secret", "family_id"].map((name) =>
    textOf(entity, name),
  ) as [string, string, string];
  if (homeAccountId === "" || secret === "" || (familyId === "" && !isOwnClient(identity, entity))) return undefined;
  const owner = familyId === "" ? { clientId: identity.clientId } : { familyId };
  return { entity, homeAccountId, token: { secret, owner, expiresAtMs: instantOf(entity, "expires_on") } };
}

/** From the oldest to the newest: what is put later takes the place of what was there. */
function byAge<T extends { readonly entity: Entity }>(read: readonly T[], field: string): readonly T[] {
  return read.toSorted((a, b) => (instantOf(a.entity, field) ?? 0) - (instantOf(b.entity, field) ?? 0));
}
