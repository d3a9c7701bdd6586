import { execFile } from "node:child_process";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { type Platform, startPlatform } from "@latchkey/platform";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { childEnvironment } from "./support/childEnvironment.ts";
import { answerDevicePage } from "./support/devicePage.ts";
import { type Ended, runProgram } from "./support/runProgram.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const run = promisify(execFile);

// The Vitest example is one of this suite's own files; this one needs its own runner.
test("the node:test example passes", async () => {
  const { NODE_OPTIONS: _options, NODE_TEST_CONTEXT: _context, ...env } = process.env;
  const args = ["--conditions=@latchkey/source", "--test", "examples/nodeTest.ts"];
  const { stdout } = await run(process.execPath, args, { cwd: root, env: { ...env, NO_COLOR: "1" } });
  expect(stdout).toMatch(/pass 5\b[\s\S]*fail 0\b/);
}, 60_000);

describe("the daemon of the examples", () => {
  let platform: Platform;
  let clientId: string;
  beforeAll(async () => {
    platform = await startPlatform({ mode: "interception" });
    clientId = platform.directory.registerApplication({
      displayName: "daemon",
      requiredResourceAccess: [{ name: "Microsoft Graph", permissions: ["User.Read.All"] }],
    }).appId;
  });
  afterAll(() => platform?.stop());

  function runDaemon(secret: string): Promise<Ended> {
    const program = [join(root, "examples", "daemon.ts"), clientId, platform.tenant.id];
    const environment = { ...childEnvironment(platform.environment), CLIENT_SECRET: secret };
    return runProgram([process.execPath, "--conditions=@latchkey/source", ...program], { environment });
  }

  test("says how to get the missing consent, and lists every user once it has it", async () => {
    const { secretText } = platform.directory.addPassword(clientId);
    const refused = await runDaemon(secretText);
    expect([refused.exitCode, refused.out]).toEqual([1, ""]);
    expect(refused.err).toContain(`/adminconsent?client_id=${clientId}`);
    platform.directory.grantAdminConsent(clientId);
    const { out, err, exitCode } = await runDaemon(secretText);
    expect([exitCode, err]).toEqual([0, ""]);
    expect(out.trim().split("\n")).toHaveLength(30);
  }, 60_000);

  test("says what to do about a wrong secret, without showing it", async () => {
    const { out, err, exitCode } = await runDaemon("wrong-secret");
    expect([exitCode, out]).toEqual([1, ""]);
    expect(err).toMatch(/^AADSTS7000215: .+\n.+/);
    expect(err).not.toContain("wrong-secret");
  }, 60_000);
});

describe("the command-line tool of the examples", () => {
  let platform: Platform;
  let folder: string;
  let clientId: string;
  beforeAll(async () => {
    platform = await startPlatform({ mode: "interception" });
    // The seconds that a client waits between polls; otherwise five.
    platform.on("beforeResponse", ({ endpoint, body }) => {
      if (endpoint === "deviceCode" && typeof body === "object") {
        body["interval"] = 1;
      }
    });
    folder = await mkdtemp(join(tmpdir(), "latchkey-examples-"));
    clientId = platform.directory.registerApplication({
      displayName: "command-line tool",
      allowPublicClient: true,
      signInAudience: "AzureADMultipleOrgs",
      requiredResourceAccess: [{ name: "Microsoft Graph", delegatedPermissions: ["User.Read"] }],
    }).appId;
  });
  afterAll(async () => {
    await platform?.stop();
    if (folder) {
      await rm(folder, { recursive: true, force: true });
    }
  });

  /** Runs the tool with a cache file; the administrator signs in when asked to. */
  async function useTool(file: string): Promise<Ended & { readonly isPrompted: boolean }> {
    let signedIn: Promise<unknown> | undefined;
    const program = [join(root, "examples", "commandLineTool.ts"), clientId, file];
    const ended = await runProgram([process.execPath, "--conditions=@latchkey/source", ...program], {
      environment: childEnvironment(platform.environment),
      onOutput({ err }, child) {
        const [, uri, code] = /(https:\S+) .*?\b([A-Z0-9]{9})\b/.exec(err) ?? [];
        if (uri === undefined || code === undefined || signedIn !== undefined) {
          return;
        }
        signedIn = answerDevicePage(platform, { verification_uri: uri, user_code: code }, "confirm");
        signedIn.catch(() => child.kill("SIGTERM"));
      },
    });
    await signedIn;
    return { ...ended, isPrompted: signedIn !== undefined };
  }

  test("asks its user to sign in once, and stores the tokens in a file that only the user can read", async () => {
    const file = join(folder, "sample_cache.json");
    const first = await useTool(file);
    expect(first.out, first.err).toMatch(/^Hello .+\. \(The token is from the network\.\)\n$/);
    expect(first.isPrompted).toBe(true);
    if (process.platform !== "win32") {
      expect(statSync(file).mode & 0o777).toBe(0o600);
    }
    expect(Object.keys(JSON.parse(readFileSync(file, "utf8")).AccessToken)).toHaveLength(1);
    const second = await useTool(file);
    expect([second.out, second.isPrompted]).toEqual([first.out.replace("network", "cache"), false]);
    expect(readdirSync(folder).filter((name) => name.startsWith("sample"))).toEqual(["sample_cache.json"]);
  }, 60_000);

  test("works without a damaged file, and leaves it as it is", async () => {
    const file = join(folder, "damaged.json");
    writeFileSync(file, '{"AccessToken":');
    const { out, err, isPrompted } = await useTool(file);
    expect(out, err).toMatch(/^Hello .+\. \(The token is from the network\.\)\n$/);
    expect([isPrompted, readFileSync(file, "utf8")]).toEqual([true, '{"AccessToken":']);
  }, 60_000);
});
