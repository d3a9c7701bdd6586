import { promisify } from "node:util";
import { brotliCompress } from "node:zlib";
import { build } from "esbuild";
import type { Check } from "../checkContract.ts";
import { packages } from "../workspaces.js";

/** docs/adr/0011-weigh-the-client-by-what-it-does.md */
const budgetBytes = 41_000;

/** All that `@latchkey/client` exports, bundled, minified and compressed as a server would send it. */
export const size: Check = {
  name: "size",
  needs: ["build"],
  run: async ({ root }) => {
    const client = packages(root).find(({ name }) => name === "@latchkey/client");
    const doors = Object.keys((client?.manifest["exports"] ?? {}) as object).filter((door) => !door.endsWith(".json"));
    const whole = await compressedBytes(root, doors);
    const portable = await compressedBytes(root, ["."]);
    const kilobytes = (bytes: number): string => `${(bytes / 1000).toFixed(1)} kB`;
    return {
      ok: whole <= budgetBytes,
      output: `@latchkey/client is ${kilobytes(whole)}; the budget is ${kilobytes(budgetBytes)}.`,
      note: `${kilobytes(whole)} of ${kilobytes(budgetBytes)} (portable door alone ${kilobytes(portable)})`,
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
