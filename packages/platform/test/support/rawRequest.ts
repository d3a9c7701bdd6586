import { connect } from "node:tls";
import type { Platform } from "@latchkey/platform";

export interface RawResponse {
  readonly status: string;
  /** As they came, without the date. */
  readonly headers: readonly string[];
  readonly body: string;
}

/** Sends text as it is over a TLS connection of its own, and reads until the other end has closed it. */
export function sendRaw(platform: Platform, text: string, servername = "localhost"): Promise<RawResponse> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port: Number(new URL(platform.url).port), servername, ca: platform.caCertificate });
    const chunks: Buffer[] = [];
    socket.on("data", (chunk) => chunks.push(chunk));
    socket.on("error", reject);
    socket.on("end", () => {
      socket.destroy();
      resolve(readResponse(Buffer.concat(chunks).toString("latin1")));
    });
    socket.write(text, "latin1");
  });
}

function readResponse(text: string): RawResponse {
  const end = text.indexOf("\r\n\r\n");
  const [status = "", ...headers] = text.slice(0, end).split("\r\n");
  return { status, headers: headers.filter((line) => !/^date:/i.test(line)), body: text.slice(end + 4) };
}
