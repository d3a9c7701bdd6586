import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

/** The test's settings for the program. */
export function readSettings<Settings>(): Settings {
  return JSON.parse(readFileSync(0, "utf8")) as Settings;
}

/** Listens on a free port of localhost and prints its origin. */
export async function listen(createListener: (origin: string) => RequestListener): Promise<void> {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const origin = `http://localhost:${(server.address() as AddressInfo).port}`;
  server.on("request", createListener(origin));
  process.stdout.write(`${origin}\n`);
}

type Page = (request: Request) => Response | Promise<Response>;

/** Serves pages by path. An error that a page throws is shown with status 500. */
export function serve(createPages: (origin: string) => Readonly<Record<string, Page>>): Promise<void> {
  return listen((origin) => {
    const pages = createPages(origin);
    const answer = async (incoming: IncomingMessage): Promise<Response> => {
      const url = new URL(incoming.url ?? "/", origin);
      const page = pages[url.pathname] ?? (() => new Response(null, { status: 404 }));
      return page(await toRequest(url, incoming));
    };
    return async (incoming, outgoing) => {
      const response = await answer(incoming).catch(errorPage);
      outgoing.writeHead(response.status, Object.fromEntries(response.headers)).end(await response.text());
    };
  });
}

async function toRequest(url: URL, incoming: IncomingMessage): Promise<Request> {
  const { method = "GET", headers } = incoming;
  const sent = new Headers(Object.entries(headers).map(([name, value]) => [name, String(value)]));
  return new Request(url, { method, headers: sent, ...(method === "POST" ? { body: await text(incoming) } : {}) });
}

/** A library's own message for a refusal. The error may contain more, including secrets. */
function errorPage(caught: unknown): Response {
  const { name, message, code, error, cause } = caught as Error & { readonly code?: string; readonly error?: string };
  return Response.json({ name, message, code, error, cause }, { status: 500 });
}
