import { Refusal } from "../../aadsts/aadsts.ts";
import type { Application } from "../../directory/applications/applicationProperties.ts";
import type { Tenant } from "../../directory/tenants/tenants.ts";
import type { ClientProof } from "../../signing/claims/claimValues.ts";
import type { TokenServiceContext } from "../context.ts";
import type { CredentialRule } from "../grants/grant.ts";
import type { TokenRequest } from "../tokenRequest.ts";
import { assertion } from "./assertion.ts";
import { federated } from "./federated.ts";
import type { ClientAuthenticationMethod } from "./method.ts";
import { secret } from "./secret.ts";

/** If a request presents several, the first one here counts. */
const methods: readonly ClientAuthenticationMethod[] = [federated, assertion, secret];

/** What a client is authenticated for. */
export interface AuthenticationCase {
  readonly application: Application;
  readonly tenant: Tenant;
  /** Absent: the grant is for applications without a user and needs a credential. */
  readonly credentialRule: CredentialRule | undefined;
}

/** Returns the proof; `none` if the client presented no credential and needs none. */
export function authenticateClient(
  context: TokenServiceContext,
  request: TokenRequest,
  { application, tenant, credentialRule }: AuthenticationCase,
): ClientProof | Promise<ClientProof> {
  const presented = methods.find((method) => method.isPresented(request));
  const credential = credentialRule?.credential ?? "required";
  if (presented === undefined) {
    if (credential !== "required") {
      return "none";
    }
    const why = "the request has no client_secret (or an empty one) and no client_assertion";
    throw new Refusal(credentialRule === undefined ? "7000216" : "7000218", {}, why);
  }
  if (credential === "forbidden" || (credentialRule === undefined && application.isFallbackPublicClient === true)) {
    const why =
      credentialRule?.platform === undefined
        ? "the application is a public client: it must send neither secret nor assertion"
        : `the user returned to a redirect URI of the platform ${credentialRule.platform}: such a client must send neither secret nor assertion`;
    throw new Refusal("700025", {}, why);
  }
  return presented.authenticate(context, request, application, tenant);
}
