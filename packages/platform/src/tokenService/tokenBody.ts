import type { GrantedToken } from "./grants/grant.ts";

/**
 * The body of an answer, members in the order of the real service. Entra: version 1 writes every number as text; an
 * application without a user gets no `scope` and no refresh token.
 */
export function tokenBody(version: 1 | 2, granted: GrantedToken): object {
  const { user, expiresInSeconds, refreshInSeconds } = granted;
  const number = (value: number | undefined): number | string | undefined =>
    version === 1 && value !== undefined ? String(value) : value;
  return {
    token_type: "Bearer",
    scope: user?.scope,
    expires_in: number(expiresInSeconds),
    ext_expires_in: number(expiresInSeconds),
    refresh_in: number(refreshInSeconds),
    expires_on: version === 1 ? String(granted.expiresSeconds) : undefined,
    not_before: version === 1 ? String(granted.notBeforeSeconds) : undefined,
    resource: version === 1 ? granted.resource : undefined,
    access_token: granted.accessToken,
    refresh_token: user?.refreshToken,
    refresh_token_expires_in: number(user?.refreshExpiresInSeconds),
    foci: user?.isFamily === true ? "1" : undefined,
    id_token: user?.idToken,
    client_info: user?.clientInfo,
  };
}
