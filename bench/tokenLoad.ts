import { verify } from "node:crypto";
import { connect, type Socket } from "node:net";
import { tokenKey } from "./serverProcess.ts";
import type { TokenServer } from "./servers/serve.ts";

const connections = 8;

/** Requests this many tokens over a few persistent connections, one at a time on each, and checks the last one. */
export async function askForTokens(server: TokenServer, times: number): Promise<void> {
  const request = requestText(server);
  const sockets = await Promise.all(Array.from({ length: Math.min(connections, times) }, () => open(server.port)));
  let left = times;
  const responses = await Promise.all(
    sockets.map(async (socket) => {
      let response = "";
      while (left > 0) {
        left--;
        response = await exchange(socket, request);
      }
      socket.destroy();
      return response;
    }),
  );
  check(responses);
}

function requestText({ host, path, form }: TokenServer): string {
  const lines = [
    `POST ${path} HTTP/1.1`,
    `Host: ${host}`,
    "Accept: application/json",
    "Content-Type: application/x-www-form-urlencoded",
    `Content-Length: ${form.length}`,
  ];
  return `${lines.join("\r\n")}\r\n\r\n${form}`;
}

function open(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: "127.0.0.1", noDelay: true });
    socket.setEncoding("latin1").once("connect", () => resolve(socket));
    socket.once("error", reject);
  });
}

/** Resolves to the body. */
function exchange(socket: Socket, request: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    const read = (chunk: string): void => {
      text += chunk;
      const start = text.indexOf("\r\n\r\n") + 4;
      const length = /^HTTP\/1\.1 200 [\s\S]*?\r\ncontent-length: (\d+)/i.exec(text)?.[1];
      if (start > 3 && length === undefined) {
        reject(new Error(`no token: ${text}`));
      }
      if (start > 3 && text.length >= start + Number(length)) {
        socket.off("data", read);
        resolve(text.slice(start));
      }
    };
    socket.on("data", read);
    socket.write(request);
  });
}

/** Every token is signed, and no two are the same, so none came from a cache. */
function check(responses: readonly string[]): void {
  const tokens = responses.map((response) => (JSON.parse(response) as { access_token: string }).access_token);
  const good = tokens.filter((token) => {
    const [header, payload, signature = ""] = token.split(".");
    return verify("sha256", Buffer.from(`${header}.${payload}`), tokenKey, Buffer.from(signature, "base64url"));
  });
  if (new Set(good).size !== responses.length) {
    throw new Error("a token was repeated, or is not signed");
  }
}
