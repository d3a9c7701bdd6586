import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runCommand } from "./recordingTerminal.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "latchkey-exec-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const node = process.execPath;

/** Runs a Node program that writes a JSON value to the file in its argument. */
async function valueIn(script: string, environment: Record<string, string> = {}) {
  const file = join(folder, "value.json");
  const program = `const value = ${script}; require("fs").writeFileSync(process.argv[1], JSON.stringify(value ?? null))`;
  await runCommand(["platform", "exec", "--memory", "--", node, "-e", program, file], { environment });
  return JSON.parse(await readFile(file, "utf8"));
}

describe("latchkey platform exec", () => {
  test.each([0, 1, 42])("exits with the program's exit code %i", async (code) => {
    const { exitCode } = await runCommand(["platform", "exec", "--memory", "--", node, "-e", `process.exit(${code})`]);
    expect(exitCode).toBe(code);
  });

  test("exits with 128 plus the number of the signal that ended the program", async () => {
    const script = "process.kill(process.pid, 'SIGTERM'); setTimeout(() => {}, 60_000)";
    expect((await runCommand(["platform", "exec", "--memory", "--", node, "-e", script])).exitCode).toBe(143);
  });

  test("passes on every argument after the program, including those that look like its own", async () => {
    const file = join(folder, "arguments.json");
    const script = "require('fs').writeFileSync(process.argv[1], JSON.stringify(process.argv.slice(2)))";
    await runCommand(["platform", "exec", "--memory", node, "-e", script, file, "--memory", "--", "-h"]);
    expect(JSON.parse(await readFile(file, "utf8"))).toEqual(["--memory", "--", "-h"]);
  });

  test("replaces the user's variables with the platform's, and removes other proxies", async () => {
    const environment = await valueIn("process.env", {
      PATH: process.env["PATH"] ?? "",
      NO_PROXY: "login.microsoftonline.com",
      no_proxy: "*",
      https_proxy: "http://proxy.example:3128",
      ALL_PROXY: "http://proxy.example:3128",
      http_proxy: "http://proxy.example:3128",
      AZURE_CONFIG_DIR: join(folder, "mine"),
      JAVA_TOOL_OPTIONS: "-Xmx64m",
      UNRELATED: "kept",
    });
    expect(environment).toMatchObject({
      HTTPS_PROXY: expect.stringMatching(/^http:\/\/127\.0\.0\.1:/),
      NODE_USE_ENV_PROXY: "1",
      NO_PROXY: "localhost,127.0.0.1,::1",
      no_proxy: "localhost,127.0.0.1,::1",
      JAVA_TOOL_OPTIONS: expect.stringMatching(/^-Xmx64m -Dhttps\.proxyHost=127\.0\.0\.1 /),
      UNRELATED: "kept",
    });
    expect(environment.https_proxy).toBe(environment.HTTPS_PROXY);
    expect(environment.AZURE_CONFIG_DIR).not.toContain("mine");
    expect(environment).not.toHaveProperty("ALL_PROXY");
    expect(environment).not.toHaveProperty("http_proxy");
  });

  test("stores Azure CLI's accounts with the data, unless --memory is given", async () => {
    const environment = { XDG_DATA_HOME: folder, LOCALAPPDATA: folder };
    const file = join(folder, "azure.txt");
    const script = "require('fs').writeFileSync(process.argv[1], process.env.AZURE_CONFIG_DIR)";
    await runCommand(["platform", "exec", "--", node, "-e", script, file], { environment });
    expect(await readFile(file, "utf8")).toContain(folder);
    await runCommand(["platform", "exec", "--memory", "--", node, "-e", script, file], { environment });
    expect(await readFile(file, "utf8")).not.toContain(folder);
  });

  test("prints nothing about a program that succeeds", async () => {
    const { exitCode, out, err } = await runCommand(["platform", "exec", "--memory", "--", node, "-e", ""]);
    expect({ exitCode, out, err }).toEqual({ exitCode: 0, out: "", err: "" });
  });

  test("shows the last refusal of a program that fails", async () => {
    const script = "fetch('https://graph.microsoft.com/v1.0/users').then(() => process.exit(3))";
    const { exitCode, err } = await runCommand(["platform", "exec", "--memory", "--", node, "-e", script]);
    expect(exitCode).toBe(3);
    expect(err).toMatch(/--verbose/);
    expect(err).toMatch(/401.*no Authorization header/);
  });

  test("reports each request with --verbose", async () => {
    const script = "fetch('https://example.com').catch(() => {})";
    const { exitCode, err } = await runCommand([
      ...["platform", "exec", "--memory", "--verbose", "--", node, "-e", script],
    ]);
    expect(exitCode).toBe(0);
    expect(err).toMatch(/502.*not example\.com:443/);
  });

  test("says what to do if the program does not exist or cannot be executed", async () => {
    const missing = await runCommand(["platform", "exec", "--memory", "--", "no-such-program"]);
    expect(missing.exitCode).toBe(1);
    expect(missing.err).toMatch(/There is no program "no-such-program"/);
    const file = join(folder, "program.sh");
    await writeFile(file, "exit 0\n", { mode: 0o600 });
    const forbidden = await runCommand(["platform", "exec", "--memory", "--", file]);
    expect(forbidden.exitCode).toBe(1);
    expect(forbidden.err).toMatch(/cannot be executed/);
  });

  test("refuses options before exec, where they would have no effect", async () => {
    const { exitCode, err } = await runCommand(["platform", "--memory", "exec", "--", node, "-e", ""]);
    expect(exitCode).toBe(1);
    expect(err).toMatch(/--memory before exec has no effect/);
  });

  test("requires a program", async () => {
    expect((await runCommand(["platform", "exec"])).exitCode).toBe(2);
  });
});

