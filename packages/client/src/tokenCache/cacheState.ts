import type { Logger } from "../runtime/logger.ts";
import type { Random } from "../runtime/random.ts";
import {
  type AccessTokenCache,
  type AccessTokenListener,
  createAccessTokenCache,
} from "./accessTokens/accessTokenCache.ts";
import { type CacheChanges, createCacheChanges } from "./cacheChanges.ts";
import { createOnBehalfOfCache, type OnBehalfOfCache } from "./onBehalfOfCache.ts";
import { parsePartitionKey } from "./partitionKey.ts";
import { createRenewals, type Renewals } from "./renewals.ts";
import type { CacheIdentity } from "./serialization/cacheIdentity.ts";
import { createLeftovers, type Leftovers } from "./serialization/leftovers.ts";
import { createUserTokenCache, type UserTokenCache } from "./userTokenCache.ts";

/** An application's cache: its own tokens, its users and theirs, and what else a store contains. */
export interface CacheState {
  readonly identity: CacheIdentity;
  readonly appTokens: AccessTokenCache;
  readonly userTokens: UserTokenCache;
  /**
   * Sessions of on-behalf-of callers, by their tokens. Like the next one, it is not written to a store: it ends with
   * the process.
   */
  readonly callerSessions: OnBehalfOfCache;
  /** Long-running sessions, by their keys. */
  readonly longRunningSessions: OnBehalfOfCache;
  readonly leftovers: Leftovers;
  readonly changes: CacheChanges;
  readonly renewals: Renewals;
}

/** Creates an empty cache for up to `maxCachedTokens` app tokens, users' tokens and users each. */
export function createCacheState(
  identity: CacheIdentity,
  maxCachedTokens: number,
  logger: Logger,
  random: Random,
): CacheState {
  const changes = createCacheChanges(logger, random);
  const createIndex = (): AccessTokenCache =>
    createAccessTokenCache(maxCachedTokens, reportAccessTokens(changes), random);
  const callerTokens = createAccessTokenCache(maxCachedTokens, undefined, random);
  return {
    identity,
    appTokens: createIndex(),
    userTokens: createUserTokenCache(createIndex(), maxCachedTokens, changes, identity.fold),
    callerSessions: createOnBehalfOfCache(callerTokens, maxCachedTokens),
    longRunningSessions: createOnBehalfOfCache(callerTokens, maxCachedTokens),
    leftovers: createLeftovers(maxCachedTokens),
    changes,
    renewals: createRenewals(),
  };
}

/** Reports the changes of an index of access tokens. */
function reportAccessTokens(changes: CacheChanges): AccessTokenListener {
  return (action, partitionKey, { requestedScopes }) =>
    changes.report(() => {
      const { owner, environment, tenant: tenantId } = parsePartitionKey(partitionKey);
      const homeAccountId = owner.kind === "app" ? undefined : owner.homeAccountId;
      const kind = owner.kind === "app" ? "appToken" : "userToken";
      return { action, kind, environment, tenantId, homeAccountId, scopes: requestedScopes.split("\n") };
    });
}
