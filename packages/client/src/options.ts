import type { Credential } from "./credentials/credential.ts";
import type { Clock } from "./runtime/clock.ts";
import type { Logger } from "./runtime/logger.ts";
import type { Random } from "./runtime/random.ts";
import type { Fetch } from "./transport/http.ts";

/** What a {@link ConfidentialClientApplication} is made of. */
export interface ConfidentialClientApplicationOptions {
  /** The application's (client) id, as the registration shows it. */
  readonly clientId: string;
  /** What proves the application's identity: made by `clientSecret`, `clientCertificate` or `clientAssertion`. */
  readonly clientCredential: Credential;
  /** `https://login.microsoftonline.com/{tenant id or domain}`, or a B2C, External ID or AD FS authority. */
  readonly authority?: string | undefined;
  /** In place of `authority`: the issuer of another OpenID Connect provider. */
  readonly oidcAuthority?: string | undefined;
  /** Further hosts that a credential may be sent to: `["login.contoso.com"]`, `["localhost:8443"]`. */
  readonly knownAuthorities?: readonly string[] | undefined;
  /** Whether Microsoft is asked about a host that is in no table. Default `true`; a loopback host is never asked about. */
  readonly instanceDiscovery?: boolean | undefined;
  /** Allows `http` for an authority on this machine. Default `false`. */
  readonly allowInsecureLoopback?: boolean | undefined;
  /** What the application can handle: `["cp1"]` for claims challenges (continuous access evaluation). */
  readonly clientCapabilities?: readonly string[] | undefined;
  /** How many app tokens are kept. Default 100,000. */
  readonly maxCachedTokens?: number | undefined;
  /** The deadline of one request, in milliseconds. Default 30,000. */
  readonly requestTimeoutMs?: number | undefined;
  /** The way to the network. Default: Node's `https` with proxy support on Node, the platform's `fetch` elsewhere. */
  readonly fetch?: Fetch | undefined;
  readonly clock?: Clock | undefined;
  readonly random?: Random | undefined;
  /** Default: silent. */
  readonly logger?: Logger | undefined;
}

/** What every acquisition takes. */
export interface RequestOptions {
  /** A GUID that names the request in the tenant's sign-in log. Default: a new one for each request that is sent. */
  readonly correlationId?: string | undefined;
  /** Ends the caller's waiting with `signal.reason`; the request goes on while others wait for it. */
  readonly signal?: AbortSignal | undefined;
  /** Ends the caller's waiting with a `timeout` error, in milliseconds. */
  readonly timeoutMs?: number | undefined;
  /** The text of a claims challenge; skips the cache. */
  readonly claims?: string | undefined;
  /** Gets a new token whatever is cached. Default `false`. */
  readonly forceRefresh?: boolean | undefined;
  /** Another tenant than the authority's, for this call. */
  readonly tenantId?: string | undefined;
  /** Added to the token request's body, and part of the cache key. */
  readonly extraBodyParameters?: Readonly<Record<string, string>> | undefined;
  /** Added to the token request's URL; not part of the cache key. */
  readonly extraQueryParameters?: Readonly<Record<string, string>> | undefined;
  /** Added to the token request; not part of the cache key. */
  readonly extraHeaders?: Readonly<Record<string, string>> | undefined;
}

/** What {@link ConfidentialClientApplication.acquireTokenForClient} takes. */
export interface AcquireTokenForClientOptions extends RequestOptions {
  /** For Entra ID, B2C and External ID exactly one `{resource}/.default`; any scopes for other issuers. */
  readonly scopes: readonly string[];
}

/** What {@link ConfidentialClientApplication.acquireTokenSilent} takes for an app token. */
export interface AcquireAppTokenSilentOptions {
  readonly scopes: readonly string[];
  /** `null` is the documented spelling of "no user". */
  readonly account: null;
  readonly tenantId?: string | undefined;
  readonly correlationId?: string | undefined;
}
