import { type Refusal, refuse } from "../../aadsts/aadsts.ts";
import {
  findRefreshToken,
  type RefreshGrant,
  type StoredRefreshToken,
} from "../../directory/issuedTokens/refreshTokens.ts";
import { getTenant } from "../../directory/tenants/tenants.ts";
import { getUser } from "../../directory/users/users.ts";
import { type AskedScopes, readResource, readScopes } from "../consent/askedScopes.ts";
import { isFamilyClient } from "../consent/preauthorized.ts";
import type { TokenServiceContext } from "../context.ts";
import { isSignInOver, ticks } from "../issuance/signInValidity.ts";
import { issueUserTokens } from "../issuance/userTokens.ts";
import type { TokenRequest } from "../tokenRequest.ts";
import { demandOf } from "./clientDemand.ts";
import type { Grant } from "./grant.ts";
import { known, type TokenFacts } from "./grant.ts";
import { accountGone, missingParameter, proofOf, wantsClientInfo } from "./userGrant.ts";

/**
 * A new token without the user. The refresh token is bound to user and client: the request may name another API, and
 * the token stays valid beside its successor.
 *
 * @see RFC 6749 section 6, https://learn.microsoft.com/entra/identity-platform/refresh-tokens
 */
export const refreshToken: Grant = {
  grantType: "refresh_token",
  parameters: ["refresh_token", "scope", "resource", "client_info", "claims"],
  isInUserFlows: true,
  isInBrowsers: true,
  checkParameters: (_, request) => missingParameter(request, "refresh_token"),
  findTenant(context, request) {
    const tenant = getTenant(context.directory, stored(context, request)?.grant.tenantId ?? "");
    return tenant ?? unknownToken();
  },
  demand(context, request) {
    const found = stored(context, request);
    return found === undefined ? { kind: "demand", credential: "optional" } : demandOf(request, found.grant.platform);
  },
  handle(context, request, facts) {
    const found = stored(context, request);
    if (found === undefined) {
      return unknownToken();
    }
    const { grant } = found;
    const refusal =
      checkClient(grant, request, facts) ??
      checkAge(context, found) ??
      isSignInOver(context, grant.authentication, grant.platform);
    if (refusal !== undefined) {
      return refusal;
    }
    const tenant = known(facts.tenant, "tenant");
    const user = getUser(context.directory, grant.authentication.userId);
    if (user === undefined) {
      return accountGone();
    }
    if (user.tenantId !== tenant.id) {
      const values = { user: user.userPrincipalName, tenant: tenant.displayName };
      return refuse("50034", values, "the refresh token's user has no account in the tenant of the request's path");
    }
    const asked = askedScopes(context, request, facts, grant);
    if (asked.kind === "refused") {
      return asked;
    }
    return issueUserTokens(context, {
      version: request.version,
      tenant,
      application: known(facts.application, "application"),
      client: known(facts.client, "client"),
      user,
      authentication: grant.authentication,
      // Entra: a refresh gives the next refresh token whether or not offline_access is repeated.
      asked: { ...asked, openId: [...new Set([...asked.openId, "offline_access"])] },
      scope: grant.scope,
      platform: grant.platform,
      proof: proofOf(facts),
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
  facts: TokenFacts,
): Refusal | undefined {
  const { appId } = known(facts.client, "client");
  if (policy !== userFlow) {
    return refuse("70000", {}, "the refresh token was given by another user flow, or by none");
  }
  return clientId === appId || (isFamilyClient(clientId) && isFamilyClient(appId))
    ? undefined
    : refuse("70000", {}, "the refresh token was given to another application");
}

function checkAge({ clock }: TokenServiceContext, { grant, expiresMs }: StoredRefreshToken): Refusal | undefined {
  if (clock.now() < expiresMs) {
    return undefined;
  }
  const issued = ticks(grant.issuedMs);
  return grant.platform === "spa"
    ? refuse("700084", { issued }, "a single-page application's sign-in lasts 24 hours; let the user sign in again")
    : refuse("700082", { issued }, "the refresh token was not used for 90 days; let the user sign in again");
}

/** The scope of the request, or of the sign-in. Entra: of several APIs the first one counts. */
function askedScopes(
  context: TokenServiceContext,
  { version, form }: TokenRequest,
  facts: TokenFacts,
  grant: RefreshGrant,
): Refusal | AskedScopes {
  const tenant = known(facts.tenant, "tenant");
  const application = known(facts.application, "application");
  if (version === 1) {
    const resource = form.get("resource") ?? "";
    return resource === ""
      ? refuse("50001", {}, "the version 1 endpoint needs resource={identifier URI of the API}")
      : readResource(context, tenant, application, resource);
  }
  if ((form.get("resource") ?? "") !== "") {
    return refuse("901002", {}, "resource belongs to /oauth2/token; /oauth2/v2.0/token takes scope");
  }
  return readScopes(context, tenant, application, form.get("scope") || grant.scope);
}

function unknownToken(): Refusal {
  const why = "the refresh token is none of this platform's: was it cut short, or the data directory removed?";
  return refuse("70000", {}, why);
}
