import { type Server, Socket } from "node:net";

/** Finds the TCP socket below a connection: only it can be reset, a TLS socket can merely be closed. */
export interface PeerSockets {
  /** Cuts the TCP connection that the given socket is, or runs on. */
  reset(socket: Socket): void;
}

/** Follows the connections of the servers. The two ends of a connection know each other by the peer's address and port. */
export function peerSockets(servers: readonly Server[]): PeerSockets {
  const sockets = new Map<string, Socket>();
  for (const server of servers) {
    server.on("connection", (socket) => {
      if (socket instanceof Socket) {
        const peer = peerOf(socket);
        sockets.set(peer, socket);
        socket.once("close", () => sockets.delete(peer));
      }
    });
  }
  return {
    reset(socket) {
      sockets.get(peerOf(socket))?.resetAndDestroy();
      socket.destroy();
    },
  };
}

function peerOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}
