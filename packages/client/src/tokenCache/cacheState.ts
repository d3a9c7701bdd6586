import type { Logger } from "../runtime/logger.ts";
import { type AccessTokenCache, createAccessTokenCache } from "./accessTokenCache.ts";
import { type CacheChanges, createCacheChanges, reportAccessTokens } from "./cacheChanges.ts";
import type { CacheIdentity } from "./serialization/cacheIdentity.ts";
import { createLeftovers, type Leftovers } from "./serialization/leftovers.ts";
import { createUserTokenCache, type UserTokenCache } from "./userTokenCache.ts";

/** All that an application keeps: its own tokens, its users and theirs, and what a store holds of others. */
export interface CacheState {
  readonly identity: CacheIdentity;
  readonly appTokens: AccessTokenCache;
  readonly userTokens: UserTokenCache;
  readonly leftovers: Leftovers;
  readonly changes: CacheChanges;
}

/** Makes an empty one, of at most so many app tokens, users' tokens and users. */
export function createCacheState(identity: CacheIdentity, maxCachedTokens: number, logger: Logger): CacheState {
  const changes = createCacheChanges(logger);
  const createIndex = (): AccessTokenCache => createAccessTokenCache(maxCachedTokens, reportAccessTokens(changes));
  return {
    identity,
    appTokens: createIndex(),
    userTokens: createUserTokenCache(createIndex(), maxCachedTokens, changes),
    leftovers: createLeftovers(),
    changes,
  };
}
