import { request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import type { Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import type { Platform } from "@latchkey/platform";

export interface ProxyResponse {
  readonly status: number;
  readonly socket: Socket;
  readonly text: string;
}

export function proxyOf(platform: Platform): URL {
  return new URL(platform.environment["HTTPS_PROXY"] ?? "");
}

/** Asks the platform's proxy for a connection to `target`. */
export function connectThrough(platform: Platform, target: string): Promise<ProxyResponse> {
  const { hostname, port } = proxyOf(platform);
  return new Promise((resolve, reject) => {
    const sent = httpRequest({ hostname, port, method: "CONNECT", path: target, agent: false });
    sent.on("connect", (response: IncomingMessage, socket: Socket, head: Buffer) => {
      const status = response.statusCode ?? 0;
      if (status === 200) {
        resolve({ status, socket, text: "" });
        return;
      }
      let text = head.toString();
      socket.on("data", (chunk: Buffer) => {
        text += chunk.toString();
      });
      socket.on("end", () => resolve({ status, socket, text }));
    });
    sent.on("error", reject);
    sent.end();
  });
}

export interface TunnelRequest {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface TunnelResponse {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: an answer of the wire, whose shape is what the tests assert
  readonly body: any;
}

/** A request as an unmodified program sends it: by the proxy, to a name of Microsoft's, trusting the platform's CA. */
export async function fetchThrough(
  platform: Platform,
  address: string,
  { method = "GET", headers = {}, body = "" }: TunnelRequest = {},
): Promise<TunnelResponse> {
  const { hostname, pathname, search } = new URL(address);
  const { socket } = await connectThrough(platform, `${hostname}:443`);
  const secured = connectTls({ socket, servername: hostname, ca: platform.caCertificate });
  return new Promise((resolve, reject) => {
    secured.on("error", reject);
    const sent = httpsRequest(
      {
        createConnection: () => secured,
        method,
        path: `${pathname}${search}`,
        headers: { host: hostname, "content-length": Buffer.byteLength(body), ...headers },
      },
      (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (chunk: string) => {
          text += chunk;
        });
        response.on("end", () => {
          secured.destroy();
          const isJson = response.headers["content-type"]?.includes("json") ?? false;
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            text,
            body: isJson ? JSON.parse(text) : undefined,
          });
        });
      },
    );
    sent.on("error", reject);
    sent.end(body);
  });
}
