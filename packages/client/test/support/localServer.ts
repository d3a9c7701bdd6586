import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { type AddressInfo, connect, type Server, type Socket } from "node:net";
import type { CertifiedKey } from "./keys.ts";

/** A local server, and what tests observe of it. */
export interface LocalServer {
  readonly port: number;
  readonly origin: string;
  /** The number of connections opened so far. */
  readonly connectionCount: number;
  /** The number of open connections. */
  readonly openConnectionCount: number;
  close(): Promise<void>;
}

/** Starts a server on a free loopback port; with a certificate it uses TLS. */
export async function startServer(listener: RequestListener, certificate?: CertifiedKey): Promise<LocalServer> {
  const server = certificate
    ? createTlsServer({ key: certificate.pem, cert: certificate.certificate }, listener)
    : createServer(listener);
  return serve(server, certificate ? "https" : "http", certificate ? "secureConnection" : "connection");
}

/** A request to a proxy. */
export interface ProxyRequest {
  readonly authority: string;
  readonly authorization: string | undefined;
}

/** Starts a CONNECT proxy that redirects every name to one local port, or refuses with a status. */
export async function startProxy(
  target: () => number,
  refuse: (request: ProxyRequest) => number | undefined = () => undefined,
): Promise<LocalServer & { readonly requests: ProxyRequest[] }> {
  const requests: ProxyRequest[] = [];
  const server = createServer((_, response) => response.writeHead(400).end());
  server.on("connect", (message, client: Socket) => {
    const request = { authority: message.url ?? "", authorization: message.headers["proxy-authorization"] };
    requests.push(request);
    const status = refuse(request);
    if (status !== undefined) {
      client.end(`HTTP/1.1 ${status} No\r\ncontent-length: 0\r\n\r\n`);
      return;
    }
    const upstream = connect(target(), "127.0.0.1", () => {
      client.write("HTTP/1.1 200 Connection established\r\n\r\n");
      upstream.pipe(client).pipe(upstream);
    });
    upstream.on("error", () => client.destroy());
    client.on("error", () => upstream.destroy());
  });
  const local = await serve(server, "http", "connection");
  return Object.assign(local, { requests });
}

/** Starts a raw server, for responses that are not HTTP. */
export function startSocketServer(server: Server): Promise<LocalServer> {
  return serve(server, "http", "connection");
}

/** The body of a request as text. */
export async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of request) {
    text += String(chunk);
  }
  return text;
}

/** Responds with JSON. */
export function sendJson(response: ServerResponse, value: unknown, status = 200): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));
}

async function serve(server: Server, scheme: string, event: string): Promise<LocalServer> {
  const sockets = new Set<Socket>();
  let connectionCount = 0;
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.once("close", () => sockets.delete(socket));
  });
  server.on(event, () => connectionCount++);
  server.on("tlsClientError", () => {});
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    origin: `${scheme}://127.0.0.1:${port}`,
    get connectionCount() {
      return connectionCount;
    },
    get openConnectionCount() {
      return sockets.size;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) {
          socket.destroy();
        }
      }),
  };
}
