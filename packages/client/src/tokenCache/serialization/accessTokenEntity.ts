import { isObject } from "../../runtime/json.ts";
import type { Extras } from "../partitionKey.ts";
import { asText, type Entity, instantOf } from "./entity.ts";

/** The extra parameters of a token request, by name. */
export type Components = Readonly<Record<string, string>>;

/** The credential type of tokens with another scheme than Bearer. */
export const schemeType = "AccessToken_With_AuthScheme";

/** Whether a token of any kind is unusable for good. */
export function isExpired(entity: Entity, nowMs: number): boolean {
  const ends = ["expires_on", "extended_expires_on", "ext_expires_on"].map((name) => instantOf(entity, name));
  const known = ends.filter((end) => end !== undefined);
  return known.length > 0 && known.every((end) => end <= nowMs);
}

const none: Components = {};

/** The extra parameters of a token request; `undefined` if only their hash was stored, or they are not strings. */
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
  // MSAL Python and Go use the first, MSAL Java the second.
  const { ext_cache_key, ext_cache_key_hash } = entity;
  return asText(ext_cache_key) === "" && asText(ext_cache_key_hash) === "" ? none : undefined;
}

function isScalar(value: unknown): boolean {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean";
}

/** The extra parameters of a readable token. */
export function readExtras(entity: Entity): Extras | undefined {
  const components = componentsOf(entity) ?? none;
  if (components === none) {
    return undefined;
  }
  const { client_claims: claimsFromClient, ...body } = components;
  return { claimsFromClient, ...(Object.keys(body).length === 0 ? {} : { extraBodyParameters: body }) };
}
