/** A scope set as a key: order, case and repetition do not matter, and no single scope reads like two. */
export function canonicalScopes(scopes: readonly string[]): string {
  const [only] = scopes;
  if (scopes.length === 1 && only !== undefined) {
    return only.toLowerCase();
  }
  return [...new Set(scopes.map((scope) => scope.toLowerCase()))].sort().join("\n");
}

/** What every sign-in asks for beside an API: who it is, and a refresh token. */
const signInScopes: readonly string[] = ["openid", "profile", "offline_access"];
/** The scopes that are OpenID Connect's and no API's. @see OpenID Connect Core 1.0 section 5.4 */
const openIdScopes = new Set([...signInScopes, "email", "address", "phone"]);

/** The scopes that are an API's: OpenID Connect's own name no token. */
export function apiScopes(scopes: readonly string[]): readonly string[] {
  return scopes.filter((scope) => !openIdScopes.has(scope.toLowerCase()));
}

/**
 * The `scope` of a request for a user's token: what a sign-in needs is added, as far as the issuer lists it; an issuer may
 * list fewer than it takes, and without `openid` there is no sign-in.
 * @see OpenID Connect Core 1.0 section 3.1.2.1, OpenID Connect Discovery 1.0 section 3
 */
export function withSignInScopes(scopes: readonly string[], supported: readonly string[] | undefined): string {
  const added = signInScopes.filter((scope) => scope === "openid" || (supported?.includes(scope) ?? true));
  return [...new Set([...scopes, ...added])].join(" ");
}
