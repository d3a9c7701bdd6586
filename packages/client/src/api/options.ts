import type { Clock } from "../runtime/clock.ts";
import type { Logger } from "../runtime/logger.ts";
import type { Random } from "../runtime/random.ts";
import type { Account } from "./account.ts";
import type { CachePlugin } from "./cachePlugin.ts";
import type { Credential } from "./credential.ts";
import type { Fetch } from "./fetch.ts";
import type { AuthorizationRequest, AuthorizationResponse, DeviceCodeInfo } from "./signIn.ts";
import type { Telemetry } from "./telemetry.ts";

/** What every application is made of; for a `PublicClientApplication` this is all. */
export interface ApplicationOptions {
  /** The application's (client) id, as the registration shows it. */
  readonly clientId: string;
  /** `https://login.microsoftonline.com/{tenant id or domain}`, or a B2C, External ID or AD FS authority. */
  readonly authority?: string | undefined;
  /** In place of `authority`: the issuer of another OpenID Connect provider. */
  readonly oidcAuthority?: string | undefined;
  /**
   * Further hosts that a credential may be sent to: `["login.contoso.com"]`, `["localhost:8443"]`. A host of no cloud that
   * stands here may be the domain of an External ID tenant.
   */
  readonly knownAuthorities?: readonly string[] | undefined;
  /** Whether Microsoft is asked about a host that is in no table. Default `true`; a loopback host is never asked about. */
  readonly instanceDiscovery?: boolean | undefined;
  /** Allows `http` for an authority on this machine. Default `false`. */
  readonly allowInsecureLoopback?: boolean | undefined;
  /** What the application can handle: `["cp1"]` for claims challenges (continuous access evaluation). */
  readonly clientCapabilities?: readonly string[] | undefined;
  /** How many app tokens, how many users' tokens and how many accounts are kept. Default 100,000 of each. */
  readonly maxCachedTokens?: number | undefined;
  /** The deadline of one request, in milliseconds. Default 30,000. */
  readonly requestTimeoutMs?: number | undefined;
  /**
   * How often a request is repeated that met passing trouble (no connection, 408, 429, 5xx), if it can do no harm twice.
   * It is not repeated where the service asks to wait longer than ten seconds. Default 2; 0: never.
   */
  readonly maxRetries?: number | undefined;
  /** Whether a request is refused without being sent while the service asks to wait with it. Default `true`. */
  readonly throttling?: boolean | undefined;
  /**
   * Whether, while no new token can be had, a token serves beyond its expiry as far as the service granted it
   * (`ext_expires_in`), if the API accepts it. Such a result has `extendedLifetime: true`. Default `false`.
   */
  readonly extendedTokenLifetime?: boolean | undefined;
  /**
   * Is handed each refresh of a token ahead of its expiry, which goes on after the call: for runtimes that end such work
   * with the answer to the request, such as `waitUntil` of `cloudflare:workers`.
   */
  readonly waitUntil?: ((work: Promise<unknown>) => void) | undefined;
  /** The way to the network. Default: Node's `https` with proxy support on Node, the platform's `fetch` elsewhere. */
  readonly fetch?: Fetch | undefined;
  readonly clock?: Clock | undefined;
  readonly random?: Random | undefined;
  /**
   * Where tokens outlive the process: one store, which is this application object's own. Read before each look into the cache,
   * written after each change. Default: nowhere.
   */
  readonly cachePlugin?: CachePlugin | undefined;
  /** Default: silent, but for a damaged store of the cache's: the console tells of it once. */
  readonly logger?: Logger | undefined;
  /** Watches the acquisitions, for metrics and traces: `openTelemetry()` of `@latchkey/client/opentelemetry`. Default: nothing. */
  readonly telemetry?: Telemetry | undefined;
}

/** What a {@link ConfidentialClientApplication} is made of. */
export interface ConfidentialClientApplicationOptions extends ApplicationOptions {
  /** What proves the application's identity: made by `clientSecret`, `clientCertificate` or `clientAssertion`. */
  readonly clientCredential: Credential;
  /**
   * The Azure region whose token service issues app tokens, such as `westeurope`, for a cloud of Microsoft's; `auto` looks
   * for the region that the program runs in, once a process, and uses the global service where it finds none. Default: the global one.
   */
  readonly azureRegion?: string | undefined;
}

