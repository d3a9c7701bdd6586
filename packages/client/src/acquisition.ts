import { type AuthenticationResult, createResult, type Person } from "./authenticationResult.ts";
import type { Authority } from "./authority/authority.ts";
import type { Endpoints } from "./authority/endpoints.ts";
import { keep as keepInStore } from "./cacheAccess.ts";
import { mergeClaims } from "./claims.ts";
import type { ClientContext, FetchedToken } from "./clientContext.ts";
import { ConfigurationError } from "./errors.ts";
import type { RequestOptions } from "./options.ts";
import type { Clock } from "./runtime/clock.ts";
import { type FlightCall, waitFor } from "./singleFlight.ts";
import type { Renewal } from "./tokenCache/renewals.ts";
import { endpointsOf, requestToken, type TokenAnswer } from "./tokenEndpoint.ts";

/** What a flow asks a token endpoint for, and what becomes of the answer. */
export interface Acquisition {
  readonly authority: Authority;
  /** What tells it apart: calls with equal keys share one request. */
  readonly key: readonly unknown[];
  /** As they were asked for. */
  readonly scopes: readonly string[];
  /** The grant's parameters, in wire spelling; `newest` is the refresh token that its owner's last answer brought. */
  parameters(endpoints: Endpoints, newest: string | undefined): Readonly<Record<string, string>>;
  /** Whether it does no more when it arrives twice; without, it is repeated only when it never left. */
  readonly isRepeatable?: ((endpoints: Endpoints) => boolean) | undefined;
  /** Whether the token service of the application's region may be asked. */
  readonly isRegional?: boolean | undefined;
  /** Whether its flow keeps the pace that the service asks for: then the throttle lets it pass. */
  readonly isPaced?: boolean | undefined;
  /** Whose tokens it renews: once they are forgotten, what it brings is not kept. `undefined` for a sign-in. */
  readonly owner?: string | undefined;
  /** For refresh tokens: whether, after a refusal of what was sent, another one is worth a request. */
  again?(error: unknown, sent: Readonly<Record<string, string>>, newest: string | undefined): Promise<boolean>;
  /** The person whom the answer is for. Throws when the answer cannot be believed. */
  personOf?(token: KeptToken, endpoints: Endpoints): Person | undefined;
  /** Puts the answer into a cache; returns what the result says of the person. */
  keep?(token: KeptToken, person: Person | undefined): Person | undefined;
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
  acquisition: Acquisition,
  options: RequestOptions,
): Promise<FetchedToken> {
  const { authority: known, key, scopes, isRegional, isPaced, owner, again } = acquisition;
  const { signal, timeoutMs, extraBodyParameters, extraQueryParameters, extraHeaders } = options;
  requireOptions(options);
  const claims = mergeClaims(options.claims, options.claimsFromClient, client.clientCapabilities);
  const identity = JSON.stringify([...key, claims, extraBodyParameters]);
  const renewal = owner === undefined ? undefined : client.renewals.of(owner);
  const redeem = async (endpoints: Endpoints, authority: Authority, call: FlightCall): Promise<FetchedToken> => {
    const { networkMs, requestCount, ...answer } = await ask(endpoints, authority, call);
    const token = { ...answer, correlationId: call.correlationId };
    const read = acquisition.personOf?.(token, endpoints);
    const keepUnlessForgotten = (): Person | undefined =>
      renewal?.isForgotten || !acquisition.keep ? read : acquisition.keep(token, read);
    const person = await keepInStore(client, keepUnlessForgotten, call.correlationId);
    if (renewal && token.refreshToken !== undefined) renewal.newest = token.refreshToken;
    return { ...token, person, timing: { networkMs, requestCount } };
  };
  const ask = async (endpoints: Endpoints, authority: Authority, call: FlightCall): Promise<TokenAnswer> => {
    for (;;) {
      const parameters = acquisition.parameters(endpoints, renewal?.newest);
      const request = {
        authority,
        scopes,
        parameters: { ...parameters, ...(claims === undefined ? {} : { claims }), ...extraBodyParameters },
        isRepeatable: acquisition.isRepeatable?.(endpoints) ?? false,
        extraQueryParameters,
        extraHeaders,
      };
      try {
        return await requestToken(client, request, call);
      } catch (error) {
        if (!(await again?.(error, parameters, renewal?.newest))) throw error;
      }
    }
  };
  const fetch = async (call: FlightCall): Promise<FetchedToken> => {
    const authority = isRegional ? await client.regional(known, call) : known;
    const endpoints = await endpointsOf(client, authority, call);
    const work = (): Promise<FetchedToken> => redeem(endpoints, authority, call);
    // An issuer that rotates refresh tokens takes a second redemption of one for a theft (RFC 9700 section 4.14.2).
    return again && renewal && endpoints.kind === "generic" ? inTurn(client.http.clock, renewal, call, work) : work();
  };
  const fly = (call: FlightCall): Promise<FetchedToken> =>
    isPaced ? fetch(call) : client.throttle(identity, () => fetch(call));
  return client.flights.join(
    // A flight that was under way when its owner's tokens were forgotten is joined no more.
    renewal ? `${renewal.id} ${identity}` : identity,
    (call) => (renewal ? client.renewals.run(renewal, () => fly(call)) : fly(call)),
    { signal, timeoutMs, correlationId: options.correlationId },
  );
}

/** Does the work once the renewal's work that was begun before is over. */
async function inTurn<T>(clock: Clock, renewal: Renewal, call: FlightCall, work: () => Promise<T>): Promise<T> {
  const before = renewal.lastTurn;
  let end = (): void => {};
  const own = new Promise<void>((resolve) => {
    end = resolve;
  });
  renewal.lastTurn = before.then(() => own);
  try {
    await waitFor(clock, before, { signal: call.signal });
    return await work();
  } finally {
    end();
  }
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
