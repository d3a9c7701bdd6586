import type { NetworkTiming } from "../api/authenticationResult.ts";
import { definedOnly } from "../api/checks/optionTypes.ts";
import { type ClientAuthentication, type Credential, wrongCredential } from "../api/credential.ts";
import type { Authority } from "../authority/authority.ts";
import type { Endpoints } from "../authority/endpoints.ts";
import type { AuthError } from "../errors/errors.ts";
import { Cancellation } from "../runtime/cancellation.ts";
import { parseObject } from "../runtime/json.ts";
import type { Logger } from "../runtime/logger.ts";
import type { Random } from "../runtime/random.ts";
import { maxLifetimeMs } from "../tokenCache/accessTokens/tokenLifetime.ts";
import { type Mask, maskOf, quoteForeign } from "../transport/foreignText/foreignText.ts";
import {
  describeResponse,
  type HttpClient,
  type HttpResponse,
  hostOf,
  invalidResponse,
  isTransientStatus,
  type NamedCall,
  send,
  withTimeout,
} from "../transport/http.ts";
import { requireTokenText } from "../transport/requireTokenText.ts";
import { withRetries } from "../transport/retrying/retry.ts";
import { readDecimal, readRetryAfterMs } from "../transport/retrying/retryAfter.ts";
import type { ServiceClock } from "../transport/serviceClock.ts";
import type { FlightCall } from "../transport/singleFlight.ts";
import { addressWith } from "../transport/webAddress.ts";
import { type Refusal, readRefusal, refusalError, text } from "./refusal.ts";

/** What a token request needs from the application. */
export interface TokenEndpointContext {
  readonly clientId: string;
  /** `undefined` for a public client. */
  readonly credential: Credential | undefined;
  readonly http: HttpClient;
  readonly random: Random;
  readonly logger: Logger | undefined;
  readonly serviceClock: ServiceClock;
  /** Whether expired tokens may be used during an outage for as long as the service granted. */
  readonly extendedTokenLifetime: boolean;
}

/** A token request as a flow describes it: the grant, without how it is sent. */
export interface TokenRequest {
  readonly authority: Authority;
  readonly scopes: readonly string[];
  /** The grant's parameters, by their wire names. */
  readonly parameters: Readonly<Record<string, string>>;
  /** Whether the request is safe to send twice. */
  readonly isRepeatable: boolean;
  readonly extraQueryParameters?: Readonly<Record<string, string>> | undefined;
  readonly extraHeaders?: Readonly<Record<string, string>> | undefined;
}

/** A token response, its times made absolute (epoch milliseconds, in the service's time). */
export interface TokenResponse {
  readonly accessToken: string;
  readonly tokenType: string;
  readonly expiresAtMs: number;
  readonly refreshAtMs: number | undefined;
  /** How long it may be used during an outage, if the service granted that and the application wants it. */
  readonly extendedExpiresAtMs: number | undefined;
  /** The granted scopes; the requested ones if the server does not report them. */
  readonly scopes: readonly string[];
  /** Who signed in: the ID token, and Entra's `client_info`. */
  readonly idToken: string | undefined;
  readonly clientInfo: string | undefined;
  readonly refreshToken: string | undefined;
  readonly refreshTokenExpiresAtMs: number | undefined;
  /** The family whose applications may use the refresh token (`foci`). */
  readonly familyId: string | undefined;
  /** Token exchange: the type of the issued token. @see RFC 8693 section 2.2.1 */
  readonly issuedTokenType: string | undefined;
  readonly correlationId: string;
  readonly timing: NetworkTiming;
}

/**
 * Posts a token request and reads the response: the only place that does. A refused request is repeated once if that
 * can help: after correcting the clock by the service's, or if the credential's source has a newer value.
 *
 * @throws {@link ServerError}, {@link InteractionRequiredError}, {@link NetworkError} or {@link ConfigurationError}
 * @see RFC 6749 section 3.2
 */
