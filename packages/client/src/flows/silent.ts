import { acquire } from "../acquisition/acquisition.ts";
import {
  type CachedAcquisition,
  type CachedAcquisitionContext,
  findCached,
  type Renew,
  renewOrServe,
  skipsCache,
} from "../acquisition/cachedAcquisition.ts";
import { type ExpectedUser, ownerOf, userPartition } from "../acquisition/userTokens.ts";
import { type Account, contradicts, requireAccount } from "../api/account.ts";
import { type AuthenticationResult, createResult } from "../api/authenticationResult.ts";
import { hasOnly, requestOptions, requireOptionNames } from "../api/checks/optionNames.ts";
import { optionsOf } from "../api/checks/optionTypes.ts";
import type { AcquireTokenSilentOptions, RequestOptions } from "../api/options.ts";
import { type Authority, multiTenant, withTenant } from "../authority/authority.ts";
import { requireScopes } from "../authority/requireScopes.ts";
import { apiScopes } from "../authority/scopes.ts";
import { InteractionRequiredError } from "../errors/errors.ts";
import { save } from "../tokenCache/store/storeAccess.ts";
import type { FlowContext } from "./context.ts";
import { refreshAcquisition } from "./refreshToken.ts";

/** What a user's token without the user takes from the application. */
export interface SilentContext extends FlowContext, CachedAcquisitionContext {}

/** A user's token without the user: from the cache, else for a refresh token, else an {@link InteractionRequiredError}. */
export async function acquireUserTokenSilent(
  client: SilentContext,
  options: AcquireTokenSilentOptions,
): Promise<AuthenticationResult> {
  // What most calls ask for is one look-up; all else is checked, and looked up again.
  const repeated = client.store === undefined && !options?.signal?.aborted ? findRepeated(client, options) : undefined;
  return repeated ?? acquireWithChecks(client, options);
}

async function acquireWithChecks(
  client: SilentContext,
  options: AcquireTokenSilentOptions,
): Promise<AuthenticationResult> {
  requireOptionNames("acquireTokenSilent", options, allOptions);
  const { account, scopes } = options;
  options.signal?.throwIfAborted();
  requireAccount(account);
  requireScopes(scopes);
  const lookUp = () => lookUpUser(client, options);
  const found = client.store ? await client.store.look(lookUp, options, account.homeAccountId) : lookUp();
  return found.hit ? found.hit : renewOrServe(client, found.acquisition, options, found.renew);
}

/** The token that the person was given last, when the same is asked for again and nothing is to be done about it. */
function findRepeated(client: SilentContext, options: AcquireTokenSilentOptions): AuthenticationResult | undefined {
  const { account, scopes } = options ?? {};
  if (typeof account?.homeAccountId !== "string" || scopes?.length !== 1 || !isPlain(options)) {
    return undefined;
  }
  const { userTokens, counters, serviceClock } = client;
  const { authority, tenantId } = locateUser(client, account, undefined);
  const user = userTokens.findProfile(account.environment, account.homeAccountId, tenantId, client.clientId);
  if (user === undefined) {
    return undefined;
  }
  // Most programs pass what they were given; an account from elsewhere may be somebody's who had the id before.
  if (user.account !== account && contradicts(client.authority, user.account, account)) {
    return undefined;
  }
  const { accessTokens } = userTokens;
  const token = accessTokens.findRepeated(user, scopes[0] as string, serviceClock.nowForTokens());
  if (token === undefined) {
    return undefined;
  }
  counters.hits++;
  return createResult(token, authority, options.correlationId ?? token.correlationId, serviceClock.aheadMs, user);
}

const allOptions = `${requestOptions} account:account forceRefresh:boolean`;
const plainOptions = optionsOf("account signal correlationId forceRefresh timeoutMs extraQueryParameters extraHeaders");

/** Whether a call wants what is usual for the person, and takes it from the cache. */
function isPlain(options: AcquireTokenSilentOptions): boolean {
  return options.forceRefresh !== true && hasOnly(options, plainOptions);
}

/** What a look into the cache comes to: a token, else how to get one. */
type Found =
  | { readonly hit: AuthenticationResult }
  | { readonly hit: undefined; readonly acquisition: CachedAcquisition; readonly renew: Renew };

