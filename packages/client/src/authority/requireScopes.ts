import type { AuthorityKind } from "../api/authorityKind.ts";
import { typeOf } from "../api/checks/optionTypes.ts";
import { unwrap } from "../api/checks/pastedText.ts";
import { ConfigurationError } from "../errors/errors.ts";

/** Rejects what is not a list of scopes. @see RFC 6749 section 3.3 */
export function requireScopes(scopes: readonly string[]): void {
  if (!Array.isArray(scopes) || !scopes.every(isScopeToken)) {
    throw noScopes(scopes);
  }
}

function noScopes(scopes: unknown): ConfigurationError {
  const isShowable = (Array.isArray(scopes) ? scopes : [scopes]).every((scope) => typeof scope === "string");
  const found = isShowable ? JSON.stringify(scopes) : `of type ${typeOf(scopes)}, or contains such values`;
  return new ConfigurationError(`scopes is ${found}: not a list of scopes.`, {
    code: "invalid_scope",
    remedy: 'Pass scopes as an array of strings without spaces, such as ["https://graph.microsoft.com/.default"].',
  });
}

/**
 * Rejects, before any request, scopes that the token service would refuse for an application: Entra, B2C and External
 * ID accept exactly one `{resource}/.default`; others accept any.
 * @see https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow
 */
export function requireAppScopes(scopes: readonly string[], kind: AuthorityKind): void {
  requireScopes(scopes);
  if (scopes.length === 0) {
    throw noScopes(scopes);
  }
  if (kind === "adfs" || kind === "generic") {
    return;
  }
  const [scope = ""] = scopes;
  if (scopes.length > 1) {
    throw new ConfigurationError(
      `scopes contains ${scopes.length} scopes (${scopes.join(", ")}); an app token is for one resource.`,
      {
        code: "invalid_scope",
        remedy: "Acquire one token per resource, each with the single scope {resource}/.default.",
      },
    );
  }
  if (!/^(?!.*\/\.default\/).+\/\.default$/i.test(scope)) {
    throw new ConfigurationError(`The scope ${JSON.stringify(scope)} is not {resource}/.default.`, {
      code: "invalid_scope",
      remedy: `Request ${JSON.stringify(suggestDefaultScope(scope))}: an application gets all permissions granted to it, not single ones.`,
    });
  }
}

/** RFC 6749 section 3.3: scope-token = 1*( %x21 / %x23-5B / %x5D-7E ) */
function isScopeToken(scope: unknown): boolean {
  return typeof scope === "string" && /^[\x21\x23-\x5B\x5D-\x7E]+$/.test(scope);
}

function suggestDefaultScope(given: string): string {
  const scope = unwrap(given);
  // A bare permission name, such as User.Read.All, is Microsoft Graph's.
  if (!/.[:/]/.test(scope)) {
    return "https://graph.microsoft.com/.default";
  }
  // Variants of the suffix: doubled, followed by a slash, with a misplaced dot. A slash before it belongs to the
  // resource.
  const withoutSuffix = scope.replace(/((\/\.?|\.\/?)default)+\/*$/i, "");
  if (withoutSuffix !== scope) {
    return `${withoutSuffix}/.default`;
  }
  const slash = scope.lastIndexOf("/");
  const resource = scope.slice(slash).includes(".") && !/^\w+:\/\/[^/]*$/.test(scope) ? scope.slice(0, slash) : scope;
  return `${resource.replace(/\/$/, "")}/.default`;
}
