import type { IncomingMessage, RequestOptions } from "node:http";
import type { Agent } from "node:https";
import type { Socket } from "node:net";
import { requireOptionNames } from "../api/checks/optionNames.ts";
import type { Fetch, FetchInit } from "../api/fetch.ts";
import { ConfigurationError } from "../errors/errors.ts";
import { environmentVariable } from "../runtime/environment.ts";
import { unpack } from "./contentCoding.ts";
import { nameOf, openTunnel, type ProxyEnvironment, proxyFor } from "./proxy.ts";

/** The options of {@link createFetch}. */
export interface CreateFetchOptions {
  /** Certificate authorities, as PEM, to trust in addition to the system's: a local platform's, a company's. */
  readonly certificateAuthorities?: readonly string[] | undefined;
  /** The proxy variables. Default: `process.env`, read for each request. */
  readonly environment?: ProxyEnvironment | undefined;
}

interface Outgoing extends Omit<FetchInit, "body" | "redirect"> {
  readonly body?: string | Uint8Array | undefined;
}

/**
 * A `fetch` on Node's own `https`: keeps connections alive, uses `HTTPS_PROXY` on every Node version, and can trust
 * additional certificate authorities. It does not follow redirects but returns them. It requests no compression, but
 * decodes gzip, deflate and br; a body in any other coding is returned as it is.
 *
 * @see RFC 9110 section 8.4, section 9.3.6
 * @example
 * ```ts
 * import { createFetch } from "@latchkey/client/node";
 *
 * const companyFetch = createFetch({ certificateAuthorities: ["-----BEGIN CERTIFICATE-----…"] });
 * ```
 */
export function createFetch(options: CreateFetchOptions = {}): typeof globalThis.fetch {
  requireOptionNames("createFetch", options, "certificateAuthorities:list environment:texts");
  // Node silently ignores anything that is not a certificate, and trusts no further authority.
  const invalidIndex = options.certificateAuthorities?.findIndex((text) => !isCertificate.test(text)) ?? -1;
  if (invalidIndex !== -1) {
    throw new ConfigurationError(`certificateAuthorities[${invalidIndex}] is not a PEM certificate.`, {
      code: "invalid_options",
      remedy:
        "Pass the text of the file, not its path: from -----BEGIN CERTIFICATE----- to -----END CERTIFICATE-----, inclusive.",
    });
  }
  return fetchOver(createConnections(options));
}

const isCertificate = /-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----[^-]+-----END /;

const defaultConnections = createConnections({});

/** Sends token requests on Node, not through the global `fetch`: its first use costs a new process tens of ms. */
export const transport: Fetch = async (url, init) => {
  const message = await send(defaultConnections, new URL(url), init);
  const body = await unpack(message);
  return {
    status: message.statusCode ?? 0,
    headers: { get: (name) => headerOf(message, name) },
    body,
    text: async () => (await import("node:stream/consumers")).text(body),
  };
};

/** Sends API requests on Node. */
export const apiFetch: typeof globalThis.fetch = fetchOver(defaultConnections);

/** The connections that requests share: one agent per proxy, and one without. */
interface Connections extends Pick<CreateFetchOptions, "environment"> {
  readonly certificateAuthorities: readonly string[];
  readonly agents: Map<string, Promise<Agent>>;
}

function createConnections({ certificateAuthorities = [], environment }: CreateFetchOptions): Connections {
  return { certificateAuthorities, environment, agents: new Map() };
}

function fetchOver(connections: Connections): typeof globalThis.fetch {
  return async (input, init) => {
    const request = new Request(input, init);
    const body = request.body === null ? undefined : new Uint8Array(await request.arrayBuffer());
    const { method, signal } = request;
    const { Readable } = await import("node:stream");
    const message = await send(connections, new URL(request.url), {
      ...(init as Partial<FetchInit> | undefined),
      method,
      signal,
      body,
      headers: Object.fromEntries(request.headers),
    });
    const headers = new Headers();
    for (let at = 0; at < message.rawHeaders.length; at += 2) {
      headers.append(message.rawHeaders[at] ?? "", message.rawHeaders[at + 1] ?? "");
    }
    const status = message.statusCode ?? 0;
    const empty = method === "HEAD" || status === 204 || status === 205 || status === 304;
    if (empty) {
      message.resume();
    }
    const content = empty ? message : await unpack(message);
    return new Response(empty ? null : (Readable.toWeb(content) as ReadableStream), {
      status,
      statusText: message.statusMessage ?? "",
      headers,
    });
  };
}

