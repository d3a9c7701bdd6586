import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { largestBodyBytes, readBody } from "../../http/bodyLimit.ts";
import { answerOrFail } from "./answerOrFail.ts";
import type { IdentityEndpoint } from "./identityEndpoint.ts";
import { toResponse } from "./toResponse.ts";

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
