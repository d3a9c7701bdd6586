import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Check } from "../checkContract.ts";
import { completeLockFile } from "../completeLockFile.js";

/** `npm ci` refuses a lock file that leaves out packages of other systems; an address in it would tie it to one registry. */
export const lockFile: Check = {
  name: "lockFile",
  run: async ({ root }) => {
    const text = await readFile(join(root, "package-lock.json"), "utf8");
    const { added } = completeLockFile(JSON.parse(text));
    const addresses = text.split("\n").filter((line) => line.includes('"resolved": "http'));
    return {
      ok: added.length === 0 && addresses.length === 0,
      output: [
        ...added.map((name) => `package-lock.json does not list ${name}: run \`node tools/completeLockFile.js\``),
        ...addresses.map((line) => `package-lock.json holds an address: ${line.trim()}`),
      ].join("\n"),
    };
  },
};
