import { existsSync } from "node:fs";
import { cp, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Check } from "../checkContract.ts";
import { runQuietly } from "../support/childProcess.js";
import { inCi } from "../support/inCi.ts";
import { installRuntimes } from "../installRuntimes.ts";
import { installTarballs } from "../installTarballs.ts";
import { inTemporaryFolder } from "../support/inTemporaryFolder.ts";
import { runtimes as promised, type Runtime } from "../runtimes.ts";
import { type SmokePlatform, startSmokePlatform } from "../smokePlatform.ts";
import { failureOf, type SmokeVerdict, summarizeVerdicts } from "../smokeVerdict.ts";
import { stagePackages } from "../stagePackages.ts";

/** The published client does what `runtimes/smoke.js` asks of it, on every runtime that it promises. */
export const runtimes: Check = {
  name: "runtimes",
  needs: ["build"],
  // Either would install the runtimes when they are not there.
  after: ["publishing"],
  run: async ({ root }) => {
    const programs = await installRuntimes(root);
    return inTemporaryFolder(async (folder) => {
      const suite = await layOut(root, folder);
      const platform = await startSmokePlatform();
      try {
        await writeFile(join(suite, "ca.pem"), platform.caCertificate);
        const verdicts: SmokeVerdict[] = [];
        for (const runtime of promised) {
          verdicts.push({ name: runtime.name, ...(await tryOn(runtime, programs[runtime.program], suite, platform)) });
        }
        return summarizeVerdicts(verdicts, { inCi: inCi() });
      } finally {
        await platform.stop();
      }
    });
  },
};

/** The suite beside the client as npm installs it; gives the folder. */
async function layOut(root: string, folder: string): Promise<string> {
  const staged = await stagePackages(root, join(folder, "staged"));
  const suite = join(folder, "suite");
  await installTarballs(
    suite,
    staged.filter(({ name }) => name === "@latchkey/client").map(({ tarball }) => tarball),
  );
  for (const file of ["smoke.js", "atOnce.js", "program.js", "worker.js", "workerd.capnp"]) {
    await cp(join(root, "runtimes", file), join(suite, file));
  }
  return suite;
}

async function tryOn(
  runtime: Runtime,
  program: string,
  suite: string,
  platform: SmokePlatform,
): Promise<Omit<SmokeVerdict, "name">> {
  if (!existsSync(program)) return { outcome: "skipped", reason: "npm brought no program for this system" };
  const { code, output } = await runQuietly(program, ["--version"], { cwd: suite });
  if (code !== 0) return { outcome: "skipped", reason: `it does not start here: ${output.trim().split("\n").at(-1)}` };
  const { settings, miscount } = await platform.register();
  await writeFile(join(suite, "settings.js"), `export const settings = ${JSON.stringify(settings)};\n`);
  const reason = failureOf(await runtime.run(program, suite)) ?? miscount();
  return reason === undefined ? { outcome: "passed" } : { outcome: "failed", reason };
}
