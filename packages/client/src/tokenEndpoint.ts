import { type AadstsMeaning, aadstsNumber, interpret } from "./aadsts.ts";
import { adminConsentUrl } from "./adminConsentUrl.ts";
import type { Authority } from "./authority/authority.ts";
import { type Endpoints, resolveEndpoints } from "./authority/endpoints.ts";
import type { ClientContext } from "./clientContext.ts";
import type { ClientAuthentication } from "./credentials/credential.ts";
import { InteractionRequiredError, ServerError } from "./errors.ts";
import { confidentialValues, quoteForeign } from "./transport/foreignText.ts";
import { type HttpAnswer, invalidResponse, parseObject, send } from "./transport/http.ts";
import { readRetryAfterMs } from "./transport/retryAfter.ts";

/** A token request, as a flow states it: the grant and nothing of how it is sent. */
export interface TokenRequest {
  readonly authority: Authority;
  readonly scopes: readonly string[];
  /** The grant's parameters, in wire spelling. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly extraQueryParameters?: Readonly<Record<string, string>> | undefined;
  readonly extraHeaders?: Readonly<Record<string, string>> | undefined;
  readonly correlationId: string;
}

/** A token answer, its times made absolute (epoch milliseconds, by the local clock). */
export interface TokenAnswer {
  readonly accessToken: string;
  readonly tokenType: string;
  readonly expiresAtMs: number;
  readonly refreshAtMs: number | undefined;
  /** As the server granted them; as they were asked for where it does not say. */
  readonly scopes: readonly string[];
  readonly networkMs: number;
  readonly requestCount: number;
}

/**
 * Posts a token request and reads the answer: the one place that does. A refusal is sent once more where that can
 * help: after correcting the clock by the service's, or when the credential's source has a newer value.
 *
 * @throws {@link ServerError}, {@link InteractionRequiredError}, {@link NetworkError} or {@link ConfigurationError}
 * @see RFC 6749 section 3.2
 */
export async function requestToken(
  client: ClientContext,
  request: TokenRequest,
  signal: AbortSignal,
): Promise<TokenAnswer> {
  const { clock } = client.http;
  const startedAtMs = clock.now();
  const endpoints = await endpointsOf(client, request.authority, signal);
  let authentication = await authenticate(client, request, endpoints, signal);
  for (let requestCount = 1; ; requestCount++) {
    const sentAtMs = clock.now();
    const { answer, confidential } = await post(client, request, endpoints, authentication, signal);
    const body = parseObject(answer.text);
    const networkMs = clock.now() - startedAtMs;
    if (body && answer.status === 200 && typeof body["access_token"] === "string") {
      return { ...readToken(body, request, sentAtMs), networkMs, requestCount };
    }
    if (!body || (typeof body["error"] !== "string" && answer.status < 500 && answer.status !== 429)) {
      throw invalidResponse(new URL(endpoints.tokenEndpoint).host, answer, confidential);
    }
    const aadsts = aadstsNumber(body);
    const meaning = interpret(aadsts, text(body["error"]), answer.status);
    const renewed =
      requestCount === 1 ? await renew(client, request, endpoints, authentication, meaning, answer, signal) : undefined;
    if (!renewed) throw refusal(client, request, authentication, meaning, answer, body, aadsts, confidential);
    client.logger.info(
      { correlationId: request.correlationId, aadsts },
      "token request is sent again with a renewed credential",
    );
    authentication = renewed;
  }
}

/** The endpoints of an authority: resolved once, and again after a failure. */
export async function endpointsOf(
  client: ClientContext,
  authority: Authority,
  signal: AbortSignal,
): Promise<Endpoints> {
  const known = client.endpoints.get(authority.url);
  if (known) return known;
  const resolving = resolveEndpoints(authority, client.authorityOptions, client.http, signal);
  client.endpoints.set(authority.url, resolving);
  resolving.catch(() => client.endpoints.delete(authority.url));
  return resolving;
}

async function authenticate(
  client: ClientContext,
  request: TokenRequest,
  endpoints: Endpoints,
  signal: AbortSignal,
): Promise<ClientAuthentication> {
  const { clock } = client.http;
  return client.credential({
    clientId: client.clientId,
    tokenEndpoint: endpoints.tokenEndpoint,
    audience: endpoints.kind === "generic" ? (endpoints.issuer ?? endpoints.tokenEndpoint) : endpoints.tokenEndpoint,
    authorityKind: endpoints.kind,
    tenantId: request.authority.tenant,
    correlationId: request.correlationId,
    signal,
    now: () => clock.now() + client.serviceClock.aheadMs,
    random: client.random,
  });
}

async function post(
  client: ClientContext,
  request: TokenRequest,
  endpoints: Endpoints,
  authentication: ClientAuthentication,
  signal: AbortSignal,
): Promise<{ answer: HttpAnswer; confidential: string[] }> {
  const url = new URL(endpoints.tokenEndpoint);
  for (const [name, value] of Object.entries(request.extraQueryParameters ?? {})) url.searchParams.set(name, value);
  const body = new URLSearchParams({ client_id: client.clientId, ...request.parameters, ...authentication.parameters });
  const headers = {
    ...lowerCaseNames(request.extraHeaders ?? {}),
    "content-type": "application/x-www-form-urlencoded;charset=utf-8",
    accept: "application/json",
    ...(endpoints.kind === "generic" ? {} : entraHeaders(request.correlationId)),
    ...authentication.headers,
  };
  const confidential = confidentialValues([...body, ...url.searchParams], Object.entries(headers));
  client.logger.debug(
    { correlationId: request.correlationId, host: url.host, grantType: request.parameters["grant_type"] },
    "token request",
  );
  const answer = await send(client.http, url.href, { method: "POST", headers, body: body.toString() }, signal);
  client.logger.debug({ correlationId: request.correlationId, host: url.host, status: answer.status }, "token answer");
  return { answer, confidential };
}

// Entra: the client's correlation id travels in a header and comes back in errors and in the sign-in log.
function entraHeaders(correlationId: string): Record<string, string> {
  return { "client-request-id": correlationId, "return-client-request-id": "true", "x-client-sku": "latchkey" };
}

function readToken(
  body: Readonly<Record<string, unknown>>,
  request: TokenRequest,
  sentAtMs: number,
): Omit<TokenAnswer, "networkMs" | "requestCount"> {
  // RFC 6749 section 5.1: expires_in is recommended only. Without it the token is used once and not kept.
  const expiresInMs = seconds(body["expires_in"]) ?? 0;
  const refreshInMs = seconds(body["refresh_in"]);
  const granted = text(body["scope"])
    ?.split(" ")
    .filter((scope) => scope !== "");
  return {
    accessToken: String(body["access_token"]),
    tokenType: text(body["token_type"]) ?? "Bearer",
    expiresAtMs: sentAtMs + expiresInMs,
    refreshAtMs: refreshInMs === undefined ? undefined : sentAtMs + refreshInMs,
    scopes: granted && granted.length > 0 ? granted : request.scopes,
  };
}

/** A credential worth a second request, or `undefined`: the clock was off, or the source has another value now. */
async function renew(
  client: ClientContext,
  request: TokenRequest,
  endpoints: Endpoints,
  refused: ClientAuthentication,
  meaning: AadstsMeaning,
  answer: HttpAnswer,
  signal: AbortSignal,
): Promise<ClientAuthentication | undefined> {
  if (!meaning.reloadCredential) return undefined;
  if (meaning.code === "clock_skew") {
    const serviceTimeMs = Date.parse(answer.headers.get("date") ?? "");
    if (Number.isNaN(serviceTimeMs)) return undefined;
    client.serviceClock.aheadMs = serviceTimeMs - client.http.clock.now();
  }
  const renewed = await authenticate(client, request, endpoints, signal);
  const same =
    JSON.stringify([renewed.parameters, renewed.headers]) === JSON.stringify([refused.parameters, refused.headers]);
  return same ? undefined : renewed;
}

function refusal(
  client: ClientContext,
  request: TokenRequest,
  authentication: ClientAuthentication,
  meaning: AadstsMeaning,
  answer: HttpAnswer,
  body: Readonly<Record<string, unknown>>,
  aadsts: number | undefined,
  confidential: readonly string[],
): ServerError {
  const error = text(body["error"]);
  const said = quoteForeign(text(body["error_description"]) ?? "", confidential);
  const slots: Record<string, string> = {
    clientId: client.clientId,
    tenant: request.authority.tenant ?? request.authority.url,
    authority: request.authority.url,
    scopes: request.scopes.join(" "),
    thumbprint: authentication.thumbprint ?? "of your certificate",
    consentUrl: adminConsentUrl(request.authority, client.clientId) ?? "the administrator's consent page",
  };
  const details = {
    code: meaning.code,
    remedy: meaning.remedy.replace(/\{(\w+)\}/g, (slot, name: string) => slots[name] ?? slot),
    aadsts,
    correlationId: text(body["correlation_id"]) ?? request.correlationId,
    retryable: meaning.retryable ?? false,
    status: answer.status,
    error: error === undefined ? undefined : quoteForeign(error, confidential),
    subError: text(body["suberror"]),
    retryAfterMs: readRetryAfterMs(answer.headers, client.http.clock.now()),
  };
  const message = said === "" ? `The token service answered ${answer.status} ${details.error ?? ""}`.trimEnd() : said;
  return error === "interaction_required" || typeof body["claims"] === "string"
    ? new InteractionRequiredError(message, { ...details, claims: text(body["claims"]) })
    : new ServerError(message, details);
}

function lowerCaseNames(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** Seconds on the wire, a number or (v1.0, AD FS) a string of digits, as milliseconds. */
function seconds(value: unknown): number | undefined {
  const number = typeof value === "string" && value !== "" ? Number(value) : value;
  return typeof number === "number" && Number.isFinite(number) && number >= 0 ? number * 1000 : undefined;
}
