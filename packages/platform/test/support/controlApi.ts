import type { Platform } from "@latchkey/platform";

export interface ControlResponse {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: an answer of the wire, whose shape is what the tests assert
  readonly body: any;
}

export interface ControlCall {
  readonly method?: string | undefined;
  readonly body?: unknown;
  /** In place of `body`: sent as it is. */
  readonly text?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Default the platform's own. An empty text sends none. */
  readonly token?: string | undefined;
}

export async function callControl(platform: Platform, path: string, call: ControlCall = {}): Promise<ControlResponse> {
  const { method = "GET", body, headers, token = platform.controlToken } = call;
  const text = call.text ?? (body === undefined ? undefined : JSON.stringify(body));
  const response = await platform.fetch(
    new Request(`${platform.url}/_latchkey${path}`, {
      method,
      headers: { ...(token === "" ? {} : { authorization: `Bearer ${token}` }), ...headers },
      ...(text === undefined ? {} : { body: text }),
    }),
  );
  const answered = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    body: answered === "" ? undefined : JSON.parse(answered),
  };
}
