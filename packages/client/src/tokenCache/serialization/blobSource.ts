import type { AccessTokenCache } from "../accessTokens/accessTokenCache.ts";
import type { UserTokenCache } from "../userTokenCache.ts";
import type { CacheIdentity } from "./cacheIdentity.ts";
import type { Leftovers } from "./leftovers.ts";

/** The state that blobs are read into and written from. */
export interface BlobSource {
  readonly identity: CacheIdentity;
  readonly appTokens: AccessTokenCache;
  readonly userTokens: UserTokenCache;
  readonly leftovers: Leftovers;
}
