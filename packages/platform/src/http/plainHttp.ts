/** What an endpoint reads of a request. A `Request` is one; what comes from a socket is one without the cost of it. */
export interface PlainRequest {
  readonly method: string;
  /** Whole and normalised, as in a `Request`. */
  readonly url: string;
  readonly headers: { get(name: string): string | null };
  text(): Promise<string>;
}

/** An answer before it becomes a `Response` or is written to a socket. */
export interface PlainAnswer {
  readonly status: number;
  /** Names in lower case. A list is one line for each value. */
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly body: string | null;
}

export function responseOf({ status, headers, body }: PlainAnswer): Response {
  const lines = new Headers();
  for (const [name, value] of Object.entries(headers)) {
    for (const line of typeof value === "string" ? [value] : value) {
      lines.append(name, line);
    }
  }
  return new Response(body, { status, headers: lines });
}

/** The origin the caller used, without a slash at its end: endpoints and next links name it. */
export function urlFor(request: PlainRequest): string {
  // The text of a request's URL is normalised: the first slash after the scheme ends the origin.
  const end = request.url.indexOf("/", "https://".length);
  return end < 0 ? request.url : request.url.slice(0, end);
}
