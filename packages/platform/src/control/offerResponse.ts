import type { MiddlewareHandler } from "hono";
import type { ControlContext } from "./context.ts";
import type { Controls } from "./controls.ts";
import { readRequestFacts } from "./injectedFaults/requestFacts.ts";
import type { BeforeResponse } from "./listeners.ts";

/** Shows each answer to the `beforeResponse` listeners before it leaves. Without listeners it passes untouched. */
export function offerResponse(context: ControlContext, { listeners }: Controls): MiddlewareHandler {
  return async (c, next) => {
    if (!listeners.has("beforeResponse")) {
      await next();
      return;
    }
    const { form: _, ...facts } = await readRequestFacts(context.directory, c.req.raw);
    await next();
    const text = await c.res.text();
    const offered: BeforeResponse = {
      ...facts,
      status: c.res.status,
      headers: new Headers(c.res.headers),
      body: jsonObject(c.res.headers, text) ?? text,
    };
    await listeners.call("beforeResponse", offered);
    const body = typeof offered.body === "string" ? offered.body : JSON.stringify(offered.body);
    offered.headers.delete("content-length");
    const hasNone = body === "" || [204, 205, 304].includes(offered.status);
    // Otherwise hono would put the headers of the answer before this one into it.
    c.res = undefined;
    c.res = new Response(hasNone ? null : body, { status: offered.status, headers: offered.headers });
  };
}

function jsonObject(headers: Headers, text: string): Record<string, unknown> | undefined {
  if (!/^application\/json\b/i.test(headers.get("content-type") ?? "")) {
    return undefined;
  }
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}
