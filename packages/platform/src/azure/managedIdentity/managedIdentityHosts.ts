import { X509Certificate } from "node:crypto";
import { createServer, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { randomBase64url } from "../../core/random.ts";
import type { Authentication } from "../../directory/issuedTokens/authentication.ts";
import type { ManagedIdentity } from "../../directory/managedIdentities/managedIdentities.ts";
import { answerSockets } from "../../http/sockets/answerSockets.ts";
import { close } from "../../http/sockets/listen.ts";
import { peerSockets } from "../../http/sockets/peerSockets.ts";
import type { OpenInterception } from "../../interception/interception.ts";
import type { ServerCertificate } from "../../tls/authority.ts";
import { configuredIdentity, configuredSignIn, ownIdentity } from "./hostSubject.ts";
import type { IdentityEndpoint } from "./identityEndpoint.ts";
import { serveIdentityRequest } from "./serveIdentityRequest.ts";
import { type KeyFile, writeKeyFile } from "./sources/keyFile.ts";
import type { ManagedIdentityHostOptions, ManagedIdentitySource, ManagedIdentitySourceName } from "./sources/source.ts";
import { managedIdentitySources } from "./sources/sources.ts";

type Environment = Readonly<Record<string, string>>;

/** The managed identity endpoints of one platform, each opened on first use. */
export interface ManagedIdentityHosts {
  open(this: void, name: ManagedIdentitySourceName, options?: ManagedIdentityHostOptions): Promise<Environment>;
  close(): Promise<void>;
}

interface OpenedHost {
  readonly server: Server;
  readonly environment: Environment;
}

/** The certificate is for hosts that use https. */
export function managedIdentityHosts(
  parts: Pick<IdentityEndpoint, "context" | "controls" | "tenant">,
  { certificate, privateKey }: ServerCertificate,
  interception: OpenInterception | undefined,
): ManagedIdentityHosts {
  const { context, tenant } = parts;
  const servers: Server[] = [];
  const sockets = peerSockets();
  const keyFiles: KeyFile[] = [];
  const opened = new Map<string, Promise<OpenedHost>>();

  async function openSource(
    source: ManagedIdentitySource,
    configured: ManagedIdentity | undefined,
    signIn: Authentication | undefined,
  ): Promise<OpenedHost> {
    const secret = randomBase64url(context.random, 32);
    const identity = configured?.clientId;
    const keyFile =
      source.keyFolder === undefined ? undefined : writeKeyFile(source.keyFolder(), context.random, secret);
    if (keyFile !== undefined) {
      keyFiles.push(keyFile);
    }
    const facts = { secret, keyFile: keyFile?.path, thumbprint: thumbprintOf(certificate), signIn };
    const listener = answerSockets(
      (request) =>
        serveIdentityRequest({ ...parts, source, host: { ...facts, url: urlOf(source, server), identity } }, request),
      { scheme: source.scheme, reset: sockets.reset },
    );
    const server =
      source.scheme === "https"
        ? createTlsServer({ cert: certificate, key: privateKey, minVersion: "TLSv1.2" }, listener)
        : createServer(listener);
    sockets.follow(server);
    servers.push(server);
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(0, "127.0.0.1", resolve);
    });
    const isNamed = configured?.assignment === "user" && Object.keys(source.identityParameters).length > 0;
    const own = configured ?? ownIdentity(context, tenant, source);
    const environment = {
      ...source.environment({ ...facts, url: urlOf(source, server), identity: own?.clientId }),
      ...(isNamed ? { AZURE_CLIENT_ID: configured.clientId } : {}),
    };
    return { server, environment };
  }

  return {
    async open(name, options = {}) {
      const source = managedIdentitySources.find((one) => one.name === name);
      if (source === undefined) {
        const names = managedIdentitySources.map((one) => one.name).join(", ");
        throw new TypeError(`There is no managed identity source ${name}; use one of ${names}`);
      }
      const configured = configuredIdentity(context, tenant, source, options);
      const signIn = configuredSignIn(context, tenant, source, options);
      const key = `${name} ${configured?.clientId ?? signIn?.userId ?? ""}`;
      const host = opened.get(key) ?? openSource(source, configured, signIn);
      opened.set(key, host);
      const { server, environment } = await host;
      const proxyVariables =
        source.address === undefined ? undefined : interception?.forwardPlain(source.address, server);
      return { ...proxyVariables, ...environment };
    },
    async close() {
      await Promise.allSettled(opened.values());
      for (const file of keyFiles) {
        file.remove();
      }
      await close(servers, sockets);
    },
  };
}

function thumbprintOf(certificate: string): string {
  return new X509Certificate(certificate).fingerprint.replaceAll(":", "");
}

function urlOf({ scheme }: ManagedIdentitySource, server: Server): string {
  return `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
