/** A request, wherever it has come from. */
export interface PlainRequest {
  readonly method: string;
  /** Whole and normalised, as in a `Request`. */
  readonly url: string;
  /** The origin that the caller used, without a slash at its end: endpoints and next links name it. */
  readonly origin: string;
  /** As it was sent, without the query. */
  readonly path: string;
  readonly headers: { get(name: string): string | null };
  /** The body: who reads it leaves it for the next. */
  bytes(): Promise<Uint8Array<ArrayBuffer>>;
  text(): Promise<string>;
  /** Ends the connection without an answer. */
  cut(): void;
}

/** A response before it is written to a socket or becomes a `Response`. */
export interface PlainResponse {
  readonly status: number;
  /** Names in lower case. A list is one line for each value. */
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly body: string | Uint8Array<ArrayBuffer> | null;
}

/** What answers requests. */
export type Handle = (request: PlainRequest) => PlainResponse | Promise<PlainResponse>;

/** A step on the way of every request: answers it, or hands it to the next one. */
export type Middleware = (request: PlainRequest, next: Handle) => PlainResponse | Promise<PlainResponse>;

// As `Request` reads text: without a byte order mark, and with a sign in place of what is no UTF-8.
const decoder = new TextDecoder();

/** A request of what the two adapters find in their own. */
export function plainRequest(
  { method, url, headers, cut }: Pick<PlainRequest, "method" | "url" | "headers" | "cut">,
  readBytes: () => Promise<Uint8Array<ArrayBuffer>>,
): PlainRequest {
  // The text of the URL is normalised: the first slash after the scheme ends the origin.
  const start = url.indexOf("/", url.indexOf("//") + 2);
  const end = url.slice(start).search(/[?#]/);
  let body: Promise<Uint8Array<ArrayBuffer>> | undefined;
  const bytes = (): Promise<Uint8Array<ArrayBuffer>> => {
    body ??= readBytes();
    return body;
  };
  return {
    method,
    url,
    origin: url.slice(0, start),
    path: end < 0 ? url.slice(start) : url.slice(start, start + end),
    headers,
    bytes,
    text: () => bytes().then((read) => decoder.decode(read)),
    cut,
  };
}

export function jsonResponse(
  status: number,
  body: object,
  headers: Readonly<Record<string, string>> = {},
): PlainResponse {
  return { status, headers: { "content-type": "application/json", ...headers }, body: JSON.stringify(body) };
}

export function redirect(status: 302 | 303, location: string): PlainResponse {
  return { status, headers: { location, "cache-control": "no-store" }, body: null };
}

export function methodNotAllowed(allow: string): PlainResponse {
  return { status: 405, headers: { allow }, body: null };
}

/** The answer with lines of `Set-Cookie`. */
export function withCookies(response: PlainResponse, cookies: readonly string[]): PlainResponse {
  return cookies.length === 0
    ? response
    : { ...response, headers: { ...response.headers, "set-cookie": [...cookies] } };
}
