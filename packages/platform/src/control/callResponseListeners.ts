import { parseJsonObject } from "../core/jwt.ts";
import { headersOf, plainHeaders } from "../http/fetch.ts";
import type { Handle, Middleware, PlainRequest, PlainResponse } from "../http/plainHttp.ts";
import type { ControlContext } from "./context.ts";
import type { Controls } from "./controls.ts";
import { readRequestFacts } from "./injectedFaults/requestFacts.ts";
import { type BeforeResponse, ListenerError } from "./listeners.ts";

/** Passes each response to the `beforeResponse` listeners before it is sent. Without listeners it stays untouched. */
export function callResponseListeners(context: ControlContext, controls: Controls): Middleware {
  return (request, next) =>
    controls.listeners.has("beforeResponse") ? callListeners(context, controls, request, next) : next(request);
}

async function callListeners(
  context: ControlContext,
  { listeners }: Controls,
  request: PlainRequest,
  next: Handle,
): Promise<PlainResponse> {
  const { form: _, ...facts } = await readRequestFacts(context.directory, request);
  const response = await next(request);
  const text = typeof response.body === "string" ? response.body : Buffer.from(response.body ?? []).toString();
  const headers = headersOf(response);
  const isJson = /^application\/json\b/i.test(headers.get("content-type") ?? "");
  const event: BeforeResponse = {
    ...facts,
    status: response.status,
    headers,
    body: (isJson ? parseJsonObject(text) : undefined) ?? text,
  };
  await listeners.call("beforeResponse", event);
  const { status } = event;
  if (!Number.isInteger(status) || status < 200 || status > 599) {
    throw new ListenerError(
      `the beforeResponse listener of this program set the status ${status}, which is not between 200 and 599`,
    );
  }
  const body = typeof event.body === "string" ? event.body : JSON.stringify(event.body);
  headers.delete("content-length");
  const isEmpty = body === "" || [204, 205, 304].includes(status);
  return { status, headers: plainHeaders(headers), body: isEmpty ? null : body };
}
