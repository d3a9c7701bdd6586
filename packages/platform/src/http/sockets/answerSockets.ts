import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { BodyTooLargeError, maxBodyBytes } from "../bodyLimit.ts";
import { type Handle, type PlainRequest, type PlainResponse, plainRequest } from "../plainHttp.ts";

/** Where requests come from. */
export interface Sockets {
  /** The scheme that callers use; also in front of TLS that another program terminates. */
  readonly scheme: "https" | "http";
  /** Cuts the connection of a request. */
  reset(socket: Socket): void;
}

/** Returns a listener that answers requests from sockets. */
export function answerSockets(handle: Handle, sockets: Sockets): RequestListener {
  return (incoming, outgoing) => {
    void response(handle, sockets, incoming).then((answered) => write(outgoing, answered));
  };
}

async function response(handle: Handle, { scheme, reset }: Sockets, incoming: IncomingMessage): Promise<PlainResponse> {
  const url = readUrl(scheme, incoming);
  if (url === undefined) {
    return { status: 400, headers: {}, body: null };
  }
  try {
    return await handle(requestOf(incoming, url, () => reset(incoming.socket)));
  } catch {
    // The program's own `onEvent` threw.
    return { status: 500, headers: {}, body: null };
  }
}

function write(outgoing: ServerResponse, { status, headers, body }: PlainResponse): void {
  const length = body === null ? 0 : Buffer.byteLength(body);
  outgoing.writeHead(status, bodiless.has(status) ? headers : { ...headers, "content-length": length });
  outgoing.end(body);
}

/** @see RFC 9110 section 8.6 */
const bodiless = new Set([204, 304]);

/** Hosts and targets that a `URL` would not change, except quotes, which mean the same either way. */
const usualHost = /^[a-z0-9.-]+(?::(?:[1-5]\d{3,4}|[6-9]\d{3}))?$/;
const usualTarget = /^(?:\/(?:[\w$~!@&'()*+,;=:-][\w$~!@&'()*+,;=:.%-]*)?)+(?:\?[!$%&-;=?-Z[\]_a-z~]*)?$/;

/** The URL of a request, or `undefined` if it is invalid. @see RFC 9112 section 3 */
function readUrl(scheme: string, { headers: { host = "" }, url: target = "" }: IncomingMessage): string | undefined {
  if (usualHost.test(host) && usualTarget.test(target)) {
    return `${scheme}://${host}${target}`;
  }
  // A `URL` treats a backslash as a slash.
  if (/^[^?]*\\/.test(target)) {
    return undefined;
  }
  if (/^https?:\/\//.test(target)) {
    return URL.parse(target)?.href;
  }
  const url = target.startsWith("/") ? URL.parse(`${scheme}://${host}${target}`) : null;
  return url?.hostname === host.replace(/:\d+$/, "").toLowerCase() ? url.href : undefined;
}

function requestOf(incoming: IncomingMessage, url: string, cut: () => void): PlainRequest {
  const { method = "GET" } = incoming;
  return plainRequest({ method, url, headers: headersOf(incoming), cut }, () => readBytes(incoming));
}

function headersOf({ headers, rawHeaders }: IncomingMessage): PlainRequest["headers"] {
  // Node joins or drops repeated headers, by a different rule for each.
  if (Object.keys(headers).length * 2 !== rawHeaders.length) {
    const pairs = new Headers();
    for (let index = 0; index < rawHeaders.length; index += 2) {
      pairs.append(rawHeaders[index] ?? "", rawHeaders[index + 1] ?? "");
    }
    return pairs;
  }
  return {
    get(name) {
      const value = headers[name];
      return typeof value === "string" ? value : null;
    },
  };
}

function readBytes(incoming: IncomingMessage): Promise<Uint8Array<ArrayBuffer>> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer<ArrayBuffer>[] = [];
    let length = 0;
    incoming
      .on("data", (chunk: Buffer<ArrayBuffer>) => {
        length += chunk.length;
        // The rest is still read and discarded, because the next request on the connection comes after it.
        if (length > maxBodyBytes) {
          chunks.length = 0;
          reject(new BodyTooLargeError());
        } else {
          chunks.push(chunk);
        }
      })
      .once("end", () => resolve(chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks)))
      .once("error", reject);
    // The connection closed before the body was read: none of these events will come.
    if (incoming.destroyed && !incoming.readableEnded) {
      reject(incoming.errored ?? new Error("aborted"));
    }
  });
}
