import { apiScopes, canonicalScopes } from "../../../authority/scopes.ts";
import { isObject } from "../../../runtime/json.ts";
import { maxBackstepMs } from "../../../transport/serviceClock.ts";
import type { AccessTokenCache } from "../../accessTokens/accessTokenCache.ts";
import { type AccessToken, type Entry, isUsable } from "../../accessTokens/accessTokenEntry.ts";
import { maxLifetimeMs } from "../../accessTokens/tokenLifetime.ts";
import { componentsOf, schemeType } from "../accessTokenEntity.ts";
import type { CacheIdentity } from "../cacheIdentity.ts";
import { asInstant, asText, createOmitter, type Entity, emptyEntity, secondsText } from "../entity.ts";
import { memoize } from "./memoize.ts";

/** Reads a token that this library can use; `undefined` for one of another kind, `dead` for an unusable one. */
export type AccessTokenReader = (entity: Entity) => Entry | "dead" | undefined;

/** Fields that are written anew with a token; all others are preserved. */
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

/** Adds a token to its partition, unless it has expired or one that expires later is there. */
export function addTo(
  partitions: Map<string, Map<string, Entry>>,
  partitionKey: string,
  entry: Entry,
  nowMs: number,
): void {
  if (!isUsable(entry, nowMs)) {
    return;
  }
  const entries = partitions.get(partitionKey) ?? new Map<string, Entry>();
  if (entries.size === 0) {
    partitions.set(partitionKey, entries);
  }
  const { requestedScopes } = entry;
  const other = entries.get(requestedScopes);
  if (other === undefined || other.expiresAtMs <= entry.expiresAtMs) {
    entries.set(requestedScopes, entry);
  }
}

/** The parsed scopes of a token. */
interface Target {
  readonly scopes: readonly string[];
  /** All scopes in canonical form, and the API's scopes. */
  readonly canonical: string;
  readonly canonicalApi: string;
}

/** One lower-case scope with a character that none of OpenID Connect's own scopes has. */
const plainScope = /^[!-@[-~]*[./:][!-@[-~]*$/;

/** Creates a function that parses scopes and caches the results. */
function createTargetReader(): (text: string) => Target {
  const known = memoize(readTarget);
  // A single scope differs in each entry, and is usually canonical already.
  return (text) => (plainScope.test(text) ? { scopes: [text], canonical: text, canonicalApi: text } : known(text));
}

function readTarget(text: string): Target {
  const scopes = text.split(/\s+/).filter((scope) => scope !== "");
  return { scopes, canonical: canonicalScopes(scopes), canonicalApi: canonicalScopes(apiScopes(scopes)) };
}

/** Creates a reader. Equal strings recur often, and their results are shared. */
export function createAccessTokenReader(
  { extendedTokenLifetime }: CacheIdentity,
  makeEntry: AccessTokenCache["makeEntry"],
  nowMs: number,
): AccessTokenReader {
  const targetOf = createTargetReader();
  const otherFieldsOf = createOmitter(accessTokenFields);
  /** The time of caching, as it is written again. */
  const stampOf = memoize((cachedAt): Entity => ({ cached_at: secondsText(asInstant(cachedAt) ?? nowMs) }));

  return (entity) => {
    const { cached_at, credential_type, key_id, keyid, kid, requestedClaimsHash } = entity;
    const secret = asText(entity["secret"]);
    const expiresAtMs = asInstant(entity["expires_on"]);
    const tokenType = asText(entity["token_type"]) || "Bearer";
    const own = readOwnFields(entity);
    // A token with another scheme than Bearer is used only if this library stored it.
    const isPlain = (tokenType === "Bearer" || tokenType.toLowerCase() === "bearer") && credential_type !== schemeType;
    if (
      secret === "" ||
      expiresAtMs === undefined ||
      expiresAtMs > nowMs + maxLifetimeMs ||
      componentsOf(entity) === undefined ||
      (!isPlain && own === undefined) ||
      // Bound to a key or to requested claims, which no call of this library can express.
      asText(key_id) !== "" ||
      asText(keyid) !== "" ||
      asText(kid) !== "" ||
      asText(requestedClaimsHash) !== ""
    ) {
      return undefined;
    }
    const { scopes, canonicalApi, canonical } = targetOf(asText(entity["target"]));
    const obtainedAtMs = asInstant(cached_at);
    // The clock of whoever stored it was wrong, and its expiry is wrong by as much.
    if (obtainedAtMs !== undefined && obtainedAtMs > nowMs + maxBackstepMs) {
      return "dead";
    }
    const extendedEndMs = asInstant(entity["extended_expires_on"]);
    const rest = otherFieldsOf(entity);
    const stamp = obtainedAtMs === undefined ? emptyEntity : stampOf(String(cached_at));
    const token: AccessToken = {
      accessToken: secret,
      tokenType: isPlain ? "Bearer" : tokenType,
      scopes,
      expiresAtMs,
      refreshAtMs: asInstant(entity["refresh_on"]),
      extendedExpiresAtMs:
        extendedTokenLifetime && extendedEndMs !== undefined && extendedEndMs > expiresAtMs ? extendedEndMs : undefined,
      obtainedAtMs,
      correlationId: own ? asText(own["correlation_id"]) : "",
      fields:
        rest === emptyEntity && extendedEndMs === undefined
          ? stamp
          : {
              ...rest,
              ...stamp,
              ...(extendedEndMs === undefined ? {} : { extended_expires_on: secondsText(extendedEndMs) }),
            },
    };
    if (own === undefined) {
      return makeEntry(canonicalApi, token, nowMs);
    }
    const requestedField = own["asked"];
    return makeEntry(
      requestedField === undefined ? canonical : targetOf(asText(requestedField)).canonical,
      token,
      nowMs,
    );
  };
}

/** This library's own fields, if they belong to this token: another library may leave them on a newer one. */
function readOwnFields({ latchkey, cached_at }: Entity): Entity | undefined {
  return isObject(latchkey) && latchkey["cached_at"] === cached_at ? latchkey : undefined;
}
