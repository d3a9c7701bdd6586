import {
  type Account,
  type IdTokenClaims,
  isDifferentUser,
  isPlaceholderAccountId,
  objectIdOf,
  userOf,
} from "../api/account.ts";
import type { SignedInUser } from "../api/authenticationResult.ts";
import { type Authority, guid, multiTenant } from "../authority/authority.ts";
import type { Endpoints } from "../authority/endpoints.ts";
import { requireScopes } from "../authority/requireScopes.ts";
import { apiScopes, withSignInScopes } from "../authority/scopes.ts";
import { decodeBase64Url } from "../crypto/base64url.ts";
import { AuthError } from "../errors/errors.ts";
import { parseObject } from "../runtime/json.ts";
import { type Extras, partitionKey } from "../tokenCache/partitionKey.ts";
import { userOwner } from "../tokenCache/renewals.ts";
import type { Profile } from "../tokenCache/userTokenCache.ts";
import { readIdToken } from "../tokenEndpoint/idToken.ts";
import type { TokenResponse } from "../tokenEndpoint/tokenEndpoint.ts";
import type { Acquisition } from "./acquisition.ts";
import type { UserTokenContext } from "./userTokenContext.ts";

/** A user token request, as a flow describes it. */
export interface UserTokenRequest {
  readonly authority: Authority;
  /** The API's scopes, as the caller requested them. */
  readonly scopes: readonly string[];
  /** Distinguishes it from other calls in progress. */
  readonly key: readonly unknown[];
  /** The grant and its parameters, by their wire names. */
  parameters(newest: string | undefined): Readonly<Record<string, string>>;
  /** Whether the request is safe to send twice. If not, it is repeated only when nothing of it was sent. */
  readonly isRepeatable?: ((endpoints: Endpoints) => boolean) | undefined;
  readonly extras?: Extras | undefined;
  /** The nonce of the sign-in request. */
  readonly nonce?: string | undefined;
  /** The user that the response must be for; assumed when the response names no user. */
  readonly expected?: ExpectedUser | undefined;
  readonly owner?: string | undefined;
  readonly canRetry?: Acquisition["canRetry"];
}

/** The user that a refresh is for, and the claims of an earlier response. */
export interface ExpectedUser {
  readonly account: Account;
  readonly idTokenClaims?: IdTokenClaims | undefined;
}

/** Caches a user's token; returns what the result reports about the user. */
export type SaveUserToken = (token: TokenResponse, user: SignedInUser | undefined) => SignedInUser | undefined;

/** Creates the acquisition of a user's token. By default the response is cached as an account with its tokens. */
export function userTokenAcquisition(
  client: UserTokenContext,
  request: UserTokenRequest,
  save?: SaveUserToken,
): Acquisition {
  const { authority, key, isRepeatable, owner, canRetry } = request;
  requireScopes(request.scopes);
  const requestedScopes = [...request.scopes];
  const scopes = apiScopes(requestedScopes);
  return {
    authority,
    key,
    scopes,
    parameters: (endpoints, newest) => ({
      ...request.parameters(newest),
      scope: withSignInScopes(requestedScopes, endpoints.scopesSupported),
      ...(endpoints.kind === "generic" || endpoints.kind === "adfs" ? {} : { client_info: "1" }),
    }),
    isRepeatable,
    owner,
    ...(canRetry && { canRetry }),
    userOf: (token, endpoints) => readUser(client, request, token, endpoints),
    ownerOf: ({ account }) => ownerOf(client, account),
    save: save ?? ((token, user) => saveUserToken(client, { ...request, scopes }, token, user)),
  };
}

/** The partition key of a user's access tokens. */
export function userPartition(
  client: UserTokenContext,
  authority: Authority,
  account: Account,
  extras?: Extras,
): string {
  const { homeAccountId, tenantId } = account;
  return partitionKey(client.clientId, authority, tenantId, { kind: "user", homeAccountId }, extras);
}

