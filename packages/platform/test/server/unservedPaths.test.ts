import { type Platform, startPlatform } from "@latchkey/platform";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { sendRaw } from "../support/rawRequest.ts";

let platform: Platform;
beforeAll(async () => {
  platform = await startPlatform();
});
afterAll(() => platform.stop());
beforeEach(() => platform.reset());

async function ask(path: string, method = "GET"): Promise<[number, string]> {
  const response = await platform.fetch(new Request(`${platform.url}${path}`, { method }));
  return [response.status, await response.text()];
}

describe("a path that no room serves leaves an event:", () => {
  test.each([
    ["GET", "/nothing"],
    ["GET", "/favicon.ico"],
    ["POST", "/common/oauth2/v3.0/token"],
    ["GET", "/portal/nothing"],
    ["GET", "/oidc/nothing"],
    ["GET", "/api/nothing"],
    // The path exists for another method.
    ["DELETE", "/common/discovery/keys"],
  ])("%s %s", async (method, path) => {
    expect(await ask(`${path}?secret=1`, method)).toEqual([404, "404 Not Found"]);
    expect(platform.events).toMatchObject([
      { type: "request", method, path, status: 404, why: expect.stringContaining(method) },
    ]);
  });

  test("also over a socket", async () => {
    const { host } = new URL(platform.url);
    const { status } = await sendRaw(platform, `GET /nothing HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
    expect(status).toBe("HTTP/1.1 404 Not Found");
    expect(platform.events).toMatchObject([{ path: "/nothing", status: 404 }]);
  });
});

test("a path of a service leaves that service's event and no other", async () => {
  expect((await ask("/v1.0/nothing"))[0]).toBe(401);
  expect(platform.events).toMatchObject([{ type: "graph", path: "/v1.0/nothing" }]);
});

test("a listener sees the response for a path that no room serves", async () => {
  platform.once("beforeResponse", (response) => {
    response.body = `${response.status}!`;
  });
  expect(await ask("/nothing")).toEqual([404, "404!"]);
});

test("an invalid status from a beforeResponse listener is reported as its error", async () => {
  platform.once("beforeResponse", (response) => {
    response.status = 99;
  });
  expect((await ask("/nothing"))[0]).toBe(500);
  expect(platform.events.at(-1)?.why).toContain("the status 99");
});
