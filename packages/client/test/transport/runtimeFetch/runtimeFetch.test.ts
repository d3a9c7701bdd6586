import { afterEach, describe, expect, test } from "vitest";
import { readText } from "../../../src/transport/readText.ts";
import { transport } from "../../../src/transport/runtimeFetch/globalFetch.ts";
import { type LocalServer, startServer } from "../../support/localServer.ts";

const servers: LocalServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});
const get = async (body: (write: (text: string) => boolean, end: () => void) => void): Promise<string | undefined> => {
  const server = await startServer((_, response) => {
    response.on("error", () => {});
    body(
      (text) => response.write(text),
      () => response.end(),
    );
  });
  servers.push(server);
  const init = { headers: {}, redirect: "manual", signal: new AbortController().signal } as const;
  return readText(await transport(server.origin, init));
};

describe("the portable transport", () => {
  test("reads a whole response, across the middle of a character", async () => {
    expect(
      await get((write, end) => {
        write("\ufeff{");
        write("ä€}");
        end();
      }),
    ).toBe("{ä€}");
  });

  test("reads a response without a body", async () => {
    expect(await get((_, end) => end())).toBe("");
  });

  test("reads no further than a mebibyte", async () => {
    const length = await get((write, end) => {
      for (let part = 0; part < 20; part++) {
        write("x".repeat(65_536));
      }
      end();
    });
    expect(length).toBeUndefined();
  });
});
