import {
  type AuthenticationResult,
  createResult,
  type NetworkTiming,
  type SignedInUser,
} from "../api/authenticationResult.ts";
import { given } from "../api/checks/optionTypes.ts";
import type { RequestOptions } from "../api/options.ts";
import type { Authority } from "../authority/authority.ts";
import { type Discovery, endpointsOf } from "../authority/discovery.ts";
import type { Endpoints } from "../authority/endpoints.ts";
import { type RegionContext, regionalAuthority } from "../authority/region.ts";
import { ConfigurationError } from "../errors/errors.ts";
import { Cancellation } from "../runtime/cancellation.ts";
import type { AccessToken } from "../tokenCache/accessTokens/accessTokenEntry.ts";
import type { Renewal, Renewals } from "../tokenCache/renewals.ts";
import { type StoreContext, save as saveToCache } from "../tokenCache/store/storeAccess.ts";
import { mergeClaims } from "../tokenEndpoint/claims.ts";
import { requestToken, type TokenEndpointContext, type TokenResponse } from "../tokenEndpoint/tokenEndpoint.ts";
import type { HttpClient } from "../transport/http.ts";
import { requireHeaders } from "../transport/requireHeaders.ts";
import type { Throttle } from "../transport/retrying/throttling.ts";
import { type FlightCall, type SingleFlight, waitFor } from "../transport/singleFlight.ts";

/** What an acquisition takes from the application. */
export interface AcquisitionContext extends TokenEndpointContext, StoreContext, RegionContext {
  readonly discovery: Discovery;
  readonly clientCapabilities: readonly string[];
  readonly throttle: Throttle;
  readonly flights: SingleFlight<FetchedToken>;
  /** What renews tokens at the moment. */
  readonly renewals: Renewals;
}

/** A token as its flight brings it, for all who wait. */
export interface FetchedToken extends AccessToken {
  readonly timing: NetworkTiming;
  /** What kind of token it is, where an exchange says so. */
  readonly issuedTokenType: string | undefined;
  /** The person whom it is for. */
  readonly user: SignedInUser | undefined;
}

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
  canRetry?(error: unknown, sent: Readonly<Record<string, string>>, newest: string | undefined): Promise<boolean>;
  /** The person whom the answer is for. Throws when the answer cannot be believed. */
  userOf?(token: TokenResponse, endpoints: Endpoints): SignedInUser | undefined;
  /** The owner of that person's tokens. */
  ownerOf?(user: SignedInUser): string;
  /** Puts the answer into a cache; returns what the result says of the person. */
  save?(token: TokenResponse, user: SignedInUser | undefined): SignedInUser | undefined;
}

/** What a caller asks for, and whether the program may end before it comes. */
export interface AcquisitionOptions extends RequestOptions {
  readonly isDetached?: boolean | undefined;
}

/** Asks the token endpoint, once for all who ask for the same at the same time; each caller gets a result of its own. */
export async function acquire(
  client: AcquisitionContext,
  acquisition: Acquisition,
  options: AcquisitionOptions,
): Promise<AuthenticationResult> {
  return resultOf(client, acquisition.authority, await fetchToken(client, acquisition, options));
}

/** As {@link acquire}, up to what all who asked share. */
export function fetchToken(
  client: AcquisitionContext,
  acquisition: Acquisition,
  options: AcquisitionOptions,
): Promise<FetchedToken> {
  requireOptions(options);
  const claims = mergeClaims(options.claims, options.claimsFromClient, client.clientCapabilities);
  const identity = JSON.stringify([...acquisition.key, claims, options.extraBodyParameters]);
  const renewal = acquisition.owner === undefined ? undefined : client.renewals.of(acquisition.owner);
  const pendingFetch = { client, acquisition, options, claims, renewal };
  return client.flights.join(
    // A flight that was under way when its owner's tokens were forgotten is joined no more.
    renewal ? `${renewal.id} ${identity}` : identity,
    (call) =>
      acquisition.isPaced
        ? fetchAndSave(pendingFetch, call)
        : client.throttle(identity, () => fetchAndSave(pendingFetch, call)),
    options,
  );
}

/** What the steps of one fetch share. */
interface PendingFetch {
  readonly client: AcquisitionContext;
  readonly acquisition: Acquisition;
  readonly options: RequestOptions;
  readonly claims: string | undefined;
  readonly renewal: Renewal | undefined;
}

