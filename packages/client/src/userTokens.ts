import type { Account, IdTokenClaims } from "./account.ts";
import type { Acquisition, KeptToken } from "./acquisition.ts";
import { type Authority, multiTenant } from "./authority/authority.ts";
import type { Endpoints } from "./authority/endpoints.ts";
import type { ClientContext } from "./clientContext.ts";
import { decodeBase64Url } from "./crypto/base64url.ts";
import { AuthError } from "./errors.ts";
import { readIdToken } from "./idToken.ts";
import { apiScopes, requireScopes, withSignInScopes } from "./scopes.ts";
import { type Extras, partitionKey } from "./tokenCache/partitionKey.ts";
import type { Profile } from "./tokenCache/userTokenCache.ts";
import { parseObject } from "./transport/http.ts";

/** What a flow says of a user's token that it asks for. */
export interface UserTokenRequest {
  readonly authority: Authority;
  /** What the API asks for, as the caller named it. */
  readonly scopes: readonly string[];
  /** What tells it apart from other calls under way. */
  readonly key: readonly unknown[];
  /** The grant and what it needs, in wire spelling. */
  readonly parameters: Readonly<Record<string, string>>;
  /** Whether it does no more when it arrives twice; without, it is repeated only when it never left. */
  readonly isRepeatable?: ((endpoints: Endpoints) => boolean) | undefined;
  readonly extras?: Extras | undefined;
  /** What the sign-in request carried. */
  readonly nonce?: string | undefined;
  /** The person who must be the one, and who the token is for where the answer names nobody. */
  readonly account?: Account | undefined;
}

/** The acquisition of a user's token: its answer becomes an account, a refresh token and a cached access token. */
export function userTokenAcquisition(client: ClientContext, request: UserTokenRequest): Acquisition {
  const { authority, key, parameters, isRepeatable } = request;
  requireScopes(request.scopes);
  const asked = [...request.scopes];
  const scopes = apiScopes(asked);
  return {
    authority,
    key,
    scopes,
    parameters: (endpoints) => ({
      ...parameters,
      scope: withSignInScopes(asked, endpoints.scopesSupported),
      ...(endpoints.kind === "generic" || endpoints.kind === "adfs" ? {} : { client_info: "1" }),
    }),
    isRepeatable,
    keep: (token, endpoints) => keepUserToken(client, { ...request, scopes }, token, endpoints),
  };
}

/** Where a user's access token is kept; `undefined` stands for the usual place, that of the profile. */
function variantOf(client: ClientContext, authority: Authority, account: Account, extras: Extras | undefined) {
  if (extras?.claimsFromClient === undefined && extras?.extraBodyParameters === undefined) return undefined;
  return userPartition(client, authority, account, extras);
}

/** The key under which a person's access tokens are kept. */
export function userPartition(client: ClientContext, authority: Authority, account: Account, extras?: Extras): string {
  const { homeAccountId, tenantId } = account;
  return partitionKey(client.clientId, authority, tenantId, { kind: "user", homeAccountId }, extras);
}

function keepUserToken(
  client: ClientContext,
  request: UserTokenRequest,
  token: KeptToken,
  endpoints: Endpoints,
): Profile | undefined {
  const { userTokens, clientId } = client;
  const { authority, extras } = request;
  const nowMs = client.http.clock.now();
  const idTokenClaims =
    token.idToken === undefined
      ? undefined
      : readIdToken(token.idToken, {
          authority,
          endpoints,
          clientId,
          nonce: request.nonce,
          nowMs: nowMs + client.serviceClock.aheadMs,
          correlationId: token.correlationId,
        });
  const account = accountOf(authority, token, idTokenClaims) ?? request.account;
  // Without an ID token nobody is known, and nothing can be found again: the token is used once.
  if (account === undefined) return undefined;
  requireSamePerson(request.account, account, token.correlationId);
  const { environment, homeAccountId, tenantId } = account;
  if (authority.tenant !== undefined && !multiTenant.has(authority.tenant)) {
    client.tenantIds.set(authority.tenant, tenantId);
  }
  const known = userTokens.findProfile(environment, homeAccountId, tenantId, clientId);
  const variant = variantOf(client, authority, account, extras);
  const profile: Profile = {
    clientId,
    account,
    idToken: token.idToken ?? known?.idToken,
    idTokenClaims: idTokenClaims ?? known?.idTokenClaims,
    partition: userPartition(client, authority, account),
  };
  userTokens.putProfile(profile, variant);
  if (token.refreshToken !== undefined) {
    userTokens.putRefreshToken(environment, homeAccountId, {
      secret: token.refreshToken,
      owner: token.familyId === undefined ? { clientId } : { familyId: token.familyId },
      expiresAtMs: token.refreshTokenExpiresAtMs,
    });
  }
  if (token.accessToken !== "") {
    userTokens.accessTokens.put(variant ?? profile.partition, request.scopes, token, nowMs);
  }
  return profile;
}

/**
 * The person of an answer: by `client_info`, which names the home tenant, else by the ID token's subject.
 * @see https://learn.microsoft.com/entra/identity-platform/id-token-claims-reference
 */
function accountOf(
  { environment, tenant }: Authority,
  { clientInfo }: KeptToken,
  claims: IdTokenClaims | undefined,
): Account | undefined {
  if (claims === undefined) return undefined;
  const { uid, utid } = readClientInfo(clientInfo);
  return Object.freeze({
    homeAccountId: uid === undefined || utid === undefined ? claims.sub : `${uid}.${utid}`,
    environment,
    tenantId: claims.tid ?? tenant ?? "",
    localAccountId: claims.oid ?? claims.sub,
    username: claims.preferred_username ?? (typeof claims["upn"] === "string" ? claims["upn"] : (claims.email ?? "")),
    name: claims.name,
  });
}

function readClientInfo(clientInfo: string | undefined): { uid?: string; utid?: string } {
  if (clientInfo === undefined) return {};
  try {
    const info = parseObject(new TextDecoder().decode(decodeBase64Url(clientInfo)));
    const { uid, utid } = info ?? {};
    return typeof uid === "string" && typeof utid === "string" ? { uid, utid } : {};
  } catch {
    return {};
  }
}

function requireSamePerson(expected: Account | undefined, found: Account, correlationId: string): void {
  if (expected === undefined || expected.homeAccountId === found.homeAccountId) return;
  throw new AuthError("The token service answered for another person than the account that was asked for.", {
    code: "invalid_id_token",
    remedy: "Sign the user in anew, and use the account of that sign-in.",
    correlationId,
  });
}
