import { globSync } from "node:fs";
import { root } from "./setUp.js";
import { run } from "./support/childProcess.js";

const words = process.argv.slice(2);
const files = globSync("bench/*.bench.ts", { cwd: root })
  .sort()
  .filter((file) => words.length === 0 || words.some((word) => file.includes(word)));
if (files.length === 0) {
  throw new Error(`No file in bench/ has ${words.join(" or ")} in its name.`);
}
// The built files are measured, not the sources.
for (const command of ["tools/build.ts", ...files]) {
  process.stdout.write(`\n${command}\n`);
  const { code } = await run(process.execPath, ["--expose-gc", command], { cwd: root });
  // Not `||= await`, which would run nothing after the first one that misses its goal.
  process.exitCode ||= code;
}