export async function requestToken(
  client: TokenEndpointContext,
  request: TokenRequest,
  endpoints: Endpoints,
  call: FlightCall,
): Promise<TokenResponse> {
  const { clock } = client.http;
  const startedAtMs = clock.now();
  const exchange = { client, request, endpoints, call, requestCount: 0 };
  let renewed: ClientAuthentication | undefined;
  for (let isRenewed = false; ; isRenewed = true) {
    const response = await postWithRetries(exchange, endpoints.tokenEndpoint, request.isRepeatable, renewed);
    if (isToken(response)) {
      const timing = { networkMs: clock.now() - startedAtMs, requestCount: exchange.requestCount };
      return readToken(client, request, response, call.correlationId, timing);
    }
    const refusal = readRefusal(response.body, response.status, request.parameters["grant_type"]);
    renewed = isRenewed ? undefined : await renew(exchange, response.authentication, refusal);
    if (!renewed) {
      throw errorFor(exchange, response, refusal);
    }
    client.logger?.info(
      { correlationId: call.correlationId, aadsts: refusal.aadsts },
      "the token request is sent again with a renewed credential",
    );
  }
}

/** State shared by the steps of one exchange with an authority. */
export interface Exchange {
  readonly client: TokenEndpointContext;
  readonly request: Omit<TokenRequest, "isRepeatable">;
  readonly endpoints: Endpoints;
  readonly call: NamedCall;
  /** The number of requests sent so far. */
  requestCount: number;
}

/** A response of an authority, with its request. */
export interface AuthorityResponse extends HttpResponse {
  readonly address: string;
  /** The JSON object; empty if there is none. */
  readonly body: Readonly<Record<string, unknown>>;
  readonly authentication: ClientAuthentication;
  /** In the service's time. */
  readonly sentAtMs: number;
  readonly mask: Mask;
}

function isToken({ status, body }: AuthorityResponse): boolean {
  // B2C: OpenID Connect's own scopes alone yield an ID token and no access token.
  return status === 200 && (text(body["access_token"]) ?? text(body["id_token"])) !== undefined;
}

/** Posts a request's parameters with the application's credential, retrying after temporary failures. */
export function postWithRetries(
  exchange: Exchange,
  address: string,
  isRepeatable: boolean,
  renewed?: ClientAuthentication,
): Promise<AuthorityResponse> {
  const { client, call } = exchange;
  // A retry gets a new credential: an issuer may refuse an assertion that it has seen.
  return withRetries(client.http, call, isRepeatable, isTransient, (retries) =>
    post(exchange, address, retries === 0 ? renewed : undefined),
  );
}

/** Whether a response reports a temporary failure: by its AADSTS number, whatever its status, or else by its status. */
function isTransient(response: AuthorityResponse): boolean {
  return !isToken(response) && readRefusal(response.body, response.status).meaning.retryable === true;
}

/** The proof of the application's identity; empty for a public client. */
function authenticate({
  client,
  request,
  endpoints,
  call,
}: Exchange): ClientAuthentication | Promise<ClientAuthentication> {
  const { credential, clientId, random, serviceClock, http } = client;
  const { tokenEndpoint, issuer, kind, takesBasicOnly } = endpoints;
  if (credential === undefined) {
    return { parameters: {} };
  }
  call.signal?.throwIfAborted();
  call.cancellation?.throwIfCancelled();
  const credentialCancellation = new Cancellation();
  const returned = credential({
    clientId,
    tokenEndpoint,
    audience: (kind === "generic" && issuer) || tokenEndpoint,
    authorityKind: kind,
    tenantId: request.authority.tenant,
    takesBasicOnly,
    correlationId: call.correlationId,
    signal: credentialCancellation.signal,
    now: serviceClock.now,
    random,
  });
  // A secret is available synchronously. Anything with a `then` is awaited.
  if (!("then" in Object(returned))) {
    return requireAuthentication(returned as ClientAuthentication);
  }
  return withTimeout(
    http,
    "The client credential",
    call,
    async () => requireAuthentication(await returned),
    undefined,
    credentialCancellation,
  );
}

