import { Refusal } from "../../aadsts/aadsts.ts";
import type { Application } from "../../directory/applications/applicationProperties.ts";
import type { Tenant } from "../../directory/tenants/tenants.ts";
import type { ClientProof } from "../../signing/claims/claimValues.ts";
import type { TokenServiceContext } from "../context.ts";
import type { ClientDemand } from "../grants/grant.ts";
import type { TokenRequest } from "../tokenRequest.ts";
import { assertion } from "./assertion.ts";
import { federated } from "./federated.ts";
import type { ClientAuthenticationMethod } from "./method.ts";
import { secret } from "./secret.ts";

/** When a request presents several, the first one here counts. */
const methods: readonly ClientAuthenticationMethod[] = [federated, assertion, secret];

/** Who is to be authenticated. */
export interface AuthenticationCase {
  readonly application: Application;
  readonly tenant: Tenant;
  /** Absent: the grant is one of applications without a user, and needs a credential. */
  readonly demand: ClientDemand | undefined;
}

/** The proof is `none` when the client has shown no credential and needs none. */
export function authenticateClient(
  context: TokenServiceContext,
  request: TokenRequest,
  { application, tenant, demand }: AuthenticationCase,
): ClientProof | Promise<ClientProof> {
  const presented = methods.find((method) => method.isPresented(request));
  const credential = demand?.credential ?? "required";
  if (presented === undefined) {
    if (credential !== "required") {
      return "none";
    }
    const why = "the request carries no client_secret (or an empty one) and no client_assertion";
    throw new Refusal(demand === undefined ? "7000216" : "7000218", {}, why);
  }
  if (credential === "forbidden" || (demand === undefined && application.isFallbackPublicClient === true)) {
    const why =
      demand?.platform === undefined
        ? "the application is a public client: it must send neither secret nor assertion"
        : `the user came back to a redirect URI of the platform ${demand.platform}: such a client must send neither secret nor assertion`;
    throw new Refusal("700025", {}, why);
  }
  return presented.authenticate(context, request, application, tenant);
}
