import type { Account } from "../api/account.ts";
import { platformOptions, requireOptionNames, signalOption } from "../api/checks/optionNames.ts";
import { requireNumbers, requireTypes, wrongType } from "../api/checks/optionTypes.ts";
import { AuthError, ConfigurationError } from "../errors/errors.ts";
import type { Cancellation } from "../runtime/cancellation.ts";
import { type Clock, systemClock } from "../runtime/clock.ts";
import { parseJson } from "../runtime/json.ts";
import { guessableRandom, type Random, randomFraction } from "../runtime/random.ts";
import { type Mask, maskOf } from "../transport/foreignText/foreignText.ts";
import { invalidResponse, withRequestTimeout } from "../transport/http.ts";
import { requireHeaders } from "../transport/requireHeaders.ts";
import { readRetryAfterMs } from "../transport/retrying/retryAfter.ts";
import { apiFetch } from "../transport/runtimeFetch/runtimeFetch.ts";
import { isConfidential, parseUrl } from "../transport/webAddress.ts";
import { apiError } from "./apiError.ts";
import { claimsChallengeOf } from "./claimsChallenge.ts";
import { isRedirect, redirectTarget, resolveBelow } from "./redirects.ts";
import { acquireFrom, requireAccountIfPresent, type TokenSource } from "./tokenSource.ts";

/** The options of {@link protectedApi}. */
export interface ProtectedApiOptions {
  /** The address of the API: `https://graph.microsoft.com/v1.0/`. The token is sent to this origin only. */
  readonly baseUrl: string;
  /** The API's scopes: `["https://graph.microsoft.com/.default"]`. */
  readonly scopes: readonly string[];
  /**
   * The user in whose name the API is called. If omitted, the application itself; present but `undefined`, it is
   * rejected.
   */
  readonly account?: Account | undefined;
  /** A tenant other than the authority's. */
  readonly tenantId?: string | undefined;
  /**
   * How often a request is retried: GET and HEAD after 429, 502, 503 and 504, others only if the API asks for it, by
   * `Retry-After` with 429 or 503. Default 3; 0: never.
   */
  readonly maxRetries?: number | undefined;
  /** The timeout of one request, in milliseconds. Default 100,000. */
  readonly requestTimeoutMs?: number | undefined;
  /** Sends requests. Default: the same as the application's default. */
  readonly fetch?: typeof globalThis.fetch | undefined;
  readonly clock?: Clock | undefined;
  readonly random?: Random | undefined;
}

/**
 * An API that is called with an access token. Paths are relative to `baseUrl` and stay below it, whatever they contain
 * (`root:/a.txt:/content`); an absolute URL of the same origin is used unchanged. `#` must be written as `%23`.
 */
export interface ProtectedApi {
  /**
   * `fetch` with the token: returns the response unchanged, whatever its status; `init.signal` applies to its body as
   * well.
   */
  fetch(path: string, init?: RequestInit): Promise<Response>;
  /** The response's JSON; throws {@link ServerError}, with a remedy, when the API refuses. */
  json<T>(path: string, init?: RequestInit): Promise<T>;
  /** The pages of an OData list, following `@odata.nextLink`; throws if a link leads back. */
  pages<T>(path: string, init?: RequestInit): AsyncGenerator<T[], void, undefined>;
}

/** If asked to wait longer than this, the caller gets the error instead of a delay. */
const longestWaitMs = 60_000;
/** Without `Retry-After`, the first delay is between this and twice as long; each further one doubles. */
const firstWaitMs = 500;

/**
 * Calls an API with a token: Microsoft Graph, or your own API. The token is sent to the origin of `baseUrl` only: a
 * redirect to another https origin is followed without it. A claims challenge is answered once with a new token. GET
 * and HEAD are retried after 429, 502, 503 and 504: when the API says so (`Retry-After`), or else at random, increasing
 * intervals. Requests that change data are retried only if the API asks for it (429 or 503 with `Retry-After`):
 * otherwise the change may have been made. A streamed body cannot be sent twice, so such a request is never retried.
 *
 * @throws {@link ConfigurationError} when `baseUrl` is neither https nor on this machine.
 * @see https://learn.microsoft.com/graph/paging
 * @example
 * ```ts
 * import { type ConfidentialClientApplication, protectedApi } from "@latchkey/client";
 *
 * async function printUsers(app: ConfidentialClientApplication) {
 *   const graph = protectedApi(app, {
 *     baseUrl: "https://graph.microsoft.com/v1.0/",
 *     scopes: ["https://graph.microsoft.com/.default"],
 *   });
 *   for await (const users of graph.pages<{ displayName: string }>("users")) console.log(users);
 * }
 * ```
 */
