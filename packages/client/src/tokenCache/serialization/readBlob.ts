import type { IdTokenClaims } from "../../account.ts";
import { decodeJwtClaims } from "../../crypto/jwt.ts";
import { CacheError } from "../../errors.ts";
import { latitudeMs } from "../../serviceClock.ts";
import type { AccessTokenCache } from "../accessTokenCache.ts";
import { partitionKey } from "../partitionKey.ts";
import { longestLifeMs } from "../tokenLifetime.ts";
import type { RefreshToken, UserTokenCache } from "../userTokenCache.ts";
import { isExpired, type ReadAccessToken, readAccessToken, readTarget } from "./accessTokenEntity.ts";
import { type CacheIdentity, isOfNobody, isOwnClient } from "./cacheIdentity.ts";
import {
  asInstant,
  asText,
  type Entity,
  instantOf,
  isEntity,
  isOfAssertion,
  isWritable,
  type Section,
  secondsText,
  sections,
  textOf,
  without,
} from "./entity.ts";
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
 * Reads a blob of any MSAL, and gives what puts it into the cache, which cannot fail. Entries are matched by their fields,
 * never by their keys; of several that are the same the newest counts; what has expired is dropped. What is not the
 * application's stays as it is.
 */
export function readBlob(blob: Entity, target: BlobSource, nowMs: number): () => void {
  const { identity, userTokens, leftovers } = target;
  const { authority, clientId } = identity;
  const { environment } = authority;
  const left: (readonly [Section, string, unknown])[] = [];
  // The same texts come again and again; those of one person are made one text, which hits find faster.
  const share = remember((text) => text);
  /** Home account ids as they were spelled first: one person has one. */
  const spellings = new Map<string, string>();
  const spelled = remember((homeAccountId) => {
    const folded = identity.fold(homeAccountId);
    const first = spellings.get(folded) ?? homeAccountId;
    spellings.set(folded, first);
    return first;
  });
  const manyScopes = remember(readTarget);
  const reader = {
    spelled,
    share,
    // Where a text is one scope, it is another in each entry.
    targetOf: (text: string) => (text.includes(" ") ? manyScopes(text) : readTarget(text)),
    stampOf: remember((cachedAt): Entity => ({ cached_at: secondsText(asInstant(cachedAt) ?? nowMs) })),
  };
  const isOwnApplication = remember((id) => id.toLowerCase() === clientId.toLowerCase());
  const isOwnHost = remember((host) => identity.environmentOf(host.toLowerCase()) === environment);

  /** Those entries of a section of which `read` makes something; others are left over, but for those that are `dead`. */
  function own<T extends object>(
    section: Section,
    read: (entity: Entity, key: string) => T | typeof dead | undefined,
  ): T[] {
    const entries = blob[section];
    const found: T[] = [];
    if (!isEntity(entries)) return found;
    for (const key of Object.keys(entries)) {
      const entity = entries[key];
      const isCandidate =
        isEntity(entity) &&
        isOwnHost(asText(entity["environment"])) &&
        !isOfAssertion(entity) &&
        !isOfNobody(identity, entity);
      const made = isCandidate ? read(entity, key) : undefined;
      if (made !== undefined) {
        if (made !== dead) found.push(made);
      } else if (isWritable(entity) && !(section === "AccessToken" && isEntity(entity) && isExpired(entity, nowMs))) {
        left.push([section, key, entity]);
      }
    }
    return found;
  }

  const idTokens = own("IdToken", (entity) =>
    isOwnClient(identity, entity) ? readIdToken(entity, spelled, share) : undefined,
  );
  const refreshTokens = own("RefreshToken", (entity) => readRefreshToken(identity, entity, spelled));
  const accessTokens = own("AccessToken", (entity, key) => {
    if (!isOwnApplication(asText(entity["client_id"]))) return undefined;
    const read = readAccessToken(entity, key, reader, identity.extendedTokenLifetime);
    if (read === undefined || read.expiresAtMs > nowMs + longestLifeMs) return undefined;
    // Whoever kept it had another time, and its end is wrong by as much.
    return (read.obtainedAtMs ?? nowMs) > nowMs + latitudeMs ? dead : read;
  });
  own("AppMetadata", () => undefined);
  const known = new Set<string>();
  for (const list of [idTokens, refreshTokens, accessTokens])
    for (const { homeAccountId } of list) known.add(homeAccountId);
  const accounts = own("Account", (entity, key) => {
    const homeAccountId = spelled(textOf(entity, "home_account_id"));
    return homeAccountId !== "" && known.has(homeAccountId) ? { entity, homeAccountId, key } : undefined;
  });
  const others = without(blob, new Set(sections));
  const tenantOf = tenantResolver(identity, idTokens);
  const usersTokens = accessTokens.filter(({ homeAccountId }) => homeAccountId !== "");
  const people = readPeople(identity, tenantOf, { accounts, idTokens, accessTokens: usersTokens });
  const newestLast = refreshTokens.sort((a, b) => a.modifiedAtMs - b.modifiedAtMs);
  const appPartition = remember((tenant) => partitionKey(clientId, authority, tenant, { kind: "app" }));

  /** Where a token is kept; `undefined` where nobody can ask for it. */
  function placeOf(
    read: ReadAccessToken,
  ): { readonly cache: AccessTokenCache; readonly partition: string } | undefined {
    const { homeAccountId, extras, realm } = read;
    const { claimsFromClient, extraBodyParameters } = extras;
    const isPlain = claimsFromClient === undefined && extraBodyParameters === undefined;
    if (homeAccountId === "") {
      const tenant = authority.kind === "entra" ? realm.toLowerCase() : authority.tenant;
      const partition =
        isPlain && tenant !== undefined
          ? appPartition(tenant)
          : partitionKey(clientId, authority, tenant, { kind: "app" }, extras);
      return { cache: target.appTokens, partition };
    }
    const profile = userTokens.findProfile(environment, homeAccountId, tenantOf(read), clientId);
    if (profile === undefined) return undefined;
    const { tenantId } = profile.account;
    if (isPlain) return { cache: userTokens.accessTokens, partition: profile.partition };
    const partition = partitionKey(clientId, authority, tenantId, { kind: "user", homeAccountId }, extras);
    userTokens.putProfile(profile, partition);
    return { cache: userTokens.accessTokens, partition };
  }

  return () => {
    leftovers.sections = others;
    for (const [section, key, entity] of left) leftovers.entries[section].set(key, entity);
    for (const { homeAccountId, token, fields } of newestLast) {
      leftovers.fields.set(token, fields);
      userTokens.putRefreshToken(environment, homeAccountId, token);
    }
    for (const [homeAccountId, person] of people) {
      for (const profile of person.profiles) userTokens.putProfile(profile);
      const record = userTokens.findRecord(environment, homeAccountId);
      if (record) leftovers.people.set(record, person);
    }
    for (const read of accessTokens) {
      const place = placeOf(read);
      if (place) place.cache.put(place.partition, read.asked, read, nowMs, true);
      else leftovers.entries.AccessToken.set(read.key, read.entity);
    }
  };
}

