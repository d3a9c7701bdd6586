import { type Handle, type PlainRequest, type PlainResponse, plainRequest } from "./plainHttp.ts";

/** Answers a `Request` in this process. Where the connection would be cut, it rejects as the global `fetch` does. */
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

/** A `Request` as a plain one. */
export function requestOf(request: Request, cut: () => void): PlainRequest {
  const { method, url, headers } = request;
  return plainRequest({ method, url, headers, cut }, async () => new Uint8Array(await request.arrayBuffer()));
}

/** The headers of an answer, to be read and changed. */
export function headersOf({ headers }: PlainResponse): Headers {
  const lines = new Headers();
  for (const [name, value] of Object.entries(headers)) {
    for (const line of typeof value === "string" ? [value] : value) {
      lines.append(name, line);
    }
  }
  return lines;
}

/** Headers as an answer has them. */
export function plainHeaders(headers: Headers): PlainResponse["headers"] {
  const cookies = headers.getSetCookie();
  return { ...Object.fromEntries(headers), ...(cookies.length === 0 ? {} : { "set-cookie": cookies }) };
}