export function protectedApi(source: TokenSource, options: ProtectedApiOptions): ProtectedApi {
  requireOptionNames("protectedApi", options, `baseUrl scopes:any account:account tenantId ${platformOptions}`);
  requireNumbers(options);
  requireAccountIfPresent(options);
  const {
    baseUrl,
    maxRetries = 3,
    requestTimeoutMs = 100_000,
    // Never called as a method of this object: a platform's fetch would reject that.
    fetch = apiFetch,
    clock = systemClock,
    random = guessableRandom,
    ...requirements
  } = options;
  const base = parseBase(baseUrl);
  const http = { clock, requestTimeoutMs };

  /** Sends a request, retrying where that can help, and reads the response; the timeout applies to each request. */
  async function exchange<T>(path: string, init: RequestInit, read: Read<T>): Promise<T> {
    const given = headersOf(init);
    const start = resolveBelow(base, path);
    const signal = init.signal ?? undefined;
    let claims: string | undefined;
    for (let attempt = 0; ; attempt++) {
      const { tokenType, accessToken } = await acquireFrom(source, { ...requirements, claims, signal });
      const headers = new Headers(given);
      headers.set("authorization", `${tokenType} ${accessToken}`);
      const mask = maskOf([], [...headers]);
      let next: Next<T> = { url: start };
      for (let redirects = 0; "url" in next; redirects++) {
        const { url }: { url: URL } = next;
        // Never sent again after leaving the origin: a foreign host must not choose which requests carry the token.
        if (url.origin !== base.origin) {
          for (const name of privateHeaders) {
            headers.delete(name);
          }
        }
        const sendOnce = async (cancellation: Cancellation, onProxy: (proxy: string) => void): Promise<Next<T>> => {
          // The timeout ends with the response; the caller's own signal still applies to the body.
          const combinedSignal = signal ? AbortSignal.any([signal, cancellation.signal]) : cancellation.signal;
          const sent = { ...init, headers, redirect: "manual", signal: combinedSignal, onProxy } as const;
          const response = await fetch(url.href, sent);
          const isRedirected = isRedirect(response);
          const retry = isRedirected ? undefined : retryFor(response, init, claims !== undefined, attempt);
          // An unread body would keep its connection busy.
          if (isRedirected || retry) {
            await response.body?.cancel();
          }
          if (isRedirected) {
            return { url: redirectTarget(response, url, methodOf(init), redirects) };
          }
          return retry ?? { value: await read(response, mask) };
        };
        next = await withRequestTimeout(http, url.href, { signal }, sendOnce, mask);
      }
      if ("value" in next) {
        return next.value;
      }
      claims = next.claims ?? claims;
      if (next.waitMs > 0) {
        await clock.sleep(next.waitMs, signal);
      }
    }
  }

  /** What would make the same request succeed: a token with other claims, or a delay. */
  function retryFor(
    { status, headers }: Response,
    init: RequestInit,
    challenged: boolean,
    attempt: number,
  ): Retry | undefined {
    if (!canRepeat(init)) {
      return undefined;
    }
    if (status === 401 && !challenged) {
      const claims = claimsChallengeOf(headers.get("www-authenticate"));
      return claims === undefined ? undefined : { claims, waitMs: 0 };
    }
    const retryAfterMs = readRetryAfterMs(headers, clock.now());
    const isBusy = status === 429 || status === 503;
    const isRetryable = isSafe(methodOf(init))
      ? isBusy || status === 502 || status === 504
      : isBusy && retryAfterMs !== undefined;
    if (!isRetryable || !(attempt < maxRetries)) {
      return undefined;
    }
    const waitMs = retryAfterMs ?? Math.min(firstWaitMs * 2 ** attempt * (1 + randomFraction(random)), longestWaitMs);
    return waitMs > longestWaitMs ? undefined : { waitMs };
  }

  async function json<T>(path: string, init: RequestInit = {}): Promise<T> {
    const headers = headersOf(init);
    if (!headers.has("accept")) {
      headers.set("accept", "application/json");
    }
    return exchange(path, { ...init, headers }, async (response, mask) => {
      const text = await response.text();
      if (!response.ok) {
        const { origin, pathname } = resolveBelow(base, path);
        const call = `${methodOf(init)} ${origin}${pathname}`;
        throw apiError(source, requirements, { call, response, text, mask, nowMs: clock.now() });
      }
      if (text === "") {
        return undefined as T;
      }
      const value = parseJson(text);
      if (value !== undefined) {
        return value as T;
      }
      throw invalidResponse(base.host, { status: response.status, headers: response.headers, text }, mask, undefined);
    });
  }

  return {
    fetch: (path, init = {}) => exchange(path, init, async (response) => response),
    json,
    async *pages<T>(path: string, init?: RequestInit) {
      const isNew = createLinkTracker();
      isNew(resolveBelow(base, path).href);
      for (let next = path; ; ) {
        const page: { value?: unknown; "@odata.nextLink"?: unknown } | null | undefined = await json(next, init);
        if (!Array.isArray(page?.value)) {
          throw notAList(base.host);
        }
        yield page.value as T[];
        const link = page["@odata.nextLink"] ?? "";
        if (link === "") {
          return;
        }
        if (typeof link !== "string" || !isNew(resolveBelow(base, link).href)) {
          throw endlessList(base.host);
        }
        next = link;
      }
    },
  };
}

