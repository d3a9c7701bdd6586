import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../setUp.js";
import { conclude } from "../support/report.ts";

// Every package has a checksum, and none an address, which would tie the lock file to one registry.
conclude(
  ["package-lock.json", "runtimes/package-lock.json", "tools/compilers/package-lock.json"].flatMap((file) => {
    const { packages } = JSON.parse(readFileSync(join(root, file), "utf8"));
    return Object.entries<{ link?: boolean; integrity?: string; resolved?: string }>(packages)
      .filter(([path, { link }]) => path.includes("node_modules/") && link !== true)
      .filter(([, { integrity, resolved }]) => integrity === undefined || resolved !== undefined)
      .map(([path]) => `${file}: ${path} has no checksum, or it has an address. Run npm install on an open network.`);
  }),
);
