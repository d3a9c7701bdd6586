import type { Fetch } from "@latchkey/client";

/** A request as it would go out. */
export interface SentRequest {
  readonly url: URL;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The form fields of a token request. */
  readonly form: URLSearchParams;
  readonly signal: AbortSignal;
}

/** What a service answers: an object is sent as JSON, a text as it is. */
export interface Reply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: object | string;
}

export type Answerer = (request: SentRequest, index: number) => Reply | Promise<Reply>;

/** A service behind an injected `fetch`, and what it was asked. */
export interface ScriptedService {
  readonly fetch: Fetch;
  readonly requests: SentRequest[];
  /** Resolves once this many requests have arrived. */
  received(count: number): Promise<void>;
}

/** Makes a service that answers by `answer`; by default every request gets a new token. */
export function scriptedService(response: Answerer = (_, index) => token(index + 1)): ScriptedService {
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
      const reply = await Promise.race([response(request, requests.length - 1), abortOf(signal)]);
      const given = { "content-type": "application/json; charset=utf-8", ...reply.headers };
      const text = typeof reply.body === "string" ? reply.body : JSON.stringify(reply.body ?? {});
      return { status: reply.status ?? 200, headers: new Headers(given), text: async () => text };
    },
  };
}

/** A token response of Entra's. */
export function token(number: number, more: object = {}): Reply {
  return {
    body: { token_type: "Bearer", expires_in: 3599, ext_expires_in: 3599, access_token: `token-${number}`, ...more },
  };
}

/** An error answer of Entra's: the number, and the words that follow it. */
export function aadstsError(number: number, words = "Words.", more: object = {}, status = 401): Reply {
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

/** An answer that never comes. */
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
