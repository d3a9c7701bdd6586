/**
 * What MSAL .NET 4.87.0 makes of a token endpoint's answer, as far as the golden files need it. Beside each rule is the
 * file it is from (AzureAD/microsoft-authentication-library-for-dotnet 39d2001, src/client/Microsoft.Identity.Client).
 */
export type Read =
  | {
      readonly kind: "token";
      readonly tokenType: string;
      /** Whether the next call finds it in the cache. */
      readonly servesFromCache: boolean;
      readonly partition: string;
      readonly key: string;
      /** Of the answer's header; another one than was sent is warned of. */
      readonly correlationId: string | undefined;
    }
  | {
      readonly kind: "MsalServiceException" | "MsalUiRequiredException" | "MsalClaimsChallengeException";
      readonly errorCode: string;
      readonly statusCode: number;
      readonly errorCodes: readonly number[];
      readonly isRetryable: boolean;
      readonly correlationId?: string | undefined;
      readonly subError?: string | undefined;
    };

/** What was asked for, and the authority's name for its tokens: `preferred_cache` of instance discovery. */
export interface Asked {
  readonly clientId: string;
  readonly tenantId: string;
  readonly scope: string;
  readonly environment: string;
}

type Body = Readonly<Record<string, unknown>>;

const fiveMinutesInSeconds = 300;
/** TokenCache.ITokenCacheInternal.cs takes an item that is good for longer for a damaged one. */
const tenYearsInSeconds = 315_360_000;

export async function readAnswer(answer: Response, asked: Asked): Promise<Read> {
  const body = parse(await answer.text());
  if (answer.status === 200 && typeof body?.["access_token"] === "string") return token(answer, body, asked);
  return exception(answer.status, body);
}

/** OAuth2/TokenClient.cs, OAuth2/OAuth2Client.cs, PlatformsCommon/Shared/InMemoryPartitionedAppTokenCacheAccessor.cs */
function token(answer: Response, body: Body, { clientId, tenantId, scope, environment }: Asked): Read {
  const seconds = Number(body["expires_in"]);
  const scopes = (text(body["scope"]) ?? scope).split(" ").sort().join(" ");
  return {
    kind: "token",
    tokenType: text(body["token_type"]) ?? "",
    servesFromCache: seconds > fiveMinutesInSeconds && seconds < tenYearsInSeconds,
    partition: `${clientId}_${tenantId}_AppTokenCache`,
    key: `-${environment}-accesstoken-${clientId}-${tenantId}-${scopes}`.toLowerCase(),
    correlationId: answer.headers.get("client-request-id") ?? undefined,
  };
}

/** MsalServiceExceptionFactory.cs, MsalServiceException.cs */
function exception(statusCode: number, body: Body | undefined): Read {
  const error = text(body?.["error"]);
  const subError = text(body?.["suberror"]);
  const errorCode =
    error === undefined ? "non_parsable_oauth_error" : statusCode >= 500 ? "service_not_available" : error;
  return {
    kind: kindOf(error, subError, body?.["claims"]),
    errorCode,
    statusCode,
    errorCodes: Array.isArray(body?.["error_codes"]) ? body["error_codes"].map(Number) : [],
    isRetryable:
      statusCode >= 500 ||
      [408, 429].includes(statusCode) ||
      ["request_timeout", "temporarily_unavailable"].includes(errorCode),
    correlationId: text(body?.["correlation_id"]),
    subError,
  };
}

const notForPeople: readonly (string | undefined)[] = ["client_mismatch", "protection_policy_required"];

function kindOf(error: string | undefined, subError: string | undefined, claims: unknown) {
  const needsPeople =
    error === "interaction_required" || (error === "invalid_grant" && !notForPeople.includes(subError));
  if (!needsPeople) return "MsalServiceException";
  return text(claims) === undefined ? "MsalUiRequiredException" : "MsalClaimsChallengeException";
}

function parse(json: string): Body | undefined {
  try {
    return JSON.parse(json) as Body;
  } catch {
    return undefined;
  }
}

function text(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
