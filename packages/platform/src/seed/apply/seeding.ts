import type { Directory } from "../../directory/directory.ts";
import type { Tenant } from "../../directory/tenants/tenants.ts";
import { SeedError } from "../seed.ts";
import { lastField, type SeedPath, type SeedSource } from "../source.ts";

/** What every step of applying a seed works with. */
export interface Seeding {
  readonly directory: Directory;
  readonly tenant: Tenant;
  readonly source: SeedSource;
}

/** Runs one step; what the directory objects to becomes an error that names the place in the seed. */
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

/** Objects are found again by their name: the second of a name would change the first. */
export function refuseSecond(
  seeding: Seeding,
  seeds: readonly { readonly name: string }[],
  index: number,
  path: SeedPath,
): void {
  const name = seeds[index]?.name;
  at(seeding, [...path, "name"], () => {
    if (seeds.findIndex((seed) => seed.name === name) !== index) {
      throw new Error(`${name} stands here twice; give each one a name of its own`);
    }
  });
}

/** The fields that are there: an update leaves the others as they are. */
export function given<Fields extends object>(
  fields: Fields,
): { [Name in keyof Fields]?: Exclude<Fields[Name], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never;
}
