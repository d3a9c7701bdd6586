import { type PlatformEvent, startPlatform } from "@latchkey/platform";
import { expect, test } from "vitest";
import { eventLog } from "../../src/core/events.ts";
import { postForm, registerDaemon, tokenForm, tokenPath } from "../support/daemon.ts";

test("a token request is one event, reported at once and stored", async () => {
  const seen: PlatformEvent[] = [];
  const platform = await startPlatform({ onEvent: (event) => seen.push(event) });
  const daemon = registerDaemon(platform, ["User.Read.All"]);
  await postForm(platform, tokenPath(platform), tokenForm(daemon));
  await platform.stop();
  expect(seen).toEqual(platform.events);
  expect(seen).toHaveLength(1);
  expect(seen[0]).toMatchObject({
    type: "token",
    method: "POST",
    path: tokenPath(platform),
    status: 200,
    grantType: "client_credentials",
    clientId: daemon.appId,
    tenantId: platform.tenant.id,
    resource: "https://graph.microsoft.com",
    permissions: ["User.Read.All"],
    why: "app-only token for Microsoft Graph with roles User.Read.All",
  });
});

test("a refusal says in plain words how to fix it", async () => {
  const platform = await startPlatform();
  const daemon = registerDaemon(platform);
  await postForm(platform, tokenPath(platform), tokenForm(daemon, { client_secret: daemon.secretId }));
  await platform.stop();
  expect(platform.events.at(-1)).toMatchObject({
    status: 401,
    aadsts: 7000215,
    why: "AADSTS7000215: the value sent is the id of a registered secret; send the secret's value",
  });
});

test("a token without roles says why the next call will be refused", async () => {
  const platform = await startPlatform();
  await postForm(platform, tokenPath(platform), tokenForm(registerDaemon(platform)));
  await platform.stop();
  expect(platform.events.at(-1)?.why).toContain("no application permissions on it are consented to");
});

test("the last thousand events are stored", () => {
  const log = eventLog({ now: () => 0 }, undefined);
  for (let index = 0; index < 3_025; index++) {
    log.record({ type: "request", method: "GET", path: `/${index}`, status: 200, why: "x".repeat(1000) });
  }
  expect(log.recent()).toHaveLength(1000);
  expect(log.recent().at(-1)?.path).toBe("/3024");
  expect(log.recent().at(0)?.path).toBe("/2025");
});

test("an event reads the same later as when it was new, whatever comes after it", () => {
  const log = eventLog({ now: () => Date.UTC(2026, 10, 21) + 7 }, undefined);
  const event = {
    type: "token" as const,
    method: "POST",
    path: "/tenant/oauth2/token",
    status: 400,
    why: "the scope says „Über\u2028\u{1f511}“",
    aadsts: 70011,
    permissions: ["One", "Two"],
  };
  log.record(event);
  const [asNew] = log.recent();
  for (let index = 0; index < 999; index++) {
    log.record({ ...event, why: "x".repeat(index) });
  }
  expect(log.recent()[0]).toEqual(asNew);
  expect(asNew).toEqual({ ...event, time: new Date(Date.UTC(2026, 10, 21) + 7) });
  expect(
    log
      .recent()
      .map(({ why }) => why.length)
      .slice(1),
  ).toEqual(Array.from({ length: 999 }, (_, index) => index));
});

test("what a listener does to an event does not change the log", () => {
  const log = eventLog({ now: () => 0 }, (event) => Object.assign(event, { why: "changed" }));
  log.record({ type: "request", method: "GET", path: "/", status: 200, why: "as it was" });
  expect(log.recent()[0]?.why).toBe("as it was");
});

test("a cleared log is empty", () => {
  const log = eventLog({ now: () => 0 }, undefined);
  for (let index = 0; index < 120; index++) {
    log.record({ type: "request", method: "GET", path: `/${index}`, status: 200, why: "" });
  }
  log.clear();
  expect(log.recent()).toEqual([]);
});
