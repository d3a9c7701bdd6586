import { type Refusal, refuse } from "../../aadsts/aadsts.ts";
import { randomGuid } from "../../core/random.ts";
import { findTenantByDomain, type Tenant } from "../../directory/tenants/tenants.ts";
import { findUserByPrincipalName } from "../../directory/users/users.ts";
import { authenticateUser } from "../../signIn/browserSession.ts";
import { readResource, readScopes } from "../consent/askedScopes.ts";
import type { TokenServiceContext } from "../context.ts";
import { issueUserTokens } from "../issuance/userTokens.ts";
import type { TenantAlias } from "../tenantSegment.ts";
import type { TokenRequest } from "../tokenRequest.ts";
import { demandWithoutRedirect } from "./clientDemand.ts";
import type { Grant } from "./grant.ts";
import { known } from "./grant.ts";
import { missingParameter, proofOf, wantsClientInfo } from "./userGrant.ts";

/** The user's own password, sent by the application. @see https://learn.microsoft.com/entra/identity-platform/v2-oauth-ropc */
export const password: Grant = {
  grantType: "password",
  parameters: ["username", "password", "scope", "resource", "client_info", "claims"],
  checkParameters(_, request) {
    return (
      missingParameter(request, "username") ??
      missingParameter(request, "password") ??
      (request.version === 1 ? missingParameter(request, "resource") : missingParameter(request, "scope"))
    );
  },
  findTenant: tenantOfUser,
  demand: (_, __, facts) => demandWithoutRedirect(known(facts.application, "application")),
  handle(context, request, facts) {
    const { form, version } = request;
    const tenant = known(facts.tenant, "tenant");
    const application = known(facts.application, "application");
    const name = (form.get("username") ?? "").trim();
    const found = findUserByPrincipalName(context.directory, name);
    if (found?.tenantId !== tenant.id) {
      const values = { user: "{EmailHidden}", tenant: tenant.displayName };
      return refuse("50034", values, "the tenant of the path has no user with this name");
    }
    const outcome = authenticateUser(context, name, form.get("password") ?? "");
    if (outcome.kind === "refused") {
      return outcome;
    }
    const scope = form.get("scope") ?? "";
    const asked =
      version === 1
        ? readResource(context, tenant, application, form.get("resource"))
        : readScopes(context, tenant, application, scope);
    if (asked.kind === "refused") {
      return asked;
    }
    const { user } = outcome;
    return issueUserTokens(context, {
      ...{ version, tenant, application, client: known(facts.client, "client"), user, asked, scope },
      authentication: {
        userId: user.id,
        sid: randomGuid(context.random),
        signedInMs: context.clock.now(),
        methods: ["pwd"],
      },
      platform: application.isFallbackPublicClient === true ? "publicClient" : "web",
      proof: proofOf(facts),
      claims: form.get("claims"),
      wantsClientInfo: wantsClientInfo(request),
    });
  },
};

/** Entra: /organizations finds the tenant by the user's domain; /common and /consumers refuse the grant. */
function tenantOfUser(
  { directory }: TokenServiceContext,
  { form }: TokenRequest,
  alias: TenantAlias,
): Refusal | Tenant {
  if (alias !== "organizations") {
    return refuse("9001023", {}, `/${alias} does not take user name and password; use the tenant or /organizations`);
  }
  const domain = (form.get("username") ?? "").split("@")[1] ?? "";
  return (
    findTenantByDomain(directory, domain) ??
    refuse("50059", {}, "the user name's domain is none of a tenant on this platform")
  );
}
