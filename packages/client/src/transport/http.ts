import { typeOf } from "../api/checks/optionTypes.ts";
import type { Fetch, FetchInit, FetchResponse, ResponseHeaders } from "../api/fetch.ts";
import { chainOf, isAuthError, isErrorLike, NetworkError } from "../errors/errors.ts";
import { type Cancellable, Cancellation, watch } from "../runtime/cancellation.ts";
import { type Clock, keepAlive, startTimer } from "../runtime/clock.ts";
import type { Random } from "../runtime/random.ts";
import { type Mask, quoteForeign } from "./foreignText/foreignText.ts";
import { isProgramError, programError } from "./programError.ts";
import { maximumBytes, readText } from "./readText.ts";

/** What sending requests needs from the application. */
export interface HttpClient {
  /** Default: `transport` of runtimeFetch.ts. */
  readonly fetch: Fetch;
  readonly clock: Clock;
  readonly requestTimeoutMs: number;
  readonly maxRetries: number;
  readonly random: Random;
}

/** What the requests of one acquisition share: when to give up, and the correlation id for errors. */
export interface Call extends Cancellable {
  /** Whether the caller already keeps the program alive while someone waits. */
  readonly isDetached?: boolean | undefined;
  readonly correlationId?: string | undefined;
  /** When the last caller will have given up, in epoch milliseconds. */
  readonly deadlineMs?: (() => number) | undefined;
}

/** A call with a correlation id. */
export interface NamedCall extends Call {
  readonly correlationId: string;
}

/** A complete response. */
export interface HttpResponse {
  readonly status: number;
  readonly headers: ResponseHeaders;
  readonly text: string;
}

/**
 * Sends one request and reads the whole response, within the application's timeout. Redirects are not followed: the
 * request may carry a credential. Throws {@link NetworkError} if there is no response, `signal.reason` on abort.
 */
export function send(
  http: HttpClient,
  address: string,
  init: Pick<FetchInit, "method" | "headers" | "body">,
  call: Call,
  mask?: Mask,
): Promise<HttpResponse> {
  const { fetch } = http;
  const exchange = async (cancellation: Cancellation, onProxy: (proxy: string) => void): Promise<HttpResponse> => {
    const fetchInit: Omit<FetchInit, "cache"> = {
      ...init,
      redirect: "manual",
      signal: cancellation.signal,
      onProxy,
      isDetached: call.isDetached ?? false,
    };
    let response: FetchResponse | undefined;
    try {
      if (!withoutCache.has(fetch)) {
        response = await fetch(address, { ...fetchInit, cache: "no-store" });
      }
    } catch (error) {
      if (!refusesCache(fetch, error)) {
        throw error;
      }
    }
    response ??= await fetch(address, fetchInit);
    const text = await readText(response);
    const { status, headers } = response;
    // A custom fetch may return something other than a string.
    if (text !== undefined && text.charAt(maximumBytes) === "") {
      return { status, headers, text };
    }
    throw new NetworkError(`The response of ${hostOf(address)} (${status}) is longer than ${maximumBytes} bytes.`, {
      code: "invalid_response",
      remedy: notTheServer,
      correlationId: call.correlationId,
    });
  };
  return withRequestTimeout(http, address, call, exchange, mask);
}

/**
 * The `fetch` functions that have rejected `cache: "no-store"`, and no longer receive it.
 * @see https://developers.cloudflare.com/workers/configuration/compatibility-flags/#enable-cache-no-store-http-standard-api
 */
const withoutCache = new WeakSet<Fetch>();

/** Whether an error reports, before anything was sent, that the option is unknown; it is omitted from then on. */
function refusesCache(fetch: Fetch, error: unknown): boolean {
  // workerd reports this in the message only.
  if (!isErrorLike(error) || !/^The '?cache'? field on|^Unsupported cache mode/.test(error.message)) {
    return false;
  }
  withoutCache.add(fetch);
  return true;
}

/**
 * Runs work that talks to the host of `address` within the application's timeout, and converts its failures to this
 * library's errors, without what they repeat of the request (`mask`). The work reports the proxy that it uses.
 */
