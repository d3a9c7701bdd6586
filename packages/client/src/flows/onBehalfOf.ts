import { type Acquisition, acquire } from "../acquisition/acquisition.ts";
import {
  type CachedAcquisition,
  type CachedAcquisitionContext,
  findCached,
  forcedBy,
  type Renew,
  renewOrServe,
  skipsCache,
} from "../acquisition/cachedAcquisition.ts";
import { completeUser, type SaveUserToken, userTokenAcquisition } from "../acquisition/userTokens.ts";
import type { AuthenticationResult } from "../api/authenticationResult.ts";
import { requestOptions, requireOptionNames } from "../api/checks/optionNames.ts";
import type { AcquireTokenOnBehalfOfOptions, RemoveOnBehalfOfSessionOptions, RequestOptions } from "../api/options.ts";
import { type Authority, withTenant } from "../authority/authority.ts";
import { requireScopes } from "../authority/requireScopes.ts";
import { apiScopes, canonicalScopes } from "../authority/scopes.ts";
import { decodeJwtClaims } from "../crypto/jwt.ts";
import { sha256 } from "../crypto/sha256.ts";
import { ConfigurationError, InteractionRequiredError } from "../errors/errors.ts";
import { withTelemetry } from "../telemetry/withTelemetry.ts";
import type { OnBehalfOfCache, OnBehalfOfSession } from "../tokenCache/onBehalfOfCache.ts";
import { type Extras, type Owner, partitionKey } from "../tokenCache/partitionKey.ts";
import type { FlowContext } from "./context.ts";
import { refreshAcquisition } from "./refreshToken.ts";

/** What the on-behalf-of grant needs from the application. */
export interface OnBehalfOfContext extends FlowContext, CachedAcquisitionContext {
  /** Sessions by the callers' tokens. */
  readonly callerSessions: OnBehalfOfCache;
  /** Long-running sessions by their keys. */
  readonly longRunningSessions: OnBehalfOfCache;
}

const flow = "on_behalf_of";
const allOptions = `${requestOptions} oboAssertion sessionKey forceRefresh:boolean`;

/**
 * A token to call the next API for the user whose token this API received: from the cache, or else from the refresh
 * token of an earlier response, or else from the caller's token.
 * @see RFC 7523 section 2.1, https://learn.microsoft.com/entra/identity-platform/v2-oauth2-on-behalf-of-flow
 */
export async function acquireTokenOnBehalfOf(
  client: OnBehalfOfContext,
  options: AcquireTokenOnBehalfOfOptions,
): Promise<AuthenticationResult> {
  requireOptionNames("acquireTokenOnBehalfOf", options, allOptions);
  const { oboAssertion, signal } = options;
  requireScopes(options.scopes);
  requireCaller(options);
  signal?.throwIfAborted();
  const assertionHash = oboAssertion === undefined ? undefined : await sha256(oboAssertion);
  const location = locateSession(client, assertionHash, options);
  const { sessions, id } = location;
  const session = sessions.find(id);
  // A token acquired with another caller's token is never returned to this one, even under the same key.
  const own = assertionHash === undefined || assertionHash === session?.assertionHash ? session : undefined;
  const caller =
    assertionHash === undefined || oboAssertion === undefined ? undefined : { oboAssertion, assertionHash };
  const exchange = async (renewal: RequestOptions): Promise<AuthenticationResult> => {
    if (caller === undefined) {
      throw noSession(options.correlationId);
    }
    return acquire(client, exchangeOf(client, location, caller, options.scopes), renewal);
  };
  if (own === undefined) {
    if (!skipsCache(options)) {
      client.counters.misses++;
    }
    return withTelemetry(client, flow, () => exchange(options), forcedBy(options) ?? "absent");
  }
  const acquisition: CachedAcquisition = {
    flow,
    cache: sessions.accessTokens,
    partition: location.partition,
    scopes: apiScopes(options.scopes),
    authority: location.authority,
    user: own.user,
    hasChangedOwner: () => sessions.find(id)?.assertionHash !== own.assertionHash,
    isRenewable: () => own.refreshToken !== undefined || caller !== undefined,
  };
  const renew: Renew = async (renewal) =>
    (await refresh(client, location, own, { ...options, ...renewal })) ?? exchange(renewal);
  const hit = skipsCache(options) ? undefined : findCached(client, acquisition, options, renew);
  return hit ?? renewOrServe(client, acquisition, options, renew);
}

/** Removes a long-running session. */
export async function removeOnBehalfOfSession(
  client: OnBehalfOfContext,
  options: RemoveOnBehalfOfSessionOptions,
): Promise<void> {
  requireOptionNames("removeOnBehalfOfSession", options, "sessionKey tenantId");
  requireCaller(options);
  const { sessions, id } = locateSession(client, undefined, options);
  client.renewals.discard(id);
  sessions.remove(id);
}

/** Where a call's session and its access tokens are stored. */
interface SessionLocation {
  readonly authority: Authority;
  readonly sessions: OnBehalfOfCache;
  readonly id: string;
  readonly partition: string;
}

function locateSession(
  client: OnBehalfOfContext,
  assertionHash: string | undefined,
  options: Extras & { readonly sessionKey?: string | undefined; readonly tenantId?: string | undefined },
): SessionLocation {
  const { sessionKey, tenantId } = options;
  const authority = withTenant(client.authority, tenantId);
  const owner: Owner =
    sessionKey === undefined ? { kind: "obo", assertionHash: assertionHash ?? "" } : { kind: "obo", sessionKey };
  return {
    authority,
    sessions: sessionKey === undefined ? client.callerSessions : client.longRunningSessions,
    id: partitionKey(client.clientId, authority, authority.tenant, owner),
    partition: partitionKey(client.clientId, authority, authority.tenant, owner, options),
  };
}

