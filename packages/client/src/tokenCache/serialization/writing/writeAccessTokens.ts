import { apiScopes } from "../../../authority/scopes.ts";
import type { AccessTokenCache, PlacedToken } from "../../accessTokens/accessTokenCache.ts";
import { isUsable } from "../../accessTokens/accessTokenEntry.ts";
import { type Extras, parsePartitionKey } from "../../partitionKey.ts";
import { type Components, schemeType } from "../accessTokenEntity.ts";
import { type Entity, instantOf, omit, secondsText } from "../entity.ts";
import { extendedHash } from "./dialects.ts";
import { entryKey, put, quote, type Writer } from "./writer.ts";

/** Writes the usable tokens of an index, app tokens or users' tokens. */
export function writeAccessTokens(writer: Writer, cache: AccessTokenCache): void {
  let group: PlacedToken[] = [];
  for (const placed of cache.entries()) {
    if (group.length > 0 && group[0]?.partitionKey !== placed.partitionKey) {
      writePartition(writer, group);
      group = [];
    }
    if (isUsable(placed.token, writer.nowMs)) {
      group.push(placed);
    }
  }
  writePartition(writer, group);
}

/**
 * The tokens of a partition; of interchangeable ones only the one that expires last: MSAL Node uses neither if it finds
 * two.
 */
function* tokensToWrite(partition: readonly PlacedToken[]): Iterable<PlacedToken> {
  // Tokens granted as requested are unique.
  if (partition.every(({ token }) => typeof token.scopes === "string")) {
    return yield* partition;
  }
  const written = new Map<string, Set<PlacedToken>>();
  for (const placed of partition.toSorted((a, b) => b.token.expiresAtMs - a.token.expiresAtMs)) {
    const coveredScopes = apiScopes(grantedBy(placed)).map((scope) => scope.toLowerCase());
    const [fewest, ...others] = coveredScopes
      .map((scope) => written.get(scope))
      .sort((a, b) => (a?.size ?? 0) - (b?.size ?? 0));
    if ([...(fewest ?? [])].some((other) => others.every((holders) => holders?.has(other)))) {
      continue;
    }
    for (const scope of coveredScopes) {
      written.set(scope, (written.get(scope) ?? new Set()).add(placed));
    }
    yield placed;
  }
}

/** Fields that are written with a token's times. */
const written = new Set(["cached_at", "extended_expires_on"]);

function writePartition(writer: Writer, partition: readonly PlacedToken[]): void {
  const [first] = partition;
  if (first === undefined) {
    return;
  }
  const { identity, userTokens, dialect, environment, leftovers, blob } = writer;
  const { owner, clientId, tenant, extras } = parsePartitionKey(first.partitionKey);
  // MSAL's name for the application's own claims: it would be read as those.
  if (extras.extraBodyParameters?.["client_claims"] !== undefined) {
    return;
  }
  const home = owner.kind === "user" ? owner.homeAccountId : dialect.appHomeAccountId;
  const profile =
    owner.kind === "user"
      ? userTokens.findProfile(identity.authority.environment, owner.homeAccountId, tenant, clientId)
      : undefined;
  const realm = profile ? dialect.userRealm(identity, profile) : dialect.appRealm(identity, tenant);
  const components = componentsOf(extras);
  const extended = components && {
    key: dialect.extendedKey(components, leftovers.hash),
    fields: extendedFields(components, extendedHash(components, leftovers.hash)),
  };
  const keyed = (type: string, scheme: string) => ({
    start: entryKey(home, environment, extended?.key.type ?? type, clientId, realm, ""),
    end: entryKey("", ...(extended?.key.end ?? dialect.keyEnd(scheme))),
    /** The fields that all tokens of the partition share, as JSON without braces. */
    same: JSON.stringify({
      home_account_id: home,
      environment,
      credential_type: type,
      client_id: clientId,
      realm,
      token_type: scheme || "Bearer",
      ...extended?.fields,
    }).slice(1, -1),
  });
  const bearer = keyed("AccessToken", "");
  for (const { token, requestedScopes } of tokensToWrite(partition)) {
    // A placeholder for an ID token.
    if (token.accessToken === "") {
      continue;
    }
    const { tokenType, extendedExpiresAtMs, refreshAtMs, correlationId } = token;
    const { start, end, same } = tokenType.toLowerCase() === "bearer" ? bearer : keyed(schemeType, tokenType);
    const target = dialect.target(grantedBy({ token }));
    const fields = stamped(writer, token);
    const extendedEndMs = extendedExpiresAtMs ?? instantOf(fields, "extended_expires_on");
    const key = start + target.toLowerCase() + end;
    // Replaces a token of another library with the same parameters, of which only a hash was stored.
    if (extended) {
      blob.AccessToken.delete(key);
    }
    // Assembled by hand: there may be very many, and a long token is mostly plain text.
    const others = JSON.stringify(omit(fields, written)).slice(1, -1);
    const { cached_at } = fields;
    const times = [
      `"cached_at":"${cached_at}","expires_on":"${secondsText(token.expiresAtMs)}"`,
      extendedEndMs === undefined ? "" : `,"extended_expires_on":"${secondsText(extendedEndMs)}"`,
      refreshAtMs === undefined ? "" : `,"refresh_on":"${secondsText(refreshAtMs)}"`,
    ].join("");
    // A single scope that was granted as requested is the target.
    const requestedField =
      typeof token.scopes === "string" ? "" : `"asked":${quote(requestedScopes.replaceAll("\n", " "))},`;
    // Fields of this library only, bound to the time of caching: another library may leave them on a newer token.
    const own = `"latchkey":{"cached_at":"${cached_at}",${requestedField}"correlation_id":${quote(correlationId)}}`;
    const texts = `"secret":${quote(token.accessToken)},"target":${quote(target)}`;
    put(writer, "AccessToken", key, `{${others}${others && ","}${same},${texts},${times},${own}}`);
  }
}

/**
 * The further fields of a token. Its time of caching is that of its first writing, since tokens store none: with a
 * plugin, they are written as soon as they arrive.
 */
function stamped({ writtenAt }: Writer, token: PlacedToken["token"]): Entity & { readonly cached_at: string } {
  if (token.fields?.["cached_at"] === undefined) {
    token.fields = { ...token.fields, cached_at: writtenAt };
  }
  return token.fields as Entity & { readonly cached_at: string };
}

function componentsOf({ claimsFromClient, extraBodyParameters }: Extras): Components | undefined {
  if (claimsFromClient === undefined) {
    return extraBodyParameters;
  }
  return { ...extraBodyParameters, client_claims: claimsFromClient };
}

function grantedBy({ token: { scopes } }: Pick<PlacedToken, "token">): readonly string[] {
  return typeof scopes === "string" ? [scopes] : scopes.granted;
}

/** The fields with a token's extra parameters; each library reads one of them. */
function extendedFields(components: Components, hash: string): Entity {
  return { additionalCacheKeyComponents: components, ext_cache_key: hash.toLowerCase(), ext_cache_key_hash: hash };
}
