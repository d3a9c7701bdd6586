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
