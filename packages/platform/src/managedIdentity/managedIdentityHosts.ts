import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Tenant } from "../directory/tenants.ts";
import { managedIdentitySources } from "../managedIdentitySources.ts";
import type { PlatformContext } from "../platformContext.ts";
import { randomBase64url } from "../random.ts";
import { answerIdentityRequest } from "./answerIdentityRequest.ts";
import type { IdentityAnswer, IdentityHost, ManagedIdentitySource, ManagedIdentitySourceName } from "./source.ts";

type Environment = Readonly<Record<string, string>>;

/** The managed identity endpoints of one platform, opened when they are asked for. */
export interface ManagedIdentityHosts {
  open(this: void, name: ManagedIdentitySourceName): Promise<Environment>;
  close(): Promise<void>;
}

export function managedIdentityHosts(context: PlatformContext, tenant: Tenant): ManagedIdentityHosts {
  const servers: Server[] = [];
  const opened = new Map<string, Promise<Environment>>();

  async function openSource(source: ManagedIdentitySource): Promise<Environment> {
    const secret = randomBase64url(context.random, 32);
    const server = createServer((incoming, outgoing) => {
      answer(context, tenant, source, { url: urlOf(server), secret }, incoming, outgoing).catch(() =>
        outgoing.destroy(),
      );
    });
    servers.push(server);
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(0, "127.0.0.1", resolve);
    });
    return source.environment({ url: urlOf(server), secret });
  }

  return {
    open(name) {
      const source = managedIdentitySources.find((one) => one.name === name);
      if (source === undefined) {
        const names = managedIdentitySources.map((one) => one.name).join(", ");
        return Promise.reject(new TypeError(`There is no managed identity source ${name}; give one of ${names}`));
      }
      const environment = opened.get(name) ?? openSource(source);
      opened.set(name, environment);
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

async function answer(
  context: PlatformContext,
  tenant: Tenant,
  source: ManagedIdentitySource,
  identityHost: IdentityHost,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const { port } = incoming.socket.address() as AddressInfo;
  const { host = "", ...others } = incoming.headers;
  const method = incoming.method ?? "GET";
  // By DNS rebinding a page of any site could otherwise send the header from the visitor's browser.
  if (host !== `127.0.0.1:${port}` && host !== `localhost:${port}`) {
    const why = `"${host}" is not a name of this managed identity endpoint; use 127.0.0.1:${port}`;
    context.events.record({ type: "request", method, path: source.path, status: 421, why });
    send(outgoing, { status: 421, body: { error: "misdirected_request", error_description: why } });
    return;
  }
  const url = new URL(`http://${host}${incoming.url ?? "/"}`);
  // MSAL Node asks for the path with a slash at its end.
  if (url.pathname.replace(/\/$/, "") !== source.path) {
    const error_description = `${source.name} answers at ${source.path}`;
    send(outgoing, { status: 404, body: { error: "not_found", error_description } });
    return;
  }
  const headers = new Headers(Object.entries(others).map(([name, value]): [string, string] => [name, String(value)]));
  const found = await answerIdentityRequest(context, tenant, source, identityHost, { method, url, headers });
  send(outgoing, { ...found, headers: { ...source.headers, ...found.headers } });
}

function urlOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function send(outgoing: ServerResponse, { status, headers, body }: IdentityAnswer): void {
  const fixed = { "content-type": "application/json; charset=utf-8", "cache-control": "no-store" };
  outgoing.writeHead(status, { ...fixed, ...headers });
  outgoing.end(JSON.stringify(body));
}
