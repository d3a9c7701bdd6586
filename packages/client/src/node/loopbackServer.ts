import type { IncomingHttpHeaders, IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { ConfigurationError, isAuthError } from "../errors/errors.ts";
import { readChunks } from "../transport/readText.ts";
import { isLoopback, parseUrl } from "../transport/webAddress.ts";
import { resultPage } from "./resultPage.ts";

/** A local server that waits for the response of a sign-in. */
export interface LoopbackServer {
  /** Where it listens, including its port. */
  readonly redirectUri: string;
  /**
   * Waits for a response, posted or in the address, passes it to `redeem`, and settles like `redeem` once the browser
   * has shown the outcome. A response of another sign-in (`state_mismatch`) is refused, and the server keeps waiting.
   */
  waitForResponse<T>(redeem: (fields: string) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** Far more than any response. */
const maximumBytes = 65_536;

/**
 * Starts the server on 127.0.0.1, on the port of the redirect URI or any free one.
 * @see RFC 8252 section 7.3
 */
export async function startLoopbackServer(redirectUri: string): Promise<LoopbackServer> {
  const url = parseRedirectUri(redirectUri);
  const { createServer } = await import("node:http");
  const server = createServer();
  server.requestTimeout = 10_000;
  const { port } = await listen(server, Number(url.port || 0));
  url.port = String(port);
  // Entra compares redirect URIs exactly: do not add a slash that the registration lacks.
  const path = url.pathname === "/" && !redirectUri.endsWith("/") ? "" : url.pathname;

  return {
    redirectUri: `http://${url.hostname}:${port}${path}`,
    waitForResponse: (redeem) =>
      new Promise((resolve, reject) => {
        let isSettled = false;
        server.on("request", async (request, response) => {
          const fields = await readFields(request, url).catch(() => 400);
          if (isSettled || typeof fields === "number") {
            return sendPage(response, isSettled ? 410 : Number(fields), ...wrongSignInPage);
          }
          try {
            const result = await redeem(fields);
            isSettled = true;
            await sendPage(response, 200, "You have signed in", "You can close this page and return to the program.");
            resolve(result);
          } catch (error) {
            const isOwnError = isAuthError(error);
            if (isOwnError && error.code === "state_mismatch") {
              return sendPage(response, 400, ...wrongSignInPage);
            }
            isSettled = true;
            await sendPage(
              response,
              400,
              "You have not signed in",
              isOwnError ? error.message : "The program stopped waiting.",
            );
            reject(error);
          }
        });
      }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const wrongSignInPage = [
  "Unexpected response",
  "A program on this machine is waiting for the response of another sign-in.",
] as const;

function parseRedirectUri(redirectUri: string): URL {
  const url = parseUrl(redirectUri);
  const isPlain = url?.href === `http://${url?.host}${url?.pathname}`;
  if (url && isPlain && isLoopback(url.hostname) && url.hostname !== "[::1]") {
    return url;
  }
  throw new ConfigurationError(`redirectUri is ${JSON.stringify(redirectUri)}: not an address to listen on.`, {
    code: "invalid_options",
    remedy: "Use http://localhost or http://127.0.0.1, with the port and path of the registration, if any.",
  });
}

async function listen(server: Server, port: number): Promise<AddressInfo> {
  try {
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(port, "127.0.0.1", resolve);
    });
  } catch (cause) {
    throw new ConfigurationError(`Cannot listen on port ${port} of this machine.`, {
      code: "invalid_options",
      remedy: "Leave the port out of redirectUri to use a free one, or stop the program that uses it.",
      cause,
    });
  }
  return server.address() as AddressInfo;
}

/**
 * The fields with which a browser returns from a sign-in, in the address or in a form; for anything else the status
 * that refuses it. Their state, which is secret, identifies the sign-in.
 */
async function readFields(request: IncomingMessage, at: URL): Promise<string | number> {
  const { method, url = "", headers } = request;
  // A request under another host name is an attack.
  if (headers.host?.toLowerCase() !== at.host) {
    return 421;
  }
  if (url.replace(/\?.*$/, "") !== at.pathname) {
    return 404;
  }
  // A browser's prefetch shows no page: the real request follows when the user arrives.
  const isPrefetch = /prefetch/.test(`${headers["sec-purpose"]} ${headers["purpose"]}`);
  if (method === "GET") {
    return isPrefetch ? 503 : url.slice(at.pathname.length);
  }
  if (method !== "POST") {
    return 405;
  }
  if (!isNavigation(headers)) {
    return 403;
  }
  if (!/^application\/x-www-form-urlencoded(;|$)/i.test(headers["content-type"] ?? "")) {
    return 415;
  }
  return (await readChunks(request, maximumBytes)) ?? 413;
}

/** Whether the request is a navigation and not a script's; a page may hide its origin. */
function isNavigation({ origin, "sec-fetch-mode": mode = "navigate" }: IncomingHttpHeaders): boolean {
  // Browsers send the origin with every POST.
  if (origin === undefined) {
    return true;
  }
  const from = parseUrl(origin);
  const isTrusted = origin === "null" || from?.protocol === "https:" || isLoopback(from?.hostname ?? "");
  return mode === "navigate" && isTrusted;
}

/** Sends a page, and waits until it has been written. */
async function sendPage(response: ServerResponse, status: number, title: string, sentence: string): Promise<void> {
  const { finished } = await import("node:stream/promises");
  const { html, headers } = await resultPage(title, sentence, response.req.method === "GET");
  response.writeHead(status, { ...headers, connection: "close" }).end(html);
  // The browser may have closed the connection.
  await finished(response).catch(() => {});
}
