import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { clientProgram } from "./support/clientProgram.ts";
import { latchkey, latchkeyProgram } from "./support/latchkey.ts";
import type { RunOptions } from "./support/runProgram.ts";

let temporary: string;
beforeEach(async () => {
  temporary = await mkdtemp(join(tmpdir(), "latchkey-exec-"));
});
afterEach(() => rm(temporary, { recursive: true, force: true }));

/** Runs a Node program under `platform exec`, with a separate folder for temporary files. */
function run(script: string, options: RunOptions = {}) {
  return latchkey(["platform", "exec", "--memory", "--", process.execPath, "-e", script], {
    environment: { TMPDIR: temporary, TEMP: temporary },
    ...options,
  });
}

describe("a program under latchkey platform exec", () => {
  test("has standard output and error to itself", async () => {
    expect(await run("console.log('mine'); console.error('mine, too')")).toEqual({
      exitCode: 0,
      out: "mine\n",
      err: "mine, too\n",
    });
  });

  test.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)("receives %s, and its exit code counts", async (signal) => {
    const script = `setTimeout(() => {}, 60_000); process.on("${signal}", () => process.exit(9)); console.log("ready")`;
    expect((await run(script, { onOutput: (_, latchkey) => latchkey.kill(signal) })).exitCode).toBe(9);
  });

  test("ends as shells report it if it does not handle a signal", async () => {
    const script = "setTimeout(() => {}, 60_000); console.log('ready')";
    expect((await run(script, { onOutput: (_, latchkey) => latchkey.kill("SIGINT") })).exitCode).toBe(130);
  });

  test("leaves no file behind", async () => {
    const { out } = await run("console.log(require('fs').readdirSync(process.env.TMPDIR ?? process.env.TEMP).length)");
    expect(Number(out)).toBe(1);
    expect(await readdir(temporary)).toEqual([]);
  });
});

const host = "login.microsoftonline.com";
const metadata = `https://${host}/contoso.onmicrosoft.com/v2.0/.well-known/openid-configuration`;

const nodeScript = `require("node:https").get("${metadata}", (answer) => answer.pipe(process.stdout))`;
const pythonScript = `import urllib.request as r; print(r.urlopen("${metadata}").read().decode())`;
const opensslScript = `printf 'GET ${new URL(metadata).pathname} HTTP/1.0\\r\\nHost: ${host}\\r\\n\\r\\n' |
  openssl s_client -quiet -verify_quiet -verify_return_error -proxy "\${HTTPS_PROXY#http://}" -connect ${host}:443`;

const python = clientProgram("python/daemon.py");
const hasOpenssl = spawnSync("sh", ["-c", "openssl version"]).status === 0;
const hasProxy = process.allowedNodeEnvironmentFlags.has("--use-env-proxy");

/** The proxy and trust variables of programs, in addition to the clients that have their own tests. */
const programs = [
  {
    name: "node:https, by NODE_EXTRA_CA_CERTS",
    command: [process.execPath, "-e", nodeScript],
    skipped: hasProxy ? undefined : `Node ${process.versions.node} does not read a proxy from the environment`,
  },
  {
    name: "Python's urllib, by SSL_CERT_FILE",
    command: [python.command[0] ?? "", "-c", pythonScript],
    skipped: python.skipped,
  },
  {
    name: "OpenSSL, by SSL_CERT_FILE",
    command: ["sh", "-c", opensslScript],
    skipped: hasOpenssl ? undefined : "there is no openssl on the PATH",
  },
].map((each) => ({ ...each, reason: each.skipped === undefined ? "" : ` (skipped: ${each.skipped})` }));

describe.each(programs)("$name", ({ command, skipped, reason }) => {
  test.skipIf(skipped)(`reaches and trusts the platform under Microsoft's names${reason}`, async () => {
    const { out, err } = await latchkey(["platform", "exec", "--memory", "--", ...command]);
    expect(err).toBe("");
    expect(JSON.parse(out.slice(out.indexOf("{")))).toMatchObject({
      issuer: expect.stringMatching(`^https://${host}/[0-9a-f-]{36}/v2.0$`),
    });
  });
});

// Only that of util-linux accepts a command in this way.
const hasTerminal = /util-linux/.test(spawnSync("script", ["--version"], { encoding: "utf8" }).stdout ?? "");
const terminalReason = hasTerminal ? "" : " (skipped: there is no script of util-linux on the PATH)";

test.skipIf(!hasTerminal)(`a program on a terminal receives Ctrl-C once${terminalReason}`, async () => {
  // latchkey receives it too, before the SIGTERM that ends this: if it forwarded it, two would be counted.
  const script = `
    let received = 0;
    process.on("SIGINT", () => { if (++received === 1) process.kill(process.ppid, "SIGTERM"); });
    process.on("SIGTERM", () => { console.log("received " + received); process.exit(0); });
    setTimeout(() => {}, 60_000);
    console.log("ready");`;
  const quoted = [...latchkeyProgram, "platform", "exec", "--memory", "--", process.execPath, "-e", script]
    .map((word) => `'${word.replaceAll("'", "'\\''")}'`)
    .join(" ");
  // Without exec, an intermediate shell receives Ctrl-C as well, and ends with 130 whatever its child returns.
  const terminal = spawn("script", ["-qec", `exec ${quoted}`, "/dev/null"], { stdio: "pipe" });
  let out = "";
  terminal.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    if (!out.includes("ready") && `${out}${chunk}`.includes("ready")) {
      terminal.stdin.write("\x03");
    }
    out += chunk;
  });
  const [exitCode] = await once(terminal, "close");
  expect(out).toContain("received 1");
  expect(exitCode).toBe(0);
});
