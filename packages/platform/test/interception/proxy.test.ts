import { once } from "node:events";
import { request } from "node:http";
import { createServer } from "node:net";
import { type Platform, startPlatform } from "@latchkey/platform";
import { afterAll, beforeAll, expect, test } from "vitest";
import { connectThrough, fetchThrough, proxyOf } from "../support/throughProxy.ts";

let platform: Platform;
beforeAll(async () => {
  platform = await startPlatform({ mode: "interception" });
});
afterAll(() => platform.stop());

/** A request that is not a CONNECT. */
function send(path: string, headers: Record<string, string> = {}): Promise<number> {
  const { hostname, port } = proxyOf(platform);
  return new Promise((resolve, reject) => {
    const sent = request({ hostname, port, path, headers, agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    sent.on("error", reject);
    sent.end();
  });
}

test.each([
  "login.microsoftonline.com",
  "login.windows.net",
  "login.microsoft.com",
  "sts.windows.net",
  "graph.microsoft.com",
  "management.azure.com",
])("forwards %s to the platform, which has a trusted certificate", async (name) => {
  expect((await fetchThrough(platform, `https://${name}/`)).status).toBeGreaterThanOrEqual(400);
});

test("accepts a name in any case", async () => {
  const { status, socket } = await connectThrough(platform, "LOGIN.MicrosoftOnline.com:443");
  socket.destroy();
  expect(status).toBe(200);
});

test.each([
  "example.com:443",
  "login.microsoftonline.us:443",
  "evil.login.microsoftonline.com:443",
  "login.microsoftonline.com.evil.example:443",
  "login.microsoftonline.com:80",
  "login.microsoftonline.com",
  "[::1]:443",
])("returns 502 for %s, and records the reason", async (target) => {
  const { status, text } = await connectThrough(platform, target);
  expect(status).toBe(502);
  expect(text).toContain("the proxy serves only login.microsoftonline.com,");
  expect(platform.events.at(-1)).toMatchObject({ method: "CONNECT", path: target, status: 502 });
});

test("opens no connection to other servers on this machine", async () => {
  let connections = 0;
  const server = createServer((socket) => {
    connections++;
    socket.destroy();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" ? address?.port : undefined;
  expect((await connectThrough(platform, `127.0.0.1:${port}`)).status).toBe(502);
  expect(await send(`http://127.0.0.1:${port}/`)).toBe(502);
  server.close();
  await once(server, "close");
  expect(connections).toBe(0);
});

test("refuses plain http, even for intercepted names", async () => {
  expect(await send("http://login.microsoftonline.com/common/discovery/keys?code=secret")).toBe(502);
  expect(platform.events.at(-1)).toMatchObject({ path: "login.microsoftonline.com", status: 502 });
});

test.each(["evil.example", "login.microsoftonline.com", "localhost"])(
  "has no pages, and returns 421 for the host %s",
  async (host) => {
    expect(await send("/", { host })).toBe(421);
  },
);

test("listens on 127.0.0.1 only", () => {
  expect(proxyOf(platform).hostname).toBe("127.0.0.1");
});

test("survives clients that disconnect before TLS or do not use it", async () => {
  const reset = await connectThrough(platform, "graph.microsoft.com:443");
  reset.socket.resetAndDestroy();
  const wrong = await connectThrough(platform, "graph.microsoft.com:443");
  wrong.socket.end("GET / HTTP/1.1\r\n\r\n");
  wrong.socket.resume();
  await once(wrong.socket, "close");
  expect((await fetchThrough(platform, "https://graph.microsoft.com/v1.0/users")).status).toBe(401);
});

test("stops with the platform, and closes open connections", async () => {
  const short = await startPlatform({ mode: "interception" });
  const { socket } = await connectThrough(short, "graph.microsoft.com:443");
  const closed = once(socket, "close");
  socket.on("error", () => undefined);
  await short.stop();
  await closed;
  await expect(connectThrough(short, "graph.microsoft.com:443")).rejects.toThrow("ECONNREFUSED");
});
