import { type AuthErrorDetails, ServerError } from "../errors/errors.ts";
import { parseObject } from "../runtime/json.ts";
import { type Mask, quoteForeign } from "../transport/foreignText/foreignText.ts";
import { isTransientStatus } from "../transport/http.ts";
import { readRetryAfterMs } from "../transport/retrying/retryAfter.ts";
import type { TokenRequirements, TokenSource } from "./tokenSource.ts";

/** A call that an API refused, and its response. */
export interface RefusedCall {
  /** Method and address, without the query. */
  readonly call: string;
  readonly response: Response;
  readonly text: string;
  readonly mask: Mask;
  readonly nowMs: number;
}

/** The error for an API's refusal: the API's message, masked, and what to do about it. */
export function apiError(source: TokenSource, requirements: TokenRequirements, refused: RefusedCall): ServerError {
  const { call, response, text, mask, nowMs } = refused;
  const { status, headers } = response;
  const quoted = (value: unknown): string | undefined =>
    typeof value === "string" ? quoteForeign(value, mask) : undefined;
  const { code, message } = readApiError(text);
  const error = quoted(code);
  const reason = quoted(message) ?? quoteForeign(text, mask);
  const missing = missingPermissions(quoted(headers.get("www-authenticate")) ?? "", reason);
  return new ServerError(`${call} failed with ${status}${error ? ` ${error}` : ""}: ${reason || "(no body)"}`, {
    ...meaningOf(source, requirements, status, missing, /\bexpired\b/i.test(reason)),
    status,
    error,
    correlationId: quoted(headers.get("client-request-id") ?? headers.get("request-id")),
    retryAfterMs: readRetryAfterMs(headers, nowMs),
  });
}

function meaningOf(
  source: TokenSource,
  { scopes, tenantId, account }: TokenRequirements,
  status: number,
  missing: string | undefined,
  hasExpired: boolean,
): Pick<AuthErrorDetails, "code" | "remedy" | "retryable"> {
  if (status === 401) {
    return {
      code: "token_rejected",
      remedy: hasExpired
        ? "Correct this machine's clock, since the API considers the token expired; then get a new one with forceRefresh."
        : `Check that the scope (${scopes.join(" ")}) belongs to this API, which does not accept the token.`,
    };
  }
  if (status === 403) {
    const url = source.getAdminConsentUrl?.({ tenantId });
    const consent = `Have an administrator grant ${url === undefined ? "the permission" : `consent at ${url}`}`;
    return {
      code: "insufficient_privileges",
      remedy:
        account === undefined
          ? `Declare the application permission ${missing ?? "that this call needs"} in the registration, if it is missing. ${consent}, then get a new token with forceRefresh, or restart the program.`
          : `Request the scope ${missing ?? "that this call needs"}, and check that ${account.username || "the user"} is allowed to do this: a token grants no more than the user has. If administrators must grant the scope: ${consent}.`,
    };
  }
  if (status === 429) {
    return { code: "throttled", retryable: true, remedy: "Wait for retryAfterMs, then try again." };
  }
  if (isTransientStatus(status)) {
    return { code: "temporarily_unavailable", retryable: true, remedy: "Try again in a moment." };
  }
  return { code: "api_error", remedy: "Read the API's message above: it says what was refused." };
}

/**
 * The permissions that an API requires: from its challenge, or else from its message, up to where the message lists
 * what the token has.
 * @see RFC 6750 section 3
 */
function missingPermissions(challenge: string, reason: string): string | undefined {
  const scope = /insufficient_scope/.test(challenge) && /\bscope="([^"]+)"/.exec(challenge)?.[1];
  const [words = ""] = reason.split(/\w+ on the request '|; application/i, 1);
  const required = /(requir|must have|missing).*/is.exec(words)?.[0].match(/\b[A-Z]\w*(\.[A-Z]\w*)+/g);
  return scope || (required ? [...new Set(required)].join(" or ") : undefined);
}

/** Graph's error shape, `{ error: { code, message } }`, which other Microsoft APIs share, some without the outer object. */
function readApiError(text: string): { readonly code?: unknown; readonly message?: unknown } {
  const body = parseObject(text);
  return Object(body?.["error"] ?? body);
}
