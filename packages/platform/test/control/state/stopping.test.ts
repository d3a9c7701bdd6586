import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { request as httpsRequest } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { startPlatform } from "@latchkey/platform";
import { expect, test } from "vitest";
import { getJson } from "../../support/daemon.ts";

test("a process ends by itself after stop: no socket, timer or thread is left open", () => {
  const program = `
    import { startPlatform } from "@latchkey/platform";
    const platform = await startPlatform({ seed: { applications: [{ name: "a", secrets: [{}] }] } });
    platform.faults.add({ endpoint: "keys", delayMs: 3_600_000 });
    const get = (path) => platform.fetch(new Request(platform.url + path)).then((r) => r.status, () => "failed");
    const delayed = get("/common/discovery/keys");
    await get("/_latchkey/openapi.json");
    await platform.restore(await platform.snapshot());
    await platform.stop();
    await delayed;
    console.log("stopped");
  `;
  const root = fileURLToPath(new URL("../../../../..", import.meta.url));
  // Without process.exit: anything left open would keep it alive until the timeout kills it.
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ["--conditions=@latchkey/source", "--input-type=module", "--eval", program],
    { cwd: root, encoding: "utf8", timeout: 15_000 },
  );
  expect([status, stdout.trim(), stderr]).toEqual([0, "stopped", ""]);
}, 20_000);

test("a delayed request is aborted, not awaited", async () => {
  const platform = await startPlatform();
  platform.faults.add({ delayMs: 3_600_000 });
  const failed = new Promise((resolve) => {
    const request = httpsRequest(`${platform.url}/common/discovery/keys`, { ca: platform.caCertificate }, resolve);
    request.on("error", resolve);
    request.end();
  });
  while (!platform.faults.list().some(({ fired }) => fired > 0)) {
    await new Promise(setImmediate);
  }
  await platform.stop();
  expect(await failed).toMatchObject({ code: "ECONNRESET" });
});

test("a data directory holds the same few files after every stop", async () => {
  const dataDirectory = mkdtempSync(join(tmpdir(), "latchkey-stop-"));
  const files: string[][] = [];
  for (let start = 0; start < 2; start++) {
    const platform = await startPlatform({ dataDirectory });
    await getJson(platform, "/common/discovery/keys");
    await platform.restore(await platform.snapshot());
    await platform.stop();
    files.push(readdirSync(dataDirectory).toSorted());
  }
  expect(files[1]).toEqual(files[0]);
  expect(files[0]?.filter((name) => /-wal|-shm|\.new$/.test(name))).toEqual([]);
  rmSync(dataDirectory, { recursive: true });
});

test("a start without a data directory writes nothing", async () => {
  const before = readdirSync(".").toSorted();
  const platform = await startPlatform();
  await platform.restore(await platform.snapshot());
  await platform.stop();
  expect(readdirSync(".").toSorted()).toEqual(before);
});
