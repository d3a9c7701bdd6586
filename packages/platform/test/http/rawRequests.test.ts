import { type Platform, startPlatform } from "@latchkey/platform";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Daemon, registerDaemon, tokenForm } from "../support/daemon.ts";
import { type RawResponse, sendRaw } from "../support/rawRequest.ts";

let platform: Platform;
let daemon: Daemon;
let host: string;
let path: string;
beforeAll(async () => {
  platform = await startPlatform();
  daemon = registerDaemon(platform);
  ({ host } = new URL(platform.url));
  path = `/${platform.tenant.id}/oauth2/v2.0/token`;
});
afterAll(() => platform.stop());

interface Sent {
  readonly target?: string;
  readonly host?: string;
  readonly headers?: readonly string[];
  readonly body?: string;
}

/** A token request with the given changes. */
function send({ target = path, host: named = host, headers = [], body = form() }: Sent): Promise<RawResponse> {
  const isChunked = headers.some((line) => line.startsWith("Transfer-Encoding"));
  const lines = [
    `POST ${target} HTTP/1.1`,
    `Host: ${named}`,
    "Content-Type: application/x-www-form-urlencoded",
    ...(isChunked ? [] : [`Content-Length: ${Buffer.byteLength(body, "latin1")}`]),
    ...headers,
    "Connection: close",
  ];
  return sendRaw(platform, `${lines.join("\r\n")}\r\n\r\n${body}`);
}

function form(): string {
  return new URLSearchParams(tokenForm(daemon)).toString();
}

function pieces(text: string): string {
  const parts = [text.slice(0, 20), text.slice(20), ""];
  return parts.map((part) => `${part.length.toString(16)}\r\n${part}\r\n`).join("");
}

const chunked = ["Transfer-Encoding: chunked"];

test.each<[string, number, () => Sent]>([
  ["a usual one", 200, () => ({})],
  ["a host in capitals", 200, () => ({ host: host.toUpperCase() })],
  ["an IPv6 address", 200, () => ({ host: host.replace("localhost", "[::1]") })],
  ["an invalid host", 400, () => ({ host: "localhost:99999" })],
  ["a host with a path", 400, () => ({ host: "localhost/x" })],
  ["no host's name", 400, () => ({ host: "" })],
  ["two hosts", 421, () => ({ headers: ["Host: evil.example"] })],
  ["an absolute target", 200, () => ({ target: `${platform.url}${path}` })],
  ["an absolute target elsewhere", 421, () => ({ target: `https://evil.example${path}` })],
  ["an invalid target", 400, () => ({ target: "x" })],
  ["a target with a backslash", 400, () => ({ target: `/x\\..${path}` })],
  ["a target with dots", 200, () => ({ target: `/x/..${path}` })],
  ["a target with encoded dots", 200, () => ({ target: `/x/%2e%2E${path}` })],
  ["a target with a fragment", 200, () => ({ target: `${path}#x` })],
  ["a target with an encoded letter", 200, () => ({ target: path.replace("token", "%74oken") })],
  ["a target with an empty segment", 404, () => ({ target: `/${path}` })],
  ["a target with a trailing slash", 404, () => ({ target: `${path}/` })],
  ["a target with a broken encoding", 404, () => ({ target: "/%zz/oauth2/v2.0/token" })],
  ["two content types", 400, () => ({ headers: ["Content-Type: text/plain"] })],
  ["a header called __proto__", 200, () => ({ headers: ["__proto__: x"] })],
  ["a form with a byte order mark", 200, () => ({ body: `\xef\xbb\xbf${form()}` })],
  ["a form in pieces", 200, () => ({ headers: chunked, body: pieces(form()) })],
  ["a form in too many chunks", 413, () => ({ headers: chunked, body: pieces("x".repeat(1_100_000)) })],
  ["a form that is too long", 413, () => ({ body: "x".repeat(1_048_577) })],
])("a token request with %s has the status %i", async (_, status, sent) => {
  expect((await send(sent())).status).toContain(` ${status} `);
});

test("an unread form does not break the connection", async () => {
  const unread = `POST /${platform.tenant.id}/no-flow/oauth2/v2.0/token HTTP/1.1\r\nHost: ${host}\r\nContent-Length: 9\r\n\r\nnot=read&`;
  const next = `GET /common/discovery/keys HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`;
  const { status, body } = await sendRaw(platform, `${unread}${next}`);
  expect([status, ...(body.match(/HTTP\/1\.1 \d+/g) ?? [])]).toEqual(["HTTP/1.1 404 Not Found", "HTTP/1.1 200"]);
});

test("HEAD has the headers of GET and no body", async () => {
  const [got, head] = await Promise.all(
    ["GET", "HEAD"].map((method) =>
      sendRaw(platform, `${method} /common/discovery/keys HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`),
    ),
  );
  const length = (response: RawResponse | undefined) => response?.headers.find((line) => /^content-length/i.test(line));
  expect([head?.status, length(head), head?.body]).toEqual([got?.status, length(got), ""]);
});
