import * as v from "valibot";

/** An object without unknown fields: a misspelt one would otherwise be ignored silently. */
export function fields<const Entries extends v.ObjectEntries>(
  entries: Entries,
): v.StrictObjectSchema<Entries, v.ErrorMessage<v.StrictObjectIssue>> {
  const known = Object.keys(entries).join(", ");
  return v.strictObject(entries, (issue) =>
    issue.expected === "never" ? `is unknown; the fields here are ${known}` : "",
  );
}

/** The path of a value: field names and list indexes. */
export function pathOf(issue: v.BaseIssue<unknown>): readonly (string | number)[] {
  return (issue.path ?? []).flatMap(({ key }) => (typeof key === "string" || typeof key === "number" ? [key] : []));
}

/** The problem with a value, as the end of a sentence that starts with its name. */
export function problemOf(issue: v.BaseIssue<unknown>, path: readonly (string | number)[]): string {
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

/** The fields in and below which a secret or a private key can stand. */
const secretFields = new Set<string | number>(["secrets", "password", "certificates", "keys"]);

/** A value where a secret can stand, the whole input included, is not repeated: an error may end up in a log. */
function shown(value: unknown, path: readonly (string | number)[]): string {
  const isSecret = path.length === 0 || path.some((field) => secretFields.has(field));
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
