import { join } from "node:path";
import { runQuietly } from "./support/childProcess.js";
import type { RuntimePrograms } from "./installRuntimes.ts";
import { runInWorkerd } from "./runInWorkerd.ts";

/** What runs the smoke suite, and how: one row for each runtime that the client promises. */
export interface Runtime {
  readonly name: string;
  readonly program: keyof RuntimePrograms;
  /**
   * Runs the suite that is laid out in the folder, beside `ca.pem`, and resolves to what it printed.
   *
   * @param program the runtime's absolute path
   */
  run(program: string, folder: string): ReturnType<typeof runQuietly>;
}

// Each trusts the platform in a way of its own. Deno is given the network and nothing else.
export const runtimes: readonly Runtime[] = [
  onCommandLine("node20", [], "NODE_EXTRA_CA_CERTS"),
  onCommandLine("node22", [], "NODE_EXTRA_CA_CERTS"),
  onCommandLine("node24", [], "NODE_EXTRA_CA_CERTS"),
  onCommandLine("node26", [], "NODE_EXTRA_CA_CERTS"),
  onCommandLine("bun", ["run"], "NODE_EXTRA_CA_CERTS"),
  onCommandLine("deno", ["run", "--no-prompt", "--no-remote", "--allow-net=localhost"], "DENO_CERT"),
  { name: "workerd", program: "workerd", run: (program, folder) => runInWorkerd(program, folder, "2026-11-01") },
  // Its fetch knows no `cache` and throws, as that of every Worker does whose date is before 2024-11-11.
  {
    name: "workerd of 2024-01",
    program: "workerd",
    run: (program, folder) => runInWorkerd(program, folder, "2024-01-01"),
  },
  {
    // Before 2026 a signal of one request was refused to every other.
    name: "workerd of 2025-07",
    program: "workerd2025",
    run: (program, folder) => runInWorkerd(program, folder, "2025-07-18"),
  },
];

function onCommandLine(name: Runtime["program"], args: readonly string[], trust: string): Runtime {
  return {
    name,
    program: name,
    run(program, folder) {
      // A developer's own settings must not make it find the sources or a proxy.
      const { NODE_OPTIONS: _, ...rest } = process.env;
      const env = { ...rest, [trust]: join(folder, "ca.pem"), NO_PROXY: "localhost", no_proxy: "localhost" };
      return runQuietly(program, [...args, "program.js"], { cwd: folder, env });
    },
  };
}