function requireAuthentication(returned: ClientAuthentication): ClientAuthentication {
  if (typeof returned?.parameters === "object") {
    return returned;
  }
  throw wrongCredential("clientCredential did not return a client authentication.");
}

async function post(
  exchange: Exchange,
  address: string,
  renewed: ClientAuthentication | undefined,
): Promise<AuthorityResponse> {
  const { client, request, endpoints, call } = exchange;
  const { http, logger, credential, serviceClock } = client;
  const { correlationId } = call;
  const proof = renewed ?? authenticate(exchange);
  const authentication = "then" in proof ? await proof : proof;
  exchange.requestCount++;
  const href = request.extraQueryParameters ? addressWith(address, request.extraQueryParameters) : address;
  // Entra: the correlation id is returned in errors and appears in the sign-in log. Browsers need permission to send it
  // as a header, which Entra does not grant.
  const tracing =
    endpoints.kind === "generic"
      ? undefined
      : { "client-request-id": correlationId, "return-client-request-id": "true", "x-client-sku": "latchkey" };
  const lowercaseHeaders: Record<string, string> = {};
  for (const [name, value] of Object.entries(definedOnly(request.extraHeaders) ?? {})) {
    lowercaseHeaders[name.toLowerCase()] = value;
  }
  const headers = {
    ...lowercaseHeaders,
    "content-type": "application/x-www-form-urlencoded;charset=utf-8",
    accept: "application/json",
    ...(credential && tracing),
    ...authentication.headers,
  };
  const parameters = {
    client_id: client.clientId,
    ...request.parameters,
    ...authentication.parameters,
    ...(credential ? undefined : tracing),
  };
  const grantType = request.parameters["grant_type"];
  logger?.debug({ correlationId, host: hostOf(href), path: new URL(href).pathname, grantType }, "token request");
  const sent: Sent = { parameters, headers, href, body: undefined };
  const mask = maskOf({ [Symbol.iterator]: () => secretsOf(sent) }, []);
  const body = new URLSearchParams(parameters).toString();
  const sentAtMs = http.clock.now();
  const response = await send(http, href, { method: "POST", headers, body }, call, mask);
  logger?.debug({ correlationId, host: hostOf(href), status: response.status }, "token response");
  sent.body = parseObject(response.text);
  // A response without JSON comes from someone else, whose clock may differ.
  const serviceSentAtMs = sent.body ? serviceClock.synchronize(response.headers.get("date"), sentAtMs) : sentAtMs;
  return { ...response, address: href, body: sent.body ?? {}, authentication, sentAtMs: serviceSentAtMs, mask };
}

/** What an error may repeat of a request and its response. */
interface Sent {
  readonly parameters: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly href: string;
  body: Readonly<Record<string, unknown>> | undefined;
}

function* secretsOf({ parameters, headers, href, body = {} }: Sent): Generator<readonly [string, string]> {
  yield* Object.entries(parameters);
  yield* new URL(href).searchParams;
  yield* Object.entries(headers);
  // An error response may contain tokens.
  for (const [name, value] of Object.entries(body)) {
    if (/_(token|code)$/.test(name) && typeof value === "string") {
      yield [name, value];
    }
  }
}

