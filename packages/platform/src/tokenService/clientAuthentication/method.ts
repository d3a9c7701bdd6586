import type { Refusal } from "../../aadsts/aadsts.ts";
import type { Application } from "../../directory/applications/applicationProperties.ts";
import type { Tenant } from "../../directory/tenants/tenants.ts";
import type { TokenServiceContext } from "../context.ts";
import type { TokenRequest } from "../tokenRequest.ts";

/** How the client proved who it is; `appidacr` and `azpacr` in its tokens say so. */
export interface AuthenticatedClient {
  readonly kind: "authenticated";
  readonly proof: "secret" | "certificate";
}

/** A way for a client to authenticate: one file in this folder, one line in `clientAuthentication.ts`. */
export interface ClientAuthenticationMethod {
  readonly isPresented: (request: TokenRequest) => boolean;
  readonly authenticate: (
    context: TokenServiceContext,
    request: TokenRequest,
    application: Application,
    tenant: Tenant,
  ) => Refusal | AuthenticatedClient | Promise<Refusal | AuthenticatedClient>;
}
