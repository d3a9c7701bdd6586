import { type AuthenticationResult, createResult } from "../authenticationResult.ts";
import { type Authority, requireSingleTenant, withTenant } from "../authority/authority.ts";
import { mergeClaims } from "../claims.ts";
import type { ClientContext } from "../clientContext.ts";
import { ConfigurationError } from "../errors.ts";
import type { AcquireTokenForClientOptions, RequestOptions } from "../options.ts";
import { randomUuid } from "../runtime/random.ts";
import { canonicalScopes, requireAppScopes } from "../scopes.ts";
import type { AppTokenPartition } from "../tokenCache/appTokenCache.ts";
import { endpointsOf, requestToken } from "../tokenEndpoint.ts";

/**
 * The client credentials grant: a cached token at once, else one request for all who ask for the same.
 * @see RFC 6749 section 4.4
 */
export function acquireTokenForClient(
  client: ClientContext,
  options: AcquireTokenForClientOptions,
): Promise<AuthenticationResult> {
  // Not an async function: a hit is one look-up and one promise.
  if (options.tenantId === undefined && options.extraBodyParameters === undefined && !skipsCache(options)) {
    const hit = findAppToken(client, client.authority, client.ownPartition, options);
    if (hit) return options.signal?.aborted ? Promise.reject(options.signal.reason) : Promise.resolve(hit);
  }
  return acquire(client, options);
}

/** The cached app token of the authority for these scopes, or `undefined`: asks nobody. */
export function findAppToken(
  client: ClientContext,
  authority: Authority,
  partition: AppTokenPartition,
  options: { readonly scopes: readonly string[]; readonly correlationId?: string | undefined },
): AuthenticationResult | undefined {
  const token = partition.find(options.scopes, client.http.clock.now());
  return token && createResult(token, authority, options.correlationId ?? token.correlationId);
}

/** The authority of a call, and where its app tokens are kept. */
export function placeOf(
  client: ClientContext,
  options: Pick<RequestOptions, "tenantId" | "extraBodyParameters">,
): { authority: Authority; key: string; partition: AppTokenPartition } {
  const { tenantId, extraBodyParameters } = options;
  const authority =
    tenantId === undefined ? client.authority : withTenant(client.authority, tenantId, client.authorityOptions);
  const key = appPartitionKey(client.clientId, authority, extraBodyParameters);
  return { authority, key, partition: client.appTokens.partition(key) };
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
  const { authority, key, partition } = placeOf(client, options);
  requireSingleTenant(authority);
  requireAppScopes(scopes, authority.kind);
  requireOwnParameters(extraBodyParameters ?? {});
  const claims = mergeClaims(options.claims, client.clientCapabilities);
  const hit = skipsCache(options) ? undefined : findAppToken(client, authority, partition, options);
  if (hit) return hit;

  const flightKey = JSON.stringify([key, canonicalScopes(scopes), claims]);
  const result = await client.flights.join(
    flightKey,
    async (flightSignal) => {
      const correlationId = options.correlationId ?? randomUuid(client.random);
      const { kind } = await endpointsOf(client, authority, flightSignal);
      requireAppScopes(scopes, kind);
      const answer = await requestToken(
        client,
        {
          authority,
          scopes,
          correlationId,
          parameters: {
            grant_type: "client_credentials",
            scope: scopes.join(" "),
            ...(claims === undefined ? {} : { claims }),
            ...extraBodyParameters,
          },
          extraQueryParameters: options.extraQueryParameters,
          extraHeaders: options.extraHeaders,
        },
        flightSignal,
      );
      partition.put(scopes, { ...answer, correlationId }, client.http.clock.now());
      const { networkMs, requestCount } = answer;
      return createResult(answer, authority, correlationId, { networkMs, requestCount });
    },
    { signal, timeoutMs },
  );
  // Nobody gets an object that another caller can change.
  return copyOf(result);
}

function copyOf(result: AuthenticationResult): AuthenticationResult {
  return createResult(
    { ...result, expiresAtMs: result.expiresOn.getTime(), refreshAtMs: result.refreshOn?.getTime() },
    { tenant: result.tenantId, url: result.authority },
    result.correlationId,
    result.timing && { ...result.timing },
  );
}

function skipsCache(options: RequestOptions): boolean {
  return options.forceRefresh === true || options.claims !== undefined;
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
