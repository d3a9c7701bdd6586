import type { Account } from "../api/account.ts";
import type { AuthenticationResult } from "../api/authenticationResult.ts";
import { wrongType } from "../api/checks/optionTypes.ts";
import type { AcquireTokenForClientOptions, AcquireTokenSilentOptions } from "../api/options.ts";
import { AuthError, ConfigurationError } from "../errors/errors.ts";
import { requireTokenText } from "../transport/requireTokenText.ts";

/** The part of an application that {@link protectedApi} and {@link asTokenCredential} use. */
export interface TokenSource {
  acquireTokenForClient?(options: AcquireTokenForClientOptions): Promise<AuthenticationResult>;
  acquireTokenSilent?(options: AcquireTokenSilentOptions): Promise<AuthenticationResult>;
  getAdminConsentUrl?(options?: { readonly tenantId?: string | undefined }): string | undefined;
}

/** The token that a call requires. */
export interface TokenRequirements {
  readonly scopes: readonly string[];
  /** The user; `undefined` for the application's own token. */
  readonly account?: Account | undefined;
  readonly tenantId?: string | undefined;
  readonly claims?: string | undefined;
  readonly claimsFromClient?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs?: number | undefined;
}

/**
 * Rejects an account option that is present but empty: the call would use the application's own permissions instead of
 * the user's.
 */
export function requireAccountIfPresent(options: { readonly account?: Account | undefined }): void {
  if (!("account" in options) || options.account) {
    return;
  }
  throw new ConfigurationError(`account is ${options.account}.`, {
    code: "invalid_options",
    remedy: "Pass the account of the signed-in user; for the application's own token leave account out.",
  });
}

/**
 * Gets a token to send as Bearer: the user's if there is an account, otherwise the application's own.
 * @see RFC 6749 section 7.1
 */
export async function acquireFrom(source: TokenSource, requirements: TokenRequirements): Promise<AuthenticationResult> {
  const token = await acquire(source, requirements);
  if (typeof token?.accessToken !== "string" || typeof token.tokenType !== "string") {
    throw notAnApplication(source);
  }
  requireTokenText("access token", token.accessToken, token.correlationId);
  if (token.tokenType.toLowerCase() === "bearer") {
    return token;
  }
  throw new AuthError(`The token is of type ${JSON.stringify(token.tokenType)}, which cannot be sent as Bearer.`, {
    code: "invalid_response",
    remedy: "Have the issuer return bearer tokens to this application, or acquire and send the token yourself.",
    correlationId: token.correlationId,
  });
}

function acquire(source: TokenSource, { account, ...options }: TokenRequirements): Promise<AuthenticationResult> {
  // Untyped programs may pass anything as source, and null for no user.
  const isOwn = account == null;
  if (!isOwn && source?.acquireTokenSilent) {
    return source.acquireTokenSilent({ ...options, account });
  }
  if (isOwn && source?.acquireTokenForClient) {
    return source.acquireTokenForClient(options);
  }
  if (!source?.acquireTokenSilent && !source?.acquireTokenForClient) {
    throw notAnApplication(source);
  }
  throw new ConfigurationError(
    isOwn
      ? "A public client has no token of its own for calling an API."
      : "The token source cannot get a user's token: it has no acquireTokenSilent.",
    {
      code: "invalid_options",
      remedy: "Pass account for a user's token; for the application's own use a ConfidentialClientApplication.",
    },
  );
}

function notAnApplication(source: unknown): ConfigurationError {
  return wrongType("source", source, "an application");
}
