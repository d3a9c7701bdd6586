import type { Authority } from "../authority/authority.ts";
import type { Renewals } from "../tokenCache/renewals.ts";
import type { UserTokenCache } from "../tokenCache/userTokenCache.ts";
import type { ServiceClock } from "../transport/serviceClock.ts";

/** What user tokens need from the application. */
export interface UserTokenContext {
  readonly clientId: string;
  readonly authority: Authority;
  readonly userTokens: UserTokenCache;
  readonly renewals: Renewals;
  readonly serviceClock: ServiceClock;
  /** The ids of tenants that were given by domain, known from sign-ins. */
  readonly tenantIds: Map<string, string>;
}