export function withRequestTimeout<T>(
  http: Pick<HttpClient, "clock" | "requestTimeoutMs">,
  address: string,
  call: Call,
  work: (cancellation: Cancellation, onProxy: (proxy: string) => void) => Promise<T>,
  mask?: Mask,
): Promise<T> {
  let proxy: string | undefined;
  const onProxy = (named: string): void => {
    proxy = named;
  };
  const target = (): string => hostOf(address) + (proxy === undefined ? "" : `, through the proxy ${proxy},`);
  return withTimeout(
    http,
    { toString: target },
    call,
    (cancellation) => work(cancellation, onProxy),
    (error) => {
      if (isAuthError(error)) {
        return error;
      }
      const make = isProgramError(error) ? programError : networkError;
      return make(hostOf(address), redactError(error, mask), call.correlationId);
    },
  );
}

/** The host of an address, for errors and logs. */
export function hostOf(address: string): string {
  return new URL(address).host;
}

/**
 * Runs work until it finishes, the caller gives up (`signal.reason`) or the timeout passes (`timeout`), even if the
 * work ignores its cancellation. `subject` names what did not respond in time, or returns the whole message; `describe`
 * converts other failures.
 */
export function withTimeout<T>(
  { clock, requestTimeoutMs }: { readonly clock: Clock; readonly requestTimeoutMs?: number | undefined },
  subject: { toString(): string } | (() => string),
  call: Call,
  work: (cancellation: Cancellation) => Promise<T>,
  describe?: (error: unknown) => unknown,
  cancellation: Cancellation = new Cancellation(),
): Promise<T> {
  return new Promise((resolve, reject) => {
    const stopWatching = watch(call, giveUp);
    const stopTimer = requestTimeoutMs === undefined ? undefined : startTimer(clock, requestTimeoutMs, timeOut);
    const release = call.isDetached ? undefined : keepAlive();
    work(cancellation).then(
      (value) => {
        stop();
        resolve(value);
      },
      (error: unknown) => {
        stop();
        // What happens after the end is ignored.
        if (!cancellation.cancelled) {
          reject(describe ? describe(error) : error);
        }
      },
    );

    function stop(): void {
      stopWatching();
      stopTimer?.();
      release?.();
    }

    function giveUp(reason: unknown): void {
      stop();
      reject(reason);
      cancellation.cancel(reason);
    }

    function timeOut(): void {
      const message =
        typeof subject === "function" ? subject() : `${subject} did not respond within ${requestTimeoutMs} ms.`;
      const error = new NetworkError(message, {
        code: "timeout",
        remedy:
          "Try again; if this happens often, check the connection to the host (proxy, firewall) or allow more time.",
        retryable: true,
        correlationId: call.correlationId,
      });
      giveUp(error);
    }
  });
}

/** Whether a status reports a temporary failure: the same request may succeed later. */
export function isTransientStatus(status: number): boolean {
  return status >= 500 || status === 429 || status === 408;
}

/**
 * Describes a response that is not the expected JSON. Only proxies' pages are quoted: a response meant for the program
 * may contain tokens in any form.
 */
export function describeResponse(host: string, { status, headers, text }: HttpResponse, mask?: Mask): string {
  const coding = headers.get("content-encoding");
  const type = quoteForeign(`${headers.get("content-type") ?? "no content type"}${coding ? `, ${coding}` : ""}`, mask);
  const about = `${host} answered ${status} (${type}`;
  if (headers.get("location") !== null) {
    return `${about}) with a redirect, which is not followed.`;
  }
  if (text.trim() === "") {
    return `${about}) with an empty body.`;
  }
  if (/^text\/html/i.test(type) && !(status >= 200 && status < 300)) {
    return `${about}): ${quoteForeign(text, mask)}`;
  }
  return `${about}) with ${text.length} unreadable characters.`;
}

