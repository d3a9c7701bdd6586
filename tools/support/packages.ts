import { globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { root } from "../setUp.js";

type Texts = Readonly<Record<string, string>>;

/** What is read of a package.json. */
export interface Manifest {
  readonly name: string;
  readonly files?: readonly string[];
  readonly exports?: Readonly<Record<string, string | Texts>>;
  readonly imports?: unknown;
  readonly dependencies?: Texts;
  readonly peerDependencies?: Texts;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
}

/** The published packages, each with its absolute folder. */
export function packages(): readonly { readonly folder: string; readonly manifest: Manifest }[] {
  return globSync(join(root, "packages", "*", "package.json"))
    .sort()
    .map((file) => ({ folder: dirname(file), manifest: JSON.parse(readFileSync(file, "utf8")) }));
}
