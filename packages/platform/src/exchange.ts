import { type PlatformContext, urlFor } from "./platformContext.ts";
import { randomGuid } from "./random.ts";

/** What one request and its answer share: the ids in headers and error bodies, and the time they are dated with. */
export interface Exchange {
  readonly request: Request;
  readonly url: URL;
  /** The origin the caller used. */
  readonly base: string;
  readonly traceId: string;
  readonly correlationId: string;
  readonly nowMs: number;
  readonly echoesCorrelationId: boolean;
  readonly sendsTelemetry: boolean;
}

const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

export function isGuid(text: string): boolean {
  return guid.test(text);
}

/** MSAL Node sends the correlation id in the body and the query, MSAL Python in a header; another form is not taken. */
export function openExchange(
  context: PlatformContext,
  request: Request,
  form: ReadonlyMap<string, string> = new Map(),
): Exchange {
  const url = new URL(request.url);
  const sent = (name: string): string | undefined =>
    request.headers.get(name) ?? form.get(name) ?? url.searchParams.get(name) ?? undefined;
  const correlationId = [
    request.headers.get("client-request-id"),
    form.get("client-request-id"),
    url.searchParams.get("client-request-id"),
  ].find((candidate) => typeof candidate === "string" && isGuid(candidate));
  return {
    request,
    url,
    base: urlFor(request),
    traceId: randomGuid(context.random),
    correlationId: correlationId?.toLowerCase() ?? randomGuid(context.random),
    nowMs: context.clock.now(),
    echoesCorrelationId: sent("return-client-request-id")?.toLowerCase() === "true",
    sendsTelemetry: sent("x-client-current-telemetry") !== undefined,
  };
}
