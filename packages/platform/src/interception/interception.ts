import type { Server } from "node:http";
import type { Duplex } from "node:stream";
import type { EventLog } from "../core/events.ts";
import type { FurtherCertificate } from "../http/sockets/listen.ts";
import { azureConfigDirectory, childEnvironment } from "./childEnvironment.ts";
import { createInterceptionCertificate } from "./interceptionCertificate.ts";
import { interceptedNames, microsoftIssuers } from "./names.ts";
import { listenAsProxy } from "./proxy.ts";
import { writeTrustFiles } from "./trustFiles.ts";

/** What must be known about interception before the platform listens. */
export interface Interception {
  readonly issuers: Readonly<Record<1 | 2, string>>;
  /** With the port, as in `Host` headers. */
  readonly hosts: readonly string[];
  readonly certificate: FurtherCertificate;
  /** The certificate (PEM) of the authority for the intercepted names, new in each run. */
  readonly authority: string;
  open(options: OpenInterceptionOptions): Promise<OpenInterception>;
}

export interface OpenInterceptionOptions {
  readonly accept: (connection: Duplex) => void;
  readonly events: EventLog;
  /** The certificate (PEM) of the authority for the platform's own host. */
  readonly ownAuthority: string;
  readonly tenantId: string;
  readonly dataDirectory: string | undefined;
}

/** Running interception, which connects unmodified programs to the platform. */
export interface OpenInterception {
  readonly environment: Readonly<Record<string, string>>;
  /**
   * Forwards plain http requests for an address to a server, and returns the variables that make programs use the
   * proxy.
   */
  forwardPlain(address: string, server: Server): Readonly<Record<string, string>>;
  close(): Promise<void>;
}

export function prepareInterception(nowMs: number): Interception {
  const names = [...interceptedNames.keys()];
  const { authority, server } = createInterceptionCertificate(nowMs);
  return {
    issuers: microsoftIssuers,
    hosts: names.map((name) => `${name}:443`),
    certificate: { names, certificate: server },
    authority,
    async open({ accept, events, ownAuthority, tenantId, dataDirectory }) {
      const files = writeTrustFiles([authority, ownAuthority]);
      try {
        const proxy = await listenAsProxy({ accept, events });
        return {
          environment: childEnvironment({
            proxyUrl: proxy.url,
            files,
            tenantId,
            azureConfigDirectory: azureConfigDirectory(dataDirectory, files),
          }),
          forwardPlain(address, server) {
            proxy.forwardPlain(address, server);
            return { HTTP_PROXY: proxy.url, http_proxy: proxy.url };
          },
          async close() {
            await proxy.close();
            files.remove();
          },
        };
      } catch (error) {
        files.remove();
        throw error;
      }
    },
  };
}
