import { promisify } from "node:util";
import { brotliCompress } from "node:zlib";
import { build } from "esbuild";
import type { Check } from "../checkContract.ts";
import { packages } from "../support/workspaces.js";

/** docs/adr/0011-weigh-the-client-by-what-it-does.md */
const budgets = { whole: 52_000, daemon: 38_500 };

/** What a daemon that has a secret brings along of it. */
const daemon = `export { ConfidentialClientApplication, clientSecret } from "@latchkey/client";`;

/** All that `@latchkey/client` exports, and what a daemon needs of it: bundled, minified and compressed as a server would send it. */
export const size: Check = {
  name: "size",
  needs: ["build"],
  run: async ({ root }) => {
    const client = packages(root).find(({ name }) => name === "@latchkey/client");
    const doors = Object.keys((client?.manifest["exports"] ?? {}) as object).filter((door) => !door.endsWith(".json"));
    const whole = await compressedBytes(root, doors);
    const ofDaemon = await compressedSize(root, daemon, "node");
    const kilobytes = (bytes: number): string => `${(bytes / 1000).toFixed(1)} kB`;
    const measured = [
      `${kilobytes(whole)} of ${kilobytes(budgets.whole)}`,
      `a daemon with a secret ${kilobytes(ofDaemon)} of ${kilobytes(budgets.daemon)}`,
    ].join(", ");
    return {
      ok: whole <= budgets.whole && ofDaemon <= budgets.daemon,
      output: `@latchkey/client is over its budget: ${measured}.`,
      note: measured,
    };
  },
};

function compressedBytes(root: string, doors: readonly string[]): Promise<number> {
  const imports = doors.map((door, index) => `export * as door${index} from "@latchkey/client${door.slice(1)}";`);
  return compressedSize(root, imports.join("\n"), doors.length > 1 ? "node" : "neutral");
}

/** The size of a module with all that it imports but what programs bring themselves: bundled, minified, and compressed by brotli. In bytes. */
export async function compressedSize(root: string, contents: string, platform: "node" | "neutral"): Promise<number> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: root, loader: "js" },
    bundle: true,
    minify: true,
    write: false,
    format: "esm",
    platform,
    external: ["@opentelemetry/api"],
    target: "es2022",
  });
  const [bundle] = outputFiles;
  if (bundle === undefined) throw new Error("esbuild wrote nothing");
  return (await promisify(brotliCompress)(bundle.contents)).byteLength;
}
