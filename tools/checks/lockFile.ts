import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Check } from "../checkContract.ts";
import { completeLockFile, lockFiles } from "../completeLockFile.js";

/** `npm ci` refuses a lock file that leaves out packages of other systems; an address in it would tie it to one registry. */
export const lockFile: Check = {
  name: "lockFile",
  run: async ({ root }) => {
    const problems = await Promise.all(lockFiles.map((file) => problemsOf(root, file)));
    return { ok: problems.flat().length === 0, output: problems.flat().join("\n") };
  },
};

async function problemsOf(root: string, file: string): Promise<string[]> {
  const text = await readFile(join(root, file), "utf8");
  const { added } = completeLockFile(JSON.parse(text));
  const addresses = text.split("\n").filter((line) => line.includes('"resolved": "http'));
  return [
    ...added.map((name) => `${file} does not list ${name}: run \`node tools/completeLockFile.js\``),
    ...addresses.map((line) => `${file} holds an address: ${line.trim()}`),
  ];
}
