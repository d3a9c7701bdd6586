import { globSync } from "node:fs";
import { root } from "./setUp.js";
import { run } from "./support/childProcess.js";

const words = process.argv.slice(2);
const files = globSync("bench/*.bench.ts", { cwd: root })
  .sort()
  .filter((file) => words.length === 0 || words.some((word) => file.includes(word)));
if (files.length === 0) process.stderr.write(`No file in bench/ has ${words.join(" or ")} in its name.\n`);
// What users run is measured: the built files, not the sources.
const commands = files.length === 0 ? [] : [["tools/build.ts"], ...files.map((file) => ["--expose-gc", file])];
process.exitCode = files.length === 0 ? 1 : 0;
for (const command of commands) {
  process.stdout.write(`\n${command.at(-1)}\n`);
  const { code } = await run(process.execPath, command, { cwd: root });
  if (code !== 0) {
    process.exitCode = code;
    break;
  }
}
