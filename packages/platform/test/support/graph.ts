import type { Platform } from "@latchkey/platform";
import { graphScope, postForm, registerDaemon, tokenForm, tokenPath } from "./daemon.ts";

export interface ReceivedResponse {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: an answer of the wire, whose shape is what the tests assert
  readonly body: any;
}

export interface GraphCallOptions {
  readonly method?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Calls Graph as one application: `graph("/v1.0/users")`. */
export type Graph = (path: string, options?: GraphCallOptions) => Promise<ReceivedResponse>;

export async function graphToken(
  platform: Platform,
  permissions: readonly string[],
  scope: string = graphScope,
): Promise<string> {
  const daemon = registerDaemon(platform, permissions);
  const { status, text, body } = await postForm(platform, tokenPath(platform), tokenForm(daemon, { scope }));
  if (status !== 200) {
    throw new Error(`The token endpoint answered ${status}: ${text}`);
  }
  return body.access_token;
}

/** An application with these permissions, and its way to Graph. */
export async function graphWith(platform: Platform, permissions: readonly string[]): Promise<Graph> {
  return graphAs(platform, `Bearer ${await graphToken(platform, permissions)}`);
}

export function graphAs(platform: Platform, authorization: string | undefined, origin: string = platform.url): Graph {
  return async (path, { method = "GET", body, headers = {} } = {}) => {
    const response = await platform.fetch(
      new Request(path.startsWith("https:") ? path : `${origin}${path}`, {
        method,
        headers: {
          ...(authorization === undefined ? {} : { authorization }),
          ...(body === undefined ? {} : { "content-type": "application/json" }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
      }),
    );
    const text = await response.text();
    const isJson = response.headers.get("content-type")?.startsWith("application/json") === true;
    return { status: response.status, headers: response.headers, text, body: isJson ? JSON.parse(text) : text };
  };
}

/** The query string of OData options. */
export function query(options: Readonly<Record<string, string | number>>): string {
  return `?${new URLSearchParams(Object.entries(options).map(([name, value]) => [`$${name}`, String(value)]))}`;
}

export const advanced = { ConsistencyLevel: "eventual" };