/** Stands for an entry that is good for nobody any more. */
const dead = "dead";

/** A function that finds each text's result once. */
function remember<T>(find: (text: string) => T): (text: string) => T {
  const found = new Map<string, T>();
  let last: { readonly text: string; readonly result: T } | undefined;
  return (text) => {
    // Most often it is the same again; then nothing is hashed.
    if (last?.text === text) return last.result;
    const result = found.get(text) ?? find(text);
    found.set(text, result);
    last = { text, result };
    return result;
  };
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

type Spelling = (text: string) => string;

function readIdToken(entity: Entity, spelled: Spelling, share: Spelling): ReadIdToken | undefined {
  const homeAccountId = spelled(textOf(entity, "home_account_id"));
  const idToken = textOf(entity, "secret");
  const claims = decodeJwtClaims(idToken) as IdTokenClaims | undefined;
  if (homeAccountId === "" || typeof claims?.sub !== "string") return undefined;
  return { entity, homeAccountId, realm: share(textOf(entity, "realm")), idToken, claims };
}

function readRefreshToken(identity: CacheIdentity, entity: Entity, spelled: Spelling): ReadRefreshToken | undefined {
  const [homeAccountId, secret, familyId] = ["home_account_id", "secret", "family_id"].map((name) =>
    textOf(entity, name),
  ) as [string, string, string];
  if (homeAccountId === "" || secret === "" || (familyId === "" && !isOwnClient(identity, entity))) return undefined;
  const owner = familyId === "" ? { clientId: identity.clientId } : { familyId };
  return {
    homeAccountId: spelled(homeAccountId),
    token: { secret, owner, expiresAtMs: instantOf(entity, "expires_on") },
    modifiedAtMs: instantOf(entity, "last_modification_time") ?? 0,
    fields: without(entity, refreshTokenFields),
  };
}

interface ReadRefreshToken {
  readonly homeAccountId: string;
  readonly token: RefreshToken;
  readonly modifiedAtMs: number;
  /** What else its entry says. */
  readonly fields: Entity;
}
