import type { Context, MiddlewareHandler } from "hono";

export const largestBodyBytes = 1_048_576;

/**
 * Refuses bodies over 1 MiB. hono's own limit builds the request anew from the one it was given, which the lazy
 * requests of node-server do not survive; here only a body of unannounced length is read beforehand.
 */
export function limitBody(): MiddlewareHandler {
  return async (c, next) => {
    const announced = c.req.header("content-length");
    if (announced !== undefined) {
      return Number(announced) > largestBodyBytes ? refuse(c) : next();
    }
    if (c.req.header("transfer-encoding") === undefined) {
      return next();
    }
    const body = await readBody(c.req.raw.body);
    if (body === undefined) {
      return refuse(c);
    }
    const { url, method, headers } = c.req.raw;
    c.req.raw = new Request(url, { method, headers, ...(body.length === 0 ? {} : { body }) });
    return next();
  };
}

/** The whole body, or `undefined` when it is too large. */
export async function readBody(stream: AsyncIterable<Uint8Array> | null): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of stream ?? []) {
    length += chunk.length;
    if (length > largestBodyBytes) {
      return undefined;
    }
    chunks.push(chunk);
  }
  return Uint8Array.from(Buffer.concat(chunks));
}

function refuse(c: Context): Response {
  const message = `A body is at most ${largestBodyBytes} bytes`;
  return c.req.path.startsWith("/v1.0/") || c.req.path.startsWith("/beta/")
    ? c.json({ error: { code: "BadRequest", message } }, 413)
    : c.json({ error: "invalid_request", error_description: message }, 413);
}
