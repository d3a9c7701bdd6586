import { isGuid } from "../core/guid.ts";
import { randomGuid } from "../core/random.ts";
import type { HttpContext } from "./context.ts";
import type { PlainRequest } from "./plainHttp.ts";

/** What a request and its response share: the ids in headers and error bodies, and the time. */
export interface Exchange extends BareExchange {
  readonly url: URL;
}

/** An exchange without a parsed URL, because making a `URL` takes longer than everything else here. */
export interface BareExchange {
  readonly request: PlainRequest;
  /** Without the query. */
  readonly path: string;
  /** The origin the caller used. */
  readonly base: string;
  readonly traceId: string;
  readonly correlationId: string;
  readonly nowMs: number;
  readonly echoesCorrelationId: boolean;
  readonly sendsTelemetry: boolean;
}

export function openExchange(
  context: HttpContext,
  request: PlainRequest,
  form: ReadonlyMap<string, string> = new Map(),
): Exchange {
  return { ...openBareExchange(context, request, form), url: new URL(request.url) };
}

/** MSAL Node sends the correlation id in the body and the query, MSAL Python in a header; only GUIDs are accepted. */
export function openBareExchange(
  context: HttpContext,
  request: PlainRequest,
  form: ReadonlyMap<string, string>,
): BareExchange {
  const [, query = ""] = /^[^?#]*\??([^#]*)/.exec(request.url) ?? [];
  const parameters = query === "" ? undefined : new URLSearchParams(query);
  const sent = (name: string): string | undefined =>
    request.headers.get(name) ?? form.get(name) ?? parameters?.get(name) ?? undefined;
  const correlationId = [
    request.headers.get("client-request-id"),
    form.get("client-request-id"),
    parameters?.get("client-request-id"),
  ].find((candidate) => typeof candidate === "string" && isGuid(candidate));
  return {
    request,
    path: request.path,
    base: request.origin,
    traceId: randomGuid(context.random),
    correlationId: correlationId?.toLowerCase() ?? randomGuid(context.random),
    nowMs: context.clock.now(),
    echoesCorrelationId: sent("return-client-request-id")?.toLowerCase() === "true",
    sendsTelemetry: sent("x-client-current-telemetry") !== undefined,
  };
}
