import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { npm } from "./npmCommand.js";

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
  };
  const stamp = join(modules, ".latchkey-installed");
  const wanted = createHash("sha256")
    .update(readFileSync(join(folder, "package-lock.json")))
    .digest("hex");
  const isInstalled =
    existsSync(programs.node20) &&
    existsSync(programs.node22) &&
    existsSync(stamp) &&
    readFileSync(stamp, "utf8") === wanted;
  if (isInstalled) return programs;
  const { code, output } = await npm(["ci", "--no-audit", "--no-fund", "--no-progress"], { cwd: folder });
  if (code !== 0) throw new Error(`npm could not install the packages of runtimes/package.json:\n${output}`);
  writeFileSync(stamp, wanted);
  return programs;
}
