/**
 * A sign-in that was begun: where to send the browser, and what the answer is checked against. Plain data: keep its JSON
 * in the user's session (it holds the PKCE verifier: not in a URL, not in a log), and pass it on with the answer.
 *
 * @see RFC 6749 section 4.1.1, RFC 7636 section 4.3
 */
export interface AuthorizationRequest {
  /** Where the user's browser is sent. */
  readonly url: string;
  readonly state: string;
  readonly nonce: string;
  readonly codeVerifier: string;
  readonly redirectUri: string;
  readonly scopes: readonly string[];
  readonly tenantId?: string | undefined;
  /** Names the sign-in in the tenant's log, and in the errors of its answer. */
  readonly correlationId?: string | undefined;
}

/**
 * The answer of a sign-in page as it reached the redirect URI: its address, its form, the fields of either, or the request
 * that brought it.
 */
export type AuthorizationResponse =
  | string
  | URL
  | URLSearchParams
  | FormData
  | Request
  | ReadonlyMap<string, unknown>
  | Readonly<Record<string, unknown>>;

/** What a person has to be shown, so as to sign in on another device. The device code itself stays inside. */
export interface DeviceCodeInfo {
  /** What the person types at `verificationUri`. */
  readonly userCode: string;
  readonly verificationUri: string;
  /** The page with the code already in it, for a QR code; `undefined` where the authority makes none (Entra). */
  readonly verificationUriComplete: string | undefined;
  /** A sentence that says all of it: Entra's own, or one in English. */
  readonly message: string;
  /** How long the code is good, counted from the answer. */
  readonly expiresInSeconds: number;
  /** How often the service wants to be asked, at most. */
  readonly intervalSeconds: number;
}

/** What the consent page is told beside the application. */
export interface AdminConsentUrlOptions {
  /** Where the page sends the administrator back to; one of the application's registered redirect URIs. */
  readonly redirectUri?: string | undefined;
  /** Comes back unchanged at the redirect URI. */
  readonly state?: string | undefined;
}