/** Asks, with one refresh token after the other, until the service gives a token or refuses the last; keeps what it gives. */
async function fetchAndSave(pendingFetch: PendingFetch, call: FlightCall): Promise<FetchedToken> {
  const { client, acquisition, options, claims, renewal } = pendingFetch;
  const { isRegional, canRetry, isRepeatable, userOf, ownerOf, save, scopes } = acquisition;
  const { extraBodyParameters, extraQueryParameters, extraHeaders } = options;
  let endTurn: (() => void) | undefined;
  if (renewal) {
    client.renewals.begin(renewal);
  }
  try {
    const authority =
      isRegional && client.azureRegion !== undefined
        ? await regionalAuthority(client, acquisition.authority, call)
        : acquisition.authority;
    const discovered = endpointsOf(client.discovery, authority, call);
    const endpoints = "then" in discovered ? await discovered : discovered;
    // An issuer that rotates refresh tokens takes a second redemption of one for a theft (RFC 9700 section 4.14.2).
    const isRotating = canRetry !== undefined && endpoints.kind === "generic";
    if (isRotating && renewal) {
      endTurn = await takeTurn(client.http, renewal, call);
    }
    // From then on nobody calls it off: a refresh token whose answer is not waited for is spent all the same.
    const own = endTurn ? { ...call, cancellation: new Cancellation() } : call;
    let token: TokenResponse | undefined;
    while (token === undefined) {
      const parameters = acquisition.parameters(endpoints, renewal?.newest);
      const request = {
        authority,
        scopes,
        parameters: {
          ...parameters,
          ...(claims === undefined ? undefined : { claims }),
          ...given(extraBodyParameters),
        },
        isRepeatable: isRepeatable?.(endpoints) ?? false,
        extraQueryParameters,
        extraHeaders,
      };
      try {
        token = await requestToken(client, request, endpoints, own);
      } catch (error) {
        if (!(await canRetry?.(error, parameters, renewal?.newest))) {
          throw error;
        }
      }
    }
    const response = token;
    const read = userOf?.(response, endpoints);
    const isDiscarded = (): boolean | undefined =>
      renewal?.isDiscarded || (read && ownerOf && renewal?.removed.has(ownerOf(read)));
    const saveUnlessDiscarded = (): SignedInUser | undefined => (isDiscarded() || !save ? read : save(response, read));
    const user = await saveToCache(client, saveUnlessDiscarded, call.correlationId);
    if (renewal && response.refreshToken !== undefined) {
      renewal.newest = response.refreshToken;
    }
    return { ...response, user };
  } finally {
    endTurn?.();
    if (renewal) {
      client.renewals.end(renewal);
    }
  }
}

/** Waits until the renewal's work that was begun before is over; gives what ends the turn. */
async function takeTurn(
  { clock, requestTimeoutMs }: HttpClient,
  renewal: Renewal,
  { cancellation }: FlightCall,
): Promise<() => void> {
  const before = renewal.lastTurn;
  let end = (): void => {};
  const own = new Promise<void>((resolve) => {
    end = resolve;
  });
  // One that never ends, since a runtime has ended it together with the request that it began in, keeps nobody out.
  const after = (): Promise<void> => own;
  renewal.lastTurn = before?.then(after, after) ?? own;
  if (before) {
    const longest = { cancellation, timeoutMs: 4 * requestTimeoutMs, isDetached: true };
    await waitFor(clock, before, longest).catch(() => {
      if (cancellation.cancelled) {
        end();
      }
      cancellation.throwIfCancelled();
    });
  }
  return end;
}

/** A caller's result of a token that was fetched. */
export function resultOf(
  client: AcquisitionContext,
  authority: Authority,
  fetched: FetchedToken,
): AuthenticationResult {
  const { accessToken, tokenType, expiresAtMs, refreshAtMs, scopes, correlationId, user, timing } = fetched;
  const token = { accessToken, tokenType, expiresAtMs, refreshAtMs, scopes: { granted: scopes } };
  return createResult(token, authority, correlationId, client.serviceClock.aheadMs, user, { ...timing });
}

/** Refuses, before anything is sent, what no acquisition can do. */
export function requireOptions(options: RequestOptions): void {
  const { timeoutMs, extraBodyParameters = {}, extraHeaders = {}, correlationId } = options;
  requireTimeout(timeoutMs);
  requireOwnParameters(extraBodyParameters);
  requireHeaders("extraHeaders", Object.entries(extraHeaders));
  if (correlationId !== undefined) {
    requireHeaders("correlationId", [["client-request-id", correlationId]]);
  }
}

function requireTimeout(timeoutMs: number | undefined): void {
  if (timeoutMs === undefined || timeoutMs >= 0) {
    return;
  }
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
  if (taken === undefined) {
    return;
  }
  throw new ConfigurationError(`extraBodyParameters sets ${taken}, which the request sets itself.`, {
    code: "invalid_options",
    remedy: `Leave ${taken} out of extraBodyParameters; it follows from the other options.`,
  });
}
