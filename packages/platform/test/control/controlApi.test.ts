import { type Platform, startPlatform } from "@latchkey/platform";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { callControl } from "../support/controlApi.ts";
import { getJson, postForm, registerDaemon, tokenForm, tokenPath } from "../support/daemon.ts";
import { someTimeMs, steppedClock } from "../support/steppedClock.ts";

let platform: Platform;
beforeAll(async () => {
  platform = await startPlatform({ clock: steppedClock() });
});
afterAll(() => platform.stop());
afterEach(() => platform.reset());

test("returns, moves and sets the time", async () => {
  const now = (epochMs: number) => new Date(epochMs).toISOString();
  expect((await callControl(platform, "/clock")).body).toEqual({ now: now(someTimeMs), offsetMs: 0 });
  const moved = await callControl(platform, "/clock/advance", { method: "POST", body: { durationMs: 60_000 } });
  expect(moved.body).toEqual({ now: now(someTimeMs + 60_000), offsetMs: 60_000 });
  const set = await callControl(platform, "/clock", { method: "PUT", body: { now: "2030-01-01T00:00:00Z" } });
  expect(set.body.now).toBe("2030-01-01T00:00:00.000Z");
  expect(platform.clock.now()).toBe(Date.UTC(2030, 0, 1));
});

test("adds, lists, removes and clears faults", async () => {
  const rule = { id: "busy", endpoint: "keys", status: 503, count: 1 };
  const added = await callControl(platform, "/faults", { method: "POST", body: rule });
  expect([added.status, added.body]).toEqual([201, { ...rule, fired: 0 }]);
  expect((await getJson(platform, "/common/discovery/keys")).status).toBe(503);
  expect((await callControl(platform, "/faults")).body).toEqual([{ ...rule, fired: 1 }]);
  expect((await callControl(platform, "/faults/busy", { method: "DELETE" })).status).toBe(204);
  expect((await callControl(platform, "/faults/busy", { method: "DELETE" })).status).toBe(404);
  platform.faults.add({ status: 500 });
  expect((await callControl(platform, "/faults", { method: "DELETE" })).status).toBe(204);
  expect(platform.faults.list()).toEqual([]);
});

test("works while every other request fails", async () => {
  platform.faults.add({ connection: "reset" });
  platform.on("beforeResponse", () => {
    throw new Error("broken");
  });
  expect((await callControl(platform, "/reset", { method: "POST" })).status).toBe(200);
  expect((await getJson(platform, "/common/discovery/keys")).status).toBe(200);
});

test("applies a seed sent as YAML or as JSON, and shows generated secrets", async () => {
  const yaml = await callControl(platform, "/seed", {
    method: "POST",
    text: "applications:\n  - name: a\n    secrets: [{}]\n",
    headers: { "content-type": "application/yaml" },
  });
  expect(yaml.body.applications).toMatchObject([{ name: "a", secrets: [{ displayName: "seed" }] }]);
  const [{ clientId, secrets }] = yaml.body.applications;
  const token = await postForm(platform, tokenPath(platform), {
    grant_type: "client_credentials",
    client_id: clientId,
    client_secret: secrets[0].value,
    scope: "https://vault.azure.net/.default",
  });
  expect(token.status).toBe(200);
  const json = await callControl(platform, "/seed", { method: "POST", body: { applications: [{ name: "a" }] } });
  expect(json.body.applications).toMatchObject([{ name: "a", clientId, secrets: [] }]);
});

test("reports what is wrong with a seed, and where", async () => {
  const { status, body } = await callControl(platform, "/seed", { method: "POST", text: "users:\n  - {}\n" });
  expect([status, body]).toEqual([
    400,
    {
      error: "invalid_request",
      error_description: "body:2: users[0].userPrincipalName is missing",
      remedy: "Add userPrincipalName.",
    },
  ]);
});

