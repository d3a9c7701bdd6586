import type { Authority } from "../authority/authority.ts";
import type { Discovery } from "../authority/discovery.ts";
import type { Random } from "../runtime/random.ts";
import type { UserTokenCache } from "../tokenCache/userTokenCache.ts";

/** What sign-in and sign-out pages need from the application. */
export interface SignInContext {
  readonly clientId: string;
  readonly authority: Authority;
  readonly discovery: Discovery;
  readonly clientCapabilities: readonly string[];
  readonly random: Random;
  readonly userTokens: UserTokenCache;
}
