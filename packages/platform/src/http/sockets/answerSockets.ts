import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { BodyTooLargeError, largestBodyBytes } from "../bodyLimit.ts";
import { type Handle, type PlainRequest, type PlainResponse, plainRequest } from "../plainHttp.ts";

/** Where requests come from. */
export interface Sockets {
  /** What addresses begin with; in front of TLS that somebody else ends, too. */
  readonly scheme: "https" | "http";
  /** Cuts the connection that a request came on. */
  reset(socket: Socket): void;
}

/** Answers what comes from sockets. */
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
    // The program's own `onEvent` has thrown.
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

/** A host, and a path with its query, that a `URL` would leave as they are: all but quotes, which mean the same. */
const usualHost = /^[a-z0-9.-]+(?::(?:[1-5]\d{3,4}|[6-9]\d{3}))?$/;
const usualTarget = /^(?:\/(?:[\w$~!@&'()*+,;=:-][\w$~!@&'()*+,;=:.%-]*)?)+(?:\?[!$%&-;=?-Z[\]_a-z~]*)?$/;

/** The address of a request; `undefined` when it is none. @see RFC 9112 section 3 */
function readUrl(scheme: string, { headers: { host = "" }, url: target = "" }: IncomingMessage): string | undefined {
  if (usualHost.test(host) && usualTarget.test(target)) {
    return `${scheme}://${host}${target}`;
  }
  // A `URL` takes a backslash for a slash.
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
  // Node joins or drops what comes twice, each header by a rule of its own.
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
        // What is too much is taken off the wire and forgotten: the next request on the connection comes behind it.
        if (length > largestBodyBytes) {
          chunks.length = 0;
          reject(new BodyTooLargeError());
        } else {
          chunks.push(chunk);
        }
      })
      .once("end", () => resolve(chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks)))
      .once("error", reject);
    // Gone before anybody asked for its body: none of these events comes any more.
    if (incoming.destroyed && !incoming.readableEnded) {
      reject(incoming.errored ?? new Error("aborted"));
    }
  });
}
