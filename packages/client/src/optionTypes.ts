import { ConfigurationError } from "./errors.ts";

/** What an option takes that takes no text: a type, or the functions of an object. */
const types: Readonly<Record<string, string>> = {
  // These say themselves what they are not.
  scopes: "",
  clientCredential: "",
  request: "",
  response: "",
  privateKey: "",
  certificate: "",
  x5c: "",
  extraScopesToConsent: "list",
  knownAuthorities: "list",
  clientCapabilities: "list",
  certificateAuthorities: "list",
  extraBodyParameters: "texts",
  extraQueryParameters: "texts",
  extraHeaders: "texts",
  parameters: "texts",
  environment: "texts",
  account: "account",
  instanceDiscovery: "boolean",
  allowInsecureLoopback: "boolean",
  throttling: "boolean",
  extendedTokenLifetime: "boolean",
  forceRefresh: "boolean",
  keepAccount: "boolean",
  enableCae: "boolean",
  maxCachedTokens: "number",
  requestTimeoutMs: "number",
  maxRetries: "number",
  timeoutMs: "number",
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
  abortSignal: "addEventListener, removeEventListener",
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
  account: "an account of an earlier result or of the token cache",
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
    const value = (options as Fields)[name];
    const type = Object.hasOwn(types, name) ? types[name] : "string";
    if (value !== undefined && type) requireType(path + name, value, type);
  }
}

/** Refuses a value that is of another type; an object's functions are named, with commas between them. */
export function requireType(name: string, value: unknown, type: string): void {
  if (!isOf(type, value)) throw wrongType(name, value, expectations[type] ?? `an object with the functions ${type}`);
}

type Fields = Readonly<Record<string, unknown>>;

function isOf(type: string, value: unknown): boolean {
  if (Object.hasOwn(expectations, type) && !/^[lta]/.test(type)) return typeof value === type;
  if (type === "account" && value === null) return true;
  if (typeof value !== "object" || value === null) return false;
  if (type === "list") return Array.isArray(value) && value.every(isText);
  if (type === "texts") return !Array.isArray(value) && Object.values(value).every(isTextIfAny);
  const fields = value as Fields;
  if (type === "account") return accountFields.every((name) => isTextIfAny(fields[name]));
  return type.split(", ").every((name) => typeof fields[name] === "function");
}

const accountFields = ["homeAccountId", "environment", "tenantId", "localAccountId", "subject", "username"];

function isText(value: unknown): boolean {
  return typeof value === "string";
}

function isTextIfAny(value: unknown): boolean {
  return value === undefined || isText(value);
}

/** The error for a value that is of another type than what it stands for. */
export function wrongType(name: string, value: unknown, expected: string): ConfigurationError {
  return new ConfigurationError(`${name} is of type ${typeOf(value)}.`, {
    code: "invalid_options",
    remedy: `Set ${name} to ${expected}.`,
  });
}
