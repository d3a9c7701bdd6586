import { type Platform, startPlatform } from "@latchkey/platform";
import { decodeJwt } from "jose";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Daemon, postForm, registerDaemon, tokenForm, tokenPath } from "../support/daemon.ts";

let platform: Platform;
let daemon: Daemon;
beforeAll(async () => {
  platform = await startPlatform();
  daemon = registerDaemon(platform);
  platform.directory.registerApplication({ displayName: "Orders", identifierUris: ["api://orders"] });
});
afterAll(() => platform.stop());

async function audience(scope: string): Promise<unknown> {
  const { body } = await postForm(platform, tokenPath(platform), tokenForm(daemon, { scope }));
  return body.access_token === undefined ? body.error_codes : decodeJwt(body.access_token).aud;
}

test("the resource is everything before the last slash", async () => {
  expect(await audience("https://database.windows.net//.default")).toBe("https://database.windows.net/");
});

test("a resource that ends in a slash, requested without it, gets a token whose audience lacks it", async () => {
  expect(await audience("https://database.windows.net/.default")).toBe("https://database.windows.net");
  expect(platform.events.at(-1)?.why).toContain("request https://database.windows.net//.default");
});

test.each(["https://graph.microsoft.com", "https://management.azure.com", "https://management.core.windows.net"])(
  "%s answers with and without a double slash",
  async (resource) => {
    expect(await audience(`${resource}/.default`)).toBe(resource);
    expect(await audience(`${resource}//.default`)).toBe(`${resource}/`);
  },
);

test("a double slash is not part of another API's name: AADSTS500011", async () => {
  expect(await audience("api://orders//.default")).toEqual([500011]);
});
