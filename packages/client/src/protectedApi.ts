import type { AuthenticationResult } from "./authenticationResult.ts";
import { isLoopback } from "./authority/authority.ts";
import { ConfigurationError, ServerError } from "./errors.ts";
import type { AcquireTokenForClientOptions } from "./options.ts";
import { type Clock, systemClock } from "./runtime/clock.ts";
import { type Mask, maskOf, quoteForeign } from "./transport/foreignText.ts";
import { invalidResponse, isPassing, parseJson, parseObject, withDeadline } from "./transport/http.ts";
import { readRetryAfterMs } from "./transport/retryAfter.ts";
import { apiFetch } from "./transport/runtimeTransport.ts";

/** The part of an application that {@link protectedApi} uses. */
export interface TokenSource {
  acquireTokenForClient(options: AcquireTokenForClientOptions): Promise<AuthenticationResult>;
  getAdminConsentUrl(options?: { readonly tenantId?: string | undefined }): string | undefined;
}

/** What {@link protectedApi} takes. */
export interface ProtectedApiOptions {
  /** Where the API is: `https://graph.microsoft.com/v1.0/`. The token goes to this origin only. */
  readonly baseUrl: string;
  /** The API's scopes: `["https://graph.microsoft.com/.default"]`. */
  readonly scopes: readonly string[];
  /** Another tenant than the authority's. */
  readonly tenantId?: string | undefined;
  /** The deadline of one request, in milliseconds. Default 100,000. */
  readonly requestTimeoutMs?: number | undefined;
  /** The way to the network. Default: as the application's default. */
  readonly fetch?: typeof globalThis.fetch | undefined;
  readonly clock?: Clock | undefined;
}

/** An API called with the application's token. Paths are relative to `baseUrl`. */
export interface ProtectedApi {
  /** `fetch` with the token: the answer as it is, whatever its status; `init.signal` bounds its body as well. */
  fetch(path: string, init?: RequestInit): Promise<Response>;
  /** The answer's JSON; throws {@link ServerError}, with a remedy, when the API refuses. */
  json<T>(path: string, init?: RequestInit): Promise<T>;
  /** The pages of an OData list, `@odata.nextLink` after `@odata.nextLink`. */
  pages<T>(path: string, init?: RequestInit): AsyncGenerator<T[], void, undefined>;
}

const maximumRedirects = 5;

/**
 * Calls an API with the application's token: Microsoft Graph, or an API of yours. The token goes to the origin of
 * `baseUrl` and nowhere else: another https origin that a redirect names is asked without it.
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
export function protectedApi(app: TokenSource, options: ProtectedApiOptions): ProtectedApi {
  const base = parseBase(options.baseUrl);
  const { scopes, tenantId } = options;
  const http = {
    fetch: options.fetch ?? apiFetch,
    clock: options.clock ?? systemClock,
    requestTimeoutMs: options.requestTimeoutMs ?? 100_000,
  };

  /** Sends a request, follows its redirects, and reads the answer by `read`, under the deadline of each request. */
  async function exchange<T>(
    path: string,
    init: RequestInit,
    read: (response: Response, mask: Mask) => Promise<T>,
  ): Promise<T> {
    let url = resolve(base, path);
    const signal = init.signal ?? undefined;
    const { tokenType, accessToken } = await app.acquireTokenForClient({ scopes, tenantId, signal });
    const method = (init.method ?? "GET").toUpperCase();
    const headers = new Headers(init.headers);
    headers.set("authorization", `${tokenType} ${accessToken}`);
    const mask = maskOf(
      [],
      [...headers].filter(([name]) => privateHeaders.includes(name)),
    );
    for (let redirects = 0; ; redirects++) {
      // Once outside, always outside: a foreign host does not choose what is asked in the application's name.
      if (url.origin !== base.origin) for (const name of privateHeaders) headers.delete(name);
      const at = url;
      const result = await withDeadline(http, at.host, { signal }, async (bounded) => {
        // The deadline is for the answer; the caller's own signal goes on for the body that the caller reads.
        const joined = signal ? AbortSignal.any([signal, bounded]) : bounded;
        const response = await http.fetch(at.href, { ...init, headers, redirect: "manual", signal: joined });
        if (!isRedirect(response)) return { value: await read(response, mask) };
        // An unread body would hold its connection.
        await response.body?.cancel();
        return { target: redirectTarget(response, at, method, redirects) };
      });
      if (result.target === undefined) return result.value;
      url = result.target;
    }
  }

  function json<T>(path: string, init: RequestInit = {}): Promise<T> {
    const headers = new Headers(init.headers);
    if (!headers.has("accept")) headers.set("accept", "application/json");
    return exchange(path, { ...init, headers }, async (response, mask) => {
      const text = await response.text();
      if (!response.ok) {
        const { origin, pathname } = resolve(base, path);
        const asked = `${(init.method ?? "GET").toUpperCase()} ${origin}${pathname}`;
        throw apiError(app, options, asked, http.clock.now(), response, text, mask);
      }
      if (text === "") return undefined as T;
      const parsed = parseJson(text);
      if (parsed !== undefined) return parsed.value as T;
      throw invalidResponse(base.host, { status: response.status, headers: response.headers, text }, mask, undefined);
    });
  }

  return {
    fetch: (path, init = {}) => exchange(path, init, async (response) => response),
    json,
    async *pages<T>(path: string, init?: RequestInit) {
      for (let next: string | undefined = path; next !== undefined; ) {
        const page: { value?: T[]; "@odata.nextLink"?: string } | undefined = await json(next, init);
        yield page?.value ?? [];
        next = page?.["@odata.nextLink"];
      }
    },
  };
}

