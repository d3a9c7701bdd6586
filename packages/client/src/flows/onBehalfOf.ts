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

/** What the grant on behalf of callers takes from the application: beside the rest what was got for them. */
export interface OnBehalfOfContext extends FlowContext, CachedAcquisitionContext {
  /** For each of their tokens. */
  readonly callerSessions: OnBehalfOfCache;
  /** For each key of a long-running session. */
  readonly longRunningSessions: OnBehalfOfCache;
}

const flow = "on_behalf_of";
const allOptions = `${requestOptions} oboAssertion sessionKey forceRefresh:boolean`;

/**
 * A token to call the next API for the user whose token this one was sent: from the cache, else for the refresh token of
 * an earlier answer, else for the caller's token.
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
  // What another caller's token was exchanged for is never given to this one, whatever the key.
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

/** Forgets a long-running session. */
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

/** Where a call's session is, and where its access tokens are. */
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

/** Redeems the session's refresh token; `undefined` when the caller's token has to do. */
async function refresh(
  client: OnBehalfOfContext,
  location: SessionLocation,
  session: OnBehalfOfSession,
  options: AcquireTokenOnBehalfOfOptions,
): Promise<AuthenticationResult | undefined> {
  const { authority, partition, sessions, id } = location;
  const { assertionHash, user } = session;
  const { scopes, oboAssertion, correlationId } = options;
  // Another caller may have taken over the session's key meanwhile.
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
    async forget(secret) {
      const stored = current();
      if (stored?.refreshToken?.secret !== secret) {
        return;
      }
      // Its access tokens may serve on.
      sessions.put(id, { ...stored, refreshToken: undefined }, partition, client.serviceClock.now());
    },
    errorWhenNone: () => noSession(correlationId),
    expected: user,
    save: saveInSession(client, location, { assertionHash }, scopes),
  });
  try {
    return await acquire(client, acquisition, options);
  } catch (error) {
    const isOver = error instanceof InteractionRequiredError && error.code === "sign_in_required";
    if (isOver && oboAssertion !== undefined) {
      return undefined;
    }
    throw error;
  }
}

/** The exchange of the caller's token. */
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

/** Whose session it is; with the token itself where it is exchanged. */
interface Caller {
  readonly assertionHash: string;
  readonly oboAssertion?: string;
}

/** Keeps an answer in its session; that of a refresh only where the session is still there. */
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

/** Until when a caller can send a token, where the token says so. */
function assertionExpiryMs(oboAssertion = ""): number | undefined {
  const exp = decodeJwtClaims(oboAssertion)?.["exp"];
  return typeof exp === "number" ? exp * 1000 : undefined;
}

function requireCaller({ oboAssertion, sessionKey }: { oboAssertion?: unknown; sessionKey?: unknown }): void {
  const given = [oboAssertion, sessionKey].filter((value) => value !== undefined);
  if (given.length > 0 && given.every((value) => typeof value === "string" && value !== "")) {
    return;
  }
  throw new ConfigurationError("oboAssertion and sessionKey are both missing, or one of them is empty or no text.", {
    code: "invalid_options",
    remedy:
      "Set oboAssertion to the access token that the API was sent; for work that outlives the request, sessionKey as well.",
  });
}

function noSession(correlationId: string | undefined): InteractionRequiredError {
  return new InteractionRequiredError("Nothing is kept under this sessionKey that a token could be had for.", {
    code: "sign_in_required",
    remedy:
      "Wait for the user's next request, and pass the token that comes with it as oboAssertion, with the same key.",
    status: 0,
    correlationId,
  });
}
