import type { RequestListener } from "node:http";
import { createServer, type Server } from "node:https";
import type { AddressInfo, Server as NetServer, Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { Clock } from "../../core/clock.ts";
import type { ServerCertificate } from "../../tls/authority.ts";
import { type PeerSockets, peerSockets } from "./peerSockets.ts";

export interface ListenOptions {
  /** The port to take. Taken by another program: an error. */
  readonly port?: number | undefined;
  /** Without `port`: the first free port from this one on. Without either, any free port. */
  readonly firstPort?: number | undefined;
  readonly certificate: ServerCertificate;
  /** Shown instead to clients that ask for one of their names. */
  readonly further: readonly FurtherCertificate[];
}

export interface FurtherCertificate {
  readonly names: Iterable<string>;
  readonly certificate: ServerCertificate;
}

/** Listening sockets on 127.0.0.1 and ::1, one port for both. */
export interface Listener {
  readonly port: number;
  /** Answers requests from now on, dated by `clock`. Call it before anything is awaited, so that no request comes first. */
  serve(answer: RequestListener, clock: Pick<Clock, "now">): void;
  /** Cuts the connection that a request came on. */
  reset(socket: Socket): void;
  /** Takes a connection that was opened elsewhere, before TLS has begun on it. */
  accept(connection: Duplex): void;
  close(): Promise<void>;
}

/** The port that was asked for cannot be had. */
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
// Kept short so that a stopped platform does not wait for idle clients; they open new connections cheaply on loopback.
const keepAliveMs = 5_000;

export async function listen(options: ListenOptions): Promise<Listener> {
  const { port, firstPort } = options;
  if (port !== undefined && port !== 0) {
    const listener = await tryPort(port, options);
    if (listener === undefined) {
      throw new PortError(
        `Port ${port} is taken by another program.`,
        "Stop that program, ask for another port, or ask for none to get the first free one.",
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
  throw new Error(`No free port found${firstPort === undefined ? "" : ` from ${firstPort} on`}; ask for one by number`);
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
  // Containers often have no IPv6; localhost then means 127.0.0.1 alone.
  const servers = second.kind === "bound" ? [first.server, second.server] : [first.server];
  return {
    port: bound,
    serve(answer, clock) {
      for (const server of servers) {
        // Clients correct their clocks by it: it has to be the time by which tokens and assertions are checked.
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
          new PortError(`This account may not listen on port ${port}.`, "Ask for a port from 1024 on.", {
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

/** Closes servers whose connections are all followed, and ends these. */
export async function close(servers: readonly NetServer[], sockets: PeerSockets): Promise<void> {
  const closed = servers.map((server) => new Promise((resolve) => server.close(resolve)));
  sockets.destroyAll();
  await Promise.all(closed);
}
