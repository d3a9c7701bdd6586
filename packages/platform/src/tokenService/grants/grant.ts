import type { Refusal } from "../../aadsts/aadsts.ts";
import type { Application } from "../../directory/applications/applicationProperties.ts";
import type { ClientPlatform } from "../../directory/issuedTokens/authentication.ts";
import type { ServicePrincipal } from "../../directory/servicePrincipals/servicePrincipals.ts";
import type { Tenant } from "../../directory/tenants/tenants.ts";
import type { AuthenticatedClient } from "../clientAuthentication/method.ts";
import type { TokenServiceContext } from "../context.ts";
import type { TenantAlias } from "../tenantSegment.ts";
import type { TokenRequest } from "../tokenRequest.ts";

/** What a grant gives: everything the answer of either endpoint version is written from. */
export interface GrantedToken {
  readonly kind: "granted";
  readonly accessToken: string;
  readonly expiresInSeconds: number;
  readonly notBeforeSeconds: number;
  readonly expiresSeconds: number;
  readonly resource: string;
  /** For the log. */
  readonly permissions: readonly string[];
  readonly refreshInSeconds?: number | undefined;
  /** Absent for an application without a user. */
  readonly user?: UserAnswer | undefined;
  readonly why: string;
}

/** What an answer has when it is about a user. */
export interface UserAnswer {
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
  readonly kind: "demand";
  readonly credential: "required" | "forbidden" | "optional";
  /** The kind of redirect URI the user came back to. */
  readonly platform?: ClientPlatform | undefined;
}

/** What is known about a token request so far; each check adds its part. */
export interface TokenFacts {
  readonly grant?: Grant | undefined;
  readonly clientId?: string | undefined;
  readonly tenant?: Tenant | undefined;
  readonly application?: Application | undefined;
  readonly client?: ServicePrincipal | undefined;
  readonly demand?: ClientDemand | undefined;
  /** Absent: the client has shown no credential, and needs none. */
  readonly authenticated?: AuthenticatedClient | undefined;
}

export type CheckOutcome = Refusal | ({ readonly kind: "passed" } & TokenFacts);

/** A fact that an earlier check has established. Throws when the rows are in an order that cannot work. */
export function known<Fact>(fact: Fact | undefined, name: string): Fact {
  if (fact === undefined) {
    throw new Error(`The order of token checks is broken: ${name} is not known yet`);
  }
  return fact;
}

/** A grant type of the token endpoints: one file in this folder, one line in `grants.ts`. */
export interface Grant {
  readonly grantType: string;
  /** Every parameter the grant reads, those of client authentication aside. */
  readonly parameters: readonly string[];
  /** Whether the user flows of a B2C-shaped authority have it too. Default false. */
  readonly isInUserFlows?: boolean | undefined;
  /** Whether scripts of single-page applications use it. Default false: a request with an Origin header is refused. */
  readonly isInBrowsers?: boolean | undefined;
  /** Looks only at what was sent; runs before tenant and client are looked up. */
  readonly checkParameters: (context: TokenServiceContext, request: TokenRequest) => Refusal | undefined;
  /** The tenant of a request to a shared path (`/common`, `/organizations`). Default: such a path is refused. */
  readonly findTenant?: (context: TokenServiceContext, request: TokenRequest, alias: TenantAlias) => Refusal | Tenant;
  /** Default: a credential is required. */
  readonly demand?: (context: TokenServiceContext, request: TokenRequest, facts: TokenFacts) => Refusal | ClientDemand;
  readonly handle: (
    context: TokenServiceContext,
    request: TokenRequest,
    facts: TokenFacts,
  ) => Refusal | Promise<Refusal | GrantedToken>;
}
