import type { IncomingMessage } from "node:http";
import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { brotliCompressSync, createGzip, deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import { createFetch } from "@latchkey/client/node";
import { afterEach, describe, expect, test } from "vitest";
import { unpack } from "../../src/node/contentCoding.ts";
import { makeDaemon } from "../support/daemon.ts";
import { authErrorOf, failureOf } from "../support/failure.ts";
import { type LocalServer, sendJson, startServer } from "../support/localServer.ts";
import { randomOf } from "../support/randomOf.ts";
import { withResolvers } from "../support/withResolvers.ts";

const servers: LocalServer[] = [];
const start = async (...args: Parameters<typeof startServer>): Promise<LocalServer> => {
  const server = await startServer(...args);
  servers.push(server);
  return server;
};
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

const answer = JSON.stringify({ token_type: "Bearer", expires_in: 3599, access_token: "unpacked", note: "ä€" });
const answering = (body: Uint8Array | string, coding: string, status = 200) =>
  start((_, response) => {
    response.writeHead(status, { "content-type": "application/json", "content-encoding": coding }).end(body);
  });
const ways: readonly [string, ReturnType<typeof createFetch> | undefined][] = [
  ["Node's own transport", undefined],
  ["createFetch", createFetch({ environment: {} })],
];
const acquire = ({ origin }: LocalServer, fetch: ReturnType<typeof createFetch> | undefined, maxRetries = 0) => {
  const { app } = makeDaemon(undefined, {
    authority: `${origin}/contoso.test`,
    allowInsecureLoopback: true,
    fetch,
    maxRetries,
    random: randomOf(0),
    clock: undefined,
  });
  return app.acquireTokenForClient({ scopes: ["api://x/.default"] });
};

describe.each(ways)("a token response by %s", (_, fetch) => {
  test.each<[string, Uint8Array | string]>([
    ["gzip", gzipSync(answer)],
    ["GZIP", gzipSync(answer)],
    ["x-gzip", gzipSync(answer)],
    ["gzip", Buffer.concat([gzipSync(answer.slice(0, 40)), gzipSync(answer.slice(40))])],
    ["deflate", deflateSync(answer)],
    ["deflate", deflateRawSync(answer)],
    ["br", brotliCompressSync(answer)],
    ["identity", answer],
    ["", answer],
    ["deflate, gzip", gzipSync(deflateSync(answer))],
    ["deflate,  br , identity", brotliCompressSync(deflateRawSync(answer))],
  ])("is decoded from the content coding %j", async (coding, body) => {
    await expect(acquire(await answering(body, coding), fetch)).resolves.toMatchObject({ accessToken: "unpacked" });
  });

  test.each<[string, string, Uint8Array | string]>([
    ["invalid gzip", "gzip", answer],
    ["truncated gzip", "gzip", gzipSync(answer).subarray(0, -10)],
    ["gzip with a changed byte", "gzip", gzipSync(answer).fill(0, 20, 24)],
    ["invalid deflate", "deflate", "\uffff"],
    ["invalid br", "br", answer],
    ["truncated br", "br", brotliCompressSync(answer).subarray(0, -10)],
    ["the inner of two codings broken", "gzip, br", brotliCompressSync(answer)],
  ])("is an AuthError that says so: %s", async (_, coding, body) => {
    const error = await authErrorOf(acquire(await answering(body, coding), fetch));
    expect(error).toMatchObject({ name: "NetworkError", code: "network_error" });
    expect(error.message).toContain(`the ${coding.split(",")[0]} content coding is broken`);
    expect(error.remedy).toContain("proxy, gateway or captive portal");
  });

  test("is an AuthError in an unknown coding", async () => {
    const error = await authErrorOf(acquire(await answering(Buffer.from([40, 181, 47, 253, 0]), "zstd"), fetch));
    expect(error.message).toContain("(application/json, zstd)");
  });

  test("is not decoded from any number of codings", async () => {
    const body = Array.from({ length: 9 }).reduce<Buffer>((packed) => gzipSync(packed), Buffer.from(answer));
    await authErrorOf(acquire(await answering(body, Array(9).fill("gzip").join()), fetch));
  });

  test.each([
    ["nothing", 200],
    ["nothing, as its status implies", 204],
    ["nothing new", 304],
  ])("that contains %s is empty in any coding", async (_, status) => {
    const error = await authErrorOf(acquire(await answering("", "gzip", status), fetch));
    expect(error.code).toBe("invalid_response");
  });

  test("is refused, once, if it unpacks to far more than a mebibyte, and decoded no further", async () => {
    let requests = 0;
    let packed = 0;
    const closed = withResolvers<void>();
    // If it were unpacked completely, this would never end.
    const server = await start((_, response) => {
      requests++;
      response.writeHead(200, { "content-encoding": "gzip" }).on("close", closed.resolve);
      const gzip = createGzip();
      gzip.on("data", (chunk: Buffer) => {
        packed += chunk.length;
      });
      gzip.on("error", () => {}).pipe(response);
      const zeros = Buffer.alloc(1_048_576);
      const more = (): void => void (response.destroyed || gzip.write(zeros, () => setImmediate(more)));
      more();
    });
    const error = await authErrorOf(acquire(server, fetch, 2));
    expect(error).toMatchObject({ code: "invalid_response", retryable: false });
    await closed.promise;
    expect(requests).toBe(1);
    expect(packed).toBeLessThan(1_048_576);
  });

  test("leaves its connection to the next request", async () => {
    const server = await answering(gzipSync(answer), "gzip");
    for (let round = 0; round < 3; round++) {
      await acquire(server, fetch);
    }
    expect(server.connectionCount).toBe(1);
  });
});

describe("a response that broke off before it was read", () => {
  test.each(["identity", "gzip", "deflate, br"])("is a failure and not an empty response: %s", async (coding) => {
    const message = Object.assign(new PassThrough(), { headers: { "content-encoding": coding } });
    message.on("error", () => {}).destroy(new Error("broken off"));
    await new Promise((resolve) => message.once("close", resolve));
    expect(await failureOf(unpack(message as unknown as IncomingMessage))).toMatchObject({ message: "broken off" });
  });

  test("is a failure when it breaks off while its decoder is loaded", async () => {
    const message = Object.assign(new PassThrough(), { headers: { "content-encoding": "gzip" } });
    message.on("error", () => {});
    const unpacking = unpack(message as unknown as IncomingMessage).then(text);
    message.destroy(new Error("broken off"));
    expect(await failureOf(unpacking)).toMatchObject({ message: "broken off" });
  });
});

describe("createFetch", () => {
  const fetch = createFetch({ environment: {} });

  test("requests no compression of its own, and sends what its caller requests", async () => {
    const encodings: unknown[] = [];
    const server = await start((request, response) => {
      encodings.push(request.headers["accept-encoding"]);
      sendJson(response, {});
    });
    await (await fetch(server.origin)).text();
    await (await fetch(server.origin, { headers: { "accept-encoding": "br" } })).text();
    expect(encodings).toEqual([undefined, "br"]);
  });

  test("returns a response in an unknown coding unchanged, and says which", async () => {
    const answer = await fetch((await answering("as it came", "utf-8")).origin);
    expect([await answer.text(), answer.headers.get("content-encoding")]).toEqual(["as it came", "utf-8"]);
  });

  test.each(["HEAD", "GET"])("accepts a response without body to %s, whatever coding it names", async (method) => {
    const answer = await fetch((await answering("", "gzip", method === "HEAD" ? 200 : 304)).origin, { method });
    expect([await answer.text(), answer.body]).toEqual(["", null]);
  });

  test("returns a packed body in parts, and no faster than it is read", async () => {
    const gzip = createGzip();
    let written = 0;
    const server = await start((_, response) => {
      response.writeHead(200, { "content-encoding": "gzip" });
      gzip.on("error", () => {}).pipe(response);
      const part = crypto.getRandomValues(new Uint8Array(65_536));
      const more = (): void => {
        if (response.destroyed) {
          return;
        }
        written += part.length;
        gzip.write(part, () => setImmediate(more));
      };
      more();
    });
    const { body } = await fetch(server.origin);
    const reader = (body as ReadableStream<Uint8Array>).getReader();
    const { value } = await reader.read();
    expect(value?.length).toBeGreaterThan(0);
    // What fits into the buffers on the way is sent, and then nothing more.
    for (let [before, idle] = [written, 0]; idle < 5_000; idle = before === written ? idle + 1 : 0) {
      before = written;
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(written).toBeLessThan(64 * 1_048_576);
    await reader.cancel();
    gzip.destroy();
  });

  test.each([
    ["its reader cancels", (_: AbortController, reader: ReadableStreamDefaultReader) => reader.cancel()],
    ["its request is aborted", async (controller: AbortController) => controller.abort(new Error("enough"))],
  ])("releases a packed body when %s, while it waits for more", async (_, leave) => {
    const closed = withResolvers<void>();
    const server = await start((_, response) => {
      response.writeHead(200, { "content-encoding": "gzip" }).on("close", closed.resolve);
      const gzip = createGzip();
      gzip.pipe(response);
      gzip.write("a beginning");
      gzip.flush();
    });
    const controller = new AbortController();
    const reader = ((await fetch(server.origin, { signal: controller.signal })).body as ReadableStream).getReader();
    await reader.read();
    const rest = reader.read().catch(() => {});
    await leave(controller, reader);
    await Promise.all([closed.promise, rest]);
  });

  test("reports a broken connection to the reader of a packed body", async () => {
    const server = await start((_, response) => {
      const packed = gzipSync("x".repeat(100));
      response.writeHead(200, { "content-encoding": "gzip", "content-length": packed.length });
      response.write(packed.subarray(0, 15), () => response.destroy());
    });
    const answer = await fetch(server.origin);
    expect(await failureOf(answer.text())).toMatchObject({ name: expect.any(String) });
  });
});
