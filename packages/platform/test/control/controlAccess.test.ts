import { request as httpsRequest } from "node:https";
import { type Platform, seededRandom, startPlatform } from "@latchkey/platform";
import { afterAll, beforeAll, expect, test } from "vitest";
import { callControl } from "../support/controlApi.ts";

let platform: Platform;
beforeAll(async () => {
  platform = await startPlatform();
});
afterAll(() => platform.stop());

test("answers 401 without the token and changes nothing", async () => {
  const before = platform.clock.offsetMs;
  const call = { method: "POST", body: { durationMs: 1 }, token: "" };
  const { status, headers, body } = await callControl(platform, "/clock/advance", call);
  expect([status, body.error]).toEqual([401, "unauthorized"]);
  expect(headers.get("www-authenticate")).toMatch(/^Bearer /);
  expect(platform.clock.offsetMs).toBe(before);
});

test.each([
  ["a wrong token", (token: string) => `${token.slice(0, -1)}${token.endsWith("A") ? "B" : "A"}`],
  ["the beginning of the token", (token: string) => token.slice(0, 20)],
  ["the token and a suffix", (token: string) => `${token}A`],
])("answers 401 to %s", async (_, change) => {
  const { status } = await callControl(platform, "/clock", { token: change(platform.controlToken) });
  expect(status).toBe(401);
});

test("accepts the token only as Bearer", async () => {
  const basic = Buffer.from(`:${platform.controlToken}`).toString("base64");
  const call = { token: "", headers: { authorization: `Basic ${basic}` } };
  expect((await callControl(platform, "/clock", call)).status).toBe(401);
  expect((await callControl(platform, `/clock?token=${platform.controlToken}`, { token: "" })).status).toBe(401);
});

test("has a new token at each start, even with the same random source", async () => {
  const [first, second] = [
    await startPlatform({ random: seededRandom(1) }),
    await startPlatform({ random: seededRandom(1) }),
  ];
  expect(first.controlToken).not.toBe(second.controlToken);
  expect(first.controlToken).toMatch(/^[\w-]{43}$/);
  expect((await callControl(first, "/clock", { token: second.controlToken })).status).toBe(401);
  await first.stop();
  await second.stop();
});

test.each([
  ["another site", { origin: "https://evil.example" }],
  ["another port of localhost", { origin: "https://localhost:1" }],
  ["a sandboxed page", { origin: "null" }],
  ["another site, without Origin", { "sec-fetch-site": "cross-site" }],
  ["another port, without Origin", { "sec-fetch-site": "same-site" }],
])("refuses a page of %s, even with the right token", async (_, headers: Record<string, string>) => {
  for (const token of [platform.controlToken, ""]) {
    const response = await callControl(platform, "/reset", { method: "POST", headers, token });
    expect(response.status).toBe(403);
    expect(response.headers.get("access-control-allow-origin")).toBeNull();
  }
});

test("allows no other origin by CORS", async () => {
  const { status, headers } = await callControl(platform, "/reset", {
    method: "OPTIONS",
    token: "",
    headers: { origin: "https://evil.example", "access-control-request-method": "POST" },
  });
  expect(status).toBe(403);
  expect([...headers.keys()].filter((name) => name.startsWith("access-control-"))).toEqual([]);
});

test("serves the platform's own pages", async () => {
  const headers = { origin: platform.url, "sec-fetch-site": "same-origin" };
  expect((await callControl(platform, "/clock", { headers })).status).toBe(200);
});

test("is not found under another host name", async () => {
  const { port } = new URL(platform.url);
  const status = await new Promise((resolve, reject) => {
    const request = httpsRequest(
      {
        host: "localhost",
        port,
        servername: "localhost",
        path: "/_latchkey/clock",
        ca: platform.caCertificate,
        headers: { host: `evil.example:${port}`, authorization: `Bearer ${platform.controlToken}` },
      },
      (response) => {
        response.resume();
        resolve(response.statusCode);
      },
    );
    request.on("error", reject);
    request.end();
  });
  expect(status).toBe(421);
});

test("is not served under Microsoft's names in interception mode", async () => {
  const intercepting = await startPlatform({ mode: "interception" });
  const headers = { authorization: `Bearer ${intercepting.controlToken}` };
  for (const name of ["login.microsoftonline.com", "graph.microsoft.com", "management.azure.com"]) {
    const response = await intercepting.fetch(new Request(`https://${name}/_latchkey/clock`, { headers }));
    expect([name, response.status]).toEqual([name, 404]);
  }
  expect((await callControl(intercepting, "/clock")).status).toBe(200);
  await intercepting.stop();
});

test("keeps the token out of the environment, the log and every response", async () => {
  await callControl(platform, "/clock");
  const document = await callControl(platform, "/openapi.json", { token: "" });
  const seen = JSON.stringify([platform.environment, platform.tenant, platform.events, document.body]);
  expect(seen).not.toContain(platform.controlToken);
});

test("logs refused requests", async () => {
  await callControl(platform, "/reset", { method: "POST", token: "" });
  expect(platform.events.at(-1)).toMatchObject({ type: "control", path: "/_latchkey/reset", status: 401 });
});
