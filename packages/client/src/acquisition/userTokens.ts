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

/** What a flow says of a user's token that it asks for. */
export interface UserTokenRequest {
  readonly authority: Authority;
  /** What the API asks for, as the caller named it. */
  readonly scopes: readonly string[];
  /** What tells it apart from other calls under way. */
  readonly key: readonly unknown[];
  /** The grant and what it needs, in wire spelling. */
  parameters(newest: string | undefined): Readonly<Record<string, string>>;
  /** Whether it does no more when it arrives twice; without, it is repeated only when it never left. */
  readonly isRepeatable?: ((endpoints: Endpoints) => boolean) | undefined;
  readonly extras?: Extras | undefined;
  /** What the sign-in request carried. */
  readonly nonce?: string | undefined;
  /** The person who must be the one, and who the token is for where the answer names nobody. */
  readonly expected?: ExpectedUser | undefined;
  readonly owner?: string | undefined;
  readonly canRetry?: Acquisition["canRetry"];
}

/** Whom a refresh is for, and what an earlier answer said of them. */
export interface ExpectedUser {
  readonly account: Account;
  readonly idTokenClaims?: IdTokenClaims | undefined;
}

/** Puts a user's token into a cache; returns what the result says of the person. */
export type SaveUserToken = (token: TokenResponse, user: SignedInUser | undefined) => SignedInUser | undefined;

/** The acquisition of a user's token: by default its answer becomes an account with its tokens. */
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

/** The key under which a person's access tokens are kept. */
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
  // Without an ID token nobody is known, and nothing can be found again: the token is used once.
  if (user === undefined) {
    return undefined;
  }
  const { userTokens, clientId } = client;
  const { environment, homeAccountId, tenantId } = user.account;
  const stored = userTokens.findProfile(environment, homeAccountId, tenantId, clientId);
  const isDifferent = stored !== undefined && isDifferentUser(stored.account, user.account);
  // What was removed meanwhile, here or in the store, is not brought back by what a refresh gained.
  if (expected && (isDifferent || userTokens.findRecord(environment, homeAccountId) === undefined)) {
    return user;
  }
  // Two people under one id: who signed in last has it, and what is there of the other is forgotten.
  if (isDifferent) {
    client.renewals.discard(ownerOf(client, user.account));
    userTokens.removeAccount(environment, homeAccountId);
  }
  const record = userTokens.findRecord(environment, homeAccountId);
  // One person has one spelling of their id, the first.
  const account =
    record === undefined || record.homeAccountId === homeAccountId
      ? user.account
      : Object.freeze({ ...user.account, homeAccountId: record.homeAccountId });
  if (authority.tenant !== undefined && !multiTenant.has(authority.tenant)) {
    client.tenantIds.set(authority.tenant, tenantId);
  }
  // Where the token is kept that was asked for with something special: not in the usual place, that of the profile.
  const isUsual = extras?.claimsFromClient === undefined && extras?.extraBodyParameters === undefined;
  const variant = isUsual ? undefined : userPartition(client, authority, account, extras);
  const { idToken, idTokenClaims } = completeUser(user, isDifferent ? undefined : stored);
  // Named one by one, here and in accountOf: what is spread, V8 keeps apart from its object, and hits pay for it.
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
  // B2C: with OpenID Connect's own scopes alone there is an ID token and no other; how long it is good is kept in its place.
  const idTokenExpiresAtMs = (user.idTokenClaims?.exp ?? 0) * 1_000;
  const cachedToken = token.accessToken === "" ? { ...token, expiresAtMs: idTokenExpiresAtMs } : token;
  if (token.accessToken !== "" || scopes.length === 0) {
    userTokens.accessTokens.put(variant ?? profile.partition, scopes, cachedToken, client.serviceClock.now());
  }
  return profile;
}

/** What an answer says of a person, and what an earlier one said where this one is silent. */
export function completeUser(user: SignedInUser, known: SignedInUser | undefined): SignedInUser {
  const { account, idToken, idTokenClaims } = user;
  return idToken === undefined && known !== undefined ? { ...known, account } : { account, idToken, idTokenClaims };
}

/** The person whom an answer is for, checked. */
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
 * The person of an answer: by `client_info`, which names the home tenant, where it names somebody, else by the subject of
 * the ID token, which is unique for an issuer.
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
    // The authority's own text where it is the same: all its people share that, and it is compared with at each hit.
    tenantId: (kind === "b2c" || tid === tenant ? tenant : (tid ?? tenant)) ?? "",
    localAccountId,
    subject,
    username,
    name,
  });
}

/**
 * The account that was asked for, with what a refreshed ID token says of it; `undefined` where the token is another person's.
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
  // An id that is but the subject says nothing beside it, nor does one for which there was no `client_info`.
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

/** The account that was asked for, where nothing in the answer says whose it is, and it can be nobody else's. */
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

/** Whose tokens a person's are. */
export function ownerOf({ userTokens }: UserTokenContext, { environment, homeAccountId }: Account): string {
  return userOwner(environment, userTokens.fold(homeAccountId));
}

/**
 * The home account id that `client_info` gives; `undefined` where it names nobody. B2C: where a policy issues no object id,
 * it is the same for everybody, `-` and the policy.
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
  return new AuthError("The token service answered for another person than the account that was asked for.", {
    code: "invalid_id_token",
    remedy: "Sign the user in anew, and use the account of that sign-in.",
    correlationId,
  });
}