function saveUserToken(
  client: UserTokenContext,
  { authority, extras, scopes, expected }: UserTokenRequest & { readonly scopes: readonly string[] },
  token: TokenResponse,
  user: SignedInUser | undefined,
): SignedInUser | undefined {
  // Without an ID token there is no user to find the token by: it is used once.
  if (user === undefined) {
    return undefined;
  }
  const { userTokens, clientId } = client;
  const { environment, homeAccountId, tenantId } = user.account;
  const stored = userTokens.findProfile(environment, homeAccountId, tenantId, clientId);
  const isDifferent = stored !== undefined && isDifferentUser(stored.account, user.account);
  // Do not let a refresh restore an account that was removed in the meantime, here or in the store.
  if (expected && (isDifferent || userTokens.findRecord(environment, homeAccountId) === undefined)) {
    return user;
  }
  // Two users with one id: the one who signed in last keeps it, and the other's entries are removed.
  if (isDifferent) {
    client.renewals.discard(ownerOf(client, user.account));
    userTokens.removeAccount(environment, homeAccountId);
  }
  const record = userTokens.findRecord(environment, homeAccountId);
  // A user's id keeps the spelling that was seen first.
  const account =
    record === undefined || record.homeAccountId === homeAccountId
      ? user.account
      : Object.freeze({ ...user.account, homeAccountId: record.homeAccountId });
  if (authority.tenant !== undefined && !multiTenant.has(authority.tenant)) {
    client.tenantIds.set(authority.tenant, tenantId);
  }
  // A token requested with extra parameters is cached apart from the profile's default partition.
  const isUsual = extras?.claimsFromClient === undefined && extras?.extraBodyParameters === undefined;
  const variant = isUsual ? undefined : userPartition(client, authority, account, extras);
  const { idToken, idTokenClaims } = completeUser(user, isDifferent ? undefined : stored);
  // Properties are listed one by one, here and in accountOf: V8 stores spread objects out of line, which slows cache
  // hits.
  const profile: Profile = {
    account,
    idToken,
    idTokenClaims,
    clientId,
    partition: userPartition(client, authority, account),
    lastScope: undefined,
    lastFound: undefined,
  };
  userTokens.putProfile(profile, variant);
  if (token.refreshToken !== undefined) {
    userTokens.putRefreshToken(environment, homeAccountId, {
      secret: token.refreshToken,
      owner: token.familyId === undefined ? { clientId } : { familyId: token.familyId },
      expiresAtMs: token.refreshTokenExpiresAtMs,
    });
  }
  // B2C: OpenID Connect's own scopes alone yield an ID token only. Its lifetime is cached in place of the access
  // token's.
  const idTokenExpiresAtMs = (user.idTokenClaims?.exp ?? 0) * 1_000;
  const cachedToken = token.accessToken === "" ? { ...token, expiresAtMs: idTokenExpiresAtMs } : token;
  if (token.accessToken !== "" || scopes.length === 0) {
    userTokens.accessTokens.put(variant ?? profile.partition, scopes, cachedToken, client.serviceClock.now());
  }
  return profile;
}

/** Completes the user of a response with what an earlier response reported. */
export function completeUser(user: SignedInUser, known: SignedInUser | undefined): SignedInUser {
  const { account, idToken, idTokenClaims } = user;
  return idToken === undefined && known !== undefined ? { ...known, account } : { account, idToken, idTokenClaims };
}

/** The validated user of a response. */
function readUser(
  client: UserTokenContext,
  { authority, nonce, expected }: UserTokenRequest,
  { idToken, clientInfo, correlationId }: TokenResponse,
  endpoints: Endpoints,
): SignedInUser | undefined {
  const nowMs = client.serviceClock.now();
  const expectation = { authority, endpoints, clientId: client.clientId, nonce, nowMs, correlationId };
  const idTokenClaims = idToken === undefined ? undefined : readIdToken(idToken, expectation);
  const found = idTokenClaims && accountOf(authority, clientInfo, idTokenClaims, correlationId);
  if (expected === undefined) {
    return found && { account: found, idToken, idTokenClaims };
  }
  const account = found
    ? updatedAccount(client, expected, found, idTokenClaims)
    : soleAccount(client, expected, clientInfo);
  if (account === undefined) {
    throw userMismatch(correlationId);
  }
  return { account, idToken, idTokenClaims };
}

/**
 * The user of a response: by `client_info`, which names the home tenant, or else by the subject of the ID token, which
 * is unique for an issuer.
 *
 * @see https://learn.microsoft.com/entra/identity-platform/id-token-claims-reference
 * @see OpenID Connect Core 1.0 section 2
 */
