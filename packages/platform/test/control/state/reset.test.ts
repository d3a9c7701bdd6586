import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startPlatform } from "@latchkey/platform";
import { expect, test } from "vitest";
import { getJson, postForm, registerDaemon, tokenForm, tokenPath } from "../../support/daemon.ts";
import { someTimeMs, steppedClock } from "../../support/steppedClock.ts";

const seed = { applications: [{ name: "daemon", secrets: [{ value: "a secret that is long enough" }, {}] }] };

test("returns to the initial state: directory, clock, faults, listeners, events", async () => {
  const platform = await startPlatform({
    clock: steppedClock(),
    seed,
    faults: [{ id: "first", status: 503, count: 1 }],
  });
  await getJson(platform, "/common/discovery/keys");
  platform.faults.add({ id: "later", status: 500 });
  platform.clock.advance(1000);
  platform.on("beforeResponse", (response) => {
    response.status = 418;
  });
  const added = registerDaemon(platform);
  platform.directory.createGroup({ displayName: "Sales" });
  await platform.reset();
  expect(platform.directory.findGroup("Sales")).toBeUndefined();
  expect(platform.events).toEqual([]);
  expect(platform.clock.now()).toBe(someTimeMs);
  expect(platform.faults.list()).toMatchObject([{ id: "first", fired: 0 }]);
  platform.faults.clear();
  expect((await postForm(platform, tokenPath(platform), tokenForm(added))).status).toBe(400);
  await platform.stop();
});

test("keeps the ids and secrets that were generated at the start", async () => {
  const platform = await startPlatform({ seed });
  const [daemon] = platform.seeded.applications;
  platform.directory.deleteApplication(daemon?.clientId ?? "");
  await platform.reset();
  expect(platform.seeded.applications).toEqual([daemon]);
  const form = {
    grant_type: "client_credentials",
    client_id: daemon?.clientId ?? "",
    scope: "https://vault.azure.net/.default",
  };
  const secret = daemon?.secrets[0]?.value ?? "";
  expect((await postForm(platform, tokenPath(platform), { ...form, client_secret: secret })).status).toBe(200);
  await platform.stop();
});

test("clears a data directory of an earlier run, and keeps its passwords", async () => {
  const dataDirectory = mkdtempSync(join(tmpdir(), "latchkey-reset-"));
  const earlier = await startPlatform({ dataDirectory });
  const daemon = registerDaemon(earlier);
  await earlier.stop();
  const platform = await startPlatform({ dataDirectory, seed });
  const { administrator } = platform.tenant;
  expect((await postForm(platform, tokenPath(platform), tokenForm(daemon))).status).toBe(200);
  await platform.reset();
  expect((await postForm(platform, tokenPath(platform), tokenForm(daemon))).status).toBe(400);
  expect(platform.seeded.applications).toMatchObject([{ name: "daemon", secrets: [{ displayName: "seed 2" }] }]);
  await platform.stop();
  const later = await startPlatform({ dataDirectory });
  expect(later.tenant.administrator).toEqual(administrator);
  await later.stop();
  rmSync(dataDirectory, { recursive: true });
});
