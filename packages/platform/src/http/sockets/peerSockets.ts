import { type Server, Socket } from "node:net";

/** Finds the TCP socket below a connection: a TLS socket can only be closed, not reset. */
export interface PeerSockets {
  /** Follows the connections of a server from now on. */
  follow(server: Server): void;
  /** Resets the TCP connection that the given socket is or runs on. */
  reset(socket: Socket): void;
  /**
   * Closes all connections. `closeAllConnections` of a server skips those on which TLS has not started, and `close`
   * waits for them.
   */
  destroyAll(): void;
}

/**
 * Follows TCP connections. The socket of a request and the one of its connection have the same peer address and port.
 */
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
