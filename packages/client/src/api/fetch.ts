/** The part of `fetch` that token requests use; the global `fetch` satisfies it. */
export type Fetch = (url: string, init: FetchInit) => Promise<FetchResponse>;

/** The options passed to {@link Fetch}. */
export interface FetchInit {
  readonly method?: string;
  readonly headers: Record<string, string>;
  readonly body?: string;
  readonly redirect: "manual";
  readonly signal: AbortSignal;
  /** Keeps a caching `fetch` (Next.js) from returning a response twice; omitted if the runtime refuses it. */
  readonly cache?: "no-store";
  /** Called with the proxy that the request uses, without user and password, so that a timeout can name it. */
  readonly onProxy?: (proxy: string) => void;
  /** If set, the caller keeps the program alive and the connection need not (Node's sockets are unref'd). */
  readonly isDetached?: boolean;
}

/** The response of {@link Fetch}. */
export interface FetchResponse {
  readonly status: number;
  readonly headers: ResponseHeaders;
  /** A stream is read up to the maximum length of a response; otherwise `text()` is called. */
  readonly body?: unknown;
  text(): Promise<string>;
}

/** The headers of a response, by case-insensitive name. */
export interface ResponseHeaders {
  get(name: string): string | null;
}
