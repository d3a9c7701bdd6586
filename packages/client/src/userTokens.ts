import { type Account, type IdTokenClaims, personOf } from "./account.ts";
import type { Acquisition, KeptToken } from "./acquisition.ts";
import type { Person } from "./authenticationResult.ts";
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

/** Puts a user's token into a cache; returns what the result says of the person. */
export type KeepUserToken = (token: KeptToken, person: Person | undefined) => Person | undefined;

/** The acquisition of a user's token: by default its answer becomes an account with its tokens. */
export function userTokenAcquisition(
  client: ClientContext,
  request: UserTokenRequest,
  keep?: KeepUserToken,
): Acquisition {
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
    keep(token, endpoints) {
      const person = readPerson(client, request, token, endpoints);
      return keep ? keep(token, person) : keepUserToken(client, { ...request, scopes }, token, person);
    },
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
  { authority, extras, scopes }: UserTokenRequest,
  token: KeptToken,
  person: Person | undefined,
): Profile | undefined {
  // Without an ID token nobody is known, and nothing can be found again: the token is used once.
  if (person === undefined) return undefined;
  const { userTokens, clientId } = client;
  const { account } = person;
  const { environment, homeAccountId, tenantId } = account;
  if (authority.tenant !== undefined && !multiTenant.has(authority.tenant)) {
    client.tenantIds.set(authority.tenant, tenantId);
  }
  const variant = variantOf(client, authority, account, extras);
  const known = userTokens.findProfile(environment, homeAccountId, tenantId, clientId);
  const { idToken, idTokenClaims } = completed(person, known);
  // Named one by one, here and in accountOf: what is spread, V8 keeps apart from its object, and hits pay for it.
  const profile: Profile = {
    account,
    idToken,
    idTokenClaims,
    clientId,
    partition: userPartition(client, authority, account),
    askedLast: undefined,
    foundLast: undefined,
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
  const idTokenExpiresAtMs = (person.idTokenClaims?.exp ?? 0) * 1_000;
  const kept = token.accessToken === "" ? { ...token, expiresAtMs: idTokenExpiresAtMs } : token;
  if (token.accessToken !== "" || scopes.length === 0) {
    userTokens.accessTokens.put(variant ?? profile.partition, scopes, kept, client.serviceClock.now());
  }
  return profile;
}

/** What an answer says of a person, and what an earlier one said where this one is silent. */
export function completed(person: Person, known: Person | undefined): Person {
  const { account, idToken, idTokenClaims } = person;
  return idToken === undefined && known !== undefined ? { ...known, account } : { account, idToken, idTokenClaims };
}

/** The person whom an answer is for, checked. */
function readPerson(
  client: ClientContext,
  { authority, nonce, account: expected }: UserTokenRequest,
  { idToken, clientInfo, correlationId }: KeptToken,
  endpoints: Endpoints,
): Person | undefined {
  const nowMs = client.serviceClock.now();
  const expectation = { authority, endpoints, clientId: client.clientId, nonce, nowMs, correlationId };
  const idTokenClaims = idToken === undefined ? undefined : readIdToken(idToken, expectation);
  const account = idTokenClaims === undefined ? expected : accountOf(authority, clientInfo, idTokenClaims);
  if (account === undefined) return undefined;
  requireSamePerson(expected, account, correlationId);
  return { account, idToken, idTokenClaims };
}

/**
 * The person of an answer: by `client_info`, which names the home tenant, else by the ID token's subject.
 * @see https://learn.microsoft.com/entra/identity-platform/id-token-claims-reference
 */
function accountOf({ environment, tenant }: Authority, clientInfo: string | undefined, claims: IdTokenClaims): Account {
  const { uid, utid } = readClientInfo(clientInfo);
  const { localAccountId, username, name } = personOf(claims);
  return Object.freeze({
    homeAccountId: uid === undefined || utid === undefined ? claims.sub : `${uid}.${utid}`,
    environment,
    // The authority's own text where it is the same: all its people share that, and it is compared with at each hit.
    tenantId: (claims.tid === tenant ? tenant : (claims.tid ?? tenant)) ?? "",
    localAccountId,
    username,
    name,
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
