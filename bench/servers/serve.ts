import type { Server } from "node:http";
import type { AddressInfo } from "node:net";

/** The address of a server, and the request that gets a token from it. */
export interface TokenServer {
  readonly port: number;
  readonly host: string;
  readonly path: string;
  readonly form: string;
  /** For a server with TLS: the certificate to trust, PEM. */
  readonly ca?: string;
}

/** The resources that a server has used since its process started. */
export interface Usage {
  readonly cpuMs: number;
  readonly residentBytes: number;
}

/** The key that every server signs with, PEM. */
export const signingKey: string = process.env["BENCH_SIGNING_KEY"] ?? "";

/** Any free port on loopback. */
export function listenPlainly(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port));
  });
}

/** Reports to the benchmark that the server is ready, and then its resource usage whenever the benchmark asks. */
export function report(server: TokenServer): void {
  process.on("message", () => {
    const { user, system } = process.cpuUsage();
    process.send?.({ cpuMs: (user + system) / 1_000, residentBytes: process.memoryUsage().rss } satisfies Usage);
  });
  process.on("disconnect", () => process.exit());
  process.send?.(server);
}
