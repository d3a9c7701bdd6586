import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import type { Directory } from "../directory/directory.ts";
import type { Tenant } from "../directory/tenants/tenants.ts";
import { applySeed } from "./apply/applySeed.ts";
import { readSeed } from "./readSeed.ts";
import { type Seed, SeedError, type Seeded } from "./seed.ts";
import { objectSource, type SeedSource, textSource } from "./source.ts";

/** A checked seed, ready to be applied. */
export interface LoadedSeed {
  readonly tenant: NonNullable<Seed["tenant"]>;
  /** Brings the directory up to the seed, all of it or nothing. */
  apply(directory: Directory, tenant: Tenant): Seeded;
}

/** Reads a seed: the object itself, or the path or URL of a YAML or JSON file. Throws a {@link SeedError}. */
export function loadSeed(given: Seed | string | URL): LoadedSeed {
  if (typeof given !== "string" && !(given instanceof URL)) {
    return loaded(objectSource(given, process.cwd()));
  }
  return loaded(fileSource(given));
}

/** Reads a seed that was sent: it may name no files. */
export function loadSeedText(text: string, name: string): LoadedSeed {
  return loaded(textSource(text, name, undefined));
}

/** A YAML or JSON file, not checked yet. */
export function fileSource(given: string | URL): SeedSource {
  const path = given instanceof URL ? fileURLToPath(given) : given;
  return textSource(readText(path), path, dirname(path));
}

function loaded(source: SeedSource): LoadedSeed {
  const seed = readSeed(source);
  return { tenant: seed.tenant ?? {}, apply: (directory, tenant) => applySeed(directory, tenant, seed, source) };
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    const reason = cause instanceof Error && "code" in cause ? cause.code : cause;
    throw new SeedError(`The seed file ${path} cannot be read (${reason}).`, "Check the path and the permissions.", {
      cause,
    });
  }
}
