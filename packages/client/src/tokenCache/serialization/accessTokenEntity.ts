import { isObject } from "../../runtime/json.ts";
import type { Extras } from "../partitionKey.ts";
import { asText, type Entity, instantOf } from "./entity.ts";

/** What a token was asked for with beside its scopes, by name. */
export type Components = Readonly<Record<string, string>>;

/** The type of credentials with a token that is sent otherwise than as Bearer. */
export const schemeType = "AccessToken_With_AuthScheme";

/** Whether a token of any kind is of no use to anybody any more. */
export function isExpired(entity: Entity, nowMs: number): boolean {
  const ends = ["expires_on", "extended_expires_on", "ext_expires_on"].map((name) => instantOf(entity, name));
  const known = ends.filter((end) => end !== undefined);
  return known.length > 0 && known.every((end) => end <= nowMs);
}

const none: Components = {};

/** What a token was asked for with beside its scopes: none, or `undefined` when only a hash of it was kept, or no texts. */
export function componentsOf(entity: Entity): Components | undefined {
  const { additionalCacheKeyComponents, ext } = entity;
  const given = isObject(additionalCacheKeyComponents) ? additionalCacheKeyComponents : ext;
  if (isObject(given)) {
    const components = Object.entries(given);
    if (!components.every(([, value]) => isScalar(value))) {
      return undefined;
    }
    return Object.fromEntries(components.map(([name, value]) => [name, String(value)]));
  }
  // Python's and Go's, and Java's.
  const { ext_cache_key, ext_cache_key_hash } = entity;
  return asText(ext_cache_key) === "" && asText(ext_cache_key_hash) === "" ? none : undefined;
}

function isScalar(value: unknown): boolean {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean";
}

/** What a token that can be read was asked for with beside its scopes. */
export function readExtras(entity: Entity): Extras | undefined {
  const components = componentsOf(entity) ?? none;
  if (components === none) {
    return undefined;
  }
  const { client_claims: claimsFromClient, ...body } = components;
  return { claimsFromClient, ...(Object.keys(body).length === 0 ? {} : { extraBodyParameters: body }) };
}
