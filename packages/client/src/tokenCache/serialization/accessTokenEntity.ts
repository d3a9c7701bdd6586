import { apiScopes } from "../../scopes.ts";
import type { AccessToken } from "../accessTokenEntry.ts";
import type { Extras } from "../partitionKey.ts";
import { type Entity, instantOf, isEntity, textOf, without } from "./entity.ts";

/** What a token was asked for with beside its scopes, by name. */
export type Components = Readonly<Record<string, string>>;

/** An access token as an entry tells of it. */
export interface ReadAccessToken {
  /** Empty for an app token. */
  readonly homeAccountId: string;
  readonly realm: string;
  readonly extras: Extras;
  readonly asked: readonly string[];
  readonly token: AccessToken;
}

/** The fields in which the hash of what a token was asked for with is kept: Python's and Go's, and Java's. */
const hashes = ["ext_cache_key", "ext_cache_key_hash"];

/** The fields that are made anew when a token is written; all others stay. */
export const accessTokenFields: ReadonlySet<string> = new Set([
  "home_account_id",
  "environment",
  "credential_type",
  "client_id",
  "secret",
  "realm",
  "target",
  "expires_on",
  "refresh_on",
  "token_type",
  "additionalCacheKeyComponents",
  ...hashes,
  "latchkey",
]);

/** The type of credentials with a token that is sent otherwise than as Bearer. */
export const schemeType = "AccessToken_With_AuthScheme";

/** The fields that bind a token to more than a call of this library says: to a key, or to requested claims. */
const bindings = ["key_id", "keyid", "kid", "requestedClaimsHash"];

/** What some words about scopes come to. */
export interface Target {
  readonly scopes: readonly string[];
  /** Those that are an API's. */
  readonly asked: readonly string[];
}

export function readTarget(text: string): Target {
  const scopes = /\s/.test(text) ? text.split(/\s+/).filter((scope) => scope !== "") : text === "" ? [] : [text];
  return { scopes, asked: apiScopes(scopes) };
}

/** Reads a token that a flow of this library may serve; `undefined` for one of another kind. */
export function readAccessToken(
  entity: Entity,
  targetOf: (text: string) => Target = readTarget,
): ReadAccessToken | undefined {
  const secret = textOf(entity, "secret");
  const expiresAtMs = instantOf(entity, "expires_on");
  const tokenType = textOf(entity, "token_type") || "Bearer";
  const components = componentsOf(entity);
  const own = readOwnFields(entity);
  // A token with another scheme than Bearer is this library's business only when it has put it there.
  const isPlain = tokenType.toLowerCase() === "bearer" && textOf(entity, "credential_type") !== schemeType;
  if (
    secret === "" ||
    expiresAtMs === undefined ||
    components === undefined ||
    (!isPlain && own === undefined) ||
    bindings.some((name) => textOf(entity, name) !== "")
  ) {
    return undefined;
  }
  const { scopes, asked } = targetOf(textOf(entity, "target"));
  return {
    homeAccountId: textOf(entity, "home_account_id"),
    realm: textOf(entity, "realm"),
    extras: components === none ? none : extrasOf(components),
    asked: own ? targetOf(textOf(own, "asked")).scopes : asked,
    token: {
      accessToken: secret,
      tokenType: isPlain ? "Bearer" : tokenType,
      scopes,
      expiresAtMs,
      refreshAtMs: instantOf(entity, "refresh_on"),
      extendedExpiresAtMs: extendedEndOf(entity, expiresAtMs),
      obtainedAtMs: instantOf(entity, "cached_at"),
      correlationId: own ? textOf(own, "correlation_id") : "",
      fields: without(entity, accessTokenFields),
    },
  };
}

function extendedEndOf(entity: Entity, expiresAtMs: number): number | undefined {
  const end = instantOf(entity, "extended_expires_on");
  return end !== undefined && end > expiresAtMs ? end : undefined;
}

/** Whether a token of any kind is of no use to anybody any more. */
export function isExpired(entity: Entity, nowMs: number): boolean {
  const ends = ["expires_on", "extended_expires_on", "ext_expires_on"].map((name) => instantOf(entity, name));
  const known = ends.filter((end) => end !== undefined);
  return known.length > 0 && known.every((end) => end <= nowMs);
}

/**
 * The fields that no other library has, in one field of our own. It is bound to the time of caching: another library
 * may keep the field where it put a newer token.
 */
export function ownFields(cachedAt: string, asked: string, correlationId: string): Entity {
  return { cached_at: cachedAt, asked: asked.replaceAll("\n", " "), correlation_id: correlationId };
}

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
  for (const given of [entity["additionalCacheKeyComponents"], entity["ext"]]) {
    if (!isEntity(given)) continue;
    const components = Object.entries(given);
    if (!components.every(([, value]) => isScalar(value))) return undefined;
    return Object.fromEntries(components.map(([name, value]) => [name, String(value)]));
  }
  return hashes.every((name) => textOf(entity, name) === "") ? none : undefined;
}

function isScalar(value: unknown): boolean {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean";
}

function extrasOf({ client_claims: claimsFromClient, ...body }: Components): Extras {
  return { claimsFromClient, ...(Object.keys(body).length === 0 ? {} : { extraBodyParameters: body }) };
}
