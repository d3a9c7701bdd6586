import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { installTarballs, stagePackages } from "../publishing/stagePackages.ts";
import { installPackages, root } from "../setUp.js";
import { runQuietly } from "../support/childProcess.js";
import { inTemporaryFolder } from "../support/inTemporaryFolder.ts";
import { conclude } from "../support/report.ts";

/** The ways to resolve a package's types, as `compilerOptions`. */
const node10 = { module: "commonjs", moduleResolution: "node10" };
const nodenext = { module: "nodenext", moduleResolution: "nodenext" };
const bundler = { module: "esnext", moduleResolution: "bundler" };

/** The oldest supported compiler, the last of its line, and this repository's own; TypeScript 7 no longer has node10. */
const compilers: readonly (readonly [folder: string, resolutions: readonly object[]])[] = [
  ["tools/compilers/node_modules/typescript5.7", [node10, nodenext, bundler]],
  ["tools/compilers/node_modules/typescript5.9", [node10, nodenext, bundler]],
  ["node_modules/typescript", [nodenext, bundler]],
];

/** Uses each entry point in a way that is an error if a type is not found and so is `any`. */
const program = `
  import { createPrivateKey, type webcrypto } from "node:crypto";
  import { ConfidentialClientApplication, clientCertificate, clientSecret, type AuthenticationResult, type FetchInit, protectedApi } from "@latchkey/client";
  import { acquireTokenInteractive, createFetch } from "@latchkey/client/node";
  import { openTelemetry } from "@latchkey/client/opentelemetry";
  import { type Platform, startPlatform } from "@latchkey/platform";
  declare const cryptoKey: webcrypto.CryptoKey;
  const clientCredential = clientSecret(async () => "");
  const app = new ConfidentialClientApplication({ clientId: "", clientCredential, fetch: createFetch(), telemetry: openTelemetry() });
  export const platform: Promise<Platform> = startPlatform();
  export const result: Promise<AuthenticationResult> = app.acquireTokenForClient({ scopes: [] });
  export const response: Promise<Response> = protectedApi(app, { baseUrl: "", scopes: [] }).fetch("/");
  export const withFetch = new ConfidentialClientApplication({ clientId: "", clientCredential, fetch: globalThis.fetch });
  export const byKeys = [cryptoKey, createPrivateKey("")].map((privateKey) => clientCertificate({ privateKey, certificate: "" }));
  // @ts-expect-error a number is not a key
  clientCertificate({ privateKey: 42, certificate: "" });
  // @ts-expect-error a number is not a scope
  app.acquireTokenForClient({ scopes: [42] });
  // @ts-expect-error a number is not a certificate
  createFetch({ certificateAuthorities: [42] });
  // @ts-expect-error a number is not a provider
  openTelemetry({ meterProvider: 42 });
  // @ts-expect-error a number is not an application
  acquireTokenInteractive(42, { scopes: [] });
  // @ts-expect-error a number is not an options object
  startPlatform(42);
  // @ts-expect-error no cached response may be used
  export const init: FetchInit["cache"] = "force-cache";
`;

const problems: string[] = [];

async function tryTo(what: string, command: readonly string[]): Promise<void> {
  const { code, output } = await runQuietly(process.execPath, command, { cwd: root });
  if (code !== 0) {
    problems.push(`${what}:\n${output.trim()}`);
  }
}

// The packed packages resolve in every way there is, and compile in a user's program.
await inTemporaryFolder(async (folder) => {
  const staged = await stagePackages(folder);
  // The command line has no types.
  const libraries = staged.filter(({ name }) => name.startsWith("@latchkey/"));
  for (const { name, tarball } of staged) {
    await tryTo(name, ["node_modules/publint/src/cli.js", "run", tarball, "--strict"]);
  }
  for (const { name, tarball } of libraries) {
    // Node can require ES modules since 20.19, so that CommonJS gets ES modules is the one finding to ignore.
    const options = ["--ignore-rules", "cjs-resolves-to-esm", "--no-emoji", "--no-color"];
    await tryTo(name, ["node_modules/@arethetypeswrong/cli/dist/index.js", tarball, ...options]);
  }
  await installPackages(join(root, "tools", "compilers"));
  const stranger = join(folder, "stranger");
  await installTarballs(stranger, libraries, [join(root, "node_modules", "@opentelemetry", "api")]);
  await writeFile(join(stranger, "program.ts"), program);
  for (const [compiler, resolution] of compilers.flatMap(([name, ways]) => ways.map((way) => [name, way] as const))) {
    // The DOM's types are left out; those of packages are checked.
    const strictness = { strict: true, exactOptionalPropertyTypes: true, skipLibCheck: false, noEmit: true };
    const types = { lib: ["es2023"], types: ["node"], typeRoots: [join(root, "node_modules", "@types")] };
    const compilerOptions = { ...resolution, ...strictness, ...types, target: "es2022" };
    await writeFile(join(stranger, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["program.ts"] }));
    const what = `The packed packages do not compile with ${compiler}, ${JSON.stringify(resolution)}`;
    await tryTo(what, [join(root, compiler, "bin", "tsc"), "--project", stranger]);
  }
});
conclude(problems);
