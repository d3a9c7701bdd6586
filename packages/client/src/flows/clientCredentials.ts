import { type Acquisition, acquire } from "../acquisition.ts";
import { type AuthenticationResult, createResult } from "../authenticationResult.ts";
import { type Authority, requireSingleTenant, withTenant } from "../authority/authority.ts";
import type { ClientContext } from "../clientContext.ts";
import type { AcquireTokenForClientOptions, CachedRequestOptions } from "../options.ts";
import { canonicalScopes, requireAppScopes } from "../scopes.ts";
import { partitionKey } from "../tokenCache/partitionKey.ts";

/**
 * The client credentials grant: a cached token at once, else one request for all who ask for the same.
 * @see RFC 6749 section 4.4
 */
export async function acquireTokenForClient(
  client: ClientContext,
  options: AcquireTokenForClientOptions,
): Promise<AuthenticationResult> {
  const { scopes, signal } = options;
  // What most calls ask for is one look-up; all else is checked, and looked up again, below.
  if (scopes?.length === 1 && isPlain(options)) {
    const { appTokens, authority } = client;
    const token = appTokens.findExact(client.ownPartition, scopes[0] as string, client.http.clock.now());
    if (token) {
      signal?.throwIfAborted();
      return createResult(token, appTokens.originMs, authority, options.correlationId ?? token.correlationId);
    }
  }
  signal?.throwIfAborted();
  const place = placeOf(client, options);
  const hit = skipsCache(options) ? undefined : findAppToken(client, place, options);
  return hit ?? acquire(client, appTokenAcquisition(client, place, scopes), options);
}

/** Whether a call asks for nothing that would lead it elsewhere than to the application's own cached tokens. */
function isPlain(options: AcquireTokenForClientOptions): boolean {
  return (
    options.tenantId === undefined &&
    options.extraBodyParameters === undefined &&
    options.claimsFromClient === undefined &&
    !skipsCache(options)
  );
}

/** The cached app token of these scopes, or `undefined`: asks nobody. */
export function findAppToken(
  client: ClientContext,
  { authority, partition }: Place,
  options: { readonly scopes: readonly string[]; readonly correlationId?: string | undefined },
): AuthenticationResult | undefined {
  const { appTokens } = client;
  const token = appTokens.find(partition, options.scopes, client.http.clock.now());
  return token && createResult(token, appTokens.originMs, authority, options.correlationId ?? token.correlationId);
}

interface Place {
  readonly authority: Authority;
  readonly partition: string;
}

/** The authority of a call, and where its app tokens are kept; throws when the scopes can be none of them. */
export function placeOf(
  client: ClientContext,
  options: Pick<AcquireTokenForClientOptions, "scopes" | "tenantId" | "extraBodyParameters" | "claimsFromClient">,
): Place {
  const { scopes, tenantId } = options;
  const authority = tenantId === undefined ? client.authority : withTenant(client.authority, tenantId);
  requireSingleTenant(authority);
  requireAppScopes(scopes, authority.kind);
  return {
    authority,
    partition: partitionKey(client.clientId, authority, authority.tenant, { kind: "app" }, options),
  };
}

function appTokenAcquisition(
  client: ClientContext,
  { authority, partition }: Place,
  scopes: readonly string[],
): Acquisition {
  // The flight outlives this call's wish to see its arguments unchanged.
  const asked = [...scopes];
  return {
    authority,
    key: [partition, canonicalScopes(asked)],
    scopes: asked,
    parameters({ kind }) {
      requireAppScopes(asked, kind);
      return { grant_type: "client_credentials", scope: asked.join(" ") };
    },
    isRepeatable: () => true,
    keep(token) {
      client.appTokens.put(partition, asked, token, client.http.clock.now());
      return undefined;
    },
  };
}

export function skipsCache(options: CachedRequestOptions): boolean {
  return options.forceRefresh === true || options.claims !== undefined;
}
