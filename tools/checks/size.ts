import { brotliCompressSync } from "node:zlib";
import { build } from "esbuild";
import { root } from "../setUp.js";
import { conclude } from "../support/report.ts";

/** For all exports of `@latchkey/client`, and for those that a daemon with a secret uses: docs/adr/0011-weigh-the-client-by-what-it-does.md */
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

/** Returns the bytes of a module and its imports, without optional peers: bundled, minified and compressed with brotli. */
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
  return brotliCompressSync(outputFiles[0]?.contents ?? "").byteLength;
}

if (process.argv[1] === import.meta.filename) {
  const measured = await Promise.all(
    budgets.map(async (each) => ({ ...each, size: (await compressedSize(each.program)) / 1_000 })),
  );
  const text = measured.map(({ name, size, kilobytes }) => `${name}: ${size.toFixed(1)} of ${kilobytes} kB`).join(", ");
  conclude(measured.some(({ size, kilobytes }) => size > kilobytes) ? [`Over the budget: ${text}`] : [], text);
}
