import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import type { Directory } from "../directory/directory.ts";
import type { Tenant } from "../directory/tenants/tenants.ts";
import { applySeed } from "./apply/applySeed.ts";
import { readSeed } from "./readSeed.ts";
import { type Seed, SeedError, type Seeded } from "./seed.ts";
import { objectSource, type SeedSource, textSource } from "./source.ts";

/** A checked seed that can be applied. */
export interface LoadedSeed {
  readonly tenant: NonNullable<Seed["tenant"]>;
  /** Updates the directory to match the seed, completely or not at all. */
  apply(directory: Directory, tenant: Tenant): Seeded;
}

/** Reads a seed: the object itself, or the path or URL of a YAML or JSON file. Throws a {@link SeedError}. */
export function loadSeed(seed: Seed | string | URL): LoadedSeed {
  if (typeof seed !== "string" && !(seed instanceof URL)) {
    return checkSeed(objectSource(seed, process.cwd()));
  }
  return checkSeed(fileSource(seed));
}

/** Reads a seed that was sent over HTTP. It may not name files. */
export function loadSeedText(text: string, name: string): LoadedSeed {
  return checkSeed(textSource(text, name, undefined));
}

/** Reads a YAML or JSON file, without checking it. */
export function fileSource(file: string | URL): SeedSource {
  const path = file instanceof URL ? fileURLToPath(file) : file;
  return textSource(readText(path), path, dirname(path));
}

function checkSeed(source: SeedSource): LoadedSeed {
  const seed = readSeed(source);
  return { tenant: seed.tenant ?? {}, apply: (directory, tenant) => applySeed(directory, tenant, seed, source) };
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? cause.code : cause;
    const reason = code === "ENOENT" ? "there is no such file" : code;
    throw new SeedError(`The file ${path} cannot be read: ${reason}.`, "Check the path and the file's permissions.", {
      cause,
    });
  }
}