/** What follows a response: the result, another address, or a retry. */
type Next<T> = { readonly value: T } | { readonly url: URL } | Retry;

type Read<T> = (response: Response, mask: Mask) => Promise<T>;

/** The claims and the delay of a retry. */
interface Retry {
  readonly claims?: string;
  readonly waitMs: number;
}

/** The headers of a valid request. */
function headersOf(init: RequestInit): Headers {
  requireTypes(init, "method");
  requireTypes({ signal: init.signal ?? undefined }, signalOption);
  let headers: Headers;
  try {
    headers = new Headers(init.headers);
  } catch {
    throw wrongType("headers", init.headers, "a valid value for the Headers constructor");
  }
  requireHeaders("headers", headers);
  return headers;
}

/** A stream of any kind can be sent only once. */
function canRepeat({ body }: RequestInit): boolean {
  return typeof body !== "object" || body === null || !(Symbol.asyncIterator in body || "getReader" in body);
}

function methodOf({ method = "GET" }: RequestInit): string {
  return method.toUpperCase();
}

function isSafe(method: string): boolean {
  return method === "GET" || method === "HEAD";
}

function notAList(host: string): AuthError {
  return new AuthError(`The response of ${host} is not a list: it has no value with the items.`, {
    code: "invalid_response",
    remedy: "Check that the path refers to a list; for a single object use json().",
  });
}

function endlessList(host: string): AuthError {
  return new AuthError(`The list never ends: a page from ${host} links to an earlier page or has an invalid link.`, {
    code: "invalid_response",
    remedy: "Treat the received pages as incomplete, and request the list with another filter, order or page size.",
  });
}

/** Headers for the API only, never for another host. */
const privateHeaders: readonly string[] = ["authorization", "cookie", "proxy-authorization"];

function parseBase(baseUrl: string): URL {
  const base = parseUrl(baseUrl);
  if (isConfidential(base) && base.username + base.password === "") {
    if (!base.pathname.endsWith("/")) {
      base.pathname += "/";
    }
    return base;
  }
  const shown = JSON.stringify(baseUrl)?.replace(/\/\/.*@/, "//***@");
  throw new ConfigurationError(`baseUrl is ${shown}: neither https nor on this machine, or it contains a password.`, {
    code: "invalid_options",
    remedy: "Set baseUrl to the API's https address: a token is never sent unencrypted.",
  });
}

const maxRecentLinks = 100;

/**
 * Creates a function that reports whether a link is new. Links among the last hundred are detected at once, and larger
 * cycles eventually, by Brent's method, however long the list is.
 */
function createLinkTracker(): (link: string) => boolean {
  let recent: readonly string[] = [];
  let mark: string | undefined;
  let count = 0;
  return (link) => {
    if (link === mark || recent.includes(link)) {
      return false;
    }
    recent = [link, ...recent.slice(0, maxRecentLinks - 1)];
    if (Number.isInteger(Math.log2(++count))) {
      mark = link;
    }
    return true;
  };
}
