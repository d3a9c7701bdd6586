/** A cache key for a set of scopes: order, case and repetition do not matter, and no single scope equals two. */
export function canonicalScopes(scopes: readonly string[]): string {
  const [only] = scopes;
  if (scopes.length === 1 && only !== undefined) {
    return only.toLowerCase();
  }
  return [...new Set(scopes.map((scope) => scope.toLowerCase()))].sort().join("\n");
}

/** What every sign-in requests besides the API's scopes: the user's identity and a refresh token. */
const signInScopes: readonly string[] = ["openid", "profile", "offline_access"];
/** OpenID Connect's own scopes, which belong to no API. @see OpenID Connect Core 1.0 section 5.4 */
const openIdScopes = new Set([...signInScopes, "email", "address", "phone"]);

/** The scopes that belong to an API: OpenID Connect's own do not identify a token. */
export function apiScopes(scopes: readonly string[]): readonly string[] {
  return scopes.filter((scope) => !openIdScopes.has(scope.toLowerCase()));
}

/**
 * The `scope` of a request for a user's token. Sign-in scopes are added if the issuer lists them; `openid` always,
 * since an issuer may list fewer than it accepts and there is no sign-in without it.
 * @see OpenID Connect Core 1.0 section 3.1.2.1, OpenID Connect Discovery 1.0 section 3
 */
export function withSignInScopes(scopes: readonly string[], supported: readonly string[] | undefined): string {
  const added = signInScopes.filter((scope) => scope === "openid" || (supported?.includes(scope) ?? true));
  return [...new Set([...scopes, ...added])].join(" ");
}
