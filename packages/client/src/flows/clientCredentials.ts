import { type Acquisition, type AcquisitionContext, acquire } from "../acquisition/acquisition.ts";
import {
  type CachedAcquisition,
  type CachedAcquisitionContext,
  findCached,
  type Renew,
  renewOrServe,
  skipsCache,
} from "../acquisition/cachedAcquisition.ts";
import { type AuthenticationResult, createResult } from "../api/authenticationResult.ts";
import { hasOnly, requestOptions, requireOptionNames } from "../api/checks/optionNames.ts";
import { optionsOf, requireTypes } from "../api/checks/optionTypes.ts";
import type { AcquireAppTokenSilentOptions, AcquireTokenForClientOptions } from "../api/options.ts";
import { type Authority, requireSingleTenant, withTenant } from "../authority/authority.ts";
import type { Endpoints } from "../authority/endpoints.ts";
import { requireAppScopes } from "../authority/requireScopes.ts";
import { canonicalScopes } from "../authority/scopes.ts";
import type { AccessTokenCache } from "../tokenCache/accessTokens/accessTokenCache.ts";
import { partitionKey } from "../tokenCache/partitionKey.ts";
import type { TokenResponse } from "../tokenEndpoint/tokenEndpoint.ts";

/** What acquiring app tokens needs from the application. */
export interface AppTokenContext extends AcquisitionContext, CachedAcquisitionContext {
  readonly authority: Authority;
  readonly appTokens: AccessTokenCache;
  /** The partition of app tokens for the application's own authority and no extra parameters. */
  readonly ownPartition: string;
}

/**
 * The client credentials grant: returns a cached token, or else sends one request for all concurrent callers.
 * @see RFC 6749 section 4.4
 */
export async function acquireTokenForClient(
  client: AppTokenContext,
  options: AcquireTokenForClientOptions,
): Promise<AuthenticationResult> {
  const { scopes, signal } = options ?? {};
  // Fast path: most calls are a single lookup. All others are validated, and looked up again, below.
  if (scopes?.length === 1 && client.store === undefined && isPlain(options)) {
    const { appTokens, authority } = client;
    const token = appTokens.findExact(client.ownPartition, scopes[0] as string, client.serviceClock.nowForTokens());
    if (token && !signal?.aborted) {
      client.counters.hits++;
      return createResult(token, authority, options.correlationId ?? token.correlationId, client.serviceClock.aheadMs);
    }
  }
  requireOptionNames("acquireTokenForClient", options, allOptions);
  signal?.throwIfAborted();
  const { cached, acquisition } = appTokenAcquisition(client, options);
  const renew: Renew = (own) => acquire(client, acquisition, own);
  const lookUp = (): AuthenticationResult | undefined => findCached(client, cached, options, renew);
  const hit = skipsCache(options) ? undefined : client.store ? await client.store.look(lookUp, options) : lookUp();
  return hit ?? (await renewOrServe(client, cached, options, renew));
}

/** The cached app token, or `undefined`: the first half of the older documented daemon pattern. */
export async function acquireAppTokenSilent(
  client: AppTokenContext,
  options: AcquireAppTokenSilentOptions,
): Promise<AuthenticationResult | undefined> {
  requireOptionNames("acquireTokenSilent for account: null", options, silentOptions);
  requireTypes(options, allOptions);
  const { cached, acquisition } = appTokenAcquisition(client, options);
  const lookUp = (): AuthenticationResult | undefined =>
    findCached(client, cached, options, (own) => acquire(client, acquisition, own));
  return client.store ? client.store.look(lookUp, options) : lookUp();
}

const allOptions = `${requestOptions} forceRefresh:boolean`;
const silentOptions = "scopes:any account:account tenantId correlationId";
const plainOptions = optionsOf("signal correlationId forceRefresh timeoutMs extraQueryParameters extraHeaders");

/** Whether no option of a call leads away from the default partition of app tokens. */
function isPlain(options: AcquireTokenForClientOptions): boolean {
  return options.forceRefresh !== true && hasOnly(options, plainOptions);
}

/** Throws when the scopes are not valid for an app token. */
function appTokenAcquisition(
  client: AppTokenContext,
  options: Pick<AcquireTokenForClientOptions, "scopes" | "tenantId" | "extraBodyParameters" | "claimsFromClient">,
): { readonly cached: CachedAcquisition; readonly acquisition: Acquisition } {
  const { tenantId } = options;
  const authority = withTenant(client.authority, tenantId);
  requireSingleTenant(authority);
  requireAppScopes(options.scopes, authority.kind);
  const partition = partitionKey(client.clientId, authority, authority.tenant, { kind: "app" }, options);
  // Copied: the request may outlive the call, whose caller may change the array.
  const scopes = [...options.scopes];
  const acquisition: Acquisition = {
    authority,
    key: [partition, canonicalScopes(scopes)],
    scopes,
    parameters({ kind }: Endpoints) {
      // The metadata may reveal another kind than the address does.
      if (kind !== authority.kind) {
        requireAppScopes(scopes, kind);
      }
      return { grant_type: "client_credentials", scope: scopes.join(" ") };
    },
    isRepeatable: () => true,
    isRegional: true,
    owner: "app",
    save(token: TokenResponse) {
      client.appTokens.put(partition, scopes, token, client.serviceClock.now());
      return undefined;
    },
  };
  const cached = { flow: "client_credentials", cache: client.appTokens, partition, scopes, authority };
  return { cached, acquisition };
}
