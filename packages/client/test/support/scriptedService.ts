import type { Fetch } from "@latchkey/client";

/** A request as it would be sent. */
export interface SentRequest {
  readonly url: URL;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The form fields of a token request. */
  readonly form: URLSearchParams;
  readonly signal: AbortSignal;
}

/** A service's response: an object is sent as JSON, a string unchanged. */
export interface ScriptedResponse {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: object | string;
}

export type Responder = (request: SentRequest, index: number) => ScriptedResponse | Promise<ScriptedResponse>;

/** A service behind an injected `fetch`, and the requests that it received. */
export interface ScriptedService {
  readonly fetch: Fetch;
  readonly requests: SentRequest[];
  /** Resolves after this many requests have arrived. */
  received(count: number): Promise<void>;
}

/** Creates a service that responds by `answer`; by default with a new token to every request. */
export function scriptedService(response: Responder = (_, index) => token(index + 1)): ScriptedService {
  const requests: SentRequest[] = [];
  const watchers: { readonly count: number; readonly resolve: () => void }[] = [];
  return {
    requests,
    received: (count) =>
      new Promise((resolve) => {
        if (requests.length >= count) {
          return resolve();
        }
        watchers.push({ count, resolve });
      }),
    fetch: async (url, { method = "GET", headers, body, signal }) => {
      const request = { url: new URL(url), method, headers, form: new URLSearchParams(body ?? ""), signal };
      requests.push(request);
      for (const { count, resolve } of watchers) {
        if (requests.length >= count) {
          resolve();
        }
      }
      const scripted = await Promise.race([response(request, requests.length - 1), abortOf(signal)]);
      const given = { "content-type": "application/json; charset=utf-8", ...scripted.headers };
      const text = typeof scripted.body === "string" ? scripted.body : JSON.stringify(scripted.body ?? {});
      return { status: scripted.status ?? 200, headers: new Headers(given), text: async () => text };
    },
  };
}

/** An Entra token response. */
export function token(number: number, more: object = {}): ScriptedResponse {
  return {
    body: { token_type: "Bearer", expires_in: 3599, ext_expires_in: 3599, access_token: `token-${number}`, ...more },
  };
}

/** An Entra error response: the number, and the text after it. */
export function aadstsError(number: number, words = "Words.", more: object = {}, status = 401): ScriptedResponse {
  return {
    status,
    body: {
      error: "invalid_client",
      error_description: `AADSTS${number}: ${words} Trace ID: t Correlation ID: c Timestamp: 2026-06-01 12:00:00Z`,
      error_codes: [number],
      correlation_id: "c0c0c0c0-0000-4000-8000-000000000001",
      ...more,
    },
  };
}

/** A response that never arrives. */
export function silence(): Promise<never> {
  return new Promise(() => {});
}

function abortOf(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) {
      return reject(signal.reason);
    }
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}
