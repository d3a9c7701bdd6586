import { packages } from "../support/packages.ts";
import { conclude } from "../support/report.ts";

const none = ["dependencies", "optionalDependencies", "bundleDependencies"] as const;

// The client installs alone: what a program may bring itself is an optional peer. What it imports, `boundaries` knows.
conclude(
  packages().flatMap(({ manifest }) => {
    if (manifest.name !== "@latchkey/client") return [];
    const peers = Object.keys(manifest.peerDependencies ?? {});
    const required = peers.filter((peer) => manifest.peerDependenciesMeta?.[peer]?.optional !== true);
    return [...none.filter((kind) => manifest[kind] !== undefined), ...required].map(
      (each) => `@latchkey/client must install alone, and package.json has ${each}.`,
    );
  }),
);