/** What is for the API alone and for no other host. */
const privateHeaders: readonly string[] = ["authorization", "cookie", "proxy-authorization"];

function parseBase(baseUrl: string): URL {
  const base = URL.canParse(baseUrl) ? new URL(baseUrl) : undefined;
  if (base?.protocol === "https:" || (base?.protocol === "http:" && isLoopback(base.hostname))) {
    if (!base.pathname.endsWith("/")) base.pathname += "/";
    return base;
  }
  throw new ConfigurationError(`baseUrl is ${JSON.stringify(baseUrl)}: neither https nor a host on this machine.`, {
    code: "invalid_options",
    remedy: "Set baseUrl to the API's https address: a token is never sent in the clear.",
  });
}

/** A path below the base, or an absolute URL (a nextLink) of the same origin. */
function resolve(base: URL, path: string): URL {
  const url = new URL(/^https?:/i.test(path) ? path : path.replace(/^\/+/, ""), base);
  if (url.origin === base.origin) return url;
  throw redirectRefused(`The address ${url.origin}${url.pathname} is not on ${base.origin}, where the token may go.`);
}

// A browser hides what a redirect says: the type is all that is left of it.
function isRedirect(response: Response): boolean {
  return response.type === "opaqueredirect" || [301, 302, 303, 307, 308].includes(response.status);
}

function redirectTarget(response: Response, from: URL, method: string, redirects: number): URL {
  const location = response.headers.get("location");
  const target = location !== null && URL.canParse(location, from) ? new URL(location, from) : undefined;
  if (target === undefined) throw redirectRefused(`${from.host} redirects, and this runtime does not say where to.`);
  if (method !== "GET" && method !== "HEAD") throw redirectRefused(`${from.host} redirects a ${method} request.`);
  if (target.protocol !== "https:" && target.origin !== from.origin) {
    throw redirectRefused(`${from.host} redirects to ${target.origin}, which is not https.`);
  }
  if (redirects >= maximumRedirects)
    throw redirectRefused(`${from.host} redirects more than ${maximumRedirects} times.`);
  return target;
}

function redirectRefused(message: string): ConfigurationError {
  return new ConfigurationError(message, {
    code: "redirect_refused",
    remedy: "Call the address that the API documents, with its own protectedApi if it is another host.",
  });
}

function apiError(
  app: TokenSource,
  options: ProtectedApiOptions,
  asked: string,
  nowMs: number,
  response: Response,
  text: string,
  mask: Mask,
): ServerError {
  const { status, headers } = response;
  const { code: given, message: words } = readApiError(text);
  const error = given === undefined ? undefined : quoteForeign(given, mask);
  const said = quoteForeign(words ?? text, mask);
  const { code, remedy, retryable } = apiMeaning(app, options, status);
  const message = `${asked} was answered ${status}${error ? ` ${error}` : ""}: ${said || "(no body)"}`;
  return new ServerError(message, {
    code,
    remedy,
    retryable,
    status,
    error,
    correlationId: headers.get("client-request-id") ?? headers.get("request-id") ?? undefined,
    retryAfterMs: readRetryAfterMs(headers, nowMs),
  });
}

function apiMeaning(app: TokenSource, { scopes, tenantId }: ProtectedApiOptions, status: number) {
  if (status === 401) {
    return {
      code: "token_rejected",
      retryable: false,
      remedy: `Check that the scope (${scopes.join(" ")}) is this API's own: it does not accept the token.`,
    } as const;
  }
  if (status === 403) {
    const url = app.getAdminConsentUrl({ tenantId });
    const consent =
      url === undefined
        ? "Have an administrator grant the permission"
        : `Have an administrator grant consent at ${url}`;
    return {
      code: "insufficient_privileges",
      retryable: false,
      remedy: `Declare the application permission that this call needs in the registration, if it is not there yet. ${consent}, then get a new token: forceRefresh, or a new start of the program.`,
    } as const;
  }
  if (status === 429)
    return {
      code: "throttled",
      retryable: true,
      remedy: "Wait as long as retryAfterMs says, then try again.",
    } as const;
  if (isPassing(status))
    return { code: "temporarily_unavailable", retryable: true, remedy: "Try again in a moment." } as const;
  return {
    code: "api_error",
    retryable: false,
    remedy: "Read the API's words above; they say what it refuses.",
  } as const;
}

/** Graph's error shape, `{ error: { code, message } }`, which other Microsoft APIs share. */
function readApiError(text: string): { code?: string | undefined; message?: string | undefined } {
  const error = parseObject(text)?.["error"];
  if (typeof error !== "object" || error === null) return {};
  const { code, message } = error as { code?: unknown; message?: unknown };
  return {
    code: typeof code === "string" ? code : undefined,
    message: typeof message === "string" ? message : undefined,
  };
}
