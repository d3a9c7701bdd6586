import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { runQuietly } from "../support/childProcess.js";
import { inTemporaryFolder } from "../support/inTemporaryFolder.ts";
import { root } from "../setUp.js";

const client = "packages/client/src";

/** Where an import is planted, what it imports, and whether lint lets it be. */
const imports: readonly (readonly [file: string, specifier: string, verdict: "allowed" | "refused"])[] = [
  [`${client}/index.ts`, "./confidentialClientApplication.ts", "allowed"],
  [`${client}/index.ts`, "./errors.ts", "allowed"],
  [`${client}/index.ts`, "./node/transport.ts", "refused"],
  [`${client}/publicClientApplication.ts`, "./flows/silent.ts", "allowed"],
  [`${client}/publicClientApplication.ts`, "./index.ts", "refused"],
  [`${client}/publicClientApplication.ts`, "@latchkey/platform", "refused"],
  [`${client}/publicClientApplication.ts`, "node:fs", "refused"],
  [`${client}/protectedApi.ts`, "./options.ts", "allowed"],
  [`${client}/tokenEndpoint.ts`, "./transport/http.ts", "allowed"],
  [`${client}/tokenEndpoint.ts`, "./flows/silent.ts", "refused"],
  [`${client}/options.ts`, "./confidentialClientApplication.ts", "refused"],
  [`${client}/flows/planted.ts`, "../tokenEndpoint.ts", "allowed"],
  [`${client}/flows/planted.ts`, "../credentials/credential.ts", "allowed"],
  [`${client}/flows/planted.ts`, "../confidentialClientApplication.ts", "refused"],
  [`${client}/flows/planted.ts`, "../managedIdentity/imds.ts", "refused"],
  [`${client}/managedIdentity/planted.ts`, "../transport/http.ts", "allowed"],
  [`${client}/managedIdentity/planted.ts`, "../flows/silent.ts", "refused"],
  [`${client}/credentials/planted.ts`, "../crypto/jwt.ts", "allowed"],
  [`${client}/credentials/planted.ts`, "../authority/authority.ts", "allowed"],
  [`${client}/credentials/planted.ts`, "../tokenCache/appTokenCache.ts", "refused"],
  [`${client}/credentials/planted.ts`, "../flows/silent.ts", "refused"],
  [`${client}/credentials/planted.ts`, "../tokenEndpoint.ts", "refused"],
  [`${client}/authority/planted.ts`, "../transport/http.ts", "allowed"],
  [`${client}/authority/planted.ts`, "../credentials/credential.ts", "refused"],
  [`${client}/authority/planted.ts`, "#transport", "refused"],
  [`${client}/tokenCache/planted.ts`, "../scopes.ts", "allowed"],
  [`${client}/tokenCache/planted.ts`, "../transport/http.ts", "refused"],
  [`${client}/tokenCache/planted.ts`, "../flows/silent.ts", "refused"],
  [`${client}/transport/planted.ts`, "../runtime/clock.ts", "allowed"],
  [`${client}/transport/planted.ts`, "../crypto/base64url.ts", "allowed"],
  [`${client}/transport/planted.ts`, "#transport", "allowed"],
  [`${client}/transport/planted.ts`, "../tokenCache/appTokenCache.ts", "refused"],
  [`${client}/transport/planted.ts`, "../authority/authority.ts", "refused"],
  [`${client}/crypto/planted.ts`, "../errors.ts", "allowed"],
  [`${client}/crypto/planted.ts`, "../transport/http.ts", "refused"],
  [`${client}/crypto/planted.ts`, "../credentials/credential.ts", "refused"],
  [`${client}/runtime/planted.ts`, "../errors.ts", "allowed"],
  [`${client}/runtime/planted.ts`, "./clock.ts", "allowed"],
  [`${client}/runtime/planted.ts`, "../scopes.ts", "refused"],
  [`${client}/runtime/planted.ts`, "../crypto/jwt.ts", "refused"],
  [`${client}/runtime/planted.ts`, "node:process", "refused"],
  [`${client}/errors.ts`, "./runtime/clock.ts", "refused"],
  [`${client}/errors.ts`, "./aadsts.ts", "refused"],
  [`${client}/node/planted.ts`, "../transport/http.ts", "allowed"],
  [`${client}/node/planted.ts`, "node:https", "allowed"],
  [`${client}/node/planted.ts`, "./index.ts", "refused"],
  [`${client}/node/planted.ts`, "@latchkey/platform", "refused"],
  ["packages/platform/src/planted.ts", "node:http", "allowed"],
  ["packages/platform/src/planted.ts", "@latchkey/client", "refused"],
  ["packages/platform/src/planted.ts", "../../client/src/errors.ts", "refused"],
  ["packages/platform/src/planted.ts", "latchkey", "refused"],
  ["packages/platform/src/portal/applications/planted.ts", "../../directory/applications/applications.ts", "allowed"],
  ["packages/platform/src/portal/applications/planted.ts", "../../graph/applications/applications.ts", "refused"],
  ["packages/platform/src/portal/planted.ts", "../graph/graph.ts", "refused"],
  ["packages/platform/src/portal/planted.ts", "@latchkey/client", "refused"],
];

test("lint refuses each import that points upward and allows each that points downward", async () => {
  await inTemporaryFolder(async (folder) => {
    const text = await readFile(join(root, "biome.json"), "utf8");
    const rules = { ...JSON.parse(text), vcs: undefined, $schema: undefined };
    await writeFile(join(folder, "biome.json"), JSON.stringify(rules));

    // All imports of one file go into that file, one a line, so that a line number names the import.
    for (const file of new Set(imports.map(([file]) => file))) {
      const lines = importsOf(file).map(([, specifier], index) => `export { x${index} } from "${specifier}";`);
      await mkdir(dirname(join(folder, file)), { recursive: true });
      await writeFile(join(folder, file), `${lines.join("\n")}\n`);
    }
    const biome = [join(root, "node_modules/@biomejs/biome/bin/biome"), "lint", "--max-diagnostics=none"];
    const { output } = await runQuietly(process.execPath, [...biome, "--colors=off"], { cwd: folder });

    const verdicts = [...new Set(imports.map(([file]) => file))].flatMap((file) =>
      importsOf(file).map(([, specifier], index) => sentence(file, specifier, verdictOn(output, file, index + 1))),
    );
    expect(verdicts).toEqual(imports.map(([file, specifier, verdict]) => sentence(file, specifier, verdict)));
  });
});

function sentence(file: string, specifier: string, verdict: string): string {
  return `${file} importing ${specifier} is ${verdict}`;
}

function importsOf(file: string): (typeof imports)[number][] {
  return imports.filter(([each]) => each === file);
}

function verdictOn(output: string, file: string, line: number): "allowed" | "refused" {
  const rules = ["style/noRestrictedImports", "correctness/noNodejsModules"];
  const isRefused = output
    .replaceAll("\\", "/")
    .split("\n")
    .some((each) => each.startsWith(`${file}:${line}:`) && rules.some((rule) => each.includes(rule)));
  return isRefused ? "refused" : "allowed";
}
