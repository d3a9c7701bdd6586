/**
 * Every way in which an acquisition or a call can fail. Codes are safe to branch on: they are never renamed.
 * `docs/guides/errors.md` describes each, with its remedy.
 */
export type AuthErrorCode =
  // Configuration errors, found before anything is sent.
  | "invalid_options"
  | "invalid_authority"
  | "untrusted_authority"
  | "tenant_required"
  | "invalid_scope"
  | "invalid_credential"
  | "certificate_key_mismatch"
  | "certificate_expired"
  // No usable response.
  | "network_error"
  | "timeout"
  | "invalid_response"
  | "browser_unavailable"
  | "issuer_mismatch"
  | "state_mismatch"
  | "invalid_id_token"
  // Refused by the token service.
  | "invalid_client_secret"
  | "client_secret_expired"
  | "client_credential_missing"
  | "certificate_not_registered"
  | "assertion_rejected"
  | "clock_skew"
  | "application_not_found"
  | "application_disabled"
  | "tenant_not_found"
  | "resource_not_found"
  | "consent_required"
  | "assignment_required"
  | "access_blocked"
  | "access_denied"
  | "password_reset_requested"
  | "interaction_required"
  | "sign_in_required"
  | "invalid_user_credential"
  | "authorization_code_rejected"
  | "device_code_expired"
  | "user_assertion_rejected"
  | "redirect_uri_mismatch"
  | "throttled"
  | "temporarily_unavailable"
  | "request_rejected"
  // Refused by the API.
  | "insufficient_privileges"
  | "token_rejected"
  | "api_error"
  | "redirect_refused"
  // The token cache's store failed.
  | "cache_error";

/** What an error contains besides its message. */
export interface AuthErrorDetails {
  readonly code: AuthErrorCode;
  readonly remedy: string;
  readonly aadsts?: number | undefined;
  readonly correlationId?: string | undefined;
  readonly retryable?: boolean | undefined;
  readonly cause?: unknown;
}

/**
 * The base class of all errors of this library: what happened (`message`), its kind (`code`), and what to do (`remedy`,
 * one sentence). `cause` preserves the chain down to the DNS or TLS code. Contains no secrets.
 *
 * @example
 * ```ts
 * import { AuthError } from "@latchkey/client";
 *
 * try {
 *   // acquire a token
 * } catch (error) {
 *   if (error instanceof AuthError && error.code === "client_secret_expired") console.error(error.remedy);
 *   else throw error;
 * }
 * ```
 */
export class AuthError extends Error {
  override name = "AuthError";
  readonly code: AuthErrorCode;
  /** One imperative sentence that says what to do. */
  readonly remedy: string;
  /**
   * The number after `AADSTS`, if the token service sent one.
   * @see https://learn.microsoft.com/entra/identity-platform/reference-error-codes
   */
  readonly aadsts: number | undefined;
  /** The id that Microsoft support asks for; it also appears in the tenant's sign-in log. */
  readonly correlationId: string | undefined;
  /** Whether the same request may succeed later. */
  readonly retryable: boolean;

  constructor(message: string, details: AuthErrorDetails) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = details.code;
    this.remedy = details.remedy;
    this.aadsts = details.aadsts;
    this.correlationId = details.correlationId;
    this.retryable = details.retryable ?? false;
  }

  /** The error as plain data, for structured logs; the causes as `name: message` lines. */
  toJSON(): Record<string, unknown> {
    const { name, message, cause, ...own } = this;
    const causes = chainOf(cause).map(
      ({ name, message, code }) => `${name}: ${message}${typeof code === "string" ? ` (${code})` : ""}`,
    );
    return { name, message, ...own, causes };
  }
}

/** The options, authority, scopes or credential are wrong: fix the program or its configuration. */
export class ConfigurationError extends AuthError {
  override name = "ConfigurationError";
}

/** No response: name resolution, connection, TLS, proxy or timeout. `cause` contains the details. */
export class NetworkError extends AuthError {
  override name = "NetworkError";
}

/** The token cache could not be read, or its store failed; `cause` contains the reason, if known. */
export class CacheError extends AuthError {
  override name = "CacheError";
}

/** What a {@link ServerError} contains besides the common details. */
export interface ServerErrorDetails extends AuthErrorDetails {
  readonly status: number;
  readonly error?: string | undefined;
  readonly subError?: string | undefined;
  readonly retryAfterMs?: number | undefined;
}

/** A server responded with a refusal. */
export class ServerError extends AuthError {
  override name = "ServerError";
  /** The HTTP status. */
  readonly status: number;
  /** The OAuth `error` (RFC 6749 section 5.2), or the API's own error code. */
  readonly error: string | undefined;
  /** Entra's `suberror`. */
  readonly subError: string | undefined;
  /** How long the server asks to wait, in milliseconds. */
  readonly retryAfterMs: number | undefined;

  constructor(message: string, details: ServerErrorDetails) {
    super(message, details);
    this.status = details.status;
    this.error = details.error;
    this.subError = details.subError;
    this.retryAfterMs = details.retryAfterMs;
  }
}

/**
 * The user has to act (or a policy has to change) before a token can be issued; pass `claims` to the next acquisition.
 */
export class InteractionRequiredError extends ServerError {
  override name = "InteractionRequiredError";
  /** The token service's claims challenge, as JSON text. */
  readonly claims: string | undefined;

  constructor(message: string, details: ServerErrorDetails & { readonly claims?: string | undefined }) {
    super(message, details);
    this.claims = details.claims;
  }
}

/**
 * An error by structure: in jest and in `vm` contexts the platform's errors are not instances of the program's `Error`.
 */
export interface ErrorLike {
  readonly message: string;
  readonly name?: unknown;
  readonly code?: unknown;
  readonly syscall?: unknown;
  readonly cause?: unknown;
  /** Of an `AggregateError`: one error per address. */
  readonly errors?: unknown;
}

/** Whether a thrown value is an error of any realm. */
export function isErrorLike(value: unknown): value is ErrorLike {
  return typeof (value as Partial<ErrorLike> | null | undefined)?.message === "string";
}

/** Whether an error is the library's own, from any copy of the package. */
export function isAuthError(error: unknown): error is AuthError {
  return isErrorLike(error) && typeof error.code === "string" && "remedy" in error;
}

/** The part of any error that is safe to log: its message may contain secrets. */
export function errorName(error: unknown): string {
  return isErrorLike(error) && typeof error.name === "string" ? error.name : typeof error;
}

/**
 * An error and its causes, the outermost first; of an `AggregateError` only the first member, since the others are
 * alike.
 */
export function chainOf(error: unknown): ErrorLike[] {
  const chain: ErrorLike[] = [];
  for (let at = error; isErrorLike(at) && chain.length < 8; ) {
    chain.push(at);
    at = at.cause ?? (Array.isArray(at.errors) ? at.errors[0] : undefined);
  }
  return chain;
}
