import { type Server, Socket } from "node:net";

/** Finds the TCP socket below a connection: only it can be reset, a TLS socket can merely be closed. */
export interface PeerSockets {
  /** Follows the connections of a server from now on. */
  follow(server: Server): void;
  /** Cuts the TCP connection that the given socket is, or runs on. */
  reset(socket: Socket): void;
  /** Cuts all. A server's `closeAllConnections` knows none on which TLS has not begun, and `close` waits for them. */
  destroyAll(): void;
}

/** The TCP connections of some servers. The two ends of a connection know each other by the peer's address and port. */
export function peerSockets(): PeerSockets {
  const sockets = new Map<string, Socket>();
  return {
    follow(server) {
      server.on("connection", (socket) => {
        if (socket instanceof Socket) {
          const peer = peerOf(socket);
          sockets.set(peer, socket);
          socket.once("close", () => sockets.delete(peer));
        }
      });
    },
    reset(socket) {
      sockets.get(peerOf(socket))?.resetAndDestroy();
      socket.destroy();
    },
    destroyAll() {
      for (const socket of sockets.values()) {
        socket.destroy();
      }
    },
  };
}

function peerOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}
