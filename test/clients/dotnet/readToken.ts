import { createHash } from "node:crypto";
import { decodeJwt } from "jose";

/**
 * How MSAL .NET interprets a response with a token, and where it stores it. The rules are from the files named beside
 * them.
 */
export interface ReadToken {
  readonly kind: "token";
  readonly tokenType: string;
  /** Whether the next call finds it in the cache. */
  readonly servesFromCache: boolean;
  readonly partition: string;
  readonly key: string;
  /** From the response's header; a warning is logged if it differs from the request's. */
  readonly correlationId: string | undefined;
  /** The user of the token, if it has one. */
  readonly account?: { readonly homeAccountId: string; readonly username: string } | undefined;
  /** Whether a refresh token is stored with a user's token. */
  readonly isRenewable?: boolean | undefined;
}

/** The request, and the authority's name for its tokens: `preferred_cache` in instance discovery. */
export interface TokenRequest {
  readonly body: Readonly<Record<string, string>>;
  readonly tenantId: string;
  readonly environment: string;
}

const fiveMinutesInSeconds = 300;
/** TokenCache.ITokenCacheInternal.cs treats an item with a longer lifetime as damaged. */
const tenYearsInSeconds = 315_360_000;

/** OAuth2/TokenClient.cs, OAuth2/OAuth2Client.cs, TokenCache.ITokenCacheInternal.cs, Cache/Items/MsalCacheKeys.cs */
export function readToken(
  response: Response,
  body: Readonly<Record<string, unknown>>,
  request: TokenRequest,
): ReadToken {
  const { client_id: clientId, scope = "" } = request.body;
  const seconds = Number(body["expires_in"]);
  const person = typeof body["id_token"] === "string" ? personOf(body["id_token"], body["client_info"]) : undefined;
  const scopes = orderAlphabetically(typeof body["scope"] === "string" ? body["scope"] : scope);
  const homeAccountId = person?.homeAccountId ?? "";
  return {
    kind: "token",
    tokenType: String(body["token_type"]),
    servesFromCache: seconds > fiveMinutesInSeconds && seconds < tenYearsInSeconds,
    partition: partitionOf(request, homeAccountId),
    key: `${homeAccountId}-${request.environment}-accesstoken-${clientId}-${request.tenantId}-${scopes}`.toLowerCase(),
    correlationId: response.headers.get("client-request-id") ?? undefined,
    account: person,
    // Internal/Requests/OnBehalfOfRequest.cs drops it.
    isRenewable: person && !isOnBehalfOf(request) && typeof body["refresh_token"] === "string",
  };
}

/** Cache/CacheKeyFactory.cs, UserAssertion.cs */
function partitionOf(request: TokenRequest, homeAccountId: string): string {
  const { client_id: clientId, grant_type: grantType, assertion = "" } = request.body;
  if (grantType === "client_credentials") {
    return `${clientId}_${request.tenantId}_AppTokenCache`;
  }
  return isOnBehalfOf(request) ? createHash("sha256").update(assertion).digest("base64url") : homeAccountId;
}

function isOnBehalfOf({ body }: TokenRequest): boolean {
  return body["requested_token_use"] === "on_behalf_of";
}

/** TokenResponseHelper.cs, Internal/ClientInfo.cs: the subject is used if there is no account. */
function personOf(idToken: string, clientInfo: unknown): { readonly homeAccountId: string; readonly username: string } {
  const { sub = "", preferred_username: username } = decodeJwt<{ preferred_username: string }>(idToken);
  if (typeof clientInfo !== "string") {
    return { homeAccountId: sub, username };
  }
  const { uid, utid } = JSON.parse(Buffer.from(clientInfo, "base64url").toString()) as { uid: string; utid: string };
  return { homeAccountId: `${uid}.${utid}`, username };
}

/** Utils/ScopeHelper.cs: ordinal and case-insensitive, which .NET compares in upper case. */
function orderAlphabetically(scopes: string): string {
  const ordered = scopes.split(" ").map((scope): [string, string] => [scope.toUpperCase(), scope]);
  ordered.sort(([one], [other]) => (one < other ? -1 : 1));
  return ordered.map(([, scope]) => scope).join(" ");
}