/** Redeems the session's refresh token; `undefined` if the caller's token has to be exchanged instead. */
async function refresh(
  client: OnBehalfOfContext,
  location: SessionLocation,
  session: OnBehalfOfSession,
  options: AcquireTokenOnBehalfOfOptions,
): Promise<AuthenticationResult | undefined> {
  const { authority, partition, sessions, id } = location;
  const { assertionHash, user } = session;
  const { scopes, oboAssertion, correlationId } = options;
  // Another caller may have taken over the session's key in the meantime.
  const current = (): OnBehalfOfSession | undefined => {
    const stored = sessions.find(id);
    return stored?.assertionHash === assertionHash ? stored : undefined;
  };
  const next = (refused: ReadonlySet<string>): string | undefined => {
    const { secret = "", expiresAtMs = Infinity } = current()?.refreshToken ?? {};
    return secret === "" || refused.has(secret) || expiresAtMs <= client.serviceClock.now() ? undefined : secret;
  };
  if (next(new Set()) === undefined) {
    return undefined;
  }
  const acquisition = refreshAcquisition(client, authority, options, {
    owner: id,
    key: [partition, assertionHash],
    next,
    async removeToken(secret) {
      const stored = current();
      if (stored?.refreshToken?.secret !== secret) {
        return;
      }
      // Its access tokens may still be valid.
      sessions.put(id, { ...stored, refreshToken: undefined }, partition, client.serviceClock.now());
    },
    errorWhenNone: () => noSession(correlationId),
    expected: user,
    save: saveInSession(client, location, { assertionHash }, scopes),
  });
  try {
    return await acquire(client, acquisition, options);
  } catch (error) {
    const requiresSignIn = error instanceof InteractionRequiredError && error.code === "sign_in_required";
    if (requiresSignIn && oboAssertion !== undefined) {
      return undefined;
    }
    throw error;
  }
}

/** Exchanges the caller's token. */
function exchangeOf(
  client: OnBehalfOfContext,
  location: SessionLocation,
  caller: Required<Caller>,
  scopes: readonly string[],
): Acquisition {
  const { authority, partition, id } = location;
  return userTokenAcquisition(
    client,
    {
      authority,
      scopes,
      key: ["obo", partition, caller.assertionHash, canonicalScopes(scopes)],
      parameters: () => ({
        grant_type: "urn:ietf:params:oauth:grant-type:jwt-bearer",
        assertion: caller.oboAssertion,
        requested_token_use: "on_behalf_of",
      }),
      isRepeatable: () => true,
      owner: id,
    },
    saveInSession(client, location, caller, scopes),
  );
}

/** The owner of a session; with the token itself if it is exchanged. */
interface Caller {
  readonly assertionHash: string;
  readonly oboAssertion?: string;
}

/** Caches a response in its session; that of a refresh only if the session still exists. */
function saveInSession(
  client: OnBehalfOfContext,
  { sessions, id, partition }: SessionLocation,
  { assertionHash, oboAssertion }: Caller,
  scopes: readonly string[],
): SaveUserToken {
  const requestedScopes = apiScopes(scopes);
  return (token, responseUser) => {
    const stored = sessions.find(id);
    const own = stored?.assertionHash === assertionHash ? stored : undefined;
    const user = responseUser && completeUser(responseUser, own?.user);
    if (own === undefined && oboAssertion === undefined) {
      return user;
    }
    if (own === undefined) {
      sessions.remove(id);
    }
    const { refreshTokenExpiresAtMs: expiresAtMs } = token;
    const refreshToken =
      token.refreshToken === undefined ? own?.refreshToken : { secret: token.refreshToken, expiresAtMs };
    const nowMs = client.serviceClock.now();
    const isLongRunning = sessions === client.longRunningSessions;
    const sessionExpiresAtMs = isLongRunning
      ? refreshToken && (refreshToken.expiresAtMs ?? Infinity)
      : assertionExpiryMs(oboAssertion);
    sessions.put(
      id,
      {
        assertionHash,
        user,
        refreshToken,
        expiresAtMs: Math.max(own?.expiresAtMs ?? 0, token.expiresAtMs, sessionExpiresAtMs ?? 0),
      },
      partition,
      nowMs,
    );
    if (token.accessToken !== "") {
      sessions.accessTokens.put(partition, requestedScopes, token, nowMs);
    }
    return user;
  };
}

/** When the caller's token expires, if it contains that. */
function assertionExpiryMs(oboAssertion = ""): number | undefined {
  const exp = decodeJwtClaims(oboAssertion)?.["exp"];
  return typeof exp === "number" ? exp * 1000 : undefined;
}

function requireCaller({ oboAssertion, sessionKey }: { oboAssertion?: unknown; sessionKey?: unknown }): void {
  const given = [oboAssertion, sessionKey].filter((value) => value !== undefined);
  if (given.length > 0 && given.every((value) => typeof value === "string" && value !== "")) {
    return;
  }
  throw new ConfigurationError(
    "oboAssertion and sessionKey are both missing, or one of them is empty or not a string.",
    {
      code: "invalid_options",
      remedy:
        "Set oboAssertion to the access token that the API received; for work that outlives the request, sessionKey as well.",
    },
  );
}

function noSession(correlationId: string | undefined): InteractionRequiredError {
  return new InteractionRequiredError("There is no session with this sessionKey to get a token for.", {
    code: "sign_in_required",
    remedy: "Wait for the user's next request, and pass its token as oboAssertion, with the same key.",
    status: 0,
    correlationId,
  });
}
