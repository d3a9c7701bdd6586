import { X509Certificate } from "node:crypto";
import { createServer, type RequestListener, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import type { ServerCertificate } from "../certificates/authority.ts";
import { describeManagedIdentity, type ManagedIdentity } from "../directory/managedIdentities.ts";
import { listManagedIdentities } from "../directory/servicePrincipals.ts";
import type { Tenant } from "../directory/tenants.ts";
import { managedIdentitySources } from "../managedIdentitySources.ts";
import type { PlatformContext } from "../platformContext.ts";
import { randomBase64url } from "../random.ts";
import { chooseIdentity } from "./chooseIdentity.ts";
import { serveIdentityRequest } from "./serveIdentityRequest.ts";
import type { ManagedIdentityHostOptions, ManagedIdentitySource, ManagedIdentitySourceName } from "./source.ts";

type Environment = Readonly<Record<string, string>>;

/** The managed identity endpoints of one platform, opened when they are asked for. */
export interface ManagedIdentityHosts {
  open(this: void, name: ManagedIdentitySourceName, options?: ManagedIdentityHostOptions): Promise<Environment>;
  close(): Promise<void>;
}

/** `certificate` is what those hosts show that answer on https. */
export function managedIdentityHosts(
  context: PlatformContext,
  tenant: Tenant,
  { certificate, privateKey }: ServerCertificate,
): ManagedIdentityHosts {
  const thumbprint = new X509Certificate(certificate).fingerprint.replaceAll(":", "");

  const servers: Server[] = [];
  const opened = new Map<string, Promise<Environment>>();

  async function openSource(source: ManagedIdentitySource, configured: ManagedIdentity | undefined) {
    const secret = randomBase64url(context.random, 32);
    const identity = configured?.clientId;
    const listener: RequestListener = (incoming, outgoing) => {
      const host = { url: urlOf(source, server), thumbprint, secret, identity };
      serveIdentityRequest(context, tenant, source, host, incoming, outgoing).catch(() => outgoing.destroy());
    };
    const server =
      source.scheme === "https"
        ? createTlsServer({ cert: certificate, key: privateKey, minVersion: "TLSv1.2" }, listener)
        : createServer(listener);
    servers.push(server);
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(0, "127.0.0.1", resolve);
    });
    const own = chooseIdentity(context, tenant, source, { identity }, new URLSearchParams());
    const ownClientId = own.kind === "identity" ? own.identity.appId : undefined;
    const isNamed = configured?.assignment === "user" && Object.keys(source.identityParameters).length > 0;
    return {
      ...source.environment({ url: urlOf(source, server), thumbprint, secret, identity: ownClientId }),
      ...(isNamed ? { AZURE_CLIENT_ID: configured.clientId } : {}),
    };
  }

  return {
    async open(name, { identity } = {}) {
      const source = managedIdentitySources.find((one) => one.name === name);
      if (source === undefined) {
        const names = managedIdentitySources.map((one) => one.name).join(", ");
        throw new TypeError(`There is no managed identity source ${name}; give one of ${names}`);
      }
      const configured = identity === undefined ? undefined : findIdentity(context, tenant, identity);
      const key = `${name} ${configured?.clientId ?? ""}`;
      const environment = opened.get(key) ?? openSource(source, configured);
      opened.set(key, environment);
      return environment;
    },
    async close() {
      await Promise.allSettled(opened.values());
      await Promise.all(
        servers.map(
          (server) =>
            new Promise<void>((resolve) => {
              server.close(() => resolve());
              server.closeAllConnections();
            }),
        ),
      );
    },
  };
}

function findIdentity({ directory }: PlatformContext, tenant: Tenant, clientId: string): ManagedIdentity {
  const found = listManagedIdentities(directory, tenant.id).find(({ appId }) => appId === clientId.toLowerCase());
  if (found === undefined) {
    throw new TypeError(
      `identity is ${clientId}, and the tenant has no such managed identity; give a client id that registerManagedIdentity returned`,
    );
  }
  return describeManagedIdentity(found);
}

function urlOf({ scheme }: ManagedIdentitySource, server: Server): string {
  return `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
