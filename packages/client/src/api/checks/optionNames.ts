import { ConfigurationError } from "../../errors/errors.ts";
import { type Options, optionsOf, requireObject, requireTypes } from "./optionTypes.ts";

/** The option that aborts a call. */
export const signalOption = "signal:addEventListener,removeEventListener,throwIfAborted";

/** The options of every acquisition. */
export const requestOptions: string = `scopes:any correlationId timeoutMs:number claims claimsFromClient tenantId extraBodyParameters:texts extraQueryParameters:texts extraHeaders:texts ${signalOption}`;

/** The platform functions that a program may replace. */
export const platformOptions =
  "maxRetries:number requestTimeoutMs:number fetch:function clock:now,sleep random:function";

/** The options of every application. */
export const applicationOptions: string = `clientId authority oidcAuthority knownAuthorities:list instanceDiscovery:boolean allowInsecureLoopback:boolean clientCapabilities:list maxCachedTokens:number throttling:boolean extendedTokenLifetime:boolean waitUntil:function cachePlugin:beforeCacheAccess,afterCacheAccess logger:debug,info,warn,error telemetry:watchCounts,watchAcquisition ${platformOptions}`;

/** MSAL options that have another name here. */
const renamed: ReadonlyMap<string, string> = new Map([
  ["protocolMode", "oidcAuthority"],
  ["networkClient", "fetch"],
  ["loggerOptions", "logger"],
  ["skipCache", "forceRefresh"],
  // An option of @azure/identity, not of MSAL.
  ["tenantId", "authority: https://login.microsoftonline.com/{tenant}"],
]);

/** Whether only options with these names are set. */
export function hasOnly(options: object, names: Options): boolean {
  for (const name in options) {
    // Most calls set nothing else.
    if (name === "scopes" || names.has(name)) {
      continue;
    }
    if ((options as Readonly<Record<string, unknown>>)[name] !== undefined) {
      return false;
    }
  }
  return true;
}

/**
 * Rejects unknown options, suggesting the right name, and options of the wrong type. Properties that are `undefined`,
 * inherited or symbols are ignored.
 *
 * @throws {@link ConfigurationError} `invalid_options`
 */
export function requireOptionNames(what: string, options: object, text: string): void {
  const given: unknown = options;
  const known = optionsOf(text);
  requireObject(given, `an object: ${what}({ ${[...known.keys()].slice(0, 4).join(", ")}, … })`);
  const unknown = Object.keys(given).find((name) => !known.has(name) && given[name] !== undefined);
  if (unknown === undefined) {
    requireTypes(options, text);
    return;
  }
  const suggestionFor = (name: string): string =>
    renamed.get(name) ?? name.replace(/^client(Secret|Certificate|Assertion)$/, "clientCredential: $&(…)");
  const sections = [given["auth"], given["system"], given["cache"]];
  const suggestion = suggestionFor(unknown) === unknown ? nearest(unknown, known) : suggestionFor(unknown);
  throw new ConfigurationError(`${what} has no option ${JSON.stringify(unknown.slice(0, 100))}.`, {
    code: "invalid_options",
    remedy: sections.includes(given[unknown])
      ? `Write one flat object, { ${sections.flatMap((section) => Object.keys(section ?? {}).map(suggestionFor)).join(", ")} }: see docs/guides/migrating-from-msal-node.md, Applications.`
      : suggestion
        ? `Write ${suggestion} if that is what you mean, otherwise leave it out.`
        : `Leave it out; the options are ${[...known.keys()].join(", ")}.`,
  });
}

/** The option name that shares most pairs of letters with `name`, relative to its length; `undefined` if few match. */
function nearest(name: string, known: Options): string | undefined {
  const letters = [...name.toLowerCase().slice(0, 100)];
  const likeness = (other: string): number =>
    letters.filter((letter, at) => other.toLowerCase().includes(letter + (letters[at + 1] ?? ""))).length /
    (letters.length + other.length);
  const [best = ""] = [...known.keys()].sort((a, b) => likeness(b) - likeness(a));
  return likeness(best) > 0.25 ? best : undefined;
}
