import * as v from "valibot";
import { type Seed, SeedError } from "./manifest.ts";
import { seedSchema } from "./schema.ts";
import { lastField, type SeedPath, type SeedSource } from "./source.ts";

const reportedIssues = 10;

/** The seed, checked for its shape. Throws a {@link SeedError} that names every wrong field with its place. */
export function readSeed(source: SeedSource): Seed {
  if (Array.isArray(source.value)) {
    // To the library a list is an object with numbers for fields.
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

function pathOf(issue: v.BaseIssue<unknown>): SeedPath {
  return (issue.path ?? []).flatMap(({ key }) => (typeof key === "string" || typeof key === "number" ? [key] : []));
}

function problemOf(issue: v.BaseIssue<unknown>, path: SeedPath): string {
  if (issue.kind === "validation" || issue.type === "custom") {
    return `${issue.message} (got ${shown(issue.input, path)})`;
  }
  if (issue.expected === "never") {
    return issue.message;
  }
  return issue.received === "undefined"
    ? "is missing"
    : `must be ${nameOf(issue.expected ?? "")}, got ${shown(issue.input, path)}`;
}

/** What stands in a field for a secret is not repeated: an error may end up in a log. */
function shown(value: unknown, path: SeedPath): string {
  const field = path.at(-1);
  const isSecret = field === "password" || (field === "value" && path.includes("secrets"));
  if (isSecret || (typeof value === "object" && value !== null)) {
    return Array.isArray(value) ? "a list" : typeof value === "object" ? "an object" : `a ${typeof value}`;
  }
  return JSON.stringify(value);
}

function nameOf(expected: string): string {
  const names: Readonly<Record<string, string>> = {
    string: "text",
    boolean: "true or false",
    Array: "a list",
    Object: "an object",
  };
  return names[expected] ?? expected.replace(/[()]/g, "").replaceAll(" | ", " or ");
}

function remedyOf(issue: v.BaseIssue<unknown>): string {
  const field = lastField(pathOf(issue));
  if (issue.expected === "never") {
    return `Remove ${field}, or write it as one of the fields named.`;
  }
  return issue.received === "undefined" ? `Add ${field}.` : `Correct ${field}.`;
}
