import type { Account } from "../account.ts";
import { type AuthenticationResult, createResult } from "../authenticationResult.ts";
import { type Authority, multiTenant, withTenant } from "../authority/authority.ts";
import { keep, look } from "../cacheAccess.ts";
import type { ClientContext } from "../clientContext.ts";
import { ConfigurationError, InteractionRequiredError } from "../errors.ts";
import type { AcquireAppTokenSilentOptions, AcquireTokenSilentOptions } from "../options.ts";
import { apiScopes, requireScopes } from "../scopes.ts";
import { counted } from "../tokenCache/counters.ts";
import type { Profile } from "../tokenCache/userTokenCache.ts";
import { userPartition } from "../userTokens.ts";
import { findAppToken, placeOf, skipsCache } from "./clientCredentials.ts";
import { redeemRefreshToken } from "./refreshToken.ts";

/** The cached app token, or `undefined`: the first half of the older documented daemon pattern. */
export async function acquireAppTokenSilent(
  client: ClientContext,
  options: AcquireAppTokenSilentOptions,
): Promise<AuthenticationResult | undefined> {
  const place = placeOf(client, options);
  return look(client, () => findAppToken(client, place, options), options);
}

/** A user's token without the user: from the cache, else for a refresh token, else an {@link InteractionRequiredError}. */
export async function acquireUserTokenSilent(
  client: ClientContext,
  options: AcquireTokenSilentOptions,
): Promise<AuthenticationResult> {
  const { account, scopes, signal } = options;
  requireAccount(account);
  requireScopes(scopes);
  signal?.throwIfAborted();
  const lookUp = () => lookUpUser(client, options);
  const { authority, known, hit } = client.store ? await client.store.look(lookUp, options) : lookUp();
  return hit ?? refresh(client, authority, known, options);
}

/** The authority that a person's token comes from, and the id of the tenant that it is for. */
function placeOfUser(
  client: ClientContext,
  account: Account,
  asked: string | undefined,
): { readonly authority: Authority; readonly tenantId: string } {
  const own = client.authority;
  const isMulti = own.kind === "entra" && multiTenant.has(own.tenant ?? "");
  if (asked === undefined && (own.kind !== "entra" || (isMulti && account.tenantId === ""))) {
    return { authority: own, tenantId: account.tenantId };
  }
  const tenant = asked ?? (isMulti ? account.tenantId : (own.tenant ?? account.tenantId));
  const authority = tenant === own.tenant ? own : withTenant(own, tenant);
  // A domain whose id no sign-in has shown yet: the account says which tenant it is of.
  const unshown = asked === undefined && tenant.includes(".") ? account.tenantId : tenant;
  return { authority, tenantId: client.tenantIds.get(tenant) ?? unshown };
}

/** Where a person's token comes from, what is known about them there, and the cached token, if there is one. */
function lookUpUser(
  client: ClientContext,
  options: AcquireTokenSilentOptions,
): { readonly authority: Authority; readonly known: Account; readonly hit: AuthenticationResult | undefined } {
  const { account } = options;
  const { authority, tenantId } = placeOfUser(client, account, options.tenantId);
  const profile = client.userTokens.findProfile(account.environment, account.homeAccountId, tenantId, client.clientId);
  const hit = skipsCache(options)
    ? undefined
    : counted(client.counters, profile && findUserToken(client, authority, profile, options));
  return { authority, known: profile?.account ?? { ...account, tenantId }, hit };
}

function findUserToken(
  client: ClientContext,
  authority: Authority,
  profile: Profile,
  options: AcquireTokenSilentOptions,
): AuthenticationResult | undefined {
  const { accessTokens } = client.userTokens;
  const isPlain = options.claimsFromClient === undefined && options.extraBodyParameters === undefined;
  const partition = isPlain ? profile.partition : userPartition(client, authority, profile.account, options);
  const [only] = options.scopes;
  const nowMs = client.http.clock.now();
  const token =
    (options.scopes.length === 1 && accessTokens.findExact(partition, only as string, nowMs)) ||
    accessTokens.find(partition, apiScopes(options.scopes), nowMs);
  return token && createResult(token, authority, options.correlationId ?? token.correlationId, profile);
}

/** Redeems the refresh tokens that may serve, one after the other; a dead one is forgotten. */
async function refresh(
  client: ClientContext,
  authority: Authority,
  account: Account,
  options: AcquireTokenSilentOptions,
): Promise<AuthenticationResult> {
  const { userTokens, clientId, http } = client;
  const { environment, homeAccountId } = account;
  let failure: unknown;
  const tried = new Set<string>();
  // Asked for anew each time: another process may have put a newer one into the store.
  const next = (): string | undefined =>
    userTokens
      .refreshTokensFor(environment, homeAccountId, clientId, http.clock.now())
      .find(({ secret }) => !tried.has(secret))?.secret;
  for (let secret = next(); secret !== undefined; secret = next()) {
    tried.add(secret);
    try {
      return await redeemRefreshToken(client, { authority, refreshToken: secret, account }, options);
    } catch (error) {
      if (!(error instanceof InteractionRequiredError) || error.code !== "sign_in_required") throw error;
      const dead = secret;
      await keep(client, () => userTokens.removeRefreshToken(environment, homeAccountId, dead));
      failure = error;
    }
  }
  throw failure ?? nothingCached(account, options);
}

function nothingCached(
  account: Account,
  { correlationId, claims }: AcquireTokenSilentOptions,
): InteractionRequiredError {
  return new InteractionRequiredError(
    `No token is cached for the account ${account.homeAccountId}, and none to refresh.`,
    {
      code: "sign_in_required",
      remedy: "Send the user through sign-in; later calls are served without one.",
      status: 0,
      correlationId,
      claims,
    },
  );
}

function requireAccount(account: Account): void {
  // Without types to say so, anything could be passed here.
  if (typeof account?.homeAccountId === "string" && typeof account.environment === "string") return;
  throw new ConfigurationError("account is none that this library made.", {
    code: "invalid_options",
    remedy: "Pass the account of an earlier result or of the token cache; null for a token of the application itself.",
  });
}
