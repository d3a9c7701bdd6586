import { ConfigurationError } from "./errors.ts";

/** What an option takes that takes no text: a type, or the functions of an object. */
const types: Readonly<Record<string, string>> = {
  scopes: "list",
  extraScopesToConsent: "list",
  knownAuthorities: "list",
  clientCapabilities: "list",
  certificateAuthorities: "list",
  extraBodyParameters: "texts",
  extraQueryParameters: "texts",
  extraHeaders: "texts",
  parameters: "texts",
  environment: "texts",
  account: "texts",
  instanceDiscovery: "boolean",
  allowInsecureLoopback: "boolean",
  throttling: "boolean",
  extendedTokenLifetime: "boolean",
  forceRefresh: "boolean",
  keepAccount: "boolean",
  maxCachedTokens: "number",
  requestTimeoutMs: "number",
  maxRetries: "number",
  timeoutMs: "number",
  clientCredential: "function",
  waitUntil: "function",
  fetch: "function",
  random: "function",
  deviceCodeCallback: "function",
  openBrowser: "function",
  sign: "function",
  clock: "now, sleep",
  logger: "debug, info, warn, error",
  telemetry: "watchCounts, watchAcquisition",
  cachePlugin: "beforeCacheAccess, afterCacheAccess",
  signal: "addEventListener, removeEventListener, throwIfAborted",
  meterProvider: "getMeter",
  tracerProvider: "getTracer",
};

const expectations: Readonly<Record<string, string>> = {
  string: "a text",
  boolean: "true or false",
  number: "a number",
  function: "a function",
  list: "a list of texts",
  texts: "an object of texts",
};

/** What a value is, without a word of what it holds. */
export function typeOf(value: unknown): string {
  return Object.prototype.toString.call(value).slice(8, -1);
}

/**
 * Refuses options that are of another type than theirs; what is `undefined` is left out. `path` precedes their names.
 *
 * @throws {@link ConfigurationError} `invalid_options`
 */
export function requireTypes(options: unknown, names: Iterable<string>, path = ""): void {
  if (typeof options !== "object" || options === null) throw wrongType("options", options, "an object");
  for (const name of names) {
    const value = (options as Readonly<Record<string, unknown>>)[name];
    const type = Object.hasOwn(types, name) ? (types[name] ?? "") : "string";
    if (value === undefined || isOf(type, value)) continue;
    throw wrongType(path + name, value, expectations[type] ?? `an object with the functions ${type}`);
  }
}

function isOf(type: string, value: unknown): boolean {
  if (type === "list") return Array.isArray(value) && value.every(isText);
  if (typeof value !== "object" || value === null) return typeof value === type;
  if (type === "texts")
    return !Array.isArray(value) && Object.values(value).every((each) => each === undefined || isText(each));
  return type.split(", ").every((name) => typeof (value as Readonly<Record<string, unknown>>)[name] === "function");
}

function isText(value: unknown): boolean {
  return typeof value === "string";
}

/** The error for a value that is of another type than what it stands for. */
export function wrongType(name: string, value: unknown, expected: string): ConfigurationError {
  return new ConfigurationError(`${name} is of type ${typeOf(value)}.`, {
    code: "invalid_options",
    remedy: `Set ${name} to ${expected}.`,
  });
}
