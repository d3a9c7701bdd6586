import { existsSync } from "node:fs";
import { join } from "node:path";
import { installOnDemand } from "./installOnDemand.ts";

/** Absolute paths of the programs that `runtimes/package.json` brings; those of a runtime that has none here do not exist. */
export interface RuntimePrograms {
  /** The oldest Node the client promises. */
  readonly node20: string;
  /** The oldest Node the platform and the CLI promise. */
  readonly node22: string;
  readonly node24: string;
  readonly node26: string;
  readonly bun: string;
  readonly deno: string;
  readonly workerd: string;
  /** One that refuses more of what belongs to another request. */
  readonly workerd2025: string;
}

/** Installs the runtimes of `runtimes/package.json` when they are not there yet and returns where their programs are. */
export async function installRuntimes(root: string): Promise<RuntimePrograms> {
  const folder = join(root, "runtimes");
  const modules = join(folder, "node_modules");
  const exe = process.platform === "win32" ? ".exe" : "";
  const node = (name: string): string => join(modules, name, "bin", `node${exe}`);
  const programs: RuntimePrograms = {
    node20: node("node20"),
    node22: node("node22"),
    node24: node("node24"),
    node26: node("node26"),
    // Called so on every system.
    bun: join(modules, "bun", "bin", "bun.exe"),
    deno: join(modules, "deno", `deno${exe}`),
    workerd: join(modules, "workerd", "bin", "workerd"),
    workerd2025: join(modules, "workerd2025", "bin", "workerd"),
  };
  await installOnDemand(root, folder, () => existsSync(programs.node20) && existsSync(programs.node22));
  return programs;
}
