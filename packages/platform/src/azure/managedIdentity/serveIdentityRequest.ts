import { applyFault } from "../../control/injectedFaults/applyFault.ts";
import { faultRefusal } from "../../control/injectedFaults/faultRefusal.ts";
import type { ActiveFault } from "../../control/injectedFaults/faultRule.ts";
import type { RequestFacts } from "../../control/injectedFaults/requestFacts.ts";
import { cloudShellAppId } from "../../directory/wellKnown.ts";
import { BodyTooLargeError, maxBodyBytes } from "../../http/bodyLimit.ts";
import { openExchange } from "../../http/exchange.ts";
import type { PlainRequest, PlainResponse } from "../../http/plainHttp.ts";
import { answerIdentityRequest } from "./answerIdentityRequest.ts";
import { chooseIdentity } from "./chooseIdentity.ts";
import type { IdentityEndpoint, IdentityRequest } from "./identityEndpoint.ts";
import type { IdentityResponse, ManagedIdentitySource } from "./sources/source.ts";

/** Answers a request to a managed identity endpoint. */
export async function serveIdentityRequest(endpoint: IdentityEndpoint, request: PlainRequest): Promise<PlainResponse> {
  const { context, source, host } = endpoint;
  const { method, headers, cut } = request;
  // A proxied request has its host in the URL.
  const url = new URL(request.url);
  const { port } = new URL(host.url);
  const refuse = (status: number, error: string, error_description: string) =>
    withFixedHeaders(source, { status, body: { error, error_description } });
  const names = [`127.0.0.1:${port}`, `localhost:${port}`, source.address];
  // Otherwise any site could use DNS rebinding to send the header from a visitor's browser.
  if (!names.includes(url.host)) {
    const why = `"${url.host}" is not a name of this managed identity endpoint; use 127.0.0.1:${port}`;
    context.events.record({ type: "request", method, path: source.path, status: 421, why });
    return refuse(421, "misdirected_request", why);
  }
  // MSAL Node appends a slash to the path.
  if (url.pathname.replace(/\/$/, "") !== source.path) {
    return refuse(404, "not_found", `${source.name} is served at ${source.path}`);
  }
  const form = source.usesForm ? await readText(request) : undefined;
  if (source.usesForm && form === undefined) {
    return refuse(413, "invalid_request", `A form may have at most ${maxBodyBytes} bytes`);
  }
  const parameters = form === undefined ? url.searchParams : new URLSearchParams(form);
  return answerWithFaults(endpoint, { method, url, headers, parameters, cut }, request);
}

/** Returns the body, or `undefined` if it is too large. */
async function readText(request: PlainRequest): Promise<string | undefined> {
  try {
    return await request.text();
  } catch (error) {
    if (error instanceof BodyTooLargeError) {
      return undefined;
    }
    throw error;
  }
}

/** Applies the first fault rule that matches the request, or else answers it normally. */
async function answerWithFaults(
  endpoint: IdentityEndpoint,
  request: IdentityRequest,
  plainRequest: PlainRequest,
): Promise<PlainResponse> {
  const { context, controls, source } = endpoint;
  const response = async () => withFixedHeaders(source, await answerIdentityRequest(endpoint, request));
  if (controls.faults.isEmpty) {
    return response();
  }
  const facts = factsOf(endpoint, request);
  const fault = controls.faults.take(facts);
  return fault === undefined
    ? response()
    : applyFault(context, controls, fault, facts, {
        answer: response,
        fail: (why) => withFixedHeaders(source, errorResponse(endpoint, plainRequest, facts, fault, why)),
        cut: request.cut,
      });
}

/** `clientId` is that of the token that the request would get. */
function factsOf(endpoint: IdentityEndpoint, { method, url, parameters }: IdentityRequest): RequestFacts {
  const { context, tenant, source, host } = endpoint;
  const choice = source.issuesUserTokens ? undefined : chooseIdentity(context, tenant, source, host, parameters);
  const identityClientId = choice?.kind === "identity" ? choice.identity.appId : undefined;
  return {
    method,
    path: url.pathname,
    endpoint: "managedIdentity",
    clientId: source.issuesUserTokens ? cloudShellAppId : identityClientId,
    tenantId: tenant.id,
    grantType: undefined,
    form: new Map(parameters),
  };
}

/** An error of the host, or of the token service in the host's format. */
function errorResponse(
  { context, source, host }: IdentityEndpoint,
  request: PlainRequest,
  facts: RequestFacts,
  fault: ActiveFault,
  why: string,
): IdentityResponse {
  if (fault.aadsts === undefined) {
    return source.refuse(context, { kind: "unavailable", status: fault.status ?? 500 }, host);
  }
  const exchange = openExchange(context, request, facts.form);
  const { refusal } = faultRefusal(context, exchange, facts, fault, why);
  const response = source.refuse(context, { kind: "tokenRefused", refusal }, host);
  return { ...response, status: fault.status ?? response.status };
}

/** Adds the headers that all responses of the host have. */
function withFixedHeaders(
  { headers: sourceHeaders }: ManagedIdentitySource,
  { status, headers, body }: IdentityResponse,
): PlainResponse {
  const fixed = { "content-type": "application/json; charset=utf-8", "cache-control": "no-store" };
  return { status, headers: { ...fixed, ...sourceHeaders, ...headers }, body: JSON.stringify(body) };
}
