import type { Clock } from "../runtime/clock.ts";
import type { Logger } from "../runtime/logger.ts";
import type { Random } from "../runtime/random.ts";
import type { Account } from "./account.ts";
import type { CachePlugin } from "./cachePlugin.ts";
import type { Credential } from "./credential.ts";
import type { Fetch } from "./fetch.ts";
import type { AuthorizationRequest, AuthorizationResponse, DeviceCodeInfo } from "./signIn.ts";
import type { Telemetry } from "./telemetry.ts";

/** The options of every application, and all options of a `PublicClientApplication`. */
export interface ApplicationOptions {
  /** The application's (client) id, as the registration shows it. */
  readonly clientId: string;
  /** `https://login.microsoftonline.com/{tenant id or domain}`, or a B2C, External ID or AD FS authority. */
  readonly authority?: string | undefined;
  /** Instead of `authority`: the issuer of another OpenID Connect provider. */
  readonly oidcAuthority?: string | undefined;
  /**
   * Further hosts that a credential may be sent to: `["login.contoso.com"]`, `["localhost:8443"]`. A listed host that
   * belongs to no Microsoft cloud may be the custom domain of an External ID tenant.
   */
  readonly knownAuthorities?: readonly string[] | undefined;
  /** Whether Microsoft is asked to confirm an unknown host. Default `true`; loopback hosts are never looked up. */
  readonly instanceDiscovery?: boolean | undefined;
  /** Allows `http` for an authority on this machine. Default `false`. */
  readonly allowInsecureLoopback?: boolean | undefined;
  /** What the application supports: `["cp1"]` for claims challenges (continuous access evaluation). */
  readonly clientCapabilities?: readonly string[] | undefined;
  /** The maximum number of cached app tokens, of user tokens and of accounts. Default 100,000 each. */
  readonly maxCachedTokens?: number | undefined;
  /** The timeout of one request, in milliseconds. Default 30,000. */
  readonly requestTimeoutMs?: number | undefined;
  /**
   * How often a request is retried after a temporary failure (no connection, 408, 429, 5xx), if repeating it is safe.
   * It is not retried if the service asks to wait longer than ten seconds. Default 2; 0: never.
   */
  readonly maxRetries?: number | undefined;
  /** Whether a request is refused without being sent while the service asks to wait. Default `true`. */
  readonly throttling?: boolean | undefined;
  /**
   * Whether an expired token may be used during an outage for as long as the service granted (`ext_expires_in`), if the
   * API accepts it. The result then has `extendedLifetime: true`. Default `false`.
   */
  readonly extendedTokenLifetime?: boolean | undefined;
  /**
   * Called with each background refresh, which continues after the call: for runtimes that end such work with the
   * response, such as `waitUntil` of `cloudflare:workers`.
   */
  readonly waitUntil?: ((work: Promise<unknown>) => void) | undefined;
  /** Sends requests. Default: Node's `https` with proxy support on Node, the platform's `fetch` elsewhere. */
  readonly fetch?: Fetch | undefined;
  readonly clock?: Clock | undefined;
  readonly random?: Random | undefined;
  /**
   * Stores tokens beyond the process: one store, used by this application object only. Read before each cache lookup,
   * written after each change. Default: none.
   */
  readonly cachePlugin?: CachePlugin | undefined;
  /** Default: silent, except that a damaged cache store is reported to the console once. */
  readonly logger?: Logger | undefined;
  /**
   * Observes acquisitions for metrics and traces: `openTelemetry()` of `@latchkey/client/opentelemetry`. Default: none.
   */
  readonly telemetry?: Telemetry | undefined;
}

/** The options of a {@link ConfidentialClientApplication}. */
export interface ConfidentialClientApplicationOptions extends ApplicationOptions {
  /** Proves the application's identity: created by `clientSecret`, `clientCertificate` or `clientAssertion`. */
  readonly clientCredential: Credential;
  /**
   * The Azure region whose token service issues app tokens, such as `westeurope`, in a Microsoft cloud. `auto` detects
   * the region that the program runs in, once per process, and falls back to the global service. Default: the global
   * service.
   */
  readonly azureRegion?: string | undefined;
}

