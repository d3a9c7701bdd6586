import { join } from "node:path";
import { installPackages, root } from "../setUp.js";
import { runQuietly } from "../support/childProcess.js";
import { type Ended, runInWorkerd } from "./runInWorkerd.ts";

const folder = join(root, "runtimes");
const exe = process.platform === "win32" ? ".exe" : "";
const installed = (name: string, file: string): string => join(folder, "node_modules", name, file);
const node = (name: string): string => installed(name, `bin/node${exe}`);

/** Installs the runtimes in `runtimes/package.json` and resolves to the paths of the older Nodes. */
export async function installRuntimes(): Promise<{ readonly node20: string; readonly node22: string }> {
  await installPackages(folder);
  return { node20: node("node20"), node22: node("node22") };
}

/** Runs the suite in a folder, which also has the platform's `ca.pem`. */
type RunSuite = (program: string, suite: string) => Promise<Ended>;

/** Each supported runtime: its program (missing where this system has none), and how it runs the suite and trusts the platform. */
export const runtimes: readonly (readonly [name: string, program: string, run: RunSuite])[] = [
  ["node20", node("node20"), onCommandLine("NODE_EXTRA_CA_CERTS")],
  ["node22", node("node22"), onCommandLine("NODE_EXTRA_CA_CERTS")],
  ["node24", node("node24"), onCommandLine("NODE_EXTRA_CA_CERTS")],
  ["node26", node("node26"), onCommandLine("NODE_EXTRA_CA_CERTS")],
  // The file has this name on every system.
  ["bun", installed("bun", "bin/bun.exe"), onCommandLine("NODE_EXTRA_CA_CERTS", "run")],
  // It may use the network and nothing else.
  [
    "deno",
    installed("deno", `deno${exe}`),
    onCommandLine("DENO_CERT", "run", "--no-prompt", "--no-remote", "--allow-net=localhost"),
  ],
  ["workerd", installed("workerd", "bin/workerd"), onDate("2026-11-01")],
  // Its fetch does not know `cache` and throws, as in every Worker with a date before 2024-11-11.
  ["workerd of 2024-01", installed("workerd", "bin/workerd"), onDate("2024-01-01")],
  // Before 2026, a signal of one request could not be used in another.
  ["workerd of 2025-07", installed("workerd2025", "bin/workerd"), onDate("2025-07-18")],
];

function onCommandLine(trust: string, ...args: readonly string[]): RunSuite {
  // A developer's own settings must not make it find the sources or a proxy.
  const { NODE_OPTIONS: _, ...rest } = process.env;
  const settings = { ...rest, NO_PROXY: "localhost", no_proxy: "localhost" };
  return (program, suite) =>
    runQuietly(program, [...args, "program.js"], { cwd: suite, env: { ...settings, [trust]: join(suite, "ca.pem") } });
}

function onDate(date: string): RunSuite {
  return (program, suite) => runInWorkerd(program, suite, date);
}

/** Reads the report that the suite printed; returns why the run failed, or `undefined` if it passed. */
export function failureOf({ code, stdout, output }: Ended): string | undefined {
  try {
    const { passed, failed } = JSON.parse(stdout) as { passed: string[]; failed: string[] };
    if (code === 0 && passed.length + failed.length > 0) {
      return failed.length === 0 ? undefined : failed.join("\n");
    }
  } catch {
    // It is no report.
  }
  return `it printed no report with steps (exit code ${code}):\n${output.trim()}`;
}