/** What every acquisition takes. */
export interface RequestOptions {
  /**
   * A GUID that names the request in the tenant's sign-in log. Default: a new one for each request that is sent. Another
   * text is sent as it is, if a header can hold it; what Entra makes of it is Entra's.
   */
  readonly correlationId?: string | undefined;
  /** Ends the caller's waiting with `signal.reason`; the request goes on while others wait for it. */
  readonly signal?: AbortSignal | undefined;
  /** Ends the caller's waiting with a `timeout` error, in milliseconds. */
  readonly timeoutMs?: number | undefined;
  /** The text of a claims challenge; skips the cache. */
  readonly claims?: string | undefined;
  /** The text of a claims request of the application's own; part of the cache key. */
  readonly claimsFromClient?: string | undefined;
  /** Another tenant than the authority's, for this call. */
  readonly tenantId?: string | undefined;
  /** Added to the token request's body, and part of the cache key. */
  readonly extraBodyParameters?: Readonly<Record<string, string>> | undefined;
  /** Added to the token request's URL; not part of the cache key. */
  readonly extraQueryParameters?: Readonly<Record<string, string>> | undefined;
  /** Added to the token request; not part of the cache key. What steers the connection (`host`) is refused. */
  readonly extraHeaders?: Readonly<Record<string, string>> | undefined;
}

/** What an acquisition takes that may be served from the cache. */
export interface CachedRequestOptions extends RequestOptions {
  /** Gets a new token whatever is cached. Default `false`. */
  readonly forceRefresh?: boolean | undefined;
}

/** What {@link ConfidentialClientApplication.acquireTokenForClient} takes. */
export interface AcquireTokenForClientOptions extends CachedRequestOptions {
  /** For Entra ID, B2C and External ID exactly one `{resource}/.default`; any scopes for other issuers. */
  readonly scopes: readonly string[];
}

/** What `acquireTokenSilent` takes for a user's token. */
export interface AcquireTokenSilentOptions extends CachedRequestOptions {
  /** What the API asks for; OpenID Connect's own scopes are added. */
  readonly scopes: readonly string[];
  /** As an earlier result or the token cache gave it. */
  readonly account: Account;
}

/** What `getAuthorizationUrl` takes. */
export interface AuthorizationUrlOptions {
  /** What the API asks for; OpenID Connect's own scopes are added. */
  readonly scopes: readonly string[];
  /** One of the registration's redirect URIs, to the letter. */
  readonly redirectUri: string;
  /** Scopes of other APIs that the user is to consent to at the same time. */
  readonly extraScopesToConsent?: readonly string[] | undefined;
  /**
   * How the answer reaches the redirect URI: in its query (default), in a form that is posted, in its fragment; `auto`: posted
   * where the authority can do that (`response_modes_supported`), else in the query.
   */
  readonly responseMode?: "query" | "form_post" | "fragment" | "auto" | undefined;
  /** Default: the page decides. @see OpenID Connect Core 1.0 section 3.1.2.1 */
  readonly prompt?: "none" | "login" | "consent" | "select_account" | "create" | undefined;
  /** Who is expected to sign in. */
  readonly loginHint?: string | undefined;
  /** `organizations`, `consumers` or a tenant's domain: spares the user a choice. */
  readonly domainHint?: string | undefined;
  /** A text that nobody can guess. Default: 32 random bytes. */
  readonly state?: string | undefined;
  readonly claims?: string | undefined;
  readonly claimsFromClient?: string | undefined;
  /** Another tenant than the authority's. */
  readonly tenantId?: string | undefined;
  readonly correlationId?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly extraQueryParameters?: Readonly<Record<string, string>> | undefined;
}

