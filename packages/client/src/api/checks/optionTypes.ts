import { ConfigurationError } from "../../errors/errors.ts";

/** The names of a call's options, each with its type unless it is a string. */
export type Options = ReadonlyMap<string, string | undefined>;

const read = new Map<string, Options>();

/** Parses `name:type name …`; the type `one,two` is an object with these functions. */
export function optionsOf(text: string): Options {
  const options =
    read.get(text) ?? new Map(text.split(" ").map((option) => option.split(":") as [string, string | undefined]));
  read.set(text, options);
  return options;
}

const typeDescriptions: Readonly<Record<string, string>> = {
  string: "a string",
  boolean: "true or false",
  number: "a number",
  function: "a function",
  list: "an array of strings",
  texts: "an object of strings",
  account: "an account from an earlier result or from the token cache",
  // Their own checks describe these.
  any: "",
};

/** The type of a value, for messages that must not show its content. */
export function typeOf(value: unknown): string {
  return Object.prototype.toString.call(value).slice(8, -1);
}

/**
 * Rejects options of the wrong type; `undefined` is ignored. `path` precedes their names.
 *
 * @throws {@link ConfigurationError} `invalid_options`
 */
export function requireTypes(options: unknown, text: string, path = ""): void {
  requireObject(options);
  const known = optionsOf(text);
  for (const name of known.keys()) {
    const value = options[name];
    if (value !== undefined) {
      requireType(path + name, value, known.get(name) ?? "string");
    }
  }
}

/** The parameters without those that are `undefined`, which untyped programs may pass. */
export function definedOnly(
  texts: Readonly<Record<string, string>> | undefined,
): Readonly<Record<string, string>> | undefined {
  return texts && Object.fromEntries(Object.entries(texts).filter(([, value]) => value !== undefined));
}

/** Rejects options that are not an object. */
export function requireObject(options: unknown, expected = "an object"): asserts options is Fields {
  if (typeof options !== "object" || options === null) {
    throw wrongType("options", options, expected);
  }
}

/** Rejects a required string that is missing or empty. */
export function requireNonEmpty(name: string, value: unknown, remedy: string): void {
  if (typeof value === "string" && value !== "") {
    return;
  }
  throw new ConfigurationError(`${name} is empty or not a string.`, { code: "invalid_options", remedy });
}

/** Rejects a value of the wrong type; the functions of an object are listed with commas. */
export function requireType(name: string, value: unknown, type: string): void {
  if (isOfType(type, value)) {
    return;
  }
  throw wrongType(name, value, typeDescriptions[type] ?? `an object with the functions ${type.replaceAll(",", ", ")}`);
}

type Fields = Readonly<Record<string, unknown>>;

function isOfType(type: string, value: unknown): boolean {
  if (type === "any" || typeof value === type || (type === "account" && value === null)) {
    return true;
  }
  if (typeof value !== "object" || value === null) {
    return false;
  }
  if (type === "list") {
    return Array.isArray(value) && value.every(isText);
  }
  if (type === "texts") {
    return !Array.isArray(value) && Object.values(value).every(isTextIfAny);
  }
  const fields = value as Fields;
  if (type === "account") {
    return accountFields.every((name) => isTextIfAny(fields[name]));
  }
  return !(type in typeDescriptions) && type.split(",").every((name) => typeof fields[name] === "function");
}

const accountFields = ["homeAccountId", "environment", "tenantId", "localAccountId", "subject", "username"];

function isText(value: unknown): boolean {
  return typeof value === "string";
}

function isTextIfAny(value: unknown): boolean {
  return value === undefined || isText(value);
}

/** The error for a value of the wrong type. */
export function wrongType(name: string, value: unknown, expected: string): ConfigurationError {
  return new ConfigurationError(`${name} is of type ${typeOf(value)}.`, {
    code: "invalid_options",
    remedy: `Set ${name} to ${expected}.`,
  });
}

const minimums = { maxCachedTokens: 1, requestTimeoutMs: 1, maxRetries: 0 };

/** Rejects numbers that are not finite or too small. */
export function requireNumbers(options: { readonly [name in keyof typeof minimums]?: number | undefined }): void {
  for (const [name, minimum] of Object.entries(minimums)) {
    const value = options[name as keyof typeof minimums];
    if (value === undefined || (Number.isFinite(value) && value >= minimum)) {
      continue;
    }
    throw new ConfigurationError(`${name} is ${value}.`, {
      code: "invalid_options",
      remedy: `Set ${name} to a number of at least ${minimum}, or leave it out.`,
    });
  }
}