/** The options of every acquisition. */
export interface RequestOptions {
  /**
   * A GUID that identifies the request in the tenant's sign-in log. Default: a new one for each request sent. Any other
   * text that fits in a header is sent unchanged; Entra may not log it.
   */
  readonly correlationId?: string | undefined;
  /** Rejects the call with `signal.reason`; the request continues while other callers wait for it. */
  readonly signal?: AbortSignal | undefined;
  /** Rejects the call with a `timeout` error, in milliseconds. */
  readonly timeoutMs?: number | undefined;
  /** The text of a claims challenge; skips the cache. */
  readonly claims?: string | undefined;
  /** The application's own claims request, as text; part of the cache key. */
  readonly claimsFromClient?: string | undefined;
  /** A tenant other than the authority's, for this call. */
  readonly tenantId?: string | undefined;
  /** Added to the token request's body; part of the cache key. */
  readonly extraBodyParameters?: Readonly<Record<string, string>> | undefined;
  /** Added to the token request's URL; not part of the cache key. */
  readonly extraQueryParameters?: Readonly<Record<string, string>> | undefined;
  /**
   * Added to the token request; not part of the cache key. Headers that control the connection (`host`) are rejected.
   */
  readonly extraHeaders?: Readonly<Record<string, string>> | undefined;
}

/** The options of an acquisition that may be served from the cache. */
export interface CachedRequestOptions extends RequestOptions {
  /** Acquires a new token even if one is cached. Default `false`. */
  readonly forceRefresh?: boolean | undefined;
}

/** The options of {@link ConfidentialClientApplication.acquireTokenForClient}. */
export interface AcquireTokenForClientOptions extends CachedRequestOptions {
  /** For Entra ID, B2C and External ID exactly one `{resource}/.default`; any scopes for other issuers. */
  readonly scopes: readonly string[];
}

/** The options of `acquireTokenSilent` for a user's token. */
export interface AcquireTokenSilentOptions extends CachedRequestOptions {
  /** The API's scopes; OpenID Connect's own scopes are added. */
  readonly scopes: readonly string[];
  /** From an earlier result or the token cache. */
  readonly account: Account;
}

/** The options of `getAuthorizationUrl`. */
export interface AuthorizationUrlOptions {
  /** The API's scopes; OpenID Connect's own scopes are added. */
  readonly scopes: readonly string[];
  /** Exactly one of the registered redirect URIs. */
  readonly redirectUri: string;
  /** Scopes of other APIs that the user should consent to at the same time. */
  readonly extraScopesToConsent?: readonly string[] | undefined;
  /**
   * How the response reaches the redirect URI: in its query (default), in a posted form, or in its fragment; `auto`:
   * posted if the authority supports that (`response_modes_supported`), otherwise in the query.
   */
  readonly responseMode?: "query" | "form_post" | "fragment" | "auto" | undefined;
  /** Default: the page decides. @see OpenID Connect Core 1.0 section 3.1.2.1 */
  readonly prompt?: "none" | "login" | "consent" | "select_account" | "create" | undefined;
  /** The user who is expected to sign in. */
  readonly loginHint?: string | undefined;
  /** `organizations`, `consumers` or a tenant's domain: saves the user a choice. */
  readonly domainHint?: string | undefined;
  /** An unguessable text. Default: 32 random bytes. */
  readonly state?: string | undefined;
  readonly claims?: string | undefined;
  readonly claimsFromClient?: string | undefined;
  /** A tenant other than the authority's. */
  readonly tenantId?: string | undefined;
  readonly correlationId?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly extraQueryParameters?: Readonly<Record<string, string>> | undefined;
}

