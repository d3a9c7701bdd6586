import { createHash } from "node:crypto";
import { decodeJwt } from "jose";

/** What MSAL .NET makes of an answer with a token, and where it keeps it. The rules are from the files named beside them. */
export interface ReadToken {
  readonly kind: "token";
  readonly tokenType: string;
  /** Whether the next call finds it in the cache. */
  readonly servesFromCache: boolean;
  readonly partition: string;
  readonly key: string;
  /** Of the answer's header; another one than was sent is warned of. */
  readonly correlationId: string | undefined;
  /** Whose token it is, when it is a person's. */
  readonly account?: { readonly homeAccountId: string; readonly username: string } | undefined;
  /** Whether a refresh token is kept with a person's token. */
  readonly isRenewable?: boolean | undefined;
}

/** What was asked for, and the authority's name for its tokens: `preferred_cache` of instance discovery. */
export interface Asked {
  readonly body: Readonly<Record<string, string>>;
  readonly tenantId: string;
  readonly environment: string;
}

const fiveMinutesInSeconds = 300;
/** TokenCache.ITokenCacheInternal.cs takes an item that is good for longer for a damaged one. */
const tenYearsInSeconds = 315_360_000;

/** OAuth2/TokenClient.cs, OAuth2/OAuth2Client.cs, TokenCache.ITokenCacheInternal.cs, Cache/Items/MsalCacheKeys.cs */
export function readToken(response: Response, body: Readonly<Record<string, unknown>>, asked: Asked): ReadToken {
  const { client_id: clientId, scope = "" } = asked.body;
  const seconds = Number(body["expires_in"]);
  const person = typeof body["id_token"] === "string" ? personOf(body["id_token"], body["client_info"]) : undefined;
  const scopes = orderAlphabetically(typeof body["scope"] === "string" ? body["scope"] : scope);
  const homeAccountId = person?.homeAccountId ?? "";
  return {
    kind: "token",
    tokenType: String(body["token_type"]),
    servesFromCache: seconds > fiveMinutesInSeconds && seconds < tenYearsInSeconds,
    partition: partitionOf(asked, homeAccountId),
    key: `${homeAccountId}-${asked.environment}-accesstoken-${clientId}-${asked.tenantId}-${scopes}`.toLowerCase(),
    correlationId: response.headers.get("client-request-id") ?? undefined,
    account: person,
    // Internal/Requests/OnBehalfOfRequest.cs drops it.
    isRenewable: person && !isOnBehalfOf(asked) && typeof body["refresh_token"] === "string",
  };
}

/** Cache/CacheKeyFactory.cs, UserAssertion.cs */
function partitionOf(asked: Asked, homeAccountId: string): string {
  const { client_id: clientId, grant_type: grantType, assertion = "" } = asked.body;
  if (grantType === "client_credentials") {
    return `${clientId}_${asked.tenantId}_AppTokenCache`;
  }
  return isOnBehalfOf(asked) ? createHash("sha256").update(assertion).digest("base64url") : homeAccountId;
}

function isOnBehalfOf({ body }: Asked): boolean {
  return body["requested_token_use"] === "on_behalf_of";
}

/** TokenResponseHelper.cs, Internal/ClientInfo.cs: the subject stands in for an account that is not told. */
function personOf(idToken: string, clientInfo: unknown): { readonly homeAccountId: string; readonly username: string } {
  const { sub = "", preferred_username: username } = decodeJwt<{ preferred_username: string }>(idToken);
  if (typeof clientInfo !== "string") {
    return { homeAccountId: sub, username };
  }
  const { uid, utid } = JSON.parse(Buffer.from(clientInfo, "base64url").toString()) as { uid: string; utid: string };
  return { homeAccountId: `${uid}.${utid}`, username };
}

/** Utils/ScopeHelper.cs: ordinal without regard to case, which .NET compares in upper case. */
function orderAlphabetically(scopes: string): string {
  const ordered = scopes.split(" ").map((scope): [string, string] => [scope.toUpperCase(), scope]);
  ordered.sort(([one], [other]) => (one < other ? -1 : 1));
  return ordered.map(([, scope]) => scope).join(" ");
}
