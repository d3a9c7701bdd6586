import { parseJsonObject } from "../core/jwt.ts";
import { headersOf, plainHeaders } from "../http/fetch.ts";
import type { Handle, Middleware, PlainRequest, PlainResponse } from "../http/plainHttp.ts";
import type { ControlContext } from "./context.ts";
import type { Controls } from "./controls.ts";
import { readRequestFacts } from "./injectedFaults/requestFacts.ts";
import { type BeforeResponse, ListenerError } from "./listeners.ts";

/** Shows each answer to the `beforeResponse` listeners before it leaves. Without listeners it passes untouched. */
export function offerResponse(context: ControlContext, controls: Controls): Middleware {
  return (request, next) =>
    controls.listeners.has("beforeResponse") ? offer(context, controls, request, next) : next(request);
}

async function offer(
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
  const offered: BeforeResponse = {
    ...facts,
    status: response.status,
    headers,
    body: (isJson ? parseJsonObject(text) : undefined) ?? text,
  };
  await listeners.call("beforeResponse", offered);
  const { status } = offered;
  if (!Number.isInteger(status) || status < 200 || status > 599) {
    throw new ListenerError(`the beforeResponse listener of this program gave the status ${status}, which is none`);
  }
  const body = typeof offered.body === "string" ? offered.body : JSON.stringify(offered.body);
  headers.delete("content-length");
  const hasNone = body === "" || [204, 205, 304].includes(status);
  return { status, headers: plainHeaders(headers), body: hasNone ? null : body };
}
