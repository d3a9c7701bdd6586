import { type AuthenticationResult, createResult, type Person } from "./authenticationResult.ts";
import type { Authority } from "./authority/authority.ts";
import type { Endpoints } from "./authority/endpoints.ts";
import { keep as keepInStore } from "./cacheAccess.ts";
import { mergeClaims } from "./claims.ts";
import type { ClientContext, FetchedToken } from "./clientContext.ts";
import { ConfigurationError } from "./errors.ts";
import type { RequestOptions } from "./options.ts";
import type { FlightCall } from "./singleFlight.ts";
import { endpointsOf, requestToken, type TokenAnswer } from "./tokenEndpoint.ts";

/** What a flow asks a token endpoint for, and what becomes of the answer. */
export interface Acquisition {
  readonly authority: Authority;
  /** What tells it apart: calls with equal keys share one request. */
  readonly key: readonly unknown[];
  /** As they were asked for. */
  readonly scopes: readonly string[];
  /** The grant's parameters, in wire spelling. */
  parameters(endpoints: Endpoints): Readonly<Record<string, string>>;
  /** Whether it does no more when it arrives twice; without, it is repeated only when it never left. */
  readonly isRepeatable?: ((endpoints: Endpoints) => boolean) | undefined;
  /** Whether the token service of the application's region may be asked. */
  readonly isRegional?: boolean | undefined;
  /** Whether its flow keeps the pace that the service asks for: then the throttle lets it pass. */
  readonly isPaced?: boolean | undefined;
  /** Puts the answer into a cache; returns the person whom it is for. Throws when the answer cannot be believed. */
  keep(token: KeptToken, endpoints: Endpoints): Person | undefined;
}

/** A token answer under the name of the request that brought it. */
export interface KeptToken extends Omit<TokenAnswer, "networkMs" | "requestCount"> {
  readonly correlationId: string;
}

/** Asks the token endpoint, once for all who ask for the same at the same time; each caller gets a result of its own. */
export async function acquire(
  client: ClientContext,
  acquisition: Acquisition,
  options: RequestOptions,
): Promise<AuthenticationResult> {
  return resultOf(client, acquisition.authority, await fetchToken(client, acquisition, options));
}

/** As {@link acquire}, up to what all who asked share. */
export function fetchToken(
  client: ClientContext,
  { authority: known, key, scopes, parameters, isRepeatable, isRegional, isPaced, keep }: Acquisition,
  options: RequestOptions,
): Promise<FetchedToken> {
  const { signal, timeoutMs, extraBodyParameters, extraQueryParameters, extraHeaders } = options;
  requireOptions(options);
  const claims = mergeClaims(options.claims, options.claimsFromClient, client.clientCapabilities);
  const identity = JSON.stringify([...key, claims, extraBodyParameters]);
  const fetch = async (call: FlightCall): Promise<FetchedToken> => {
    const authority = isRegional ? await client.regional(known, call) : known;
    const endpoints = await endpointsOf(client, authority, call);
    const request = {
      authority,
      scopes,
      parameters: {
        ...parameters(endpoints),
        ...(claims === undefined ? {} : { claims }),
        ...extraBodyParameters,
      },
      isRepeatable: isRepeatable?.(endpoints) ?? false,
      extraQueryParameters,
      extraHeaders,
    };
    const { networkMs, requestCount, ...answer } = await requestToken(client, request, call);
    const token = { ...answer, correlationId: call.correlationId };
    const person = await keepInStore(client, () => keep(token, endpoints), call.correlationId);
    return { ...token, person, timing: { networkMs, requestCount } };
  };
  return client.flights.join(
    identity,
    (call) => (isPaced ? fetch(call) : client.throttle(identity, () => fetch(call))),
    { signal, timeoutMs, correlationId: options.correlationId },
  );
}

/** A caller's result of a token that was fetched. */
export function resultOf(client: ClientContext, authority: Authority, fetched: FetchedToken): AuthenticationResult {
  const { correlationId, person, timing } = fetched;
  const token = { ...fetched, scopes: { granted: fetched.scopes } };
  return createResult(token, authority, correlationId, client.serviceClock.aheadMs, person, { ...timing });
}

/** Refuses, before anything is sent, what no acquisition can do. */
export function requireOptions({ timeoutMs, extraBodyParameters }: RequestOptions): void {
  requireTimeout(timeoutMs);
  requireOwnParameters(extraBodyParameters ?? {});
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
  "code",
  "code_verifier",
  "redirect_uri",
  "refresh_token",
  "assertion",
  "requested_token_use",
  "username",
  "password",
  "device_code",
]);

function requireOwnParameters(extraBodyParameters: Readonly<Record<string, string>>): void {
  const taken = Object.keys(extraBodyParameters).find((name) => ownParameters.has(name));
  if (taken === undefined) return;
  throw new ConfigurationError(`extraBodyParameters sets ${taken}, which the request sets itself.`, {
    code: "invalid_options",
    remedy: `Leave ${taken} out of extraBodyParameters; it follows from the other options.`,
  });
}
