import type { AuthenticationResult } from "./authenticationResult.ts";
import type { Authority, AuthorityOptions } from "./authority/authority.ts";
import type { Endpoints } from "./authority/endpoints.ts";
import type { Credential } from "./credentials/credential.ts";
import type { Logger } from "./runtime/logger.ts";
import type { Random } from "./runtime/random.ts";
import type { SingleFlight } from "./singleFlight.ts";
import type { AppTokenCache, AppTokenPartition } from "./tokenCache/appTokenCache.ts";
import type { HttpClient } from "./transport/http.ts";

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
  readonly ownPartition: AppTokenPartition;
  readonly flights: SingleFlight<AuthenticationResult>;
  /** Endpoints by authority address, resolved once. */
  readonly endpoints: Map<string, Promise<Endpoints>>;
  /** How far the service's clock is ahead of ours, once it has told. */
  readonly serviceClock: { aheadMs: number };
}
