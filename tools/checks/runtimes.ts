import { existsSync } from "node:fs";
import { cp, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { installTarballs, stagePackages } from "../publishing/stagePackages.ts";
import { root } from "../setUp.js";
import { failureOf, installRuntimes, runtimes } from "../smoke/runtimes.ts";
import { startSmokePlatform } from "../smoke/smokePlatform.ts";
import { runQuietly } from "../support/childProcess.js";
import { inCi } from "../support/inCi.ts";
import { inTemporaryFolder } from "../support/inTemporaryFolder.ts";
import { conclude } from "../support/report.ts";

const passed: string[] = [];
const skipped: string[] = [];
const failed: string[] = [];

// The published client passes `runtimes/smoke.js` on every runtime that it supports.
await installRuntimes();
await inTemporaryFolder(async (folder) => {
  const staged = await stagePackages(join(folder, "staged"));
  const suite = join(folder, "suite");
  await installTarballs(
    suite,
    staged.filter(({ name }) => name === "@latchkey/client"),
  );
  for (const file of ["smoke.js", "atOnce.js", "program.js", "worker.js", "workerd.capnp"]) {
    await cp(join(root, "runtimes", file), join(suite, file));
  }
  const platform = await startSmokePlatform();
  await writeFile(join(suite, "ca.pem"), platform.caCertificate);
  for (const [name, program, run] of runtimes) {
    if (!existsSync(program) || (await runQuietly(program, ["--version"], { cwd: suite })).code !== 0) {
      skipped.push(`${name} does not start here`);
      continue;
    }
    const { settings, miscount } = await platform.register();
    await writeFile(join(suite, "settings.js"), `export const settings = ${JSON.stringify(settings)};\n`);
    const failure = failureOf(await run(program, suite)) ?? miscount();
    if (failure === undefined) {
      passed.push(name);
    } else {
      failed.push(`${name}: ${failure}`);
    }
  }
  await platform.stop();
});
conclude(inCi() ? [...failed, ...skipped] : failed, [`passed on ${passed.join(", ")}`, ...skipped].join("; "));