test("reads no files named in a seed", async () => {
  const text = "applications: [{ name: a, certificates: [{ file: /etc/passwd }] }]";
  const { status, body } = await callControl(platform, "/seed", { method: "POST", text });
  expect(status).toBe(400);
  expect(body.error_description).toContain("a seed sent over HTTP cannot name files");
});

test("takes and restores snapshots", async () => {
  const { body } = await callControl(platform, "/snapshots", { method: "POST" });
  const daemon = registerDaemon(platform);
  const restored = await callControl(platform, `/snapshots/${body.id}/restore`, { method: "POST" });
  expect(restored.status).toBe(204);
  expect((await postForm(platform, tokenPath(platform), tokenForm(daemon))).status).toBe(400);
  expect((await callControl(platform, `/snapshots/${body.id}`, { method: "DELETE" })).status).toBe(204);
  const removed = await callControl(platform, `/snapshots/${body.id}/restore`, { method: "POST" });
  expect([removed.status, removed.body.error_description]).toEqual([404, "No snapshot has this id."]);
});

test("rolls over the signing key", async () => {
  const before = (await getJson(platform, "/common/discovery/keys")).body.keys.length;
  expect((await callControl(platform, "/keys/rollover", { method: "POST" })).status).toBe(204);
  expect((await getJson(platform, "/common/discovery/keys")).body.keys).toHaveLength(before + 1);
});

test("lists events with their reasons", async () => {
  await getJson(platform, "/v1.0/users");
  const { body } = await callControl(platform, "/events");
  expect(body.at(-1)).toMatchObject({ type: "graph", path: "/v1.0/users", status: 401, why: expect.any(String) });
});

test("logs its changes", async () => {
  await callControl(platform, "/clock/advance", { method: "POST", body: { durationMs: 5 } });
  expect(platform.events.at(-1)).toMatchObject({
    type: "control",
    path: "/_latchkey/clock/advance",
    status: 200,
    why: "the clock was moved by 5 ms",
  });
});

test.each([
  ["a body that is not JSON", "/faults", "{", "The body is not JSON"],
  ["an invalid rule", "/faults", '{"status":1}', "Fault rule: status must be a whole number from 200 to 599"],
  ["a field of the wrong kind", "/clock/advance", '{"durationMs":"1"}', 'durationMs must be number, got "1"'],
  ["an unknown field", "/clock/advance", '{"foo":1}', "foo is unknown; the fields here are durationMs"],
  ["a missing field", "/clock/advance", '{"foo":1}', "durationMs is missing"],
  ["a body that is not an object", "/clock/advance", '"x"', "it must be an object, got a string"],
  [
    "a time outside the range of dates",
    "/clock/advance",
    '{"durationMs":1e300}',
    "The clock cannot be moved by 1e+300 ms",
  ],
])("answers 400 to %s", async (_, path, text, description) => {
  const { status, body } = await callControl(platform, path, { method: "POST", text });
  expect([status, body.error]).toEqual([400, "invalid_request"]);
  expect(body.error_description).toContain(description);
});

test("leaves the clock unchanged when the new time is out of range", async () => {
  const before = platform.clock.offsetMs;
  for (const move of [1e300, -1e300, Number.NaN]) {
    expect(() => platform.clock.advance(move)).toThrow(`cannot be moved by ${move} ms: give a time in the years 1970`);
  }
  expect(() => platform.clock.set(new Date("no date"))).toThrow("cannot be set to Invalid Date");
  await callControl(platform, "/clock/advance", { method: "POST", text: '{"durationMs":1e300}' });
  expect([platform.clock.offsetMs, (await callControl(platform, "/clock")).status]).toEqual([before, 200]);
});

test("answers 405 with a path's methods, and 404 with a link to the document", async () => {
  const wrongMethod = await callControl(platform, "/reset");
  expect([wrongMethod.status, wrongMethod.headers.get("allow")]).toEqual([405, "POST"]);
  const wrongPath = await callControl(platform, "/nothing");
  expect([wrongPath.status, wrongPath.body.error_description]).toEqual([
    404,
    "nothing is served at /nothing; see /_latchkey/openapi.json",
  ]);
});
