import { promisify } from "node:util";
import { brotliCompress } from "node:zlib";
import { build } from "esbuild";
import { root } from "../setUp.js";
import { conclude } from "../support/report.ts";

/** All that `@latchkey/client` exports, and what a daemon with a secret needs of it: docs/adr/0011-weigh-the-client-by-what-it-does.md */
const budgets = [
  {
    name: "@latchkey/client",
    kilobytes: 53.4,
    program: ["", "/node", "/opentelemetry"]
      .map((door, n) => `export * as n${n} from "@latchkey/client${door}";`)
      .join(""),
  },
  {
    name: "a daemon with a secret",
    kilobytes: 40.2,
    program: `export { ConfidentialClientApplication, clientSecret } from "@latchkey/client";`,
  },
];

/** The bytes of a module with all that it imports but what programs bring themselves: bundled, minified, and compressed by brotli. */
export async function compressedSize(contents: string): Promise<number> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: root, loader: "js" },
    bundle: true,
    minify: true,
    write: false,
    format: "esm",
    platform: "node",
    external: ["@opentelemetry/api"],
    target: "es2022",
  });
  return (await promisify(brotliCompress)(outputFiles[0]?.contents ?? "")).byteLength;
}

if (process.argv[1] === import.meta.filename) {
  const measured = await Promise.all(
    budgets.map(async (each) => ({ ...each, size: (await compressedSize(each.program)) / 1_000 })),
  );
  const text = measured.map(({ name, size, kilobytes }) => `${name}: ${size.toFixed(1)} of ${kilobytes} kB`).join(", ");
  conclude(measured.some(({ size, kilobytes }) => size > kilobytes) ? [`Over the budget: ${text}`] : [], text);
}
