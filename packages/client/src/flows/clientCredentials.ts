import { type AuthenticationResult, createResult } from "../authenticationResult.ts";
import { type Authority, requireSingleTenant, withTenant } from "../authority/authority.ts";
import { mergeClaims } from "../claims.ts";
import type { ClientContext } from "../clientContext.ts";
import { ConfigurationError } from "../errors.ts";
import type { AcquireTokenForClientOptions, RequestOptions } from "../options.ts";
import { canonicalScopes, requireAppScopes } from "../scopes.ts";
import { endpointsOf, requestToken } from "../tokenEndpoint.ts";

/**
 * The client credentials grant: a cached token at once, else one request for all who ask for the same.
 * @see RFC 6749 section 4.4
 */
export async function acquireTokenForClient(
  client: ClientContext,
  options: AcquireTokenForClientOptions,
): Promise<AuthenticationResult> {
  const { scopes, signal, tenantId, extraBodyParameters } = options;
  // What most calls ask for is one look-up; all else is checked, and looked up again, below.
  if (scopes?.length === 1 && tenantId === undefined && extraBodyParameters === undefined && !skipsCache(options)) {
    const { appTokens, authority } = client;
    const token = appTokens.findExact(client.ownPartition, scopes[0] as string, client.http.clock.now());
    if (token) {
      signal?.throwIfAborted();
      return createResult(token, appTokens.originMs, authority, options.correlationId ?? token.correlationId);
    }
  }
  return acquire(client, options);
}

/** The cached app token of these scopes, or `undefined`: asks nobody. */
export function findAppToken(
  client: ClientContext,
  { authority, partition }: Place,
  options: { readonly scopes: readonly string[]; readonly correlationId?: string | undefined },
): AuthenticationResult | undefined {
  const token = client.appTokens.find(partition, options.scopes, client.http.clock.now());
  return (
    token && createResult(token, client.appTokens.originMs, authority, options.correlationId ?? token.correlationId)
  );
}

interface Place {
  readonly authority: Authority;
  readonly partition: string;
}

/** The authority of a call, and where its app tokens are kept; throws when the scopes can be none of them. */
export function placeOf(
  client: ClientContext,
  options: Pick<AcquireTokenForClientOptions, "scopes" | "tenantId" | "extraBodyParameters">,
): Place {
  const { scopes, tenantId, extraBodyParameters } = options;
  const authority = tenantId === undefined ? client.authority : withTenant(client.authority, tenantId);
  requireSingleTenant(authority);
  requireAppScopes(scopes, authority.kind);
  const own = tenantId === undefined && extraBodyParameters === undefined;
  return {
    authority,
    partition: own ? client.ownPartition : appPartitionKey(client.clientId, authority, extraBodyParameters),
  };
}

/** The key under which app tokens are told apart: environment group, client, tenant and what else changes a token. */
export function appPartitionKey(
  clientId: string,
  authority: Authority,
  extraBodyParameters: Readonly<Record<string, string>> = {},
): string {
  const extras = Object.entries(extraBodyParameters).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify(["app", authority.environment, clientId, authority.tenant ?? authority.url, ...extras]);
}

async function acquire(client: ClientContext, options: AcquireTokenForClientOptions): Promise<AuthenticationResult> {
  const { scopes, signal, timeoutMs, extraBodyParameters } = options;
  signal?.throwIfAborted();
  requireTimeout(timeoutMs);
  requireOwnParameters(extraBodyParameters ?? {});
  const place = placeOf(client, options);
  const claims = mergeClaims(options.claims, client.clientCapabilities);
  const hit = skipsCache(options) ? undefined : findAppToken(client, place, options);
  if (hit) return hit;

  // The flight outlives this call's wish to see its arguments unchanged.
  const asked = [...scopes];
  const { authority, partition } = place;
  const fetched = await client.flights.join(
    JSON.stringify([partition, canonicalScopes(asked), claims]),
    async (call) => {
      const { kind } = await endpointsOf(client, authority, call);
      requireAppScopes(asked, kind);
      const request = {
        authority,
        scopes: asked,
        parameters: {
          grant_type: "client_credentials",
          scope: asked.join(" "),
          ...(claims === undefined ? {} : { claims }),
          ...extraBodyParameters,
        },
        extraQueryParameters: options.extraQueryParameters,
        extraHeaders: options.extraHeaders,
      };
      const { networkMs, requestCount, ...token } = await requestToken(client, request, call);
      const { correlationId } = call;
      client.appTokens.put(partition, asked, { ...token, correlationId }, client.http.clock.now());
      return { ...token, correlationId, timing: { networkMs, requestCount } };
    },
    { signal, timeoutMs, correlationId: options.correlationId },
  );
  // Each caller gets a result of its own: nobody's object can be changed by another.
  const { accessToken, tokenType, expiresAtMs, refreshAtMs, correlationId, timing } = fetched;
  return createResult(
    {
      accessToken,
      tokenType,
      expiresAfterMs: expiresAtMs,
      refreshAfterMs: refreshAtMs,
      scopes: { granted: fetched.scopes },
    },
    0,
    authority,
    correlationId,
    { ...timing },
  );
}

function skipsCache(options: RequestOptions): boolean {
  return options.forceRefresh === true || options.claims !== undefined;
}

function requireTimeout(timeoutMs: number | undefined): void {
  if (timeoutMs === undefined || timeoutMs >= 0) return;
  throw new ConfigurationError(`timeoutMs is ${timeoutMs}.`, {
    code: "invalid_options",
    remedy: "Set timeoutMs to a number of milliseconds, or leave it out.",
  });
}

const ownParameters = new Set([
  "grant_type",
  "client_id",
  "client_secret",
  "client_assertion",
  "client_assertion_type",
  "scope",
  "claims",
]);

function requireOwnParameters(extraBodyParameters: Readonly<Record<string, string>>): void {
  const taken = Object.keys(extraBodyParameters).find((name) => ownParameters.has(name));
  if (taken === undefined) return;
  throw new ConfigurationError(`extraBodyParameters sets ${taken}, which the request sets itself.`, {
    code: "invalid_options",
    remedy: `Leave ${taken} out of extraBodyParameters; it follows from the other options.`,
  });
}
