import type { Server } from "node:http";
import type { AddressInfo } from "node:net";

/** Where a server is, and the request that makes it give a token. */
export interface TokenServer {
  readonly port: number;
  readonly host: string;
  readonly path: string;
  readonly form: string;
  /** Of a server with TLS: whom to trust, PEM. */
  readonly ca?: string;
}

/** What a server has used since its process began. */
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

/** Tells the benchmark that the server is ready, and then what it has used whenever it asks. */
export function report(server: TokenServer): void {
  process.on("message", () => {
    const { user, system } = process.cpuUsage();
    process.send?.({ cpuMs: (user + system) / 1_000, residentBytes: process.memoryUsage().rss } satisfies Usage);
  });
  process.on("disconnect", () => process.exit());
  process.send?.(server);
}
