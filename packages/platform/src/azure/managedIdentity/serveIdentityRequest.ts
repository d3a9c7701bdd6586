import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { applyFault } from "../../control/injectedFaults/applyFault.ts";
import { faultRefusal } from "../../control/injectedFaults/faultRefusal.ts";
import type { ActiveFault } from "../../control/injectedFaults/faultRule.ts";
import type { RequestFacts } from "../../control/injectedFaults/requestFacts.ts";
import { cloudShellAppId } from "../../directory/wellKnown.ts";
import { largestBodyBytes, readBody } from "../../http/bodyLimit.ts";
import { openExchange } from "../../http/exchange.ts";
import { answerIdentityRequest } from "./answerIdentityRequest.ts";
import { chooseIdentity } from "./chooseIdentity.ts";
import type { IdentityEndpoint, IdentityRequest } from "./identityEndpoint.ts";
import type { IdentityAnswer, ManagedIdentitySource } from "./sources/source.ts";

/** Answers what came to a managed identity endpoint from a socket, which `cut` ends without an answer. */
export async function serveIdentityRequest(
  endpoint: IdentityEndpoint,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  cut: () => void,
): Promise<void> {
  await send(outgoing, await answer(endpoint, incoming, cut));
}

async function answer(endpoint: IdentityEndpoint, incoming: IncomingMessage, cut: () => void): Promise<Response> {
  const { context, source } = endpoint;
  const { port } = incoming.socket.address() as AddressInfo;
  const { host = "", ...others } = incoming.headers;
  const method = incoming.method ?? "GET";
  const refused = (status: number, error: string, error_description: string) =>
    toResponse(source, { status, body: { error, error_description } });
  // What came by a proxy names its host in the address.
  const url = URL.parse(incoming.url ?? "", `${source.scheme}://${host}`);
  const names = [`127.0.0.1:${port}`, `localhost:${port}`, source.address];
  // By DNS rebinding a page of any site could otherwise send the header from the visitor's browser.
  if (url === null || !names.includes(url.host)) {
    const named = url?.host ?? host;
    const why = `"${named}" is not a name of this managed identity endpoint; use 127.0.0.1:${port}`;
    context.events.record({ type: "request", method, path: source.path, status: 421, why });
    return refused(421, "misdirected_request", why);
  }
  // MSAL Node asks for the path with a slash at its end.
  if (url.pathname.replace(/\/$/, "") !== source.path) {
    return refused(404, "not_found", `${source.name} answers at ${source.path}`);
  }
  const form = source.isForm ? await readBody(incoming) : undefined;
  if (source.isForm && form === undefined) {
    return refused(413, "invalid_request", `A form is at most ${largestBodyBytes} bytes`);
  }
  const headers = new Headers(Object.entries(others).map(([name, value]): [string, string] => [name, String(value)]));
  const parameters = form === undefined ? url.searchParams : new URLSearchParams(Buffer.from(form).toString());
  return answerOrFail(endpoint, { method, url, headers, parameters, cut });
}

async function send(outgoing: ServerResponse, response: Response): Promise<void> {
  const body = Buffer.from(await response.arrayBuffer());
  outgoing.writeHead(response.status, Object.fromEntries(response.headers));
  outgoing.end(body);
}

/** The answer of a managed identity endpoint, unless a rule lets it go wrong. */
async function answerOrFail(endpoint: IdentityEndpoint, request: IdentityRequest): Promise<Response> {
  const { context, controls, source } = endpoint;
  const answer = async () => toResponse(source, await answerIdentityRequest(endpoint, request));
  if (controls.faults.isEmpty) {
    return answer();
  }
  const facts = factsOf(endpoint, request);
  const fault = controls.faults.take(facts);
  return fault === undefined
    ? answer()
    : applyFault(context, controls, fault, facts, {
        answer,
        fail: (why) => toResponse(source, errorAnswer(endpoint, request, facts, fault, why)),
        cut: request.cut,
      });
}

/** `clientId` is that of the token which the request would get. */
function factsOf(endpoint: IdentityEndpoint, { method, url, parameters }: IdentityRequest): RequestFacts {
  const { context, tenant, source, host } = endpoint;
  const choice = source.isOfUser ? undefined : chooseIdentity(context, tenant, source, host, parameters);
  const ofIdentity = choice?.kind === "identity" ? choice.identity.appId : undefined;
  return {
    method,
    path: url.pathname,
    endpoint: "managedIdentity",
    clientId: source.isOfUser ? cloudShellAppId : ofIdentity,
    tenantId: tenant.id,
    grantType: undefined,
    form: new Map(parameters),
  };
}

/** An error of the host's own, or of the token service as the host passes it on. */
function errorAnswer(
  { context, source, host }: IdentityEndpoint,
  { method, url, headers }: IdentityRequest,
  facts: RequestFacts,
  fault: ActiveFault,
  why: string,
): IdentityAnswer {
  if (fault.aadsts === undefined) {
    return source.refuse(context, { kind: "unavailable", status: fault.status ?? 500 }, host);
  }
  const exchange = openExchange(context, new Request(url, { method, headers }), facts.form);
  const { refusal } = faultRefusal(context, exchange, facts, fault, why);
  const answer = source.refuse(context, { kind: "tokenRefused", refusal }, host);
  return { ...answer, status: fault.status ?? answer.status };
}

/** An answer with the headers that all of the host's have. */
function toResponse({ headers: ofSource }: ManagedIdentitySource, { status, headers, body }: IdentityAnswer): Response {
  const fixed = { "content-type": "application/json; charset=utf-8", "cache-control": "no-store" };
  return new Response(JSON.stringify(body), { status, headers: { ...fixed, ...ofSource, ...headers } });
}