/** The options of `acquireTokenByAuthorizationCode`: the sign-in request and its response, or the code itself. */
export type AcquireTokenByAuthorizationCodeOptions = RequestOptions &
  (
    | {
        /** The value returned by `getAuthorizationUrl`, or its parsed JSON. */
        readonly request: AuthorizationRequest;
        /**
         * The address at which the browser arrived, the form that it posted, the fields of either, or the request that
         * carried it; or a promise of one.
         */
        readonly response: AuthorizationResponse | PromiseLike<AuthorizationResponse>;
      }
    | {
        readonly code: string;
        readonly redirectUri: string;
        readonly scopes: readonly string[];
        /** The PKCE verifier, if the sign-in had a challenge. */
        readonly codeVerifier?: string | undefined;
        /** The nonce, if the sign-in had one. */
        readonly nonce?: string | undefined;
      }
  );

/** The options of `getSignOutUrl`. */
export interface SignOutUrlOptions {
  /** The account whose session ends, if the browser has several. */
  readonly account?: Account | undefined;
  /** Where the browser goes afterwards: one of the registered redirect URIs. */
  readonly postLogoutRedirectUri?: string | undefined;
  /** Returned unchanged to the redirect URI. */
  readonly state?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The options of `acquireTokenByRefreshToken`. */
export interface AcquireTokenByRefreshTokenOptions extends RequestOptions {
  readonly scopes: readonly string[];
  /** A refresh token of this application from elsewhere: another library, another store. */
  readonly refreshToken: string;
}

/** The options of `acquireTokenByDeviceCode`; `timeoutMs` limits the whole sign-in, including the user's part. */
export interface AcquireTokenByDeviceCodeOptions extends RequestOptions {
  /** The API's scopes; OpenID Connect's own scopes are added. */
  readonly scopes: readonly string[];
  /** Shows the user what to do; polling starts when it is done. An error that it throws ends the sign-in. */
  readonly deviceCodeCallback: (code: DeviceCodeInfo) => unknown;
}

/** The options of `acquireTokenByUsernamePassword`. */
export interface AcquireTokenByUsernamePasswordOptions extends RequestOptions {
  /** The API's scopes; OpenID Connect's own scopes are added. */
  readonly scopes: readonly string[];
  readonly username: string;
  readonly password: string;
}

/** The options of `acquireTokenByGrant`. */
export interface AcquireTokenByGrantOptions extends RequestOptions {
  /** The grant's name or URN: `urn:ietf:params:oauth:grant-type:token-exchange`. */
  readonly grantType: string;
  /** The grant's parameters, by their wire names: `subject_token`, `subject_token_type`, `audience`. */
  readonly parameters?: Readonly<Record<string, string>> | undefined;
  /** Default: no `scope` is sent. */
  readonly scopes?: readonly string[] | undefined;
  /**
   * For grants that sign a user in: caches the user named by the ID token as an account, with the tokens, for
   * `acquireTokenSilent`; OpenID Connect's own scopes are added. Default `false`: nothing is cached, and the result has
   * no account.
   */
  readonly keepAccount?: boolean | undefined;
}

/**
 * The options of `acquireTokenOnBehalfOf`: the caller's token, the key of a long-running session, or both to start one.
 */
export type AcquireTokenOnBehalfOfOptions = CachedRequestOptions & {
  /** The next API's scopes, often `{resource}/.default`; OpenID Connect's own scopes are added. */
  readonly scopes: readonly string[];
} & (
    | {
        /** The access token that this API received. Validate it first: it is sent on unchanged. */
        readonly oboAssertion: string;
        /** Identifies a session for work that outlives the request; chosen by the program, and hard to guess. */
        readonly sessionKey?: string | undefined;
      }
    | { readonly oboAssertion?: undefined; readonly sessionKey: string }
  );

/** The options of `removeOnBehalfOfSession`. */
export interface RemoveOnBehalfOfSessionOptions {
  readonly sessionKey: string;
  /** The value passed to `acquireTokenOnBehalfOf`. */
  readonly tenantId?: string | undefined;
}

/** The options of `acquireTokenSilent` for an app token. */
export interface AcquireAppTokenSilentOptions {
  readonly scopes: readonly string[];
  /** `null` is the documented spelling of "no user". */
  readonly account: null;
  readonly tenantId?: string | undefined;
  readonly correlationId?: string | undefined;
}
