import type { NetworkTiming } from "./authenticationResult.ts";
import type { Authority, AuthorityOptions } from "./authority/authority.ts";
import type { Endpoints } from "./authority/endpoints.ts";
import type { Credential } from "./credentials/credential.ts";
import type { Logger } from "./runtime/logger.ts";
import type { Random } from "./runtime/random.ts";
import type { SingleFlight } from "./singleFlight.ts";
import type { AppToken, AppTokenCache } from "./tokenCache/appTokenCache.ts";
import type { HttpClient } from "./transport/http.ts";

/** An app token as its flight brings it, for all who wait. */
export interface FetchedToken extends AppToken {
  readonly timing: NetworkTiming;
}

/** What an application object holds and its flows work on. */
export interface ClientContext {
  readonly clientId: string;
  readonly authority: Authority;
  readonly authorityOptions: AuthorityOptions;
  readonly credential: Credential;
  readonly clientCapabilities: readonly string[];
  readonly http: HttpClient;
  readonly random: Random;
  readonly logger: Logger;
  readonly appTokens: AppTokenCache;
  /** Where app tokens for the application's own authority are, when the call asks for nothing special. */
  readonly ownPartition: string;
  readonly flights: SingleFlight<FetchedToken>;
  /** Endpoints that had to be asked for, by authority address. */
  readonly endpoints: Map<string, Endpoints>;
  /** The asking: shared, and apart from the token requests, which may be given up one by one. */
  readonly discoveries: SingleFlight<Endpoints>;
  /** How far the service's clock is ahead of ours, once it has told. */
  readonly serviceClock: { aheadMs: number };
}
