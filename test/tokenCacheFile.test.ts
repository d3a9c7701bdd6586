import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Platform, startPlatform } from "@latchkey/platform";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { DaemonParameters, Outcome } from "./clients/node/parameters.ts";
import { childEnvironment } from "./support/childEnvironment.ts";
import { clientProgram } from "./support/clientProgram.ts";
import { converse } from "./support/converse.ts";
import { runClient } from "./support/runClient.ts";

/** Programs that store their tokens in the file `cache_file`, as their libraries document it. They share its format. */
const programs = [
  // It looks for applications' tokens whose home_account_id is null; the others omit it.
  { client: "MSAL Python with its extensions", file: "python/daemon.py", readsOthers: false },
  { client: "MSAL Java", file: "java/src/main/java/Daemon.java", readsOthers: true },
  { client: "MSAL Go", file: "go/daemon/main.go", readsOthers: true },
];

let platform: Platform;
let folder: string;
let common: Pick<DaemonParameters, "authority" | "scope" | "endpoint">;

beforeAll(async () => {
  // Under Microsoft's names, because MSAL Java finds no token for an authority with a port.
  platform = await startPlatform({ mode: "interception" });
  folder = await mkdtemp(join(tmpdir(), "latchkey-caches-"));
  common = {
    authority: `https://login.microsoftonline.com/${platform.tenant.id}`,
    scope: ["https://graph.microsoft.com/.default"],
    endpoint: "https://graph.microsoft.com/v1.0/users",
  };
});

afterAll(async () => {
  await platform?.stop();
  if (folder) {
    await rm(folder, { recursive: true, force: true });
  }
});

function tokenRequests(): number {
  return platform.events.filter((event) => event.type === "token").length;
}

async function writeParameters(name: string, parameters: object): Promise<string> {
  const path = join(folder, `${name}.json`);
  await writeFile(path, JSON.stringify({ ...common, ...parameters }), { mode: 0o600 });
  return path;
}

/** Registers a daemon, and returns a parameters file with which it stores its tokens in the cache file. */
function registerDaemon(name: string, cacheFile: string): Promise<string> {
  const { directory } = platform;
  const { appId } = directory.registerApplication({
    displayName: name,
    requiredResourceAccess: [{ name: "Microsoft Graph", permissions: ["User.Read.All"] }],
  });
  directory.grantAdminConsent(appId);
  const { secretText: secret } = directory.addPassword(appId);
  return writeParameters(name, { client_id: appId, secret, cache_file: cacheFile });
}

/** Runs a daemon as a separate process; it requests a token with two applications, one after the other. */
async function sources(file: string, parametersFile: string): Promise<readonly string[] | undefined> {
  const [outcome] = await runClient(platform, file, [parametersFile]);
  return (outcome as Outcome).sources;
}

describe.each(programs)("a token cache file of $client", ({ client, file }) => {
  const { skipped } = clientProgram(file);
  const reason = skipped === undefined ? "" : ` (skipped: ${skipped})`;

  test.skipIf(skipped)(
    `works for other applications, processes and libraries${reason}`,
    { timeout: 60_000 },
    async () => {
      const parametersFile = await registerDaemon(client, join(folder, `${client}.cache.json`));
      const before = tokenRequests();
      expect(await sources(file, parametersFile)).toEqual(["identity_provider", "cache"]);
      const readers = programs.filter((each) => each.file === file || each.readsOthers);
      for (const reader of readers.filter((each) => clientProgram(each.file).skipped === undefined)) {
        expect(await sources(reader.file, parametersFile)).toEqual(["cache", "cache"]);
      }
      // A token's source is the client's claim; this is the platform's record.
      expect(tokenRequests() - before).toBe(1);
    },
  );
});

const { skipped } = clientProgram("python/daemon.py");
const reason = skipped === undefined ? "" : ` (skipped: ${skipped})`;

describe.skipIf(skipped)(`processes that share a token cache of MSAL Python's extensions${reason}`, () => {
  test("wait for each other's changes", { timeout: 60_000 }, async () => {
    const cacheFile = join(folder, "locked.cache.json");
    const parametersFile = await registerDaemon("waiting daemon", cacheFile);
    const environment = childEnvironment(platform.environment);
    const holder = [...clientProgram("python/hold_lock.py").command, cacheFile];
    const waiter = [...clientProgram("python/wait_for_lock.py").command, parametersFile];
    let waited: Promise<unknown> | undefined;
    const held = await converse(holder, environment, () => {
      return new Promise((goOn, fail) => {
        waited = converse(waiter, environment, async (line) => {
          expect(line).toEqual({ waits: true });
          goOn("go on");
          return undefined;
        });
        waited.catch(fail);
      });
    });
    expect(held).toEqual({ written: false });
    expect(await waited).toMatchObject({ sources: ["identity_provider", "cache"] });
  });

  test("find the user that one of them has signed in, and refresh", { timeout: 60_000 }, async () => {
    const { directory, tenant } = platform;
    const { appId } = directory.registerApplication({
      displayName: "command line",
      allowPublicClient: true,
      requiredResourceAccess: [{ name: "Microsoft Graph", delegatedPermissions: ["User.Read"] }],
    });
    directory.grantAdminConsent(appId);
    const { userPrincipalName: user, password } = tenant.administrator;
    const given = { client_id: appId, username: user, cache_file: join(folder, "person.cache.json") };
    const graph = { scope: ["User.Read"], endpoint: "https://graph.microsoft.com/v1.0/me" };
    const right = await writeParameters("right password", { ...given, ...graph, password });
    // It would be refused if it were used.
    const wrong = await writeParameters("wrong password", { ...given, ...graph, password: "wrong" });
    const outcomes: unknown[] = [];
    const stopAging = platform.on("beforeResponse", ({ endpoint, body }) => {
      // MSAL treats a token as expired in its last five minutes.
      if (endpoint === "token" && typeof body === "object") {
        body["expires_in"] = 60;
      }
    });
    outcomes.push(...(await runClient(platform, "python/password.py", [right])));
    stopAging();
    outcomes.push(...(await runClient(platform, "python/password.py", [wrong])));
    outcomes.push(...(await runClient(platform, "python/password.py", [wrong])));
    expect(outcomes).toEqual([
      { sources: ["identity_provider"], user },
      { sources: ["identity_provider"], user },
      { sources: ["cache"], user },
    ]);
  });
});
