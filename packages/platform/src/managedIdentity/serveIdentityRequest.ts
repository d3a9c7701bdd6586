import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { largestBodyBytes, readBody } from "../bodyLimit.ts";
import type { Tenant } from "../directory/tenants.ts";
import type { PlatformContext } from "../platformContext.ts";
import { answerIdentityRequest } from "./answerIdentityRequest.ts";
import type { IdentityAnswer, IdentityHost, ManagedIdentitySource } from "./source.ts";

/** Answers what came to a managed identity endpoint from a socket. */
export async function serveIdentityRequest(
  context: PlatformContext,
  tenant: Tenant,
  source: ManagedIdentitySource,
  identityHost: IdentityHost,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const { port } = incoming.socket.address() as AddressInfo;
  const { host = "", ...others } = incoming.headers;
  const method = incoming.method ?? "GET";
  // By DNS rebinding a page of any site could otherwise send the header from the visitor's browser.
  if (host !== `127.0.0.1:${port}` && host !== `localhost:${port}`) {
    const why = `"${host}" is not a name of this managed identity endpoint; use 127.0.0.1:${port}`;
    context.events.record({ type: "request", method, path: source.path, status: 421, why });
    send(outgoing, { status: 421, body: { error: "misdirected_request", error_description: why } });
    return;
  }
  const url = new URL(`${source.scheme}://${host}${incoming.url ?? "/"}`);
  // MSAL Node asks for the path with a slash at its end.
  if (url.pathname.replace(/\/$/, "") !== source.path) {
    const error_description = `${source.name} answers at ${source.path}`;
    send(outgoing, { status: 404, body: { error: "not_found", error_description } });
    return;
  }
  const headers = new Headers(Object.entries(others).map(([name, value]): [string, string] => [name, String(value)]));
  const form = source.isForm ? await readBody(incoming) : undefined;
  if (source.isForm && form === undefined) {
    const error_description = `A form is at most ${largestBodyBytes} bytes`;
    send(outgoing, { status: 413, body: { error: "invalid_request", error_description } });
    return;
  }
  const parameters = form === undefined ? url.searchParams : new URLSearchParams(Buffer.from(form).toString());
  const request = { method, url, headers, parameters };
  const found = await answerIdentityRequest(context, tenant, source, identityHost, request);
  send(outgoing, { ...found, headers: { ...source.headers, ...found.headers } });
}

function send(outgoing: ServerResponse, { status, headers, body }: IdentityAnswer): void {
  const fixed = { "content-type": "application/json; charset=utf-8", "cache-control": "no-store" };
  outgoing.writeHead(status, { ...fixed, ...headers });
  outgoing.end(JSON.stringify(body));
}
