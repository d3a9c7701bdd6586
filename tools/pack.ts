import { rmSync } from "node:fs";
import { join } from "node:path";
import { stagePackages } from "./publishing/stagePackages.ts";
import { root } from "./setUp.js";

const destination = join(root, "reports", "packages");
rmSync(destination, { recursive: true, force: true });
for (const { name, tarball } of await stagePackages(destination)) {
  process.stdout.write(`${name}: ${tarball}\n`);
}
