import type { NewEvent } from "../../core/events.ts";
import type { Exchange } from "../../http/exchange.ts";
import type { TokenServiceContext } from "../context.ts";

/** A visit to the authorize endpoint. */
export interface Visit {
  readonly context: TokenServiceContext;
  readonly exchange: Exchange;
  /** Path and query of the page; its forms are sent to them. */
  readonly target: string;
}

/** The same page with other parameters; `undefined` removes one. */
export function targetWith(target: string, changes: Readonly<Record<string, string | undefined>>): string {
  const [path = "", query = ""] = target.split(/\?(.*)/s);
  const parameters = new URLSearchParams(query);
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined) {
      parameters.delete(name);
    } else {
      parameters.set(name, value);
    }
  }
  return `${path}?${parameters}`;
}

export function recordVisit(
  { context, exchange }: Visit,
  event: Omit<NewEvent, "type" | "method" | "path"> & Partial<Pick<NewEvent, "type">>,
): void {
  context.events.record({
    type: "signIn",
    method: exchange.request.method,
    path: exchange.url.pathname,
    clientId: exchange.url.searchParams.get("client_id") ?? undefined,
    correlationId: exchange.correlationId,
    ...event,
  });
}
