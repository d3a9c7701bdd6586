import type { Application } from "../../directory/applications/applicationProperties.ts";
import type { Tenant } from "../../directory/tenants/tenants.ts";
import type { ClientProof } from "../../signing/claims/claimValues.ts";
import type { TokenServiceContext } from "../context.ts";
import type { TokenRequest } from "../tokenRequest.ts";

/** A way for a client to authenticate: one file in this folder, one line in `clientAuthentication.ts`. Throws a `Refusal`. */
export interface ClientAuthenticationMethod {
  readonly isPresented: (request: TokenRequest) => boolean;
  readonly authenticate: (
    context: TokenServiceContext,
    request: TokenRequest,
    application: Application,
    tenant: Tenant,
  ) => ClientProof | Promise<ClientProof>;
}
