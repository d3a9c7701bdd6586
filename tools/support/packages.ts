import { globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { root } from "../setUp.js";

/** The members of a package.json that are read. */
export interface Manifest {
  readonly name: string;
  readonly files?: readonly string[];
  readonly exports?: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
  readonly imports?: unknown;
  readonly dependencies?: object;
  readonly peerDependencies?: object;
}

/** The published packages, each with its absolute folder. */
export function packages(): readonly { readonly folder: string; readonly manifest: Manifest }[] {
  return globSync(join(root, "packages", "*", "package.json"))
    .sort()
    .map((file) => ({ folder: dirname(file), manifest: JSON.parse(readFileSync(file, "utf8")) }));
}
