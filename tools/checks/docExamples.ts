import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Check } from "../checkContract.ts";
import { runQuietly } from "../childProcess.js";
import { findDocExamples } from "../docExamples.ts";

/** Every TypeScript example in the documentation and in doc comments compiles against the packages' sources. */
export const docExamples: Check = {
  name: "docExamples",
  run: async ({ root, node }) => {
    // Inside the repository, because there `@latchkey/client` resolves as it does for the tests.
    const folder = join(root, "reports", "docExamples");
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    const examples = findDocExamples(root);
    const origins = new Map<string, string>();
    for (const { file, line, code } of examples) {
      const name = `${file.replaceAll(/[^A-Za-z0-9]/g, "_")}_${line}.ts`;
      origins.set(name, file);
      // Blank lines above the code give an error the line it has in the document.
      await writeFile(join(folder, name), `${"\n".repeat(line - 1)}${code}\nexport {};\n`);
    }
    await writeFile(join(folder, "tsconfig.json"), JSON.stringify(configuration));
    if (examples.length === 0) return { ok: true, output: "", note: "no examples yet" };
    const tsc = ["node_modules/typescript/bin/tsc", "-p", "reports/docExamples", "--pretty", "false"];
    const { code, output } = await runQuietly(node, tsc, { cwd: root });
    const located = output.replaceAll(/(?:reports[\\/]docExamples[\\/])([\w]+\.ts)/g, (whole, name: string) => {
      return origins.get(name) ?? whole;
    });
    return { ok: code === 0, output: located, note: `${examples.length} examples` };
  },
};

const configuration = {
  extends: "../../tsconfig.base.json",
  compilerOptions: {
    noEmit: true,
    composite: false,
    declaration: false,
    declarationMap: false,
    isolatedDeclarations: false,
    allowImportingTsExtensions: true,
    rewriteRelativeImportExtensions: false,
    noUnusedLocals: false,
    noUnusedParameters: false,
    types: ["node"],
  },
  include: ["*.ts"],
};
