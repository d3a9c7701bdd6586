import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import type { EventLog } from "../core/events.ts";
import { interceptedNames } from "./names.ts";

export interface ProxyOptions {
  /** Takes over a connection for an intercepted name, on which the client starts TLS. */
  readonly accept: (connection: Duplex) => void;
  readonly events: EventLog;
}

export interface Proxy {
  /** For `HTTPS_PROXY`: `http://127.0.0.1:PORT`. */
  readonly url: string;
  /** Forwards plain http requests for a name, on port 80, to a server from now on. */
  forwardPlain(name: string, server: Server): void;
  close(): Promise<void>;
}

/**
 * Starts a proxy on loopback that forwards the intercepted names to the platform. It never opens connections: every
 * other name gets a 502 immediately, so that nothing of a test leaves the machine through it.
 *
 * @see RFC 9110 section 9.3.6
 */
export async function listenAsProxy({ accept, events }: ProxyOptions): Promise<Proxy> {
  const connections = new Set<Duplex>();
  const plain = new Map<string, Server>();
  const server = createServer((request, response) => {
    const upstream = plain.get(URL.parse(request.url ?? "")?.host ?? "");
    if (upstream === undefined) {
      refuseRequest(request, response, events, [...plain.keys()]);
    } else {
      upstream.emit("request", request, response);
    }
  });
  server.on("connection", (connection: Duplex) => {
    connections.add(connection);
    connection.once("close", () => connections.delete(connection));
  });
  server.on("connect", (request: IncomingMessage, connection: Duplex, head: Buffer) => {
    // A client may close its connection at any time.
    connection.on("error", () => connection.destroy());
    const target = request.url ?? "";
    // Some clients open a tunnel for plain http as well.
    const upstream = plain.get(/^(.+):80$/.exec(target)?.[1] ?? "");
    if (upstream === undefined && !isIntercepted(target)) {
      const why = `the proxy serves only ${[...interceptedNames.keys()].join(", ")} on port 443, not ${target}`;
      record(events, "CONNECT", target, 502, why);
      connection.end(refusal(502, "Bad Gateway", why));
      return;
    }
    connection.write("HTTP/1.1 200 Connection Established\r\n\r\n");
    if (head.length > 0) {
      connection.unshift(head);
    }
    if (upstream === undefined) {
      accept(connection);
    } else {
      upstream.emit("connection", connection);
    }
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host: "127.0.0.1", port: 0 }, resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    forwardPlain: (name, to) => void plain.set(name, to),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const connection of connections) {
          connection.destroy();
        }
      }),
  };
}

function isIntercepted(target: string): boolean {
  const [, name = "", port] = /^(.+):(\d+)$/.exec(target) ?? [];
  return port === "443" && interceptedNames.has(name.toLowerCase());
}

/** Refuses plain http to other hosts, and requests for the proxy itself, which only DNS rebinding would send. */
function refuseRequest(
  request: IncomingMessage,
  response: ServerResponse,
  events: EventLog,
  forwardedHosts: readonly string[],
): void {
  const method = request.method ?? "";
  const target = URL.parse(request.url ?? "");
  if (target === null) {
    const why = "this is a proxy for CONNECT and has no pages";
    record(events, method, request.headers.host ?? "", 421, why);
    response.writeHead(421, { "content-type": "text/plain", connection: "close" }).end(`${why}\n`);
    return;
  }
  const only = forwardedHosts.length === 0 ? "" : `; it forwards only ${forwardedHosts.join(", ")}`;
  const why = `the proxy does not forward plain http to ${target.host}${only}`;
  record(events, method, target.host, 502, why);
  response.writeHead(502, { "content-type": "text/plain", connection: "close" }).end(`${why}\n`);
}

function refusal(status: number, reason: string, why: string): string {
  const body = `${why}\n`;
  return [
    `HTTP/1.1 ${status} ${reason}`,
    "Content-Type: text/plain",
    `Content-Length: ${Buffer.byteLength(body)}`,
    "Connection: close",
    "",
    body,
  ].join("\r\n");
}

function record(events: EventLog, method: string, path: string, status: number, why: string): void {
  events.record({ type: "request", method, path: path.slice(0, 300), status, why: why.slice(0, 500) });
}
