/** The part of `fetch` that token requests use; the global `fetch` is one. */
export type Fetch = (url: string, init: FetchInit) => Promise<FetchResponse>;

/** What {@link Fetch} is told. */
export interface FetchInit {
  readonly method?: string;
  readonly headers: Record<string, string>;
  readonly body?: string;
  readonly redirect: "manual";
  readonly signal: AbortSignal;
  /** So that a `fetch` which caches (Next.js) never gives one answer twice; left out where the runtime refuses it. */
  readonly cache?: "no-store";
  /** Is told the proxy that the request goes through, without user and password, so that a time-out can name it. */
  readonly onProxy?: (proxy: string) => void;
  /** Whoever waits for the answer keeps the program alive: the connection need not (Node's sockets are unref'd). */
  readonly isDetached?: boolean;
}

/** What {@link Fetch} resolves to. */
export interface FetchResponse {
  readonly status: number;
  readonly headers: ResponseHeaders;
  /** Where it is a stream it is read, no further than an answer may be long; else `text()` is called. */
  readonly body?: unknown;
  text(): Promise<string>;
}

/** The headers of an answer, by case-insensitive name. */
export interface ResponseHeaders {
  get(name: string): string | null;
}