describe("latchkey platform hosts", () => {
  const hostsFile = process.platform === "win32" ? "C:\\Windows\\System32\\drivers\\etc\\hosts" : "/etc/hosts";

  test("prints one line for each name and address, and changes nothing", async () => {
    const before = await Promise.all([readFile(hostsFile), stat(hostsFile)]);
    const { exitCode, out, err } = await runCommand(["platform", "hosts"]);
    expect(exitCode).toBe(0);
    const names = [
      ...["login.microsoftonline.com", "login.windows.net", "login.microsoft.com", "sts.windows.net"],
      ...["graph.microsoft.com", "management.azure.com", "main.iam.ad.ext.azure.com"],
    ];
    expect(out.split("\n")).toEqual(names.flatMap((name) => [`127.0.0.1 ${name}`, `::1 ${name}`]));
    expect(err).toMatch(/Nothing was changed/);
    const after = await Promise.all([readFile(hostsFile), stat(hostsFile)]);
    expect(after[0]).toEqual(before[0]);
    expect(after[1].mtimeMs).toBe(before[1].mtimeMs);
  });
});

describe("latchkey platform --intercept", () => {
  test("prints Microsoft's addresses, and the variables that direct other programs to the platform", async () => {
    const environment = { XDG_DATA_HOME: folder, LOCALAPPDATA: folder };
    const { exitCode, out } = await runCommand(["platform", "--memory", "--intercept"], {
      environment,
      onOutput: (line, interrupt) => line.startsWith("Ctrl-C") && interrupt(),
    });
    expect(exitCode).toBe(0);
    expect(out).toMatch(/authority +https:\/\/login\.microsoftonline\.com\/[0-9a-f-]{36}/);
    expect(out).toMatch(/HTTPS_PROXY.*http:\/\/127\.0\.0\.1:\d+/);
    if (process.platform !== "win32") {
      expect(out).toMatch(/^ {2}unset ALL_PROXY$/m);
    }
  });
});
