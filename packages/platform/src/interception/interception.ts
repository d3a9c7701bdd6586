import type { Server } from "node:http";
import type { Duplex } from "node:stream";
import type { EventLog } from "../core/events.ts";
import type { FurtherCertificate } from "../http/node.ts";
import { azureConfigDirectory, childEnvironment } from "./childEnvironment.ts";
import { createInterceptionCertificate } from "./interceptionCertificate.ts";
import { interceptedNames, microsoftIssuers } from "./names.ts";
import { listenAsProxy } from "./proxy.ts";
import { writeTrustFiles } from "./trustFiles.ts";

/** What has to be known of interception before the platform listens. */
export interface Interception {
  readonly issuers: Readonly<Record<1 | 2, string>>;
  /** As `Host` headers name them, with the port. */
  readonly hosts: readonly string[];
  readonly certificate: FurtherCertificate;
  /** Of the authority that vouches for the intercepted names in this run, PEM. */
  readonly authority: string;
  open(options: OpenInterceptionOptions): Promise<OpenInterception>;
}

export interface OpenInterceptionOptions {
  readonly accept: (connection: Duplex) => void;
  readonly events: EventLog;
  /** Of the authority that vouches for the platform's own host, PEM. */
  readonly ownAuthority: string;
  readonly tenantId: string;
  readonly dataDirectory: string | undefined;
}

/** What leads unmodified programs to the platform. */
export interface OpenInterception {
  readonly environment: Readonly<Record<string, string>>;
  /** Leads requests by plain http to an address to a server, and gives the variables that bring programs to do so. */
  leadPlain(address: string, server: Server): Readonly<Record<string, string>>;
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
          leadPlain(address, server) {
            proxy.leadPlain(address, server);
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