/** Options passed on to the agent. The agent does not see `signal`: its sockets outlive the request. */
interface OutgoingOptions extends RequestOptions {
  readonly tunnelSignal?: AbortSignal | undefined;
  readonly isDetached?: boolean | undefined;
}

/** Idle connections are closed after this time: firewalls on the way drop them, and the next request would be lost. */
const idleTimeoutMs = 30_000;

/** Lets the program exit despite a connection, even while connecting: each attempt has a handle of its own. */
function detach(socket: Socket): void {
  socket.unref();
  if (socket.connecting) {
    socket.once("connect", () => socket.unref());
  }
}

async function createAgent({ certificateAuthorities }: Connections, proxy: URL | undefined): Promise<Agent> {
  const { Agent } = await import("node:https");
  const ca = certificateAuthorities.length === 0 ? undefined : [...(await ownAuthorities()), ...certificateAuthorities];
  const agent = new Agent({ keepAlive: true, timeout: idleTimeoutMs, ca });
  if (proxy) {
    // For proxies only: importing it decodes every root certificate, which costs a new process two milliseconds.
    const tls = await import("node:tls");
    agent.createConnection = (options, callback) => {
      const { tunnelSignal: signal, isDetached } = options as OutgoingOptions;
      const host = options.host?.includes(":") ? `[${options.host}]` : options.host;
      openTunnel(proxy, `${host}:${options.port}`, { ca, signal, isDetached })
        .then((socket) => tls.connect({ ...options, socket } as import("node:tls").ConnectionOptions))
        .then(
          (socket) => callback?.(null, socket),
          (error: Error) => callback?.(error, undefined as never),
        );
      return undefined;
    };
  }
  return agent;
}

async function send(
  connections: Connections,
  url: URL,
  { method, headers, body, signal, onProxy, isDetached }: Outgoing,
): Promise<IncomingMessage> {
  signal.throwIfAborted();
  const secure = url.protocol === "https:";
  const proxy = proxyFor(url, connections.environment ?? process.env);
  if (proxy && !secure) {
    throw new Error(
      `http requests do not go through the proxy ${nameOf(proxy)}: use https, or name ${url.host} in NO_PROXY`,
    );
  }
  if (proxy) {
    onProxy?.(nameOf(proxy));
  }
  const { agents } = connections;
  const key = proxy?.href ?? "";
  const agent = agents.get(key) ?? createAgent(connections, proxy);
  agents.set(key, agent);
  const { request } = secure ? await import("node:https") : await import("node:http");
  const options: OutgoingOptions = {
    method,
    headers: body === undefined ? headers : { ...headers, "content-length": String(Buffer.byteLength(body)) },
    agent: secure ? await agent : undefined,
    signal,
    tunnelSignal: signal,
    isDetached,
  };
  return new Promise((resolve, reject) => {
    const name = (error: Error): void => {
      if (proxy && !error.message.includes(nameOf(proxy))) {
        error.message += `, through the proxy ${nameOf(proxy)}`;
      }
    };
    const outgoing = request(url, options, (message) => resolve(message.on("error", name)));
    // Not removed: an error after the response has started is reported by its body, and must not go unhandled here.
    outgoing.on("error", name).on("error", reject);
    if (isDetached) {
      outgoing.once("socket", detach);
    }
    outgoing.end(body);
  });
}

/** The authorities that Node trusts by default, which a custom list would replace. */
async function ownAuthorities(): Promise<readonly string[]> {
  const tls = await import("node:tls");
  if ("getCACertificates" in tls) {
    return tls.getCACertificates("default");
  }
  // Before Node 22.15 there is no API for the extra ones.
  const { rootCertificates } = tls as { readonly rootCertificates: readonly string[] };
  const file = environmentVariable("NODE_EXTRA_CA_CERTS");
  if (!file) {
    return rootCertificates;
  }
  const { readFile } = await import("node:fs/promises");
  return [...rootCertificates, await readFile(file, "utf8").catch(() => "")].filter((text) => text !== "");
}

function headerOf(message: IncomingMessage, name: string): string | null {
  return message.headers[name.toLowerCase()]?.toString() ?? null;
}
