import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { runQuietly } from "./childProcess.js";
import { installOnDemand } from "./installOnDemand.ts";
import { installTarballs } from "./installTarballs.ts";
import type { StagedPackage } from "./stagePackages.ts";

/** The ways of finding a package's types, as a program's `compilerOptions` name them. */
const resolutions = {
  node10: { module: "commonjs", moduleResolution: "node10" },
  nodenext: { module: "nodenext", moduleResolution: "nodenext" },
  bundler: { module: "esnext", moduleResolution: "bundler" },
} as const;

/** The oldest compiler that is promised, the last of its line, and this repository's own; TypeScript 7 has no node10 any more. */
const compilers: readonly (readonly [folder: string, modes: readonly (keyof typeof resolutions)[]])[] = [
  ["tools/compilers/node_modules/typescript5.7", ["node10", "nodenext", "bundler"]],
  ["tools/compilers/node_modules/typescript5.9", ["node10", "nodenext", "bundler"]],
  ["node_modules/typescript", ["nodenext", "bundler"]],
];

/** Uses each door so that a type which is not found, and would be `any`, is an error. */
const program = `
  import { ConfidentialClientApplication, clientSecret, type AuthenticationResult, type FetchInit, protectedApi } from "@latchkey/client";
  import { acquireTokenInteractive, createFetch } from "@latchkey/client/node";
  import { openTelemetry } from "@latchkey/client/opentelemetry";
  import { type Platform, startPlatform } from "@latchkey/platform";
  const clientCredential = clientSecret(async () => "");
  const app = new ConfidentialClientApplication({ clientId: "", clientCredential, fetch: createFetch(), telemetry: openTelemetry() });
  export const platform: Promise<Platform> = startPlatform();
  export const result: Promise<AuthenticationResult> = app.acquireTokenForClient({ scopes: [] });
  export const answer: Promise<Response> = protectedApi(app, { baseUrl: "", scopes: [] }).fetch("/");
  export const asIs = new ConfidentialClientApplication({ clientId: "", clientCredential, fetch: globalThis.fetch });
  // @ts-expect-error a number is no scope
  app.acquireTokenForClient({ scopes: [42] });
  // @ts-expect-error a number is no address
  createFetch({ certificateAuthorities: [42] });
  // @ts-expect-error a number is no provider
  openTelemetry({ meterProvider: 42 });
  // @ts-expect-error a number is no application
  acquireTokenInteractive(42, { scopes: [] });
  // @ts-expect-error a number is no option
  startPlatform(42);
  // @ts-expect-error what is cached may be neither
  export const init: FetchInit["cache"] = "force-cache";
`;

/** Compiles a strict program against the packages as npm installs them, by each compiler in each mode; gives what failed. */
export async function compileAsInstalled(
  root: string,
  node: string,
  folder: string,
  staged: readonly StagedPackage[],
): Promise<string[]> {
  const own = join(root, "tools", "compilers");
  await installOnDemand(root, own, () => existsSync(join(own, "node_modules", "typescript5.7", "bin", "tsc")));
  const libraries = staged.filter(({ name }) => name.startsWith("@latchkey/")).map(({ tarball }) => tarball);
  await installTarballs(folder, [...libraries, join(root, "node_modules", "@opentelemetry", "api")]);
  await writeFile(join(folder, "program.ts"), program);
  const failures: string[] = [];
  for (const [compiler, modes] of compilers) {
    for (const mode of modes) {
      const compilerOptions = {
        ...resolutions[mode],
        strict: true,
        exactOptionalPropertyTypes: true,
        skipLibCheck: false,
        target: "es2022",
        lib: ["es2023"],
        types: ["node"],
        typeRoots: [join(root, "node_modules", "@types")],
        noEmit: true,
      };
      await writeFile(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["program.ts"] }));
      const { code, output } = await runQuietly(node, [join(root, compiler, "bin", "tsc"), "--project", folder], {
        cwd: folder,
      });
      if (code !== 0) failures.push(`The packed packages do not compile by ${compiler}, ${mode}:\n${output}`);
    }
  }
  return failures;
}
