import { Refusal } from "../../aadsts/aadsts.ts";
import { randomGuid } from "../../core/random.ts";
import { findTenantByDomain, type Tenant } from "../../directory/tenants/tenants.ts";
import { findUserByPrincipalName } from "../../directory/users/users.ts";
import { authenticateUser } from "../../signIn/browserSession.ts";
import { readResource, readScopes } from "../consent/requestedScopes.ts";
import type { TokenServiceContext } from "../context.ts";
import { issueUserTokens } from "../issuance/userTokens.ts";
import type { TenantAlias } from "../tenantSegment.ts";
import type { TokenRequest } from "../tokenRequest.ts";
import type { Grant } from "./grant.ts";
import { credentialRuleWithoutRedirect, requireParameters, wantsClientInfo } from "./userGrant.ts";

/** The user's own password, sent by the application. @see https://learn.microsoft.com/entra/identity-platform/v2-oauth-ropc */
export const password: Grant = {
  grantType: "password",
  parameters: ["username", "password", "scope", "resource", "client_info", "claims"],
  checkParameters(_, request) {
    requireParameters(request, "username", "password", request.version === 1 ? "resource" : "scope");
  },
  findTenant: tenantOfUser,
  credentialRule: (_, __, application) => credentialRuleWithoutRedirect(application),
  handle(context, request, { tenant, application, client, proof }) {
    const { form, version } = request;
    const name = (form.get("username") ?? "").trim();
    const found = findUserByPrincipalName(context.directory, name);
    if (found?.tenantId !== tenant.id) {
      const values = { user: "{EmailHidden}", tenant: tenant.displayName };
      throw new Refusal("50034", values, "the tenant of the path has no user with this name");
    }
    const user = authenticateUser(context, name, form.get("password") ?? "");
    const scope = form.get("scope") ?? "";
    const requested =
      version === 1
        ? readResource(context, tenant, application, form.get("resource"))
        : readScopes(context, tenant, application, scope);
    return issueUserTokens(context, {
      ...{ version, tenant, application, client, user, requested, scope, proof },
      authentication: {
        userId: user.id,
        sid: randomGuid(context.random),
        signedInMs: context.clock.now(),
        methods: ["pwd"],
      },
      platform: application.isFallbackPublicClient === true ? "publicClient" : "web",
      claims: form.get("claims"),
      wantsClientInfo: wantsClientInfo(request),
    });
  },
};

/** Entra: /organizations finds the tenant by the user's domain; /common and /consumers refuse the grant. */
function tenantOfUser({ directory }: TokenServiceContext, { form }: TokenRequest, alias: TenantAlias): Tenant {
  if (alias !== "organizations") {
    const why = `/${alias} does not accept user name and password; use the tenant or /organizations`;
    throw new Refusal("9001023", {}, why);
  }
  const tenant = findTenantByDomain(directory, (form.get("username") ?? "").split("@")[1] ?? "");
  if (tenant === undefined) {
    throw new Refusal("50059", {}, "the user name's domain belongs to no tenant on this platform");
  }
  return tenant;
}