/** What `acquireTokenByAuthorizationCode` takes: the sign-in that was begun and its answer, or the code by itself. */
export type AcquireTokenByAuthorizationCodeOptions = RequestOptions &
  (
    | {
        /** What `getAuthorizationUrl` gave, or its JSON read back. */
        readonly request: AuthorizationRequest;
        /**
         * The address at which the browser arrived, the form that it posted, the fields of either, or the request that
         * brought it; or a promise of one.
         */
        readonly response: AuthorizationResponse | PromiseLike<AuthorizationResponse>;
      }
    | {
        readonly code: string;
        readonly redirectUri: string;
        readonly scopes: readonly string[];
        /** The PKCE verifier, where the sign-in had a challenge. */
        readonly codeVerifier?: string | undefined;
        /** The nonce, where the sign-in had one. */
        readonly nonce?: string | undefined;
      }
  );

/** What `getSignOutUrl` takes. */
export interface SignOutUrlOptions {
  /** Whose session ends, where the browser has several. */
  readonly account?: Account | undefined;
  /** Where the browser goes afterwards: one of the registration's redirect URIs. */
  readonly postLogoutRedirectUri?: string | undefined;
  /** Comes back unchanged at the redirect URI. */
  readonly state?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What `acquireTokenByRefreshToken` takes. */
export interface AcquireTokenByRefreshTokenOptions extends RequestOptions {
  readonly scopes: readonly string[];
  /** A refresh token of this application's from elsewhere: another library, another store. */
  readonly refreshToken: string;
}

/** What `acquireTokenByDeviceCode` takes; `timeoutMs` bounds the whole, the person's part included. */
export interface AcquireTokenByDeviceCodeOptions extends RequestOptions {
  /** What the API asks for; OpenID Connect's own scopes are added. */
  readonly scopes: readonly string[];
  /** Shows the person what to do; asking for the token begins when it is done. What it throws ends the sign-in. */
  readonly deviceCodeCallback: (code: DeviceCodeInfo) => unknown;
}

/** What `acquireTokenByUsernamePassword` takes. */
export interface AcquireTokenByUsernamePasswordOptions extends RequestOptions {
  /** What the API asks for; OpenID Connect's own scopes are added. */
  readonly scopes: readonly string[];
  readonly username: string;
  readonly password: string;
}

/** What `acquireTokenByGrant` takes. */
export interface AcquireTokenByGrantOptions extends RequestOptions {
  /** The grant's name or URN: `urn:ietf:params:oauth:grant-type:token-exchange`. */
  readonly grantType: string;
  /** What the grant is made of, in wire spelling: `subject_token`, `subject_token_type`, `audience`. */
  readonly parameters?: Readonly<Record<string, string>> | undefined;
  /** Default: the request has no `scope`. */
  readonly scopes?: readonly string[] | undefined;
  /**
   * For grants that sign a user in: keeps whom the ID token names as an account, with the tokens, for `acquireTokenSilent`;
   * OpenID Connect's own scopes are added. Default `false`: nothing is kept, and the result says of nobody.
   */
  readonly keepAccount?: boolean | undefined;
}

/** What `acquireTokenOnBehalfOf` takes: the caller's token, the key of a long-running session, or both to begin one. */
export type AcquireTokenOnBehalfOfOptions = CachedRequestOptions & {
  /** What the next API asks for, often `{resource}/.default`; OpenID Connect's own scopes are added. */
  readonly scopes: readonly string[];
} & (
    | {
        /** The access token that this API was sent. Validate it first: it is passed on as it is. */
        readonly oboAssertion: string;
        /** Names a session for work that outlives the request; of the program's choice, and hard to guess. */
        readonly sessionKey?: string | undefined;
      }
    | { readonly oboAssertion?: undefined; readonly sessionKey: string }
  );

/** What `removeOnBehalfOfSession` takes. */
export interface RemoveOnBehalfOfSessionOptions {
  readonly sessionKey: string;
  /** As it was given to `acquireTokenOnBehalfOf`. */
  readonly tenantId?: string | undefined;
}

/** What `acquireTokenSilent` takes for an app token. */
export interface AcquireAppTokenSilentOptions {
  readonly scopes: readonly string[];
  /** `null` is the documented spelling of "no user". */
  readonly account: null;
  readonly tenantId?: string | undefined;
  readonly correlationId?: string | undefined;
}
