import { ConfigurationError } from "./errors.ts";
import { requireTypes } from "./optionTypes.ts";

/** What every acquisition takes. */
export const requestOptions =
  "scopes correlationId signal timeoutMs claims claimsFromClient tenantId extraBodyParameters extraQueryParameters extraHeaders";

/** What every application takes. */
export const applicationOptions =
  "clientId authority oidcAuthority knownAuthorities instanceDiscovery allowInsecureLoopback clientCapabilities maxCachedTokens requestTimeoutMs maxRetries throttling extendedTokenLifetime waitUntil fetch clock random cachePlugin logger telemetry";

/** MSAL's names of options that have others here. */
const renamed: ReadonlyMap<string, string> = new Map([
  ["protocolMode", "oidcAuthority"],
  ["networkClient", "fetch"],
  ["loggerOptions", "logger"],
  ["skipCache", "forceRefresh"],
]);

/** The names of a call's options, for calls so frequent that it is felt how they are looked up. */
export function namesOf(names: string): ReadonlySet<string> {
  return new Set(names.split(" "));
}

/** Whether nothing is given but under these names. */
export function hasOnly(options: object, names: ReadonlySet<string>): boolean {
  for (const name in options) {
    // Most calls give nothing else.
    if (name === "scopes" || names.has(name)) continue;
    if ((options as Readonly<Record<string, unknown>>)[name] !== undefined) return false;
  }
  return true;
}

/**
 * Refuses an option that nothing reads, and says which is meant, and one of another type than its own. What is
 * `undefined`, inherited or a symbol is no option.
 *
 * @throws {@link ConfigurationError} `invalid_options`
 */
export function requireOptionNames(what: string, options: object, names: string | ReadonlySet<string>): void {
  const known = typeof names === "string" ? namesOf(names) : names;
  requireTypes(options, []);
  const given = options as Readonly<Record<string, unknown>>;
  const unknown = Object.keys(options).find((name) => !known.has(name) && given[name] !== undefined);
  if (unknown === undefined) {
    requireTypes(options, known);
    return;
  }
  const meant = (name: string): string =>
    renamed.get(name) ?? name.replace(/^client(Secret|Certificate|Assertion)$/, "clientCredential: $&(…)");
  const sections = [given["auth"], given["system"], given["cache"]];
  const written = meant(unknown);
  throw new ConfigurationError(`${what} has no option ${JSON.stringify(unknown.slice(0, 100))}.`, {
    code: "invalid_options",
    remedy: sections.includes(given[unknown])
      ? `Write one flat object, { ${sections.flatMap((section) => Object.keys(section ?? {}).map(meant)).join(", ")} }: docs/guides/migrating-from-msal-node.md, Applications.`
      : `Write ${written === unknown ? nearest(unknown, known) : written} if that is meant, else leave it out.`,
  });
}

/** The name that shares most pairs of letters with another, for its length. */
function nearest(name: string, known: ReadonlySet<string>): string | undefined {
  const letters = [...name.toLowerCase().slice(0, 100)];
  const likeness = (other: string): number =>
    letters.filter((letter, at) => other.toLowerCase().includes(letter + (letters[at + 1] ?? ""))).length /
    (letters.length + other.length);
  return [...known].sort((a, b) => likeness(b) - likeness(a))[0];
}
