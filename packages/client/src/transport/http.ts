import { AuthError, NetworkError } from "../errors.ts";
import type { Clock } from "../runtime/clock.ts";
import { quoteForeign } from "./foreignText.ts";

/** The part of `fetch` that token requests use; the global `fetch` is one. */
export type Fetch = (url: string, init: FetchInit) => Promise<FetchAnswer>;

/** What {@link Fetch} is told. */
export interface FetchInit {
  readonly method?: string;
  readonly headers: Record<string, string>;
  readonly body?: string;
  readonly redirect: "manual";
  readonly signal: AbortSignal;
}

/** What {@link Fetch} resolves to. */
export interface FetchAnswer {
  readonly status: number;
  readonly headers: AnswerHeaders;
  text(): Promise<string>;
}

/** The headers of an answer, by case-insensitive name. */
export interface AnswerHeaders {
  get(name: string): string | null;
}

/** What a request needs of the application: its way to the network, its clock and its deadline. */
export interface HttpClient {
  readonly fetch: Fetch;
  readonly clock: Clock;
  readonly requestTimeoutMs: number;
}

/** An answer read whole. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: AnswerHeaders;
  readonly text: string;
}

/**
 * Sends one request and reads the answer whole, under the application's deadline. Redirects are not followed: the
 * request may carry a credential. Throws {@link NetworkError} when no answer comes, `signal.reason` on abort.
 */
export async function send(
  http: HttpClient,
  url: string,
  init: Omit<FetchInit, "redirect" | "signal">,
  signal: AbortSignal,
): Promise<HttpAnswer> {
  return withDeadline(http, new URL(url).host, signal, async (bounded) => {
    const response = await http.fetch(url, { ...init, redirect: "manual", signal: bounded });
    return { status: response.status, headers: response.headers, text: await response.text() };
  });
}

/** Runs work that talks to `host` under the application's deadline and gives its failures our form. */
export async function withDeadline<T>(
  http: Pick<HttpClient, "clock" | "requestTimeoutMs">,
  host: string,
  signal: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  signal?.throwIfAborted();
  const controller = new AbortController();
  const done = new AbortController();
  const onAbort = (): void => controller.abort(signal?.reason);
  signal?.addEventListener("abort", onAbort, { once: true });
  const timeout = timeoutError(`${host} did not answer within ${http.requestTimeoutMs} ms.`);
  // The clock may be an injected one, so the deadline is a sleep that is called off, not a timer.
  http.clock.sleep(http.requestTimeoutMs, done.signal).then(
    () => controller.abort(timeout),
    () => {},
  );
  try {
    return await work(controller.signal);
  } catch (error) {
    if (signal?.aborted) throw signal.reason;
    if (controller.signal.aborted) throw timeout;
    throw error instanceof AuthError ? error : networkError(host, error);
  } finally {
    done.abort();
    signal?.removeEventListener("abort", onAbort);
  }
}

/** Gets a JSON object; the body of an answer that is none is reported, never thrown as a syntax error. */
export async function getJson(
  http: HttpClient,
  url: string,
  signal: AbortSignal,
): Promise<{ status: number; body: Record<string, unknown> }> {
  const answer = await send(http, url, { headers: { accept: "application/json" } }, signal);
  const body = parseObject(answer.text);
  if (body === undefined) throw invalidResponse(new URL(url).host, answer, []);
  return { status: answer.status, body };
}

/** The text's JSON object, or `undefined` when it holds anything else. */
export function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

/** The error for an answer that is not the JSON object it has to be: a proxy's page, a gateway's apology. */
export function invalidResponse(host: string, answer: HttpAnswer, confidential: readonly string[]): NetworkError {
  const type = answer.headers.get("content-type") ?? "no content type";
  const location = answer.headers.get("location");
  const said = quoteForeign(answer.text, confidential);
  const detail =
    location === null ? (said === "" ? "with an empty body" : `: ${said}`) : "with a redirect, which is not followed";
  return new NetworkError(`${host} answered ${answer.status} (${quoteForeign(type, confidential)}) ${detail}`, {
    code: "invalid_response",
    remedy:
      answer.status === 407
        ? "Give the proxy its user and password in HTTPS_PROXY."
        : "Look for a proxy, gateway or captive portal that answers in the server's place; if there is none, try again later.",
    retryable: answer.status >= 500 || answer.status === 429 || answer.status === 408,
  });
}

/** The error for a caller's or a request's deadline. */
export function timeoutError(message: string): NetworkError {
  return new NetworkError(message, {
    code: "timeout",
    remedy: "Try again; if it happens often, check the way to the host (proxy, firewall) or allow more time.",
    retryable: true,
  });
}

function networkError(host: string, cause: unknown): NetworkError {
  const { code, text } = describe(cause);
  return new NetworkError(`No answer from ${host}: ${text}`, {
    code: "network_error",
    remedy:
      remedies.find(([pattern]) => pattern.test(`${code} ${text}`))?.[1] ??
      "Check the way to the host, then try again.",
    retryable: true,
    cause,
  });
}

const remedies: readonly (readonly [RegExp, string])[] = [
  [/proxy/i, "Check the proxy named here: HTTPS_PROXY and NO_PROXY decide whether it is used."],
  [/ENOTFOUND|EAI_AGAIN/, "Check the host name and this machine's name resolution; behind a proxy set HTTPS_PROXY."],
  [/ECONNREFUSED/, "Check that the server runs and listens at this address and port."],
  [
    /CERT|SELF_SIGNED|UNABLE_TO|ERR_TLS|certificate/,
    "Trust the server's certificate authority: set NODE_EXTRA_CA_CERTS to its PEM file before the program starts.",
  ],
  [/ETIMEDOUT|EHOSTUNREACH|ENETUNREACH/, "Check network, firewall and proxy: the host cannot be reached from here."],
];

/** The deepest system code in a chain of causes, and what the chain says. */
function describe(error: unknown): { code: string; text: string } {
  let code = "";
  const texts: string[] = [];
  for (let at = error; at instanceof Error && texts.length < 8; at = at.cause) {
    if ("code" in at && typeof at.code === "string") code = at.code;
    texts.push(at.message);
    // Happy eyeballs: the reasons are inside, one for each address.
    if (at instanceof AggregateError && at.message === "") {
      const [first] = at.errors;
      texts[texts.length - 1] = first instanceof Error ? first.message : String(first);
    }
  }
  const text = texts.filter((part) => part !== "").join(": ") || String(error);
  return { code, text: code === "" || text.includes(code) ? text : `${text} (${code})` };
}
