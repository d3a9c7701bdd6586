import type { Directory } from "../../directory/directory.ts";
import type { Tenant } from "../../directory/tenants/tenants.ts";
import { SeedError } from "../seed.ts";
import { lastField, type SeedPath, type SeedSource } from "../source.ts";

/** What every step of applying a seed needs. */
export interface Seeding {
  readonly directory: Directory;
  readonly tenant: Tenant;
  readonly source: SeedSource;
}

/** Runs one step. An error becomes a `SeedError` with the place in the seed. */
export function at<Result>({ source }: Pick<Seeding, "source">, path: SeedPath, step: () => Result): Result {
  try {
    return step();
  } catch (cause) {
    if (cause instanceof SeedError) {
      throw cause;
    }
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new SeedError(`${source.locate(path)}: ${message}`, `Correct ${lastField(path)}.`, { cause });
  }
}

/** Names identify objects, so a second object with a name would change the first. */
export function refuseDuplicateName(
  seeding: Seeding,
  seeds: readonly { readonly name: string }[],
  index: number,
  path: SeedPath,
): void {
  const name = seeds[index]?.name;
  at(seeding, [...path, "name"], () => {
    if (seeds.findIndex((seed) => seed.name === name) !== index) {
      throw new Error(`${name} appears twice; use a different name for each`);
    }
  });
}

/** Returns the fields that are set. An update leaves the others unchanged. */
export function definedFields<Fields extends object>(
  fields: Fields,
): { [Name in keyof Fields]?: Exclude<Fields[Name], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never;
}
