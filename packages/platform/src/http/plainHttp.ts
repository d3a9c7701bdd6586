/** A request, from a socket or from `fetch`. */
export interface PlainRequest {
  readonly method: string;
  /** Absolute and normalized, as in a `Request`. */
  readonly url: string;
  /** The origin that the caller used, without a trailing slash: endpoints and next links start with it. */
  readonly origin: string;
  /** As sent, without the query. */
  readonly path: string;
  readonly headers: { get(name: string): string | null };
  /** The body. It can be read more than once. */
  bytes(): Promise<Uint8Array<ArrayBuffer>>;
  text(): Promise<string>;
  /** Closes the connection without a response. */
  cut(): void;
}

/** A response before it is written to a socket or becomes a `Response`. */
export interface PlainResponse {
  readonly status: number;
  /** Names in lower case. A list becomes one header line per value. */
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly body: string | Uint8Array<ArrayBuffer> | null;
}

/** Answers requests. */
export type Handle = (request: PlainRequest) => PlainResponse | Promise<PlainResponse>;

/** A step that every request passes: it answers the request or calls `next`. */
export type Middleware = (request: PlainRequest, next: Handle) => PlainResponse | Promise<PlainResponse>;

// Decodes like `Request`: without a byte order mark, and with a replacement character for invalid UTF-8.
const decoder = new TextDecoder();

/** Builds a plain request from what the two adapters have. */
export function plainRequest(
  { method, url, headers, cut }: Pick<PlainRequest, "method" | "url" | "headers" | "cut">,
  readBytes: () => Promise<Uint8Array<ArrayBuffer>>,
): PlainRequest {
  // The URL is normalized, so the first slash after the scheme ends the origin.
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

/** Adds `Set-Cookie` lines to a response. */
export function withCookies(response: PlainResponse, cookies: readonly string[]): PlainResponse {
  return cookies.length === 0
    ? response
    : { ...response, headers: { ...response.headers, "set-cookie": [...cookies] } };
}
