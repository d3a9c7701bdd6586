import { type Refusal, refuse } from "./aadsts.ts";
import { assertion } from "./clientAuthentication/assertion.ts";
import type { AuthenticatedClient, ClientAuthenticationMethod } from "./clientAuthentication/method.ts";
import { secret } from "./clientAuthentication/secret.ts";
import type { Application } from "./directory/applicationProperties.ts";
import type { Tenant } from "./directory/tenants.ts";
import type { PlatformContext } from "./platformContext.ts";
import type { TokenRequest } from "./tokenRequest.ts";

/** When a request presents several, the first one here counts. */
const methods: readonly ClientAuthenticationMethod[] = [assertion, secret];

export function authenticateClient(
  context: PlatformContext,
  request: TokenRequest,
  application: Application,
  tenant: Tenant,
): Refusal | AuthenticatedClient {
  const presented = methods.find((method) => method.isPresented(request));
  if (presented === undefined) {
    return refuse("7000216", {}, "the request carries no client_secret (or an empty one) and no client_assertion");
  }
  if (application.isFallbackPublicClient === true) {
    return refuse("700025", {}, "the application is a public client: it must send neither secret nor assertion");
  }
  return presented.authenticate(context, request, application, tenant);
}
