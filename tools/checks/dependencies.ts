import { packages } from "../support/packages.ts";
import { conclude } from "../support/report.ts";

// The client installs alone: what a program may bring itself is an optional peer. What it imports, `boundaries` knows.
conclude(
  packages().flatMap(({ manifest }) => {
    const { name, peerDependencies, peerDependenciesMeta } = manifest;
    const required = Object.keys(peerDependencies ?? {}).filter((peer) => !peerDependenciesMeta?.[peer]?.optional);
    const declared = Object.keys(manifest).filter((key) => /^(optionalD|bundleD|d)ependencies$/.test(key));
    return name === "@latchkey/client"
      ? [...declared, ...required].map((each) => `${name} has ${each}: it must install alone.`)
      : [];
  }),
);
