import { ConfigurationError } from "../../errors/errors.ts";
import { type Options, optionsOf, requireObject, requireTypes } from "./optionTypes.ts";

/** Where a call can be ended. */
export const signalOption = "signal:addEventListener,removeEventListener,throwIfAborted";

/** What every acquisition takes. */
export const requestOptions: string = `scopes:any correlationId timeoutMs:number claims claimsFromClient tenantId extraBodyParameters:texts extraQueryParameters:texts extraHeaders:texts ${signalOption}`;

/** The ways out of an application that a program may replace. */
export const platformOptions =
  "maxRetries:number requestTimeoutMs:number fetch:function clock:now,sleep random:function";

/** What every application takes. */
export const applicationOptions: string = `clientId authority oidcAuthority knownAuthorities:list instanceDiscovery:boolean allowInsecureLoopback:boolean clientCapabilities:list maxCachedTokens:number throttling:boolean extendedTokenLifetime:boolean waitUntil:function cachePlugin:beforeCacheAccess,afterCacheAccess logger:debug,info,warn,error telemetry:watchCounts,watchAcquisition ${platformOptions}`;

/** MSAL's names of options that have others here. */
const renamed: ReadonlyMap<string, string> = new Map([
  ["protocolMode", "oidcAuthority"],
  ["networkClient", "fetch"],
  ["loggerOptions", "logger"],
  ["skipCache", "forceRefresh"],
  // What @azure/identity takes beside them.
  ["tenantId", "authority: https://login.microsoftonline.com/{tenant}"],
]);

/** Whether nothing is given but under these names. */
export function hasOnly(options: object, names: Options): boolean {
  for (const name in options) {
    // Most calls give nothing else.
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
 * Refuses an option that nothing reads, and says which is meant, and one of another type than its own. What is
 * `undefined`, inherited or a symbol is no option.
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
      ? `Write one flat object, { ${sections.flatMap((section) => Object.keys(section ?? {}).map(suggestionFor)).join(", ")} }: docs/guides/migrating-from-msal-node.md, Applications.`
      : suggestion
        ? `Write ${suggestion} if that is meant, else leave it out.`
        : `Leave it out; the options are ${[...known.keys()].join(", ")}.`,
  });
}

/** The name that shares most pairs of letters with another, for its length; `undefined` where that is little. */
function nearest(name: string, known: Options): string | undefined {
  const letters = [...name.toLowerCase().slice(0, 100)];
  const likeness = (other: string): number =>
    letters.filter((letter, at) => other.toLowerCase().includes(letter + (letters[at + 1] ?? ""))).length /
    (letters.length + other.length);
  const [best = ""] = [...known.keys()].sort((a, b) => likeness(b) - likeness(a));
  return likeness(best) > 0.25 ? best : undefined;
}
