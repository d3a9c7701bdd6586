import type { Application } from "../../directory/applications/applicationProperties.ts";
import type { Authentication, ClientPlatform } from "../../directory/issuedTokens/authentication.ts";
import type { RefreshGrant } from "../../directory/issuedTokens/refreshTokens.ts";
import type { ServicePrincipal } from "../../directory/servicePrincipals/servicePrincipals.ts";
import type { Tenant } from "../../directory/tenants/tenants.ts";
import type { User } from "../../directory/users/users.ts";
import type { ClientProof } from "../../signing/claims/claimValues.ts";
import type { RequestedScopes } from "../consent/requestedScopes.ts";

/** A request of a client that may act for a user. */
export interface UserTokenRequest {
  /** The version of the endpoint. */
  readonly version: 1 | 2;
  readonly tenant: Tenant;
  readonly application: Application;
  readonly client: ServicePrincipal;
  readonly user: User;
  readonly authentication: Authentication;
  readonly requested: RequestedScopes;
  /** The scopes of the sign-in, stored with the refresh token. */
  readonly scope: string;
  readonly platform: ClientPlatform;
  readonly proof: ClientProof;
  /** The `claims` parameter. */
  readonly claims: string | undefined;
  readonly nonce?: string | undefined;
  readonly wantsClientInfo: boolean;
  /** Of a B2C-shaped authority. */
  readonly userFlow?: string | undefined;
  /** The authorize endpoint returns the tokens in the fragment of a URL. */
  readonly isInFragment?: boolean | undefined;
  /** The refresh token that was redeemed. */
  readonly before?: RefreshGrant | undefined;
}
