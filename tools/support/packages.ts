import { globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { root } from "../setUp.js";

/** What is read of a package.json. */
export interface Manifest {
  readonly name: string;
  readonly files?: readonly string[];
  readonly exports?: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
  readonly imports?: unknown;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: unknown;
  readonly bundleDependencies?: unknown;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
}

/** The published packages, each with its absolute folder. */
export function packages(): readonly { readonly folder: string; readonly manifest: Manifest }[] {
  return globSync(join(root, "packages", "*", "package.json"))
    .sort()
    .map((file) => ({ folder: dirname(file), manifest: JSON.parse(readFileSync(file, "utf8")) }));
}
