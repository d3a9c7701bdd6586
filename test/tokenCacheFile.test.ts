import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { type Platform, startPlatform } from "@latchkey/platform";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { DaemonParameters, Outcome } from "./clients/node/parameters.ts";
import { clientProgram } from "./support/clientProgram.ts";

const run = promisify(execFile);

/** Programs that keep their tokens in the file `cache_file`, as their libraries document it. They share its format. */
const programs = [
  { client: "MSAL Java", file: "java/src/main/java/Daemon.java" },
  { client: "MSAL Go", file: "go/daemon/main.go" },
];

let platform: Platform;
let folder: string;
let parameters: DaemonParameters;

beforeAll(async () => {
  // Under Microsoft's names, because MSAL Java finds no token of an authority that has a port.
  platform = await startPlatform({ mode: "interception" });
  folder = await mkdtemp(join(tmpdir(), "latchkey-caches-"));
  const { directory, tenant } = platform;
  const { appId } = directory.registerApplication({
    displayName: "daemon",
    requiredResourceAccess: [{ name: "Microsoft Graph", permissions: ["User.Read.All"] }],
  });
  directory.grantAdminConsent(appId);
  parameters = {
    authority: `https://login.microsoftonline.com/${tenant.id}`,
    client_id: appId,
    scope: ["https://graph.microsoft.com/.default"],
    endpoint: "https://graph.microsoft.com/v1.0/users",
    secret: directory.addPassword(appId).secretText,
  };
});

afterAll(async () => {
  await platform?.stop();
  if (folder) await rm(folder, { recursive: true, force: true });
});

function tokenRequests(): number {
  return platform.events.filter((event) => event.type === "token").length;
}

/** Runs a daemon as a process of its own; it asks for a token with two applications, one after the other. */
async function sources(command: readonly string[], cacheFile: string): Promise<readonly string[] | undefined> {
  const path = join(folder, "parameters.json");
  await writeFile(path, JSON.stringify({ ...parameters, cache_file: cacheFile }), { mode: 0o600 });
  const set = Object.entries({ ...process.env, ...platform.environment }).filter(([, value]) => value !== "");
  const [program = "", ...args] = command;
  const { stdout } = await run(program, [...args, path], { env: Object.fromEntries(set) });
  return (JSON.parse(stdout) as Outcome).sources;
}

describe.each(programs)("a token cache file of $client", ({ client, file }) => {
  const { command, skipped } = clientProgram(file);
  const reason = skipped === undefined ? "" : ` (skipped: ${skipped})`;

  it.skipIf(skipped)(`serves other applications, processes and libraries${reason}`, { timeout: 60_000 }, async () => {
    const cacheFile = join(folder, `${client}.cache.json`);
    const before = tokenRequests();
    expect(await sources(command, cacheFile)).toEqual(["identity_provider", "cache"]);
    for (const reader of programs.map((each) => clientProgram(each.file))) {
      if (reader.skipped === undefined) expect(await sources(reader.command, cacheFile)).toEqual(["cache", "cache"]);
    }
    // A token's source is the client's word; this is the platform's.
    expect(tokenRequests() - before).toBe(1);
  });
});
