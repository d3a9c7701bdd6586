import type { RequestListener } from "node:http";
import { createServer, type Server } from "node:https";
import type { AddressInfo, Server as NetServer, Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { Clock } from "../../core/clock.ts";
import type { ServerCertificate } from "../../tls/authority.ts";
import { type PeerSockets, peerSockets } from "./peerSockets.ts";

export interface ListenOptions {
  /** The port to listen on. It is an error if another program uses it. */
  readonly port?: number | undefined;
  /** Without `port`: the first free port from this one on. Without either, any free port. */
  readonly firstPort?: number | undefined;
  readonly certificate: ServerCertificate;
  /** Used instead for clients that ask for one of their names. */
  readonly further: readonly FurtherCertificate[];
}

export interface FurtherCertificate {
  readonly names: Iterable<string>;
  readonly certificate: ServerCertificate;
}

/** Listening sockets on 127.0.0.1 and ::1, one port for both. */
export interface Listener {
  readonly port: number;
  /**
   * Answers requests from now on, with `clock` for the Date header. Call it before anything is awaited, so that no
   * request comes first.
   */
  serve(answer: RequestListener, clock: Pick<Clock, "now">): void;
  /** Cuts the connection of a request. */
  reset(socket: Socket): void;
  /** Takes a connection that was opened elsewhere, before TLS starts on it. */
  accept(connection: Duplex): void;
  close(): Promise<void>;
}

/** The requested port is not available. */
class PortError extends Error {
  override name = "PortError";
  readonly code = "port_unavailable";
  /** One imperative sentence. */
  readonly remedy: string;

  constructor(message: string, remedy: string, options?: ErrorOptions) {
    super(message, options);
    this.remedy = remedy;
  }
}

const portsTried = 100;
// Short, so that a stopped platform does not wait for idle clients. New connections are cheap on loopback.
const keepAliveMs = 5_000;

export async function listen(options: ListenOptions): Promise<Listener> {
  const { port, firstPort } = options;
  if (port !== undefined && port !== 0) {
    const listener = await tryPort(port, options);
    if (listener === undefined) {
      throw new PortError(
        `Port ${port} is taken by another program.`,
        "Stop that program, choose another port, or leave out the port to get the first free one.",
      );
    }
    return listener;
  }
  for (let attempt = 0; attempt < portsTried; attempt++) {
    const listener = await tryPort(firstPort === undefined ? 0 : firstPort + attempt, options);
    if (listener !== undefined) {
      return listener;
    }
  }
  throw new Error(`No free port found${firstPort === undefined ? "" : ` from ${firstPort} on`}; choose one by number`);
}

async function tryPort(port: number, options: ListenOptions): Promise<Listener | undefined> {
  const sockets = peerSockets();
  const first = await bind("127.0.0.1", port, options, sockets);
  if (first.kind === "taken") {
    return undefined;
  }
  if (first.kind === "noSuchAddress") {
    throw new Error("This machine has no loopback address 127.0.0.1 to listen on");
  }
  const bound = (first.server.address() as AddressInfo).port;
  const second = await bind("::1", bound, options, sockets);
  if (second.kind === "taken") {
    await close([first.server], sockets);
    return undefined;
  }
  // Containers often have no IPv6; localhost then means only 127.0.0.1.
  const servers = second.kind === "bound" ? [first.server, second.server] : [first.server];
  return {
    port: bound,
    serve(answer, clock) {
      for (const server of servers) {
        // Clients correct their clocks by it, so it must be the time that tokens and assertions are checked against.
        server.on("request", (_, response) => response.setHeader("date", new Date(clock.now()).toUTCString()));
        server.on("request", answer);
      }
    },
    reset: sockets.reset,
    accept(connection) {
      servers[0]?.emit("connection", connection);
    },
    close: () => close(servers, sockets),
  };
}

type Bound =
  | { readonly kind: "bound"; readonly server: Server }
  | { readonly kind: "taken" }
  | { readonly kind: "noSuchAddress" };

function bind(
  host: string,
  port: number,
  { certificate, further }: ListenOptions,
  sockets: PeerSockets,
): Promise<Bound> {
  const server = createServer({
    cert: certificate.certificate,
    key: certificate.privateKey,
    minVersion: "TLSv1.2",
    keepAliveTimeout: keepAliveMs,
  });
  sockets.follow(server);
  for (const { names, certificate } of further) {
    for (const name of names) {
      server.addContext(name, { cert: certificate.certificate, key: certificate.privateKey });
    }
  }
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EADDRINUSE") {
        resolve({ kind: "taken" });
      } else if (error.code === "EADDRNOTAVAIL" || error.code === "EAFNOSUPPORT") {
        resolve({ kind: "noSuchAddress" });
      } else if (error.code === "EACCES") {
        reject(
          new PortError(`This account may not listen on port ${port}.`, "Choose a port from 1024 up.", {
            cause: error,
          }),
        );
      } else {
        reject(error);
      }
    });
    server.listen({ host, port, ipv6Only: true }, () => resolve({ kind: "bound", server }));
  });
}

/** Closes servers and the connections that `sockets` follows. */
export async function close(servers: readonly NetServer[], sockets: PeerSockets): Promise<void> {
  const closed = servers.map((server) => new Promise((resolve) => server.close(resolve)));
  sockets.destroyAll();
  await Promise.all(closed);
}
