import type { IncomingMessage } from "node:http";
import type { RequestOptions } from "node:https";
import type { Socket } from "node:net";
import { watch } from "../runtime/cancellation.ts";
import { isLoopback, parseUrl } from "../transport/webAddress.ts";

/** The variables that lead requests through a proxy. */
export type ProxyEnvironment = Readonly<Record<string, string | undefined>>;

/**
 * The proxy for a URL by `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` (lower case first, as curl reads them), or
 * `undefined`. This machine is never reached through a proxy.
 */
export function proxyFor(url: URL, environment: ProxyEnvironment): URL | undefined {
  const read = (name: string): string | undefined => environment[name] || environment[name.toUpperCase()];
  const text = read(url.protocol === "https:" ? "https_proxy" : "http_proxy");
  if (!text || isExempt(url, read("no_proxy") ?? "")) {
    return undefined;
  }
  const proxy = parseUrl(text.includes("://") ? text : `http://${text}`);
  // With an @ further back, a / ? or # has cut the password in two, and its first part would pass for the port.
  const isCut = proxy !== undefined && /@/.test(proxy.pathname + proxy.search + proxy.hash);
  if (proxy && !isCut && /^https?:$/.test(proxy.protocol)) {
    return proxy;
  }
  throw new Error("The proxy that HTTPS_PROXY or HTTP_PROXY names is not an http or https address.");
}

/** A proxy as it may be shown: without user and password. */
export function nameOf(proxy: URL): string {
  return `${proxy.protocol}//${proxy.host}`;
}

/** How a tunnel is opened. */
export interface TunnelOptions {
  /** The proxy's own certificate authorities, where it is reached by https. */
  readonly ca: string[] | undefined;
  /** Ends the opening; a tunnel that is open already is not its business. */
  readonly signal: AbortSignal | undefined;
  /** Whether it need not keep the program alive. */
  readonly isDetached?: boolean | undefined;
}

/**
 * Opens a tunnel to `host:port` through a proxy; the socket is plain, TLS to the host goes on top of it.
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
    const stopWatching = watch({ signal }, () => connect.destroy(new Error("The request was given up")));
    // By name: Node would decode what is before an @ by itself, and fail where it is not encoded.
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
    // A refusal that is not made of a tunnel's head is a response: some proxies answer CONNECT as if it were a GET.
    connect.once("connect", onResponse).once("response", onResponse);
    connect.on("error", (cause) => {
      stopWatching();
      reject(new Error(`The proxy ${nameOf(proxy)} cannot be reached`, { cause }));
    });
    connect.end();
  });
}

/** The bytes that a part of an address stands for; a % that is no escape is one. */
function unescaped(text: string): Buffer {
  const binary = text.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(binary, "latin1");
}

function isExempt(url: URL, noProxy: string): boolean {
  const host = url.hostname;
  // Azure's instance metadata is the machine's own as well, and a proxy would tell its own region.
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
