import type { Application } from "../../directory/applications/applicationProperties.ts";
import type { ClientPlatform } from "../../directory/issuedTokens/authentication.ts";
import type { ServicePrincipal } from "../../directory/servicePrincipals/servicePrincipals.ts";
import type { Tenant } from "../../directory/tenants/tenants.ts";
import type { ClientProof } from "../../signing/claims/claimValues.ts";
import type { TokenServiceContext } from "../context.ts";
import type { TenantAlias } from "../tenantSegment.ts";
import type { TokenRequest } from "../tokenRequest.ts";

/** What a grant gives: everything the answer of either endpoint version is written from. */
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

/** What an answer has when it is about a user. */
export interface UserResponse {
  readonly id: string;
  readonly scope: string;
  readonly refreshToken: string | undefined;
  /** Of a single-page application. */
  readonly refreshExpiresInSeconds: number | undefined;
  readonly isFamily: boolean;
  readonly idToken: string | undefined;
  readonly clientInfo: string | undefined;
}

/** What a client has to show: a credential, none at all, or (when nothing tells) either. */
export interface ClientDemand {
  readonly credential: "required" | "forbidden" | "optional";
  /** The kind of redirect URI the user came back to. */
  readonly platform?: ClientPlatform | undefined;
}

/** A client that every check before the grant's own has let pass. */
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
  /** Every parameter the grant reads, those of client authentication aside. */
  readonly parameters: readonly string[];
  /** Whether the user flows of a B2C-shaped authority have it too. Default false. */
  readonly isInUserFlows?: boolean | undefined;
  /** Whether scripts of single-page applications use it. Default false: a request with an Origin header is refused. */
  readonly isInBrowsers?: boolean | undefined;
  /** Looks only at what was sent; runs before tenant and client are looked up. */
  readonly checkParameters: (context: TokenServiceContext, request: TokenRequest) => void;
  /** The tenant of a request to a shared path (`/common`, `/organizations`). Default: such a path is refused. */
  readonly findTenant?: (context: TokenServiceContext, request: TokenRequest, alias: TenantAlias) => Tenant;
  /** Default: a credential is required. */
  readonly demand?: (context: TokenServiceContext, request: TokenRequest, application: Application) => ClientDemand;
  readonly handle: (
    context: TokenServiceContext,
    request: TokenRequest,
    admitted: Admitted,
  ) => GrantedToken | Promise<GrantedToken>;
}
