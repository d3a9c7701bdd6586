import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findRunningPlatform, type Platform, startPlatform } from "@latchkey/platform";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

let directory: string;
let platforms: Platform[];
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "latchkey-running-"));
  platforms = [];
});
afterEach(async () => {
  await Promise.all(platforms.map((platform) => platform.stop()));
  rmSync(directory, { recursive: true });
});

async function start(): Promise<Platform> {
  const platform = await startPlatform({ dataDirectory: directory });
  platforms.push(platform);
  return platform;
}

/** The files of running platforms in the data directory. */
const runningFiles = (): string[] => readdirSync(directory).filter((name) => name.startsWith("running-"));

/** The id of a process that has just ended. */
function endedProcessId(): number {
  return spawnSync(process.execPath, ["--version"]).pid;
}

describe("the file of a running platform in the data directory", () => {
  test("says how to reach the platform and who administers it, readable by this account only", async () => {
    const { url, tenant, controlToken, caCertificate } = await start();
    const running = findRunningPlatform(directory);
    expect(running).toMatchObject({
      url,
      tenant,
      authority: `${url}/${tenant.id}`,
      control: { url: `${url}/_latchkey`, token: controlToken },
    });
    expect(readFileSync(running?.caFile ?? "", "utf8")).toBe(caCertificate);
    if (process.platform !== "win32") {
      expect(runningFiles().map((name) => statSync(join(directory, name)).mode & 0o777)).toEqual([0o600]);
    }
  });

  test("is removed when the platform stops", async () => {
    await (await start()).stop();
    expect(runningFiles()).toEqual([]);
    expect(findRunningPlatform(directory)).toBeUndefined();
  });

  test("fails the start and leaves nothing listening if it cannot be written", async () => {
    const free = await startPlatform();
    await free.stop();
    const port = Number(new URL(free.url).port);
    const file = `running-${process.pid}-${port}.json`;
    mkdirSync(join(directory, file, "in the way"), { recursive: true });
    await expect(startPlatform({ dataDirectory: directory, port })).rejects.toThrow(file);
    rmSync(join(directory, file), { recursive: true });
    const platform = await startPlatform({ dataDirectory: directory, port });
    platforms.push(platform);
    expect(new URL(platform.url).port).toBe(String(port));
  });

  test("is one for each of several platforms on the same data, of which the first counts", async () => {
    const first = await start();
    const second = await start();
    const third = await start();
    expect(findRunningPlatform(directory)?.url).toBe(first.url);
    await second.stop();
    expect(findRunningPlatform(directory)?.url).toBe(first.url);
    await first.stop();
    expect(findRunningPlatform(directory)?.url).toBe(third.url);
  });

  test("does not count if its process has ended, and is removed at the next start", async () => {
    const { url } = await start();
    const [file = ""] = runningFiles();
    const stale = `running-${endedProcessId()}-8443.json`;
    writeFileSync(join(directory, stale), JSON.stringify({ ...findRunningPlatform(directory), startedMs: 0 }));
    expect(findRunningPlatform(directory)?.url).toBe(url);
    const second = await start();
    expect(runningFiles().sort()).toEqual([file, `running-${process.pid}-${new URL(second.url).port}.json`].sort());
  });

  test("does not count if it is damaged", async () => {
    writeFileSync(join(directory, `running-${process.pid}-1.json`), '{"url":');
    expect(findRunningPlatform(directory)).toBeUndefined();
    rmSync(join(directory, `running-${process.pid}-1.json`));
  });
});
