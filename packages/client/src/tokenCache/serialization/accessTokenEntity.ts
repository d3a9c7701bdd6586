import { apiScopes } from "../../scopes.ts";
import type { AccessToken } from "../accessTokenEntry.ts";
import type { Extras } from "../partitionKey.ts";
import { asInstant, asText, type Entity, instantOf, isEntity, nothing, secondsText, without } from "./entity.ts";

/** What a token was asked for with beside its scopes, by name. */
export type Components = Readonly<Record<string, string>>;

/** An access token as an entry tells of it: one object, since there may be very many at once. */
export interface ReadAccessToken extends AccessToken {
  readonly key: string;
  readonly entity: Entity;
  /** Empty for an app token. */
  readonly homeAccountId: string;
  readonly realm: string;
  readonly extras: Extras;
  readonly asked: readonly string[];
}

/** How a blob's texts are read: the same comes again and again, and what comes of it is shared. */
export interface Reader {
  /** A home account id as it was spelled first: one person has one. */
  spelled(homeAccountId: string): string;
  share(text: string): string;
  targetOf(text: string): Target;
  /** The time of caching as it is written again, as an entity; `cachedAt` as it was written. */
  stampOf(cachedAt: string): Entity;
}

/** The fields that are made anew when a token is written; all others stay. */
const accessTokenFields: ReadonlySet<string> = new Set([
  "home_account_id",
  "environment",
  "credential_type",
  "client_id",
  "secret",
  "realm",
  "target",
  "cached_at",
  "expires_on",
  "extended_expires_on",
  "refresh_on",
  "token_type",
  "additionalCacheKeyComponents",
  "ext_cache_key",
  "ext_cache_key_hash",
  "latchkey",
]);

/** The type of credentials with a token that is sent otherwise than as Bearer. */
export const schemeType = "AccessToken_With_AuthScheme";

/** What some words about scopes come to. */
export interface Target {
  readonly scopes: readonly string[];
  /** Those that are an API's. */
  readonly asked: readonly string[];
}

export function readTarget(text: string): Target {
  const scopes = /\s/.test(text) ? text.split(/\s+/).filter((scope) => scope !== "") : text === "" ? [] : [text];
  const asked = apiScopes(scopes);
  return { scopes, asked: asked.length === scopes.length ? scopes : asked };
}

/** Reads a token that a flow of this library may serve; `undefined` for one of another kind. */
export function readAccessToken(
  entity: Entity,
  key: string,
  { spelled, share, targetOf, stampOf }: Reader,
  withExtendedLifetime: boolean,
): ReadAccessToken | undefined {
  const { cached_at, credential_type, key_id, keyid, kid, requestedClaimsHash } = entity;
  const secret = asText(entity["secret"]);
  const expiresAtMs = asInstant(entity["expires_on"]);
  const tokenType = asText(entity["token_type"]) || "Bearer";
  const components = componentsOf(entity);
  const own = readOwnFields(entity);
  // A token with another scheme than Bearer is this library's business only when it has put it there.
  const isPlain = (tokenType === "Bearer" || tokenType.toLowerCase() === "bearer") && credential_type !== schemeType;
  if (
    secret === "" ||
    expiresAtMs === undefined ||
    components === undefined ||
    (!isPlain && own === undefined) ||
    // To a key, or to requested claims: it is bound to more than a call of this library says.
    asText(key_id) !== "" ||
    asText(keyid) !== "" ||
    asText(kid) !== "" ||
    asText(requestedClaimsHash) !== ""
  ) {
    return undefined;
  }
  const target = asText(entity["target"]);
  const askedFor = own && asText(own["asked"]);
  const { scopes, asked } = targetOf(target);
  const obtainedAtMs = asInstant(cached_at);
  const extendedEndMs = asInstant(entity["extended_expires_on"]);
  const rest = without(entity, accessTokenFields);
  const stamp = obtainedAtMs === undefined ? nothing : stampOf(String(cached_at));
  return {
    key,
    entity,
    homeAccountId: spelled(asText(entity["home_account_id"])),
    realm: share(asText(entity["realm"])),
    extras: components === none ? none : extrasOf(components),
    asked: askedFor === undefined ? asked : askedFor === target ? scopes : targetOf(askedFor).scopes,
    accessToken: secret,
    tokenType: isPlain ? "Bearer" : tokenType,
    scopes,
    expiresAtMs,
    refreshAtMs: asInstant(entity["refresh_on"]),
    extendedExpiresAtMs:
      withExtendedLifetime && extendedEndMs !== undefined && extendedEndMs > expiresAtMs ? extendedEndMs : undefined,
    obtainedAtMs,
    correlationId: own ? asText(own["correlation_id"]) : "",
    fields:
      rest === nothing && extendedEndMs === undefined
        ? stamp
        : {
            ...rest,
            ...stamp,
            ...(extendedEndMs === undefined ? {} : { extended_expires_on: secondsText(extendedEndMs) }),
          },
  };
}

/** Whether a token of any kind is of no use to anybody any more. */
export function isExpired(entity: Entity, nowMs: number): boolean {
  const ends = ["expires_on", "extended_expires_on", "ext_expires_on"].map((name) => instantOf(entity, name));
  const known = ends.filter((end) => end !== undefined);
  return known.length > 0 && known.every((end) => end <= nowMs);
}

/** Our own fields, where they are about this token: another library may keep them where it put a newer one. */
function readOwnFields({ latchkey, cached_at }: Entity): Entity | undefined {
  return isEntity(latchkey) && latchkey["cached_at"] === cached_at ? latchkey : undefined;
}

/** The fields that say what a token was asked for with; each library looks at one of them. */
export function extendedFields(components: Components, hash: string): Entity {
  return { additionalCacheKeyComponents: components, ext_cache_key: hash.toLowerCase(), ext_cache_key_hash: hash };
}

const none = {};

/** What a token was asked for with beside its scopes: none, or `undefined` when only a hash of it was kept, or no texts. */
function componentsOf(entity: Entity): Components | undefined {
  const { additionalCacheKeyComponents, ext } = entity;
  const given = isEntity(additionalCacheKeyComponents) ? additionalCacheKeyComponents : ext;
  if (isEntity(given)) {
    const components = Object.entries(given);
    if (!components.every(([, value]) => isScalar(value))) return undefined;
    return Object.fromEntries(components.map(([name, value]) => [name, String(value)]));
  }
  // Python's and Go's, and Java's.
  const { ext_cache_key, ext_cache_key_hash } = entity;
  return asText(ext_cache_key) === "" && asText(ext_cache_key_hash) === "" ? none : undefined;
}

function isScalar(value: unknown): boolean {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean";
}

function extrasOf({ client_claims: claimsFromClient, ...body }: Components): Extras {
  return { claimsFromClient, ...(Object.keys(body).length === 0 ? {} : { extraBodyParameters: body }) };
}
