import { type Platform, startPlatform } from "@latchkey/platform";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Daemon, getJson, postForm, registerDaemon, tokenForm, tokenPath } from "../../support/daemon.ts";

let platforms: readonly [Platform, Platform];
beforeAll(async () => {
  platforms = await Promise.all([startPlatform(), startPlatform()]);
});
afterAll(async () => {
  await Promise.all(platforms.map((platform) => platform.stop()));
});

const tokenStatus = async (platform: Platform, daemon: Daemon) =>
  (await postForm(platform, tokenPath(platform), tokenForm(daemon))).status;

test("platforms in one process have their own directories", async () => {
  const [one, other] = platforms;
  const daemon = registerDaemon(one);
  expect([await tokenStatus(one, daemon), await tokenStatus(other, daemon)]).toEqual([200, 400]);
});

test("they have their own clocks", () => {
  const [one, other] = platforms;
  one.clock.advance(3_600_000);
  expect(one.clock.now() - other.clock.now()).toBeGreaterThan(3_500_000);
  expect(other.clock.offsetMs).toBe(0);
});

test("they have their own faults, listeners and events", async () => {
  const [one, other] = platforms;
  one.faults.add({ status: 503 });
  one.on("beforeResponse", (response) => {
    response.headers.set("x-changed", "yes");
  });
  const [changed, unchanged] = await Promise.all(platforms.map((each) => getJson(each, "/common/discovery/keys")));
  expect([changed?.status, changed?.headers.get("x-changed")]).toEqual([503, "yes"]);
  expect([unchanged?.status, unchanged?.headers.get("x-changed")]).toEqual([200, null]);
  expect(other.events.filter(({ type }) => type === "fault")).toEqual([]);
});

test("they have their own keys and passwords", async () => {
  const [one, other] = platforms;
  one.faults.clear();
  const [keys, otherKeys] = await Promise.all(platforms.map((each) => getJson(each, "/common/discovery/keys")));
  expect(keys?.body.keys[0].kid).not.toBe(otherKeys?.body.keys[0].kid);
  expect(one.tenant.administrator.password).not.toBe(other.tenant.administrator.password);
});

test("one keeps running when the other stops or is reset", async () => {
  const [one, other] = platforms;
  const daemon = registerDaemon(other);
  const short = await startPlatform();
  await one.reset();
  await short.stop();
  expect(await tokenStatus(other, daemon)).toBe(200);
});
