import { type Fetch, type FetchResponse, protectedApi } from "@latchkey/client";
import { createFetch } from "@latchkey/client/node";
import { afterEach, describe, expect, test } from "vitest";
import { graph, makeDaemon } from "../support/daemon.ts";
import { authErrorOf } from "../support/failure.ts";
import { type LocalServer, startServer } from "../support/localServer.ts";
import { randomOf } from "../support/randomOf.ts";
import { makeTool } from "../support/tool.ts";
import { withResolvers } from "../support/withResolvers.ts";

const scopes = [graph];
const mebibyte = 1_048_576;
const servers: LocalServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

/** A token response of exactly this many bytes. */
function answerOf(bytes: number): string {
  const answer = { token_type: "Bearer", expires_in: 3599, access_token: "token", padding: "" };
  return JSON.stringify({ ...answer, padding: "x".repeat(bytes - JSON.stringify(answer).length) });
}

const status = 200;
const headers = new Headers({ "content-type": "application/json" });

/** The ways in which a response's text may arrive. */
const ways: readonly [string, (text: string) => FetchResponse][] = [
  ["a Response", (text) => new Response(text, { headers })],
  ["a response with text() only", (text) => ({ status, headers, text: async () => text })],
  ["a response whose body is a string", (text) => ({ status, headers, body: text, text: async () => text })],
  [
    "a response whose body is a Node stream, as in node-fetch",
    (text) => ({ status, headers, body: inParts(text), text: () => Promise.reject(new Error("read twice")) }),
  ],
];

async function* inParts(text: string): AsyncGenerator<Uint8Array, void, undefined> {
  for (let at = 0; at < text.length; at += 16_384) {
    yield new TextEncoder().encode(text.slice(at, at + 16_384));
  }
}

describe.each(ways)("a token response that comes as %s", (_, make) => {
  test("is accepted up to a mebibyte", async () => {
    const { app } = makeDaemon(undefined, { fetch: async () => make(answerOf(mebibyte)) });
    await expect(app.acquireTokenForClient({ scopes })).resolves.toMatchObject({ accessToken: "token" });
  });

  test("is refused beyond that, and not requested again", async () => {
    let requests = 0;
    const fetch: Fetch = async () => {
      requests++;
      return make(answerOf(mebibyte + 1));
    };
    const { app } = makeDaemon(undefined, { fetch, maxRetries: 2, random: randomOf(0) });
    expect(await authErrorOf(app.acquireTokenForClient({ scopes }))).toMatchObject({
      name: "NetworkError",
      code: "invalid_response",
      retryable: false,
      message: "The response of login.microsoftonline.com (200) is longer than 1048576 bytes.",
    });
    expect(requests).toBe(1);
  });
});

describe("an endless response", () => {
  /** A body that continues until it is cancelled. */
  function endless() {
    const read = { bytes: 0, isCancelled: false };
    const body = new ReadableStream({
      pull(controller) {
        read.bytes += 65_536;
        controller.enqueue(new Uint8Array(65_536).fill(120));
      },
      cancel() {
        read.isCancelled = true;
      },
    });
    return { read, response: new Response(body, { headers }) };
  }

  test.each([
    ["token", { oidcAuthority: undefined }],
    ["metadata", { oidcAuthority: "https://id.example.test" }],
  ])("is read no further than a mebibyte, and released: %s", async (_, options) => {
    const { read, response } = endless();
    const { app } = makeDaemon(undefined, { fetch: async () => response, ...options });
    expect(await authErrorOf(app.acquireTokenForClient({ scopes }))).toMatchObject({ code: "invalid_response" });
    expect(read).toEqual({ bytes: expect.any(Number), isCancelled: true });
    expect(read.bytes).toBeLessThan(2 * mebibyte);
  });

  test("is read no further for a device code", async () => {
    const { read, response } = endless();
    const { app } = makeTool(undefined, { fetch: async () => response });
    const signIn = app.acquireTokenByDeviceCode({ scopes: ["User.Read"], deviceCodeCallback: () => {} });
    expect(await authErrorOf(signIn)).toMatchObject({ code: "invalid_response" });
    expect(read.bytes).toBeLessThan(2 * mebibyte);
  });

  test("is read no further by createFetch's Response, and its connection is closed", async () => {
    let sent = 0;
    const closed = withResolvers<void>();
    const server = await startServer((_, response) => {
      response.on("close", closed.resolve);
      const more = (): void => {
        sent += 65_536;
        response.write("x".repeat(65_536), (error) => error ?? more());
      };
      more();
    });
    servers.push(server);
    const { app } = makeDaemon(undefined, {
      authority: `${server.origin}/contoso.test`,
      allowInsecureLoopback: true,
      fetch: createFetch({ environment: {} }),
      clock: undefined,
    });
    expect(await authErrorOf(app.acquireTokenForClient({ scopes }))).toMatchObject({ code: "invalid_response" });
    await closed.promise;
    expect(sent).toBeLessThan(32 * mebibyte);
  });
});

describe("an API's response", () => {
  test("may be of any length", async () => {
    const value = "x".repeat(5 * mebibyte);
    const api = protectedApi(makeDaemon().app, {
      baseUrl: "https://api.test/",
      scopes,
      fetch: async () => Response.json({ value }),
    });
    expect(await api.json<{ value: string }>("x")).toEqual({ value });
  });
});