function readToken(
  { extendedTokenLifetime }: TokenEndpointContext,
  request: TokenRequest,
  { body, sentAtMs: preciseSentAtMs }: AuthorityResponse,
  correlationId: string,
  timing: NetworkTiming,
): TokenResponse {
  // In whole seconds, like token services: the cache stores no fractions either.
  const sentAtMs = Math.floor(preciseSentAtMs / 1_000) * 1_000;
  const field = (name: string): string | undefined => text(body[name]);
  const after = (name: string): number | undefined => {
    const inMs = seconds(body[name]);
    return inMs === undefined ? undefined : sentAtMs + inMs;
  };
  // RFC 6749 section 5.1: expires_in is only recommended. Without it, the token is used once and not cached.
  const expiresAtMs = after("expires_in") ?? sentAtMs;
  const extendedExpiresAtMs = after("ext_expires_in") ?? 0;
  const scopes = field("scope")?.match(/[^ ]+/g) ?? request.scopes;
  for (const name of ["access_token", "refresh_token", "token_type"]) {
    requireTokenText(name, field(name), correlationId);
  }
  // With another separator than spaces, each scope looks like one that was not requested.
  const unrequested = scopes.filter((scope) => !request.scopes.includes(scope)).join(" ");
  requireTokenText("scope", unrequested, correlationId, /^[ !#-+\--:<-[\]-~]*$/);
  return {
    accessToken: field("access_token") ?? "",
    tokenType: field("token_type") ?? "Bearer",
    expiresAtMs,
    refreshAtMs: after("refresh_in"),
    extendedExpiresAtMs: extendedTokenLifetime && extendedExpiresAtMs > expiresAtMs ? extendedExpiresAtMs : undefined,
    scopes,
    idToken: field("id_token"),
    clientInfo: field("client_info"),
    refreshToken: field("refresh_token"),
    refreshTokenExpiresAtMs: after("refresh_token_expires_in"),
    familyId: field("foci"),
    issuedTokenType: field("issued_token_type"),
    correlationId,
    timing,
  };
}

/** A credential worth another attempt, or `undefined`: the clock has been corrected, or the source has a new value. */
async function renew(
  exchange: Exchange,
  refused: ClientAuthentication,
  { meaning }: Refusal,
): Promise<ClientAuthentication | undefined> {
  const { client, call } = exchange;
  if (!meaning.reloadCredential) {
    return undefined;
  }
  const clockWasOff = meaning.code === "clock_skew";
  try {
    const renewed = await authenticate(exchange);
    return isSame(renewed, refused, clockWasOff) ? undefined : renewed;
  } catch {
    call.cancellation?.throwIfCancelled();
    // The service's refusal is what matters; the next acquisition will report the failing source.
    client.logger?.warn({ correlationId: call.correlationId }, "the client credential could not be renewed");
    return undefined;
  }
}

/** Whether a credential equals the refused one: a new assertion of the same key does, unless its times matter. */
function isSame(a: ClientAuthentication, b: ClientAuthentication, timesMatter: boolean): boolean {
  if (!timesMatter && a.keyName !== undefined) {
    return a.keyName === b.keyName;
  }
  return JSON.stringify([a.parameters, a.headers]) === JSON.stringify([b.parameters, b.headers]);
}

/** The error for a response without a token: a refusal, or an unreadable response. */
export function errorFor(
  { client, request, call }: Exchange,
  response: AuthorityResponse,
  refusal: Refusal,
): AuthError {
  const { address, status, headers, body, authentication, mask } = response;
  const host = hostOf(address);
  const { correlationId } = call;
  const error = text(body["error"]);
  if (error === undefined && !isTransientStatus(status)) {
    return invalidResponse(host, response, mask, correlationId);
  }
  return refusalError(refusal, {
    clientId: client.clientId,
    authority: request.authority,
    scopes: request.scopes,
    correlationId,
    retryAfterMs: readRetryAfterMs(headers, client.serviceClock.now()),
    keyName: authentication.keyName,
    looksLikeId: authentication.looksLikeId,
    mask,
    fallbackMessage:
      error === undefined
        ? describeResponse(host, response, mask)
        : `The token service answered ${status} ${quoteForeign(error, mask)}`,
  });
}

/** Seconds on the wire, a number or (v1.0, AD FS) a string of digits, as milliseconds. */
export function seconds(value: unknown): number | undefined {
  const number = typeof value === "string" ? readDecimal(value) : value;
  return typeof number === "number" && number >= 0 && number * 1000 <= maxLifetimeMs ? number * 1000 : undefined;
}
