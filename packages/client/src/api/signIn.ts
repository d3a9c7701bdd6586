/**
 * A started sign-in: where to send the browser, and what the response is validated against. Plain data: store its JSON
 * in the user's session (it contains the PKCE verifier: not in a URL, not in a log), and pass it with the response.
 *
 * @see RFC 6749 section 4.1.1, RFC 7636 section 4.3
 */
export interface AuthorizationRequest {
  /** Where to send the user's browser. */
  readonly url: string;
  readonly state: string;
  readonly nonce: string;
  readonly codeVerifier: string;
  readonly redirectUri: string;
  readonly scopes: readonly string[];
  readonly tenantId?: string | undefined;
  /** Identifies the sign-in in the tenant's log, and in errors about its response. */
  readonly correlationId?: string | undefined;
}

/**
 * The response of a sign-in page as it reached the redirect URI: its address, its form, the fields of either, or the
 * request that carried it.
 */
export type AuthorizationResponse =
  | string
  | URL
  | URLSearchParams
  | FormData
  | Request
  | ReadonlyMap<string, unknown>
  | Readonly<Record<string, unknown>>;

/** What a user must be shown in order to sign in on another device. The device code itself is not included. */
export interface DeviceCodeInfo {
  /** The code that the user types at `verificationUri`. */
  readonly userCode: string;
  readonly verificationUri: string;
  /** The page with the code filled in, for a QR code; `undefined` if the authority has none (Entra). */
  readonly verificationUriComplete: string | undefined;
  /** One sentence with everything: Entra's own, or one in English. */
  readonly message: string;
  /** How long the code is valid, counted from the response. */
  readonly expiresInSeconds: number;
  /** The shortest interval at which the service may be polled. */
  readonly intervalSeconds: number;
}

/** Optional parameters of the consent page. */
export interface AdminConsentUrlOptions {
  /** Where the page redirects the administrator; one of the registered redirect URIs. */
  readonly redirectUri?: string | undefined;
  /** Returned unchanged to the redirect URI. */
  readonly state?: string | undefined;
}
