import { mkdir, rm } from "node:fs/promises";
import { join, relative } from "node:path";
import { root } from "./setUp.js";
import { stagePackages } from "./stagePackages.ts";

const destination = join(root, "reports", "packages");
await rm(destination, { recursive: true, force: true });
await mkdir(destination, { recursive: true });
for (const { name, tarball } of await stagePackages(root, destination)) {
  process.stdout.write(`${name}: ${relative(root, tarball)}\n`);
}
