import * as v from "valibot";
import { pathOf, problemOf } from "../core/schemaProblem.ts";
import { seedSchema } from "./schema.ts";
import { type Seed, SeedError } from "./seed.ts";
import { lastField, type SeedSource } from "./source.ts";

const reportedIssues = 10;

/**
 * Checks the shape of a seed and returns it. Throws a {@link SeedError} that lists the invalid fields with their places.
 */
export function readSeed(source: SeedSource): Seed {
  if (Array.isArray(source.value)) {
    // The schema library accepts a list as an object with numeric fields.
    throw new SeedError(`${source.locate([])} must be an object, got a list`, "Correct the seed.");
  }
  const result = v.safeParse(seedSchema, source.value ?? {});
  if (result.success) {
    return result.output;
  }
  const problems = result.issues.map((issue) => {
    const path = pathOf(issue);
    return `${source.locate(path)} ${problemOf(issue, path)}`;
  });
  const more = problems.length - reportedIssues;
  throw new SeedError(
    [...problems.slice(0, reportedIssues), ...(more > 0 ? [`and ${more} more`] : [])].join("\n"),
    remedyOf(result.issues[0]),
  );
}

function remedyOf(issue: v.BaseIssue<unknown>): string {
  const field = lastField(pathOf(issue));
  if (issue.expected === "never") {
    return `Remove ${field}, or write it as one of the listed fields.`;
  }
  return issue.received === "undefined" ? `Add ${field}.` : `Correct ${field}.`;
}