/** The authority that a person's token comes from, and the id of the tenant that it is for. */
function locateUser(
  client: SilentContext,
  account: Account,
  requestedTenant: string | undefined,
): { readonly authority: Authority; readonly tenantId: string } {
  const own = client.authority;
  const isMulti = own.kind === "entra" && multiTenant.has(own.tenant ?? "");
  if (requestedTenant === undefined && (own.kind !== "entra" || (isMulti && account.tenantId === ""))) {
    // B2C: its tokens name the tenant in more than one way, or not at all.
    return { authority: own, tenantId: own.kind === "b2c" ? (own.tenant ?? "") : account.tenantId };
  }
  const tenant = requestedTenant ?? (isMulti ? account.tenantId : (own.tenant ?? account.tenantId));
  const authority = tenant === own.tenant ? own : withTenant(own, tenant);
  // A domain whose id no sign-in has shown yet: the account says which tenant it is of.
  const fallbackTenantId = requestedTenant === undefined && tenant.includes(".") ? account.tenantId : tenant;
  return { authority, tenantId: client.tenantIds.get(tenant) ?? fallbackTenantId };
}

/** The cached token, if there is one, else how to get another. */
function lookUpUser(client: SilentContext, options: AcquireTokenSilentOptions): Found {
  const { account, scopes } = options;
  const { authority, tenantId } = locateUser(client, account, options.tenantId);
  const { userTokens, clientId, serviceClock } = client;
  const { accessTokens: cache } = userTokens;
  const { environment, homeAccountId } = account;
  if (belongsToAnotherUser(client, account)) {
    throw noCachedToken(account, options);
  }
  const user = userTokens.findProfile(environment, homeAccountId, tenantId, clientId);
  const isUsual = options.claimsFromClient === undefined && options.extraBodyParameters === undefined;
  const usual = isUsual ? user?.partition : undefined;
  const known = user?.account ?? inTenant(account, tenantId);
  const requestedScopes = [...scopes];
  const acquisition: CachedAcquisition = {
    flow: "silent",
    cache,
    partition: usual ?? userPartition(client, authority, known, options),
    scopes: apiScopes(requestedScopes),
    authority,
    user,
    memo: usual === undefined ? undefined : user,
    hasChangedOwner: () => belongsToAnotherUser(client, account),
    isRenewable: () => userTokens.refreshTokensFor(environment, homeAccountId, clientId, serviceClock.now()).length > 0,
  };
  const renew: Renew = (own) =>
    refresh(client, authority, user ?? { account: known }, { ...own, scopes: requestedScopes });
  const hit = skipsCache(options) ? undefined : findCached(client, acquisition, options, renew);
  return hit ? { hit } : { hit, acquisition, renew };
}

/** Whether who is kept under the account's id, where its tokens are, is another person. */
function belongsToAnotherUser({ authority, userTokens }: SilentContext, account: Account): boolean {
  const { profiles } = userTokens.findRecord(authority.environment, account.homeAccountId) ?? {};
  return profiles?.some((profile) => contradicts(authority, profile.account, account)) ?? false;
}

/** An account as far as it says something of a tenant, its own or another. */
function inTenant(account: Account, tenantId: string): Account {
  return account.tenantId === tenantId ? account : { ...account, tenantId, localAccountId: "", subject: undefined };
}

/** Redeems the refresh tokens that may serve, one after the other; a dead one is forgotten. */
async function refresh(
  client: SilentContext,
  authority: Authority,
  expected: ExpectedUser,
  options: RequestOptions & { readonly scopes: readonly string[] },
): Promise<AuthenticationResult> {
  const { userTokens, clientId, serviceClock } = client;
  const { account } = expected;
  const { environment, homeAccountId } = account;
  // Looked up each time: another call, or another process by way of the store, may have got a newer one.
  const next = (refused: ReadonlySet<string>): string | undefined =>
    belongsToAnotherUser(client, account)
      ? undefined
      : userTokens
          .refreshTokensFor(environment, homeAccountId, clientId, serviceClock.now())
          .find(({ secret }) => !refused.has(secret))?.secret;
  const errorWhenNone = (): Error => noCachedToken(account, options);
  if (next(new Set()) === undefined) {
    throw errorWhenNone();
  }
  const acquisition = refreshAcquisition(client, authority, options, {
    owner: ownerOf(client, account),
    next,
    forget: async (secret, { correlationId }) =>
      save(client, () => userTokens.removeRefreshToken(environment, homeAccountId, secret), correlationId),
    errorWhenNone,
    expected,
  });
  return acquire(client, acquisition, options);
}

function noCachedToken(account: Account, { correlationId, claims }: RequestOptions): InteractionRequiredError {
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
