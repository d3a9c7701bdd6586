import { request } from "node:https";
import { type Platform, startPlatform } from "@latchkey/platform";
import { afterAll, beforeAll, expect, test } from "vitest";

let platform: Platform;
let port: string;
let path: string;
beforeAll(async () => {
  platform = await startPlatform({ allowedHosts: ["login.test", "proxy.test:8080"] });
  ({ port } = new URL(platform.url));
  path = `/${platform.tenant.id}/v2.0/.well-known/openid-configuration`;
});
afterAll(() => platform.stop());

/** Sends a request over a socket, with a Host header, address and target of our choice. */
function statusFor(host: string, address = "127.0.0.1", target = path): Promise<number> {
  return new Promise((resolve, reject) => {
    const options = {
      host: address,
      port,
      path: target,
      ca: platform.caCertificate,
      headers: { host },
      servername: "localhost",
    };
    const sent = request(options, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    sent.on("error", reject);
    sent.end();
  });
}

test("answers to the names of this machine with its port, on both addresses", async () => {
  expect(await statusFor(`localhost:${port}`)).toBe(200);
  expect(await statusFor(`127.0.0.1:${port}`)).toBe(200);
  expect(await statusFor(`[::1]:${port}`)).toBe(200);
  expect(await statusFor(`LOCALHOST:${port}`, "::1")).toBe(200);
});

test.each(["evil.example", "localhost", "localhost:1", "127.0.0.1.evil.example", "127.0.0.2"])(
  "refuses the host %s with 421",
  async (host) => {
    expect(await statusFor(host.includes(":") || host === "localhost" ? host : `${host}:${port}`)).toBe(421);
  },
);

test("refuses a foreign host in the target of the request, whatever Host says", async () => {
  const ours = `localhost:${port}`;
  expect(await statusFor(ours, "127.0.0.1", `https://${ours}${path}`)).toBe(200);
  expect(await statusFor(ours, "127.0.0.1", `https://evil.example${path}`)).toBe(421);
  expect(await statusFor("evil.example", "127.0.0.1", `https://${ours}${path}`)).toBe(421);
});

test.each(["/_latchkey/clock", "/devicelogin", "/v1.0/users", "/subscriptions", "/nowhere"])(
  "refuses a foreign host at %s too",
  async (target) => {
    expect(await statusFor(`evil.example:${port}`, "::1", target)).toBe(421);
  },
);

test("answers to the configured names, with any port or only with the configured one", async () => {
  expect(await statusFor("login.test")).toBe(200);
  expect(await statusFor("login.test:9999")).toBe(200);
  expect(await statusFor("proxy.test:8080")).toBe(200);
  expect(await statusFor("proxy.test:8081")).toBe(421);
});

test("refuses a foreign host without a socket too", async () => {
  expect((await platform.fetch(new Request(`https://evil.example${path}`))).status).toBe(421);
});

test("logs an event with the name and the remedy", async () => {
  await statusFor("evil.example");
  expect(platform.events.at(-1)).toMatchObject({ status: 421, why: expect.stringContaining("allowedHosts") });
});
