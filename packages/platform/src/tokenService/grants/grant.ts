import type { Application } from "../../directory/applications/applicationProperties.ts";
import type { ClientPlatform } from "../../directory/issuedTokens/authentication.ts";
import type { ServicePrincipal } from "../../directory/servicePrincipals/servicePrincipals.ts";
import type { Tenant } from "../../directory/tenants/tenants.ts";
import type { ClientProof } from "../../signing/claims/claimValues.ts";
import type { TokenServiceContext } from "../context.ts";
import type { TenantAlias } from "../tenantSegment.ts";
import type { TokenRequest } from "../tokenRequest.ts";

/** What a grant returns: the input for the responses of both endpoint versions. */
export interface GrantedToken {
  readonly accessToken: string;
  readonly expiresInSeconds: number;
  readonly notBeforeSeconds: number;
  readonly expiresSeconds: number;
  readonly resource: string;
  /** For the log. */
  readonly permissions: readonly string[];
  readonly refreshInSeconds?: number | undefined;
  /** Absent for an application without a user. */
  readonly user?: UserResponse | undefined;
  readonly why: string;
}

/** What a response contains if it is for a user. */
export interface UserResponse {
  readonly id: string;
  readonly scope: string;
  readonly refreshToken: string | undefined;
  /** For a single-page application. */
  readonly refreshExpiresInSeconds: number | undefined;
  readonly isFamily: boolean;
  readonly idToken: string | undefined;
  readonly clientInfo: string | undefined;
}

/** What a client must present: a credential, none, or either if that cannot be determined. */
export interface CredentialRule {
  readonly credential: "required" | "forbidden" | "optional";
  /** The kind of redirect URI that the user returned to. */
  readonly platform?: ClientPlatform | undefined;
}

/** A client that passed every check before the grant's own. */
export interface Admitted {
  readonly grant: Grant;
  readonly tenant: Tenant;
  readonly application: Application;
  readonly client: ServicePrincipal;
  readonly proof: ClientProof;
}

/** A grant type of the token endpoints: one file in this folder, one line in `grants.ts`. Its functions throw a `Refusal`. */
export interface Grant {
  readonly grantType: string;
  /** Every parameter that the grant reads, except those of client authentication. */
  readonly parameters: readonly string[];
  /** Whether user flows of a B2C-shaped authority support it. Default false. */
  readonly isInUserFlows?: boolean | undefined;
  /**
   * Whether scripts of single-page applications may use it. Default false: a request with an Origin header is refused.
   */
  readonly isInBrowsers?: boolean | undefined;
  /** Checks only what was sent; runs before tenant and client are looked up. */
  readonly checkParameters: (context: TokenServiceContext, request: TokenRequest) => void;
  /** The tenant of a request to a shared path (`/common`, `/organizations`). Default: such a path is refused. */
  readonly findTenant?: (context: TokenServiceContext, request: TokenRequest, alias: TenantAlias) => Tenant;
  /** Default: a credential is required. */
  readonly credentialRule?: (
    context: TokenServiceContext,
    request: TokenRequest,
    application: Application,
  ) => CredentialRule;
  readonly handle: (
    context: TokenServiceContext,
    request: TokenRequest,
    admitted: Admitted,
  ) => GrantedToken | Promise<GrantedToken>;
}
