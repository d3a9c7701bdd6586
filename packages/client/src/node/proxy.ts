import type { IncomingMessage } from "node:http";
import type { RequestOptions } from "node:https";
import type { Socket } from "node:net";
import { watch } from "../runtime/cancellation.ts";
import { isLoopback, parseUrl } from "../transport/webAddress.ts";

/** The environment variables that configure the proxy. */
export type ProxyEnvironment = Readonly<Record<string, string | undefined>>;

/**
 * The proxy for a URL by `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` (lower case first, like curl), or `undefined`. This
 * machine is never reached through a proxy.
 */
export function proxyFor(url: URL, environment: ProxyEnvironment): URL | undefined {
  const read = (name: string): string | undefined => environment[name] || environment[name.toUpperCase()];
  const text = read(url.protocol === "https:" ? "https_proxy" : "http_proxy");
  if (!text || isExempt(url, read("no_proxy") ?? "")) {
    return undefined;
  }
  const proxy = parseUrl(text.includes("://") ? text : `http://${text}`);
  // If an @ follows, a / ? or # has cut the password in two, and its first part would be taken for the port.
  const isCut = proxy !== undefined && /@/.test(proxy.pathname + proxy.search + proxy.hash);
  if (proxy && !isCut && /^https?:$/.test(proxy.protocol)) {
    return proxy;
  }
  throw new Error("The proxy in HTTPS_PROXY or HTTP_PROXY is not an http or https address.");
}

/** A proxy as it may be shown: without user and password. */
export function nameOf(proxy: URL): string {
  return `${proxy.protocol}//${proxy.host}`;
}

/** The options of {@link openTunnel}. */
export interface TunnelOptions {
  /** The certificate authorities for a proxy that is reached by https. */
  readonly ca: string[] | undefined;
  /** Aborts the opening of the tunnel, not an open one. */
  readonly signal: AbortSignal | undefined;
  /** Whether the connection need not keep the program alive. */
  readonly isDetached?: boolean | undefined;
}

/**
 * Opens a tunnel to `host:port` through a proxy; the socket is plain, TLS to the host runs on top of it.
 * @see RFC 9110 section 9.3.6
 */
export async function openTunnel(
  proxy: URL,
  authority: string,
  { ca, signal, isDetached }: TunnelOptions,
): Promise<Socket> {
  const { request } = proxy.protocol === "https:" ? await import("node:https") : await import("node:http");
  const credentials = `${proxy.username}:${proxy.password}`;
  const options: RequestOptions = {
    method: "CONNECT",
    path: authority,
    agent: false,
    ca,
    headers: {
      host: authority,
      ...(credentials === ":" ? {} : { "proxy-authorization": `Basic ${unescaped(credentials).toString("base64")}` }),
    },
  };
  return new Promise((resolve, reject) => {
    const stopWatching = watch({ signal }, () => connect.destroy(new Error("The request was cancelled")));
    // Without user and password, which Node would decode itself, failing on unescaped ones.
    const connect = request(nameOf(proxy), options);
    const onResponse = (response: IncomingMessage, socket?: Socket): void => {
      stopWatching();
      const { statusCode = 0 } = response;
      if (socket && statusCode >= 200 && statusCode < 300) {
        resolve(socket);
      } else {
        (socket ?? response).destroy();
        reject(new Error(`The proxy ${nameOf(proxy)} answered ${statusCode} for ${authority}`));
      }
    };
    if (isDetached) {
      connect.once("socket", (socket) => socket.unref());
    }
    // Some proxies answer CONNECT like a GET: their refusal is an ordinary response.
    connect.once("connect", onResponse).once("response", onResponse);
    connect.on("error", (cause) => {
      stopWatching();
      reject(new Error(`The proxy ${nameOf(proxy)} cannot be reached`, { cause }));
    });
    connect.end();
  });
}

/** The bytes of a percent-encoded text; a % that starts no escape stays. */
function unescaped(text: string): Buffer {
  const binary = text.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(binary, "latin1");
}

function isExempt(url: URL, noProxy: string): boolean {
  const host = url.hostname;
  // Azure's instance metadata is local as well: a proxy would return its own region.
  if (host === "169.254.169.254" || isLoopback(host)) {
    return true;
  }
  const port = url.port || (url.protocol === "https:" ? "443" : "80");
  return noProxy.split(/[\s,]+/).some((entry) => {
    if (entry === "*") {
      return true;
    }
    const [name = "", entryPort] = entry.toLowerCase().split(/:(?=\d+$)/);
    if (name === "" || (entryPort !== undefined && entryPort !== port)) {
      return false;
    }
    const suffix = name.replace(/^\*?\.?/, "");
    return host === suffix || host.endsWith(`.${suffix}`);
  });
}
