import { apiScopes } from "../../scopes.ts";
import type { AccessTokenCache, Placed } from "../accessTokenCache.ts";
import { isOfUse } from "../accessTokenEntry.ts";
import { type Extras, parsePartitionKey } from "../partitionKey.ts";
import { type Components, extendedFields, ownFields, schemeType } from "./accessTokenEntity.ts";
import { extendedHash } from "./dialects.ts";
import { instantOf, secondsText, textOf } from "./entity.ts";
import { keyOf, put, stampedFields, type Writer } from "./writer.ts";

/** Writes the tokens of an index, app tokens or users', that are worth it. */
export function writeAccessTokens(writer: Writer, cache: AccessTokenCache): void {
  for (const placed of worthWriting(cache, writer.nowMs)) writeAccessToken(writer, placed);
}

/**
 * The tokens, but of those that serve the same only the one that lasts longest: MSAL Node takes none where it finds two.
 */
function* worthWriting(cache: AccessTokenCache, nowMs: number): Iterable<Placed> {
  const partitions = new Map<string, Map<string, Set<Placed>>>();
  for (const placed of [...cache.entries()].sort((a, b) => b.token.expiresAtMs - a.token.expiresAtMs)) {
    if (!isOfUse(placed.token, nowMs)) continue;
    const written = partitions.get(placed.partitionKey) ?? new Map<string, Set<Placed>>();
    partitions.set(placed.partitionKey, written);
    const served = apiScopes(grantedBy(placed)).map((scope) => scope.toLowerCase());
    const [fewest, ...others] = served
      .map((scope) => written.get(scope))
      .sort((a, b) => (a?.size ?? 0) - (b?.size ?? 0));
    if ([...(fewest ?? [])].some((other) => others.every((holders) => holders?.has(other)))) continue;
    for (const scope of served) written.set(scope, (written.get(scope) ?? new Set()).add(placed));
    yield placed;
  }
}

function writeAccessToken(writer: Writer, placed: Placed): void {
  const { identity, userTokens, dialect, environment, blob } = writer;
  const { token, asked } = placed;
  const { owner, clientId, tenant, extras } = parsePartitionKey(placed.partitionKey);
  // MSAL's name for claims of the application's own: it would be read as those.
  if (extras.extraBodyParameters?.["client_claims"] !== undefined) return;
  // Stands for an ID token.
  if (token.accessToken === "") return;
  const home = owner.kind === "user" ? owner.homeAccountId : dialect.nobody;
  const profile =
    owner.kind === "user"
      ? userTokens.findProfile(identity.authority.environment, owner.homeAccountId, tenant, clientId)
      : undefined;
  const realm = profile ? dialect.userRealm(identity, profile) : dialect.appRealm(identity, tenant);
  const target = dialect.target(grantedBy(placed));
  const isBearer = token.tokenType.toLowerCase() === "bearer";
  const type = isBearer ? "AccessToken" : schemeType;
  const components = componentsOf(extras);
  const keyed = components
    ? dialect.extendedKey(components)
    : { type, end: dialect.keyEnd(isBearer ? "" : token.tokenType) };
  const fields = stampedFields(writer, token, "cached_at");
  const extendedExpiresAtMs = token.extendedExpiresAtMs ?? instantOf(fields, "extended_expires_on");
  const key = keyOf(home, environment, keyed.type, clientId, realm, target, ...keyed.end);
  // What another library got with the same, and left but a hash of it: this token is in its place.
  if (components) delete blob.AccessToken[key];
  put(blob.AccessToken, key, {
    ...fields,
    home_account_id: home,
    environment,
    credential_type: type,
    client_id: clientId,
    secret: token.accessToken,
    realm,
    target,
    expires_on: secondsText(token.expiresAtMs),
    ...(extendedExpiresAtMs === undefined ? {} : { extended_expires_on: secondsText(extendedExpiresAtMs) }),
    ...(token.refreshAtMs === undefined ? {} : { refresh_on: secondsText(token.refreshAtMs) }),
    token_type: token.tokenType,
    ...(components && extendedFields(components, extendedHash(components))),
    ...ownFields(textOf(fields, "cached_at"), asked, token.correlationId),
  });
}

function componentsOf({ claimsFromClient, extraBodyParameters }: Extras): Components | undefined {
  if (claimsFromClient === undefined) return extraBodyParameters;
  return { ...extraBodyParameters, client_claims: claimsFromClient };
}

function grantedBy({ token: { scopes } }: Placed): readonly string[] {
  return typeof scopes === "string" ? [scopes] : scopes.granted;
}
