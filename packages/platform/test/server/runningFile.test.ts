import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
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

describe("running.json in the data directory", () => {
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
      expect(statSync(join(directory, "running.json")).mode & 0o777).toBe(0o600);
    }
  });

  test("is removed when the platform stops", async () => {
    await (await start()).stop();
    expect(existsSync(join(directory, "running.json"))).toBe(false);
    expect(findRunningPlatform(directory)).toBeUndefined();
  });

  test("fails the start and leaves nothing listening if it cannot be written", async () => {
    mkdirSync(join(directory, "running.json", "in the way"), { recursive: true });
    const free = await startPlatform();
    await free.stop();
    const port = Number(new URL(free.url).port);
    await expect(startPlatform({ dataDirectory: directory, port })).rejects.toThrow(/running\.json/);
    rmSync(join(directory, "running.json"), { recursive: true });
    const platform = await startPlatform({ dataDirectory: directory, port });
    platforms.push(platform);
    expect(new URL(platform.url).port).toBe(String(port));
  });

  test("stays when an earlier platform on the same data stops", async () => {
    const first = await start();
    const second = await start();
    await first.stop();
    expect(findRunningPlatform(directory)?.url).toBe(second.url);
  });
});
