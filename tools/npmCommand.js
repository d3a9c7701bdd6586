import { existsSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { runQuietly } from "./childProcess.js";

/**
 * Runs npm silently and resolves to its exit code and everything it wrote.
 *
 * @param {readonly string[]} args
 * @param {{ cwd: string, env?: NodeJS.ProcessEnv }} options
 * @returns {Promise<{ code: number, stdout: string, output: string }>}
 */
export function npm(args, options) {
  const script = npmScript();
  if (script !== undefined) return runQuietly(process.execPath, [script, ...args], options);
  // Windows starts npm.cmd only through a shell, which would split arguments that hold spaces.
  const windows = process.platform === "win32";
  return runQuietly(windows ? "npm.cmd" : "npm", windows ? args.map((arg) => `"${arg}"`) : args, {
    ...options,
    shell: windows,
  });
}

/** @returns {string | undefined} */
function npmScript() {
  const running = process.env["npm_execpath"];
  if (running !== undefined && basename(running) === "npm-cli.js" && existsSync(running)) return running;
  const besideNode = dirname(process.execPath);
  return [
    join(besideNode, "node_modules", "npm", "bin", "npm-cli.js"),
    join(besideNode, "..", "lib", "node_modules", "npm", "bin", "npm-cli.js"),
  ].find((path) => existsSync(path));
}
