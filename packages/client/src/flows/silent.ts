import type { Account } from "../account.ts";
import { type AuthenticationResult, createResult } from "../authenticationResult.ts";
import { type Authority, multiTenant, withTenant } from "../authority/authority.ts";
import { acquireCached, skipsCache } from "../cachedAcquisition.ts";
import type { ClientContext } from "../clientContext.ts";
import { ConfigurationError, InteractionRequiredError } from "../errors.ts";
import type { AcquireTokenSilentOptions, RequestOptions } from "../options.ts";
import { apiScopes, requireScopes } from "../scopes.ts";
import { userPartition } from "../userTokens.ts";
import { redeemRefreshToken } from "./refreshToken.ts";

/** A user's token without the user: from the cache, else for a refresh token, else an {@link InteractionRequiredError}. */
export async function acquireUserTokenSilent(
  client: ClientContext,
  options: AcquireTokenSilentOptions,
): Promise<AuthenticationResult> {
  const { account, scopes, signal } = options;
  requireAccount(account);
  requireScopes(scopes);
  signal?.throwIfAborted();
  const { authority, tenantId } = placeOfUser(client, account, options.tenantId);
  const { environment, homeAccountId } = account;
  const { userTokens, clientId, http } = client;
  const { accessTokens: cache } = userTokens;
  const person = userTokens.findProfile(environment, homeAccountId, tenantId, clientId);
  const isPlain = options.claimsFromClient === undefined && options.extraBodyParameters === undefined;
  const usual = isPlain ? person?.partition : undefined;
  if (usual !== undefined && scopes.length === 1 && !skipsCache(options)) {
    const token = cache.findExact(usual, scopes[0] as string, http.clock.now());
    if (token) {
      client.counters.hits++;
      return createResult(token, cache.originMs, authority, options.correlationId ?? token.correlationId, person);
    }
  }
  const known = person?.account ?? { ...account, tenantId };
  return acquireCached(
    client,
    {
      cache,
      partition: usual ?? userPartition(client, authority, known, options),
      scopes: apiScopes(scopes),
      authority,
      person,
      renew: (own) => refresh(client, authority, known, { ...own, scopes }),
      isRenewable: () => userTokens.refreshTokensFor(environment, homeAccountId, clientId, http.clock.now()).length > 0,
    },
    options,
  );
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
  return { authority, tenantId: client.tenantIds.get(tenant) ?? tenant };
}

/** Redeems the refresh tokens that may serve, one after the other; a dead one is forgotten. */
async function refresh(
  client: ClientContext,
  authority: Authority,
  account: Account,
  options: RequestOptions & { readonly scopes: readonly string[] },
): Promise<AuthenticationResult> {
  const { userTokens, clientId, http } = client;
  const { environment, homeAccountId } = account;
  let failure: unknown;
  for (const { secret } of userTokens.refreshTokensFor(environment, homeAccountId, clientId, http.clock.now())) {
    try {
      return await redeemRefreshToken(client, { authority, refreshToken: secret, account }, options);
    } catch (error) {
      if (!(error instanceof InteractionRequiredError) || error.code !== "sign_in_required") throw error;
      userTokens.removeRefreshToken(environment, homeAccountId, secret);
      failure = error;
    }
  }
  throw failure ?? nothingCached(account, options);
}

function nothingCached(account: Account, { correlationId, claims }: RequestOptions): InteractionRequiredError {
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
