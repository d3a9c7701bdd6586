import { type Handle, type PlainRequest, type PlainResponse, plainRequest } from "./plainHttp.ts";

/** Answers a `Request` in this process. Rejects like the global `fetch` when the connection would be cut. */
export async function answerFetch(handle: Handle, request: Request): Promise<Response> {
  let isCut = false;
  const response = await handle(
    requestOf(request, () => {
      isCut = true;
    }),
  );
  if (isCut) {
    const cause = Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET", syscall: "read" });
    throw new TypeError("fetch failed", { cause });
  }
  const body = request.method === "HEAD" ? null : response.body;
  return new Response(body, { status: response.status, headers: headersOf(response) });
}

/** Converts a `Request` to a plain one. */
export function requestOf(request: Request, cut: () => void): PlainRequest {
  const { method, url, headers } = request;
  return plainRequest({ method, url, headers, cut }, async () => new Uint8Array(await request.arrayBuffer()));
}

/** The headers of a response as an object that can be read and changed. */
export function headersOf({ headers }: PlainResponse): Headers {
  const lines = new Headers();
  for (const [name, value] of Object.entries(headers)) {
    for (const line of typeof value === "string" ? [value] : value) {
      lines.append(name, line);
    }
  }
  return lines;
}

/** Converts headers to those of a plain response. */
export function plainHeaders(headers: Headers): PlainResponse["headers"] {
  const cookies = headers.getSetCookie();
  return { ...Object.fromEntries(headers), ...(cookies.length === 0 ? {} : { "set-cookie": cookies }) };
}
