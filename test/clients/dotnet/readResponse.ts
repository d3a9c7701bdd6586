import { type ReadToken, readToken, type TokenRequest } from "./readToken.ts";

/**
 * How MSAL .NET 4.87.0 interprets a response, as far as the golden files need it. Beside each rule is the file that it
 * is from (AzureAD/microsoft-authentication-library-for-dotnet 39d2001, src/client/Microsoft.Identity.Client).
 */
export type Read =
  | ReadToken
  | {
      /** `DeviceCodeResult`: what the user is shown. */
      readonly kind: "deviceCode";
      readonly verificationUrl: string;
      readonly expiresInSeconds: number;
      readonly intervalSeconds: number;
      /** Whether the message contains the code and the address. */
      readonly isComplete: boolean;
    }
  | { readonly kind: "userRealm"; readonly accountType: string; readonly cloudAudienceUrn: string }
  | {
      /** `WwwAuthenticateParameters`: what a protected API requires of the next token. */
      readonly kind: "challenge";
      readonly error: string | undefined;
      readonly asksFor: readonly string[];
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

type Body = Readonly<Record<string, unknown>>;

export async function readResponse(response: Response, request: TokenRequest): Promise<Read> {
  const authenticate = response.headers.get("www-authenticate");
  if (authenticate !== null) {
    return challenge(authenticate);
  }
  const body = parse(await response.text());
  if (response.status !== 200 || body === undefined) {
    return exception(response.status, body);
  }
  if (typeof body["access_token"] === "string") {
    return readToken(response, body, request);
  }
  return body["account_type"] === undefined ? deviceCode(body) : userRealm(body);
}

/** Internal/DeviceCodeResponse.cs */
function deviceCode(body: Body): Read {
  const verificationUrl = text(body["verification_uri"]) ?? text(body["verification_url"]) ?? "";
  const userCode = text(body["user_code"]) ?? "missing";
  return {
    kind: "deviceCode",
    verificationUrl,
    expiresInSeconds: Number(body["expires_in"]),
    intervalSeconds: Number(body["interval"]),
    isComplete: [userCode, verificationUrl].every((part) => text(body["message"])?.includes(part) ?? false),
  };
}

/** WsTrust/UserRealmDiscoveryResponse.cs */
function userRealm(body: Body): Read {
  const [accountType, cloudAudienceUrn] = [text(body["account_type"]) ?? "", text(body["cloud_audience_urn"]) ?? ""];
  return { kind: "userRealm", accountType, cloudAudienceUrn };
}

/** WwwAuthenticateParameters.cs: `claims` is in base64, and is sent unchanged in the next token request. */
function challenge(authenticate: string): Read {
  const parameters = new Map([...authenticate.matchAll(/(\w+)="([^"]*)"/g)].map(([, name, value]) => [name, value]));
  const claims = parse(Buffer.from(parameters.get("claims") ?? "", "base64").toString());
  return {
    kind: "challenge",
    error: parameters.get("error"),
    asksFor: Object.keys((claims?.["access_token"] ?? {}) as object),
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
  if (!needsPeople) {
    return "MsalServiceException";
  }
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