/** The error for an unreadable response. */
export function invalidResponse(
  host: string,
  response: HttpResponse,
  mask: Mask | undefined,
  correlationId: string | undefined,
): NetworkError {
  return new NetworkError(describeResponse(host, response, mask), {
    code: "invalid_response",
    remedy: response.status === 407 ? proxyNeedsPassword : notTheServer,
    retryable: isTransientStatus(response.status),
    correlationId,
  });
}

function networkError(host: string, cause: unknown, correlationId: string | undefined): NetworkError {
  const { code, text } = describeCause(cause);
  const remedy =
    remedies.find(([pattern]) => pattern.test(`${code} ${text}`))?.[1] ??
    "Check the connection to the host, then try again.";
  // Node adds its own advice for untrusted certificates, which does not apply to every machine.
  return new NetworkError(`No response from ${host}: ${text.replace(/; if the root CA .*--use-system-ca/, "")}`, {
    code: "network_error",
    remedy: remedy === untrusted && /^(localhost|127\.|\[::1)/.test(host) ? untrustedHere : remedy,
    retryable: true,
    correlationId,
    cause,
  });
}

/**
 * The error itself or, if it repeats a secret, a new one with the masked message: libraries attach requests to their
 * errors, and consoles print them.
 */
export function redactError(error: unknown, mask: Mask = (text) => text, hidesFields = false): unknown {
  const { code, text } = describeCause(error);
  try {
    const all = JSON.stringify(
      chainOf(error).map((each) => [
        each.message,
        { ...each },
        // Throws if it is not a list, and counts as an echo.
        ((each.errors ?? []) as readonly object[]).map((member) => ({ ...member })),
      ]),
    );
    if (mask(text, hidesFields) === text && mask(all, hidesFields) === all) {
      return error;
    }
  } catch {}
  return Object.assign(new Error(quoteForeign(text, mask)), code ? { code } : {});
}

const notTheServer =
  "Look for a proxy, gateway or captive portal that responds in place of the server; if there is none, try again later.";
const untrusted =
  "Trust the server's certificate authority: set NODE_EXTRA_CA_CERTS to its PEM file before the program starts.";
const untrustedHere =
  "Trust the local platform's certificate authority: set NODE_EXTRA_CA_CERTS to its ca-certificate.pem before the program starts.";
const proxyNeedsPassword = "Add the proxy's user and password to HTTPS_PROXY.";

const remedies: readonly (readonly [RegExp, string])[] = [
  [/proxy.* answered 407/i, proxyNeedsPassword],
  [
    /CERT_HAS_EXPIRED|CERT_NOT_YET_VALID|ALTNAME_INVALID/,
    "Have the server's certificate renewed or issued for this host name, or correct this machine's clock.",
  ],
  [/CERT|SELF_SIGNED|UNABLE_TO|ERR_TLS|certificate/, untrusted],
  [/proxy/i, "Check this proxy: HTTPS_PROXY and NO_PROXY determine whether it is used."],
  [/ENOTFOUND|EAI_AGAIN/, "Check the host name and this machine's name resolution; behind a proxy set HTTPS_PROXY."],
  [/ECONNREFUSED/, "Check that the server is running and listens on this address and port."],
  [/ content coding/, notTheServer],
  [
    // The message of Chromium, Firefox and Safari for every failure, including a refused origin.
    /Failed to fetch|NetworkError when attempting|Load failed/,
    "Check the network; the browser's network tools show whether there was a response. A page can read it only if the page's address is registered as a redirect URI of the single-page application platform.",
  ],
  [/ETIMEDOUT|EHOSTUNREACH|ENETUNREACH/, "Check network, firewall and proxy: the host cannot be reached from here."],
];

/** The deepest system code in a chain of causes, and the messages of the chain. */
export function describeCause(error: unknown): { code: string; text: string } {
  const chain = chainOf(error);
  const code = chain.findLast((at) => typeof at.code === "string")?.code as string | undefined;
  const text =
    chain
      .map(({ message }) => message)
      .filter((part) => part !== "")
      .join(": ") || (typeof error === "object" ? typeOf(error) : String(error));
  return { code: code ?? "", text: !code || text.includes(code) ? text : `${text} (${code})` };
}
