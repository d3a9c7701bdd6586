import { Refusal, ticks } from "../../aadsts/aadsts.ts";
import type { Application } from "../../directory/applications/applicationProperties.ts";
import {
  findRefreshToken,
  type RefreshGrant,
  type StoredRefreshToken,
} from "../../directory/issuedTokens/refreshTokens.ts";
import type { ServicePrincipal } from "../../directory/servicePrincipals/servicePrincipals.ts";
import { getTenant, type Tenant } from "../../directory/tenants/tenants.ts";
import { getUser } from "../../directory/users/users.ts";
import { isFamilyClient } from "../consent/preauthorized.ts";
import { type RequestedScopes, readResource, readScopes } from "../consent/requestedScopes.ts";
import type { TokenServiceContext } from "../context.ts";
import { checkSignInIsValid } from "../issuance/signInValidity.ts";
import { issueUserTokens } from "../issuance/userTokens.ts";
import type { TokenRequest } from "../tokenRequest.ts";
import type { Grant } from "./grant.ts";
import { accountDeleted, credentialRuleOf, requireParameters, wantsClientInfo } from "./userGrant.ts";

/**
 * A new token without the user being present. The refresh token is bound to user and client: the request may name
 * another API, and the old token stays valid beside the new one.
 *
 * @see RFC 6749 section 6, https://learn.microsoft.com/entra/identity-platform/refresh-tokens
 */
export const refreshToken: Grant = {
  grantType: "refresh_token",
  parameters: ["refresh_token", "scope", "resource", "client_info", "claims"],
  isInUserFlows: true,
  isInBrowsers: true,
  checkParameters: (_, request) => requireParameters(request, "refresh_token"),
  findTenant(context, request) {
    const tenant = getTenant(context.directory, stored(context, request)?.grant.tenantId ?? "");
    if (tenant === undefined) {
      throw unknownToken();
    }
    return tenant;
  },
  credentialRule(context, request) {
    const found = stored(context, request);
    return found === undefined ? { credential: "optional" } : credentialRuleOf(request, found.grant.platform);
  },
  handle(context, request, { tenant, application, client, proof }) {
    const found = stored(context, request);
    if (found === undefined) {
      throw unknownToken();
    }
    const { grant } = found;
    checkClient(grant, request, client);
    checkAge(context, found);
    checkSignInIsValid(context, grant.authentication, grant.platform);
    const user = getUser(context.directory, grant.authentication.userId);
    if (user === undefined) {
      throw accountDeleted();
    }
    if (user.tenantId !== tenant.id) {
      const values = { user: user.userPrincipalName, tenant: tenant.displayName };
      const why = "the refresh token's user has no account in the tenant of the request's path";
      throw new Refusal("50034", values, why);
    }
    const requested = requestedScopes(context, request, tenant, application, grant);
    return issueUserTokens(context, {
      ...{ version: request.version, tenant, application, client, user, proof },
      authentication: grant.authentication,
      // Entra: a refresh returns the next refresh token whether or not offline_access is repeated.
      requested: { ...requested, openId: [...new Set([...requested.openId, "offline_access"])] },
      scope: grant.scope,
      platform: grant.platform,
      claims: request.form.get("claims"),
      wantsClientInfo: wantsClientInfo(request),
      userFlow: grant.policy,
      before: grant,
    });
  },
};

function stored({ directory }: TokenServiceContext, { form }: TokenRequest): StoredRefreshToken | undefined {
  return findRefreshToken(directory, form.get("refresh_token") ?? "");
}

function checkClient(
  { clientId, policy }: RefreshGrant,
  { userFlow }: TokenRequest,
  { appId }: ServicePrincipal,
): void {
  if (policy !== userFlow) {
    throw new Refusal("70000", {}, "the refresh token was issued by another user flow, or by none");
  }
  if (clientId !== appId && !(isFamilyClient(clientId) && isFamilyClient(appId))) {
    throw new Refusal("70000", {}, "the refresh token was issued to another application");
  }
}

function checkAge({ clock }: TokenServiceContext, { grant, expiresMs }: StoredRefreshToken): void {
  if (clock.now() < expiresMs) {
    return;
  }
  const issued = ticks(grant.issuedMs);
  throw grant.platform === "spa"
    ? new Refusal(
        "700084",
        { issued },
        "a single-page application's sign-in is valid for 24 hours; let the user sign in again",
      )
    : new Refusal("700082", { issued }, "the refresh token was not used for 90 days; let the user sign in again");
}

/** The scope of the request, otherwise of the sign-in. Entra: of several APIs, the first one counts. */
function requestedScopes(
  context: TokenServiceContext,
  { version, form }: TokenRequest,
  tenant: Tenant,
  application: Application,
  grant: RefreshGrant,
): RequestedScopes {
  const resource = form.get("resource") ?? "";
  if (version === 2 && resource !== "") {
    throw new Refusal("901002", {}, "resource belongs to /oauth2/token; /oauth2/v2.0/token takes scope");
  }
  if (version === 2) {
    return readScopes(context, tenant, application, form.get("scope") || grant.scope);
  }
  if (resource === "") {
    throw new Refusal("50001", {}, "the version 1 endpoint needs resource={identifier URI of the API}");
  }
  return readResource(context, tenant, application, resource);
}

function unknownToken(): Refusal {
  const why = "this platform did not issue the refresh token; was it truncated, or the data directory removed?";
  return new Refusal("70000", {}, why);
}
