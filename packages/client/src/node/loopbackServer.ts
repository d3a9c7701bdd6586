import type { IncomingHttpHeaders, IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { ConfigurationError, isAuthError } from "../errors/errors.ts";
import { readChunks } from "../transport/readText.ts";
import { isLoopback, parseUrl } from "../transport/webAddress.ts";
import { resultPage } from "./resultPage.ts";

/** A server on this machine that waits for the answer of a sign-in. */
export interface LoopbackServer {
  /** Where it waits, its port included. */
  readonly redirectUri: string;
  /**
   * Waits for an answer, posted or in the address, that `redeem` takes, and settles as `redeem` does once the user's browser shows a page that
   * says so. An answer that belongs to another sign-in (`state_mismatch`) is refused, and the waiting goes on.
   */
  waitForResponse<T>(redeem: (fields: string) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** Far beyond any answer. */
const maximumBytes = 65_536;

/**
 * Starts the server on 127.0.0.1, at the port of the redirect URI or at any that is free.
 * @see RFC 8252 section 7.3
 */
export async function startLoopbackServer(redirectUri: string): Promise<LoopbackServer> {
  const url = parseRedirectUri(redirectUri);
  const { createServer } = await import("node:http");
  const server = createServer();
  server.requestTimeout = 10_000;
  const { port } = await listen(server, Number(url.port || 0));
  url.port = String(port);
  // Entra compares to the letter: a slash that the registration does not have is not added.
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
            await sendPage(response, 200, "You have signed in", "You can close this page and go back to the program.");
            resolve(result);
          } catch (error) {
            const isOurs = isAuthError(error);
            if (isOurs && error.code === "state_mismatch") {
              return sendPage(response, 400, ...wrongSignInPage);
            }
            isSettled = true;
            await sendPage(
              response,
              400,
              "You have not signed in",
              isOurs ? error.message : "The program has given up.",
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
  "This is not the answer",
  "A program on this machine waits for the answer of another sign-in.",
] as const;

function parseRedirectUri(redirectUri: string): URL {
  const url = parseUrl(redirectUri);
  const isPlain = url?.href === `http://${url?.host}${url?.pathname}`;
  if (url && isPlain && isLoopback(url.hostname) && url.hostname !== "[::1]") {
    return url;
  }
  throw new ConfigurationError(`redirectUri is ${JSON.stringify(redirectUri)}: no address that can be waited at.`, {
    code: "invalid_options",
    remedy: "Use http://localhost or http://127.0.0.1, with a port and a path where the registration has them.",
  });
}

async function listen(server: Server, port: number): Promise<AddressInfo> {
  try {
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(port, "127.0.0.1", resolve);
    });
  } catch (cause) {
    throw new ConfigurationError(`Nothing can wait at port ${port} of this machine.`, {
      code: "invalid_options",
      remedy: "Leave the port out of redirectUri, so that a free one is taken, or end the program that has it.",
      cause,
    });
  }
  return server.address() as AddressInfo;
}

/**
 * The fields that a browser brings at the end of a sign-in, in the address or in a form; for anything else the status that
 * refuses it. Which sign-in they belong to is told by their state, which nobody else knows.
 */
async function readFields(request: IncomingMessage, at: URL): Promise<string | number> {
  const { method, url = "", headers } = request;
  // Another name that leads here is an attacker's.
  if (headers.host?.toLowerCase() !== at.host) {
    return 421;
  }
  if (url.replace(/\?.*$/, "") !== at.pathname) {
    return 404;
  }
  // A guess of the browser's, which shows no page: it comes again when the user does.
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

/** Whether a page led the browser here, and no script of a page asked; it may hide where it is from. */
function isNavigation({ origin, "sec-fetch-mode": mode = "navigate" }: IncomingHttpHeaders): boolean {
  // Browsers name it with whatever they post.
  if (origin === undefined) {
    return true;
  }
  const from = parseUrl(origin);
  const isTrusted = origin === "null" || from?.protocol === "https:" || isLoopback(from?.hostname ?? "");
  return mode === "navigate" && isTrusted;
}

/** Answers with a page, and waits until it is on its way. */
async function sendPage(response: ServerResponse, status: number, title: string, sentence: string): Promise<void> {
  const { finished } = await import("node:stream/promises");
  const { html, headers } = await resultPage(title, sentence, response.req.method === "GET");
  response.writeHead(status, { ...headers, connection: "close" }).end(html);
  // A browser that went away has nothing to be told.
  await finished(response).catch(() => {});
}
