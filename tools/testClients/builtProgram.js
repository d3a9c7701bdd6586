import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runQuietly, wasStopped } from "../childProcess.js";
import { StepError } from "../steps.js";

/**
 * Programs that have to be compiled: a folder of build output beside the sources, which pin their libraries.
 *
 * @param {object} options
 * @param {string} options.language the folder's name
 * @param {string} options.name of the language, for a person who waits
 * @param {readonly string[]} options.sources what the program is built from, files and folders, in the language's folder
 * @param {string} options.output the folder that the builder fills, in the language's folder
 * @param {string} options.built the file in it that shows that the builder has come to its end
 * @param {string} [options.command] what runs the programs, when it is not the built file itself
 * @param {readonly [string, ...string[]]} options.builder the builder's command line, in the language's folder
 * @param {Record<string, string>} [options.environment] variables for the builder
 * @param {() => string | undefined} options.missing why this machine cannot build and run them
 * @returns {import("../testClients.js").TestClientLanguage}
 */
export function builtProgram({ language, name, builder, environment, missing, ...files }) {
  return {
    language,
    command: (root) => files.command ?? join(root, "test", "clients", language, files.output, files.built),
    missing,
    setUp: (root) => {
      const folder = join(root, "test", "clients", language);
      const output = join(folder, files.output);
      const stamp = join(output, ".latchkey-built");
      const wanted = () => fingerprint(files.sources.map((source) => join(folder, source)));
      return {
        title: `Building the ${name} clients (first run only)`,
        isDone: () =>
          existsSync(join(output, files.built)) && existsSync(stamp) && readFileSync(stamp, "utf8") === wanted(),
        run: async () => {
          rmSync(output, { recursive: true, force: true });
          mkdirSync(output);
          const [program, ...args] = builder;
          const env = { ...process.env, ...environment };
          const build = await runQuietly(program, args, { cwd: folder, env, shell: process.platform === "win32" });
          if (build.code !== 0) throw failure(name, build);
          writeFileSync(stamp, wanted());
          return undefined;
        },
      };
    },
  };
}

/**
 * Asks a tool of this machine for its version.
 *
 * @param {string} tool
 * @param {readonly string[]} args
 * @returns {string | undefined} what it wrote to standard output; nothing when it is not there or does not work
 */
export function versionOf(tool, args) {
  const shell = process.platform === "win32";
  const answer = spawnSync(tool, args, { encoding: "utf8", shell, windowsHide: true });
  return answer.error === undefined && answer.status === 0 ? answer.stdout : undefined;
}

/**
 * @param {string} name
 * @param {{ code: number, output: string }} result
 * @returns {StepError}
 */
function failure(name, result) {
  return new StepError(`The ${name} clients could not be built.`, {
    output: result.output,
    remedy: `Check the network and the ${name} installation, then run the command again.`,
    exitCode: wasStopped(result.code) ? result.code : 1,
  });
}

/**
 * Tells one state of the sources from another. The machine counts too: programs are built for one system.
 *
 * @param {readonly string[]} paths
 * @returns {string}
 */
function fingerprint(paths) {
  const hash = createHash("sha256").update(`${process.platform} ${process.arch}\n`);
  for (const file of paths.flatMap(filesIn)) hash.update(`${file}\n`).update(readFileSync(file));
  return hash.digest("hex");
}

/**
 * @param {string} path
 * @returns {string[]}
 */
function filesIn(path) {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path)
    .sort()
    .flatMap((name) => filesIn(join(path, name)));
}
