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

/** What acquiring a user's token silently needs from the application. */
export interface SilentContext extends FlowContext, CachedAcquisitionContext {}

/** A user's token without interaction: from the cache, or else with a refresh token. */
export async function acquireUserTokenSilent(
  client: SilentContext,
  options: AcquireTokenSilentOptions,
): Promise<AuthenticationResult> {
  // Fast path: most calls are a single lookup. All others are validated, and looked up again.
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

/** The token last returned for the user, if the same one is requested again and no refresh is due. */
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
  // Most programs pass the account they received; one from elsewhere may belong to a previous owner of the id.
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

/** Whether no option of a call leads away from the user's default partition. */
function isPlain(options: AcquireTokenSilentOptions): boolean {
  return options.forceRefresh !== true && hasOnly(options, plainOptions);
}

/** The outcome of a cache lookup: a token, or how to get one. */
type Found =
  | { readonly hit: AuthenticationResult }
  | { readonly hit: undefined; readonly acquisition: CachedAcquisition; readonly renew: Renew };

/** The authority that issues a user's token, and the id of its tenant. */
function locateUser(
  client: SilentContext,
  account: Account,
  requestedTenant: string | undefined,
): { readonly authority: Authority; readonly tenantId: string } {
  const own = client.authority;
  const isMulti = own.kind === "entra" && multiTenant.has(own.tenant ?? "");
  if (requestedTenant === undefined && (own.kind !== "entra" || (isMulti && account.tenantId === ""))) {
    // B2C: tokens name the tenant in several ways, or not at all.
    return { authority: own, tenantId: own.kind === "b2c" ? (own.tenant ?? "") : account.tenantId };
  }
  const tenant = requestedTenant ?? (isMulti ? account.tenantId : (own.tenant ?? account.tenantId));
  const authority = tenant === own.tenant ? own : withTenant(own, tenant);
  // No sign-in has revealed this domain's id yet: use the account's tenant.
  const fallbackTenantId = requestedTenant === undefined && tenant.includes(".") ? account.tenantId : tenant;
  return { authority, tenantId: client.tenantIds.get(tenant) ?? fallbackTenantId };
}

/** The cached token if there is one, or else how to get one. */
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
  const known = user?.account ?? accountInTenant(account, tenantId);
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

/** Whether the user cached under the account's id is a different one. */
function belongsToAnotherUser({ authority, userTokens }: SilentContext, account: Account): boolean {
  const { profiles } = userTokens.findRecord(authority.environment, account.homeAccountId) ?? {};
  return profiles?.some((profile) => contradicts(authority, profile.account, account)) ?? false;
}

/** The account's data for a tenant, its own or another. */
function accountInTenant(account: Account, tenantId: string): Account {
  return account.tenantId === tenantId ? account : { ...account, tenantId, localAccountId: "", subject: undefined };
}

/** Redeems usable refresh tokens one after another; removes refused ones. */
async function refresh(
  client: SilentContext,
  authority: Authority,
  expected: ExpectedUser,
  options: RequestOptions & { readonly scopes: readonly string[] },
): Promise<AuthenticationResult> {
  const { userTokens, clientId, serviceClock } = client;
  const { account } = expected;
  const { environment, homeAccountId } = account;
  // Looked up each time: another call, or another process by way of the store, may have received a newer one.
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
    removeToken: async (secret, { correlationId }) =>
      save(client, () => userTokens.removeRefreshToken(environment, homeAccountId, secret), correlationId),
    errorWhenNone,
    expected,
  });
  return acquire(client, acquisition, options);
}

function noCachedToken(account: Account, { correlationId, claims }: RequestOptions): InteractionRequiredError {
  return new InteractionRequiredError(
    `No token is cached for the account ${account.homeAccountId}, and there is no refresh token.`,
    {
      code: "sign_in_required",
      remedy: "Send the user through sign-in; later calls need none.",
      status: 0,
      correlationId,
      claims,
    },
  );
}