function accountOf(
  { kind, environment, tenant }: Authority,
  clientInfo: string | undefined,
  claims: IdTokenClaims,
  correlationId: string,
): Account {
  const { localAccountId, subject, username, name } = userOf(claims);
  const homeAccountId = readClientInfo(clientInfo) ?? subject ?? claims.oid;
  if (homeAccountId === undefined) {
    throw userMismatch(correlationId);
  }
  const { tid } = claims;
  return Object.freeze({
    homeAccountId,
    environment,
    // The authority's own string where it is equal: all its users share it, and each cache hit compares it.
    tenantId: (kind === "b2c" || tid === tenant ? tenant : (tid ?? tenant)) ?? "",
    localAccountId,
    subject,
    username,
    name,
  });
}

/**
 * The expected account, updated from a refreshed ID token; `undefined` if the token is another user's.
 * @see OpenID Connect Core 1.0 section 12.2
 */
function updatedAccount(
  { authority: { kind }, userTokens: { fold } }: UserTokenContext,
  { account, idTokenClaims: earlier }: ExpectedUser,
  found: Account,
  claims: IdTokenClaims | undefined,
): Account | undefined {
  const { homeAccountId, environment } = account;
  const isSameHome = fold(homeAccountId) === fold(found.homeAccountId);
  const isSameSubject = account.subject !== undefined && account.subject === found.subject;
  const isSameObject = objectIdOf(account) !== undefined && objectIdOf(account) === objectIdOf(found);
  // An id that is only the subject adds nothing to it, nor does one built without `client_info`.
  const isOtherHome = !isSameHome && homeAccountId !== account.subject && found.homeAccountId !== found.subject;
  const isOtherIssuer =
    kind === "entra"
      ? guid.test(account.tenantId) && account.tenantId.toLowerCase() !== found.tenantId.toLowerCase()
      : earlier !== undefined && earlier.iss !== claims?.iss;
  if (
    isDifferentUser(account, found) ||
    isOtherHome ||
    isOtherIssuer ||
    !(isSameHome || isSameSubject || isSameObject)
  ) {
    return undefined;
  }
  return Object.freeze({
    homeAccountId,
    environment,
    tenantId: kind === "entra" || kind === "b2c" ? found.tenantId : account.tenantId,
    localAccountId:
      objectIdOf(found) === undefined ? account.localAccountId || found.localAccountId : found.localAccountId,
    subject: found.subject ?? account.subject,
    username: found.username || account.username,
    name: found.name ?? account.name,
  });
}

/** The expected account when the response names no user, provided it can be no other user's. */
function soleAccount(
  { userTokens: { findRecord, fold } }: UserTokenContext,
  { account }: ExpectedUser,
  clientInfo: string | undefined,
): Account | undefined {
  const { environment, homeAccountId, tenantId, subject } = account;
  const home = readClientInfo(clientInfo) ?? homeAccountId;
  const isOtherHome = homeAccountId !== subject && fold(home) !== fold(homeAccountId);
  const profiles = findRecord(environment, homeAccountId)?.profiles ?? [];
  return isOtherHome || profiles.some((profile) => profile.account.tenantId !== tenantId) ? undefined : account;
}

/** The owner of a user's tokens. */
export function ownerOf(
  { userTokens }: UserTokenContext,
  { environment, homeAccountId }: Pick<Account, "environment" | "homeAccountId">,
): string {
  return userOwner(environment, userTokens.fold(homeAccountId));
}

/**
 * The home account id in `client_info`; `undefined` if it names no user. B2C: a policy that issues no object id sends
 * the same value for all users, `-` and the policy's name.
 */
function readClientInfo(clientInfo: string | undefined): string | undefined {
  if (clientInfo === undefined) {
    return undefined;
  }
  try {
    const { uid, utid } = parseObject(new TextDecoder().decode(decodeBase64Url(clientInfo))) ?? {};
    if (typeof uid !== "string" || typeof utid !== "string" || utid === "") {
      return undefined;
    }
    const homeAccountId = `${uid}.${utid}`;
    return isPlaceholderAccountId(homeAccountId) ? undefined : homeAccountId;
  } catch {
    return undefined;
  }
}

function userMismatch(correlationId: string): AuthError {
  return new AuthError("The token service's response is for another user than the requested account.", {
    code: "invalid_id_token",
    remedy: "Sign the user in again, and use the account of that sign-in.",
    correlationId,
  });
}
