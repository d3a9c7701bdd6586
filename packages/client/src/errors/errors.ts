/**
 * Every way in which an acquisition or a call can fail. Branch on it: codes are never renamed.
 * Each is described, with its remedy, in `docs/guides/errors.md`.
 */
export type AuthErrorCode =
  // The programmer's: wrong before anything is sent.
  | "invalid_options"
  | "invalid_authority"
  | "untrusted_authority"
  | "tenant_required"
  | "invalid_scope"
  | "invalid_credential"
  | "certificate_key_mismatch"
  | "certificate_expired"
  // No usable answer.
  | "network_error"
  | "timeout"
  | "invalid_response"
  | "browser_unavailable"
  | "issuer_mismatch"
  | "state_mismatch"
  | "invalid_id_token"
  // The token service said no.
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
  // The API said no.
  | "insufficient_privileges"
  | "token_rejected"
  | "api_error"
  | "redirect_refused"
  // The token cache's store failed.
  | "cache_error";

/** What an error carries beside its message. */
export interface AuthErrorDetails {
  readonly code: AuthErrorCode;
  readonly remedy: string;
  readonly aadsts?: number | undefined;
  readonly correlationId?: string | undefined;
  readonly retryable?: boolean | undefined;
  readonly cause?: unknown;
}

/**
 * The root of every error that the library makes: what happened (`message`), which kind (`code`), and what to do
 * (`remedy`, one sentence). `cause` keeps the chain down to the DNS or TLS code. Nothing in it is secret.
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
  /** One imperative sentence: what to do about it. */
  readonly remedy: string;
  /** The number behind `AADSTS`, where the token service sent one. @see https://learn.microsoft.com/entra/identity-platform/reference-error-codes */
  readonly aadsts: number | undefined;
  /** What Microsoft support asks for; the same id stands in the tenant's sign-in log. */
  readonly correlationId: string | undefined;
  /** Whether the same request may succeed later without a change. */
  readonly retryable: boolean;

  constructor(message: string, details: AuthErrorDetails) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = details.code;
    this.remedy = details.remedy;
    this.aadsts = details.aadsts;
    this.correlationId = details.correlationId;
    this.retryable = details.retryable ?? false;
  }

  /** The error as plain data, for structured logs; the chain of causes as `name: message` lines. */
  toJSON(): Record<string, unknown> {
    const { name, message, cause, ...own } = this;
    const causes = chainOf(cause).map(
      ({ name, message, code }) => `${name}: ${message}${typeof code === "string" ? ` (${code})` : ""}`,
    );
    return { name, message, ...own, causes };
  }
}

/** The options, the authority, the scopes or the credential are wrong: mend the program or its configuration. */
export class ConfigurationError extends AuthError {
  override name = "ConfigurationError";
}

/** No answer came: name resolution, connection, TLS, proxy or time-out. `cause` says which. */
export class NetworkError extends AuthError {
  override name = "NetworkError";
}

/** The token cache could not be read, or the store behind it failed; `cause` says why, where it is known. */
export class CacheError extends AuthError {
  override name = "CacheError";
}

/** What a {@link ServerError} carries beside the common details. */
export interface ServerErrorDetails extends AuthErrorDetails {
  readonly status: number;
  readonly error?: string | undefined;
  readonly subError?: string | undefined;
  readonly retryAfterMs?: number | undefined;
}

/** A server answered, and the answer is no. */
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

/** A person (or a policy) has to act before a token can be had; pass `claims` on to the next acquisition. */
export class InteractionRequiredError extends ServerError {
  override name = "InteractionRequiredError";
  /** The claims challenge of the token service: a JSON text. */
  readonly claims: string | undefined;

  constructor(message: string, details: ServerErrorDetails & { readonly claims?: string | undefined }) {
    super(message, details);
    this.claims = details.claims;
  }
}

/** An error by its shape: in jest and in `vm` contexts the platform's errors are no instances of the program's `Error`. */
export interface ErrorLike {
  readonly message: string;
  readonly name?: unknown;
  readonly code?: unknown;
  readonly syscall?: unknown;
  readonly cause?: unknown;
  /** Of an `AggregateError`: what happened at each address. */
  readonly errors?: unknown;
}

/** Whether a thrown value is an error, of whichever realm. */
export function isErrorLike(value: unknown): value is ErrorLike {
  return typeof (value as Partial<ErrorLike> | null | undefined)?.message === "string";
}

/** Whether an error is the library's own, of whichever copy of the package. */
export function isAuthError(error: unknown): error is AuthError {
  return isErrorLike(error) && typeof error.code === "string" && "remedy" in error;
}

/** What may be said of any error: its words may hold anything. */
export function errorName(error: unknown): string {
  return isErrorLike(error) && typeof error.name === "string" ? error.name : typeof error;
}

/** An error and its causes, the outermost first; of an `AggregateError` its first member, as the others are like it. */
export function chainOf(error: unknown): ErrorLike[] {
  const chain: ErrorLike[] = [];
  for (let at = error; isErrorLike(at) && chain.length < 8; ) {
    chain.push(at);
    at = at.cause ?? (Array.isArray(at.errors) ? at.errors[0] : undefined);
  }
  return chain;
}
