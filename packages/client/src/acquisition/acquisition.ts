import {
  type AuthenticationResult,
  createResult,
  type NetworkTiming,
  type SignedInUser,
} from "../api/authenticationResult.ts";
import { definedOnly } from "../api/checks/optionTypes.ts";
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

/** What an acquisition needs from the application. */
export interface AcquisitionContext extends TokenEndpointContext, StoreContext, RegionContext {
  readonly discovery: Discovery;
  readonly clientCapabilities: readonly string[];
  readonly throttle: Throttle;
  readonly flights: SingleFlight<FetchedToken>;
  /** The token renewals in progress. */
  readonly renewals: Renewals;
}

/** A fetched token, shared by all callers that wait for it. */
export interface FetchedToken extends AccessToken {
  readonly timing: NetworkTiming;
  /** The type of the token, as a token exchange reports it. */
  readonly issuedTokenType: string | undefined;
  /** The user that the token was issued for. */
  readonly user: SignedInUser | undefined;
}

/** What a flow requests from a token endpoint, and how it handles the response. */
export interface Acquisition {
  readonly authority: Authority;
  /** Identifies the acquisition: concurrent calls with equal keys share one request. */
  readonly key: readonly unknown[];
  /** As the caller requested them. */
  readonly scopes: readonly string[];
  /** The grant's parameters, by their wire names; `newest` is the refresh token from the owner's latest response. */
  parameters(endpoints: Endpoints, newest: string | undefined): Readonly<Record<string, string>>;
  /** Whether the request is safe to send twice. If not, it is repeated only when nothing of it was sent. */
  readonly isRepeatable?: ((endpoints: Endpoints) => boolean) | undefined;
  /** Whether the regional token service may be used. */
  readonly isRegional?: boolean | undefined;
  /** Whether the flow paces its requests as the service asks; the throttle then lets them pass. */
  readonly isPaced?: boolean | undefined;
  /**
   * The owner of the tokens it renews. Once they are removed, the response is not cached. `undefined` for a sign-in.
   */
  readonly owner?: string | undefined;
  /** For refresh tokens: whether to try another one after what was sent has been refused. */
  canRetry?(error: unknown, sent: Readonly<Record<string, string>>, newest: string | undefined): Promise<boolean>;
  /** The user that the response is for. Throws when the response cannot be trusted. */
  userOf?(token: TokenResponse, endpoints: Endpoints): SignedInUser | undefined;
  /** The owner of that user's tokens. */
  ownerOf?(user: SignedInUser): string;
  /** Caches the response; returns what the result reports about the user. */
  save?(token: TokenResponse, user: SignedInUser | undefined): SignedInUser | undefined;
}

/** What a caller requests, and whether the program may exit before the result arrives. */
export interface AcquisitionOptions extends RequestOptions {
  readonly isDetached?: boolean | undefined;
}

/** Sends one token request for all concurrent callers that request the same; each caller gets its own result. */
export async function acquire(
  client: AcquisitionContext,
  acquisition: Acquisition,
  options: AcquisitionOptions,
): Promise<AuthenticationResult> {
  return resultOf(client, acquisition.authority, await fetchToken(client, acquisition, options));
}

/** Like {@link acquire}, but returns the part that all callers share. */
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
    // Do not join a request that started before its owner's tokens were removed.
    renewal ? `${renewal.id} ${identity}` : identity,
    (call) =>
      acquisition.isPaced
        ? fetchAndSave(pendingFetch, call)
        : client.throttle(identity, () => fetchAndSave(pendingFetch, call)),
    options,
  );
}

/** State shared by the steps of one fetch. */
interface PendingFetch {
  readonly client: AcquisitionContext;
  readonly acquisition: Acquisition;
  readonly options: RequestOptions;
  readonly claims: string | undefined;
  readonly renewal: Renewal | undefined;
}

/**
 * Tries one refresh token after another until the service returns a token or refuses the last one; caches the token.
 */
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
    // An issuer that rotates refresh tokens treats a second redemption as theft (RFC 9700 section 4.14.2).
    const isRotating = canRetry !== undefined && endpoints.kind === "generic";
    if (isRotating && renewal) {
      endTurn = await takeTurn(client.http, renewal, call);
    }
    // Not cancellable from here on: the refresh token is spent even if no caller waits for the response.
    const uncancelled = endTurn ? { ...call, cancellation: new Cancellation() } : call;
    let token: TokenResponse | undefined;
    while (token === undefined) {
      const parameters = acquisition.parameters(endpoints, renewal?.newest);
      const request = {
        authority,
        scopes,
        parameters: {
          ...parameters,
          ...(claims === undefined ? undefined : { claims }),
          ...definedOnly(extraBodyParameters),
        },
        isRepeatable: isRepeatable?.(endpoints) ?? false,
        extraQueryParameters,
        extraHeaders,
      };
      try {
        token = await requestToken(client, request, endpoints, uncancelled);
      } catch (error) {
        if (!(await canRetry?.(error, parameters, renewal?.newest))) {
          throw error;
        }
      }
    }
    const response = token;
    const responseUser = userOf?.(response, endpoints);
    const isDiscarded = (): boolean | undefined =>
      renewal?.isDiscarded || (responseUser && ownerOf && renewal?.removed.has(ownerOf(responseUser)));
    const saveUnlessDiscarded = (): SignedInUser | undefined =>
      isDiscarded() || !save ? responseUser : save(response, responseUser);
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

/** Waits for the renewal's previous redemption; returns the function that ends this turn. */
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
  // Bounded, because a runtime may kill a redemption together with the request that started it.
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

/** A caller's result for a fetched token. */
export function resultOf(
  client: AcquisitionContext,
  authority: Authority,
  fetched: FetchedToken,
): AuthenticationResult {
  const { accessToken, tokenType, expiresAtMs, refreshAtMs, scopes, correlationId, user, timing } = fetched;
  const token = { accessToken, tokenType, expiresAtMs, refreshAtMs, scopes: { granted: scopes } };
  return createResult(token, authority, correlationId, client.serviceClock.aheadMs, user, { ...timing });
}

/** Rejects invalid options before anything is sent. */
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

/** Parameters that the library sets itself with every grant. */
export const commonParameters: readonly string[] = [
  "grant_type",
  "client_id",
  "client_secret",
  "client_assertion",
  "client_assertion_type",
  "scope",
];

const ownParameters = new Set([
  ...commonParameters,
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
    remedy: `Leave ${taken} out of extraBodyParameters; the other options determine it.`,
  });
}
