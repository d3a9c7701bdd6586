import { join } from "node:path";
import { installPackages, root } from "../setUp.js";
import { runQuietly } from "../support/childProcess.js";
import { type Ended, runInWorkerd } from "./runInWorkerd.ts";

const folder = join(root, "runtimes");
const exe = process.platform === "win32" ? ".exe" : "";
const node = (name: string): string => join(folder, "node_modules", name, "bin", `node${exe}`);

/** Absolute paths of the programs that `runtimes/package.json` brings; those of a runtime that has none here do not exist. */
const programs = {
  node20: node("node20"),
  node22: node("node22"),
  node24: node("node24"),
  node26: node("node26"),
  // Called so on every system.
  bun: join(folder, "node_modules", "bun", "bin", "bun.exe"),
  deno: join(folder, "node_modules", "deno", `deno${exe}`),
  workerd: join(folder, "node_modules", "workerd", "bin", "workerd"),
  /** One that refuses more of what belongs to another request. */
  workerd2025: join(folder, "node_modules", "workerd2025", "bin", "workerd"),
};

/** Installs the runtimes when they are not there yet and resolves to their programs. */
export async function installRuntimes(): Promise<typeof programs> {
  await installPackages(folder);
  return programs;
}

/** Runs the suite that is laid out in a folder, beside `ca.pem`. */
type RunSuite = (program: string, suite: string) => Promise<Ended>;

/** Each runtime that the client promises, its program, and how it runs the suite; each trusts the platform in a way of its own. */
export const runtimes: readonly (readonly [name: string, program: string, run: RunSuite])[] = [
  ["node20", programs.node20, onCommandLine("NODE_EXTRA_CA_CERTS")],
  ["node22", programs.node22, onCommandLine("NODE_EXTRA_CA_CERTS")],
  ["node24", programs.node24, onCommandLine("NODE_EXTRA_CA_CERTS")],
  ["node26", programs.node26, onCommandLine("NODE_EXTRA_CA_CERTS")],
  ["bun", programs.bun, onCommandLine("NODE_EXTRA_CA_CERTS", "run")],
  // It is given the network and nothing else.
  ["deno", programs.deno, onCommandLine("DENO_CERT", "run", "--no-prompt", "--no-remote", "--allow-net=localhost")],
  ["workerd", programs.workerd, (program, suite) => runInWorkerd(program, suite, "2026-11-01")],
  // Its fetch knows no `cache` and throws, as that of every Worker does whose date is before 2024-11-11.
  ["workerd of 2024-01", programs.workerd, (program, suite) => runInWorkerd(program, suite, "2024-01-01")],
  // Before 2026 a signal of one request was refused to every other.
  ["workerd of 2025-07", programs.workerd2025, (program, suite) => runInWorkerd(program, suite, "2025-07-18")],
];

function onCommandLine(trust: string, ...args: readonly string[]): RunSuite {
  // A developer's own settings must not make it find the sources or a proxy.
  const { NODE_OPTIONS: _, ...rest } = process.env;
  const settings = { ...rest, NO_PROXY: "localhost", no_proxy: "localhost" };
  return (program, suite) =>
    runQuietly(program, [...args, "program.js"], { cwd: suite, env: { ...settings, [trust]: join(suite, "ca.pem") } });
}
