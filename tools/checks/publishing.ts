import { existsSync } from "node:fs";
import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Check } from "../checkContract.ts";
import { runQuietly } from "../support/childProcess.js";
import { installRuntimes } from "../installRuntimes.ts";
import { installTarballs } from "../installTarballs.ts";
import { inTemporaryFolder } from "../support/inTemporaryFolder.ts";
import { stagePackages } from "../stagePackages.ts";

/** The packed packages work in an empty folder, on the oldest Node each promises, and say so on one that is too old. */
export const publishing: Check = {
  name: "publishing",
  needs: ["build"],
  run: async ({ root, node }) => {
    if (!existsSync(join(root, "packages", "cli", "bin", "latchkey.js"))) {
      return { ok: false, output: "packages/cli/bin/latchkey.js does not exist, so no command would be published." };
    }
    const { node20, node22 } = await installRuntimes(root);
    return inTemporaryFolder(async (folder) => {
      const staged = await stagePackages(root, join(folder, "staged"));
      const everything = join(folder, "everything");
      const alone = join(folder, "alone");
      await installTarballs(
        everything,
        staged.map((each) => each.tarball),
      );
      await installTarballs(
        alone,
        staged.filter((each) => each.name === "@latchkey/client").map((each) => each.tarball),
      );
      const problems = [
        await oneClientPackage(alone),
        await importAndRequire(alone, node20),
        await typeCheck(root, everything, node),
        await quickstart(everything, node22),
        await quickstart(everything, node),
        await refusal(everything, node20),
      ].filter((problem) => problem !== undefined);
      return { ok: problems.length === 0, output: problems.join("\n\n") };
    });
  },
};

async function oneClientPackage(folder: string): Promise<string | undefined> {
  const visible = (names: string[]): string[] => names.filter((name) => !name.startsWith("."));
  const top = visible(await readdir(join(folder, "node_modules")));
  const scoped = visible(await readdir(join(folder, "node_modules", "@latchkey")));
  if (top.join() === "@latchkey" && scoped.join() === "client") return undefined;
  return `@latchkey/client installs more than itself: ${[...top, ...scoped].join(", ")}`;
}

async function importAndRequire(folder: string, node: string): Promise<string | undefined> {
  const use = `if (typeof client.ConfidentialClientApplication !== "function") throw new Error("no class");`;
  const programs = [
    ["--input-type=module", "--eval", `import * as client from "@latchkey/client"; ${use}`],
    ["--input-type=commonjs", "--eval", `const client = require("@latchkey/client"); ${use}`],
  ];
  for (const program of programs) {
    const { code, output } = await runQuietly(node, program, { cwd: folder });
    if (code !== 0) return `On Node 20.19.0, ${program.join(" ")}\n${output}`;
  }
  return undefined;
}

/** A strict program for Node alone: without the DOM's types, and without skipping ours. */
async function typeCheck(root: string, folder: string, node: string): Promise<string | undefined> {
  const program = `
    import { createPrivateKey, type webcrypto } from "node:crypto";
    import { ConfidentialClientApplication, clientCertificate, clientSecret, protectedApi } from "@latchkey/client";
    import { createFetch } from "@latchkey/client/node";
    import { startPlatform } from "@latchkey/platform";
    declare const cryptoKey: webcrypto.CryptoKey;
    clientCertificate({ privateKey: cryptoKey, certificate: "" });
    clientCertificate({ privateKey: createPrivateKey(""), certificate: "" });
    // @ts-expect-error a number is no key
    clientCertificate({ privateKey: 42, certificate: "" });
    const { url } = await startPlatform();
    const clientCredential = clientSecret(async () => "");
    const app = new ConfidentialClientApplication({ clientId: "", authority: url, clientCredential, fetch: createFetch() });
    export const answer: Response = await protectedApi(app, { baseUrl: url, scopes: [] }).fetch("/");
  `;
  const compilerOptions = {
    strict: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: false,
    lib: ["es2023"],
    types: ["node"],
    typeRoots: [join(root, "node_modules", "@types")],
    module: "nodenext",
    target: "es2022",
    noEmit: true,
  };
  await writeFile(join(folder, "program.ts"), program);
  await writeFile(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["program.ts"] }));
  const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
  const { code, output } = await runQuietly(node, [tsc, "--project", folder], { cwd: folder });
  return code === 0 ? undefined : `The published types do not compile without the DOM's:\n${output}`;
}

async function quickstart(folder: string, node: string): Promise<string | undefined> {
  const { code, output } = await runCommand(folder, node, ["quickstart"]);
  return code === 0 ? undefined : `latchkey quickstart ended with ${code} on ${node}:\n${output}`;
}

async function refusal(folder: string, node: string): Promise<string | undefined> {
  const { code, output } = await runCommand(folder, node, ["quickstart"]);
  const isClear = code !== 0 && output.includes("22.18") && !output.includes("    at ");
  return isClear
    ? undefined
    : `latchkey on Node 20.19.0 does not say that it needs 22.18 (exit code ${code}):\n${output}`;
}

function runCommand(folder: string, node: string, args: readonly string[]): ReturnType<typeof runQuietly> {
  // A developer's own setting must not make the packed command find the sources.
  const { NODE_OPTIONS: _, ...env } = process.env;
  return runQuietly(node, [join(folder, "node_modules", "latchkey", "bin", "latchkey.js"), ...args], {
    cwd: folder,
    env,
  });
}
