import { requireTypes } from "./optionTypes.ts";

/** What every acquisition takes. */
export const requestOptions =
  "scopes correlationId signal timeoutMs claims claimsFromClient tenantId extraBodyParameters extraQueryParameters extraHeaders";

/** What every application takes. */
export const applicationOptions =
  "clientId authority oidcAuthority knownAuthorities instanceDiscovery allowInsecureLoopback clientCapabilities maxCachedTokens requestTimeoutMs maxRetries throttling extendedTokenLifetime waitUntil fetch clock random cachePlugin logger telemetry";

/** The names of a call's options, for calls so frequent that it is felt how they are looked up. */
export function namesOf(names: string): ReadonlySet<string> {
  return new Set(names.split(" "));
}

/**
 * Refuses options of another type than theirs.
 *
 * @throws {@link ConfigurationError} `invalid_options`
 */
export function requireOptionNames(_what: string, options: object, names: string | ReadonlySet<string>): void {
  requireTypes(options, typeof names === "string" ? namesOf(names) : names);
}
