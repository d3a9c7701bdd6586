import { Refusal } from "../../aadsts/aadsts.ts";
import type { Application } from "../../directory/applications/applicationProperties.ts";
import { findCode, redeemCode, type StoredCode } from "../../directory/issuedTokens/authorizationCodes.ts";
import type { ServicePrincipal } from "../../directory/servicePrincipals/servicePrincipals.ts";
import { getTenant, type Tenant } from "../../directory/tenants/tenants.ts";
import { getUser } from "../../directory/users/users.ts";
import { type RequestedScopes, readResource, readScopes } from "../consent/requestedScopes.ts";
import type { TokenServiceContext } from "../context.ts";
import { checkSignInIsValid } from "../issuance/signInValidity.ts";
import { issueUserTokens } from "../issuance/userTokens.ts";
import type { TokenRequest } from "../tokenRequest.ts";
import type { Grant } from "./grant.ts";
import { verifierHash } from "./pkce.ts";
import {
  accountDeleted,
  credentialRuleOf,
  missingParameter,
  requireOneResource,
  requireParameters,
  wantsClientInfo,
} from "./userGrant.ts";

/**
 * The second step of a sign-in with a browser. A code is valid for one client, one redirect URI, one verifier, one
 * redemption and ten minutes.
 *
 * @see RFC 6749 section 4.1.3, https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow
 */
export const authorizationCode: Grant = {
  grantType: "authorization_code",
  parameters: ["code", "redirect_uri", "code_verifier", "scope", "resource", "client_info", "claims"],
  isInUserFlows: true,
  isInBrowsers: true,
  checkParameters: (_, request) => requireParameters(request, "code"),
  findTenant(context, request) {
    const stored = findCode(context.directory, request.form.get("code") ?? "");
    const tenant = stored === undefined ? undefined : getTenant(context.directory, stored.grant.tenantId);
    if (tenant === undefined) {
      throw unknownCode();
    }
    return tenant;
  },
  credentialRule(context, request) {
    const stored = findCode(context.directory, request.form.get("code") ?? "");
    // An unknown code does not determine the client; the grant refuses it after the credential has been checked.
    return stored === undefined ? { credential: "optional" } : credentialRuleOf(request, stored.grant.platform);
  },
  async handle(context, request, { tenant, application, client, proof }) {
    const code = request.form.get("code") ?? "";
    const stored = findCode(context.directory, code);
    if (stored === undefined) {
      throw unknownCode();
    }
    const { grant } = stored;
    // In the order in which the refusals are reported; the order is from knowledge, not measurement.
    checkTenant(stored, request, tenant);
    checkClient(stored, client);
    checkRedemption(stored);
    checkAge(context, stored);
    checkRedirectUri(stored, request);
    checkVerifier(stored, request);
    checkSignInIsValid(context, grant.authentication, grant.platform);
    const user = getUser(context.directory, grant.authentication.userId);
    if (user === undefined) {
      throw accountDeleted();
    }
    const requested = requestedScopes(context, request, tenant, application, stored);
    if (!redeemCode(context.directory, code)) {
      throw redeemed();
    }
    return issueUserTokens(context, {
      ...{ version: request.version, tenant, application, client, user, requested, proof },
      authentication: grant.authentication,
      scope: grant.scope,
      platform: grant.platform,
      claims: request.form.get("claims") ?? grant.claims,
      nonce: grant.nonce,
      wantsClientInfo: wantsClientInfo(request),
      userFlow: grant.policy,
    });
  },
};

function checkTenant({ grant }: StoredCode, { userFlow }: TokenRequest, tenant: Tenant): void {
  if (grant.tenantId !== tenant.id || grant.policy !== userFlow) {
    const why =
      "the code was issued in another tenant or user flow; redeem it at the path where it was issued, or at /common";
    throw new Refusal("700005", {}, why);
  }
}

function checkClient({ grant }: StoredCode, { appId }: ServicePrincipal): void {
  if (grant.clientId !== appId) {
    throw new Refusal("70000", {}, "the code was issued to another application");
  }
}

function checkRedemption({ isRedeemed }: StoredCode): void {
  if (isRedeemed) {
    throw redeemed();
  }
}

function checkAge({ clock }: TokenServiceContext, { expiresMs }: StoredCode): void {
  if (clock.now() >= expiresMs) {
    const why = "the code is older than ten minutes; send the user to the authorize endpoint again";
    throw new Refusal("70008", {}, why);
  }
}

function checkRedirectUri({ grant }: StoredCode, { form }: TokenRequest): void {
  const expected = grant.redirectUri;
  const sent = form.get("redirect_uri");
  if (expected === undefined || sent === expected) {
    return;
  }
  if (sent === undefined) {
    throw missingParameter("redirect_uri");
  }
  const why = "redirect_uri must be the same text in both requests, letter for letter";
  throw new Refusal("500112", { sent, expected }, why);
}

function checkVerifier({ grant: { challenge, platform } }: StoredCode, { form }: TokenRequest): void {
  const verifier = form.get("code_verifier") ?? "";
  if (challenge === undefined && platform === "spa") {
    throw new Refusal("9002325", {}, "a single-page application must send code_challenge to the authorize endpoint");
  }
  if (challenge === undefined) {
    if (verifier !== "") {
      const why = "code_verifier was sent, but the authorization request had no code_challenge";
      throw new Refusal("501481", {}, why);
    }
    return;
  }
  if (verifier === "") {
    const why = "the authorization request had a code_challenge, and this one has no code_verifier";
    throw new Refusal("50148", {}, why);
  }
  if (verifierHash(verifier) !== challenge.verifierHash) {
    const why = `code_verifier does not belong to the code_challenge (method ${challenge.method})`;
    throw new Refusal("501481", {}, why);
  }
}

/** The request's own scopes, within what the user authorized; otherwise the first API of the authorization request. */
function requestedScopes(
  context: TokenServiceContext,
  { version, form }: TokenRequest,
  tenant: Tenant,
  application: Application,
  { grant }: StoredCode,
): RequestedScopes {
  if (version === 1) {
    return readResource(context, tenant, application, form.get("resource") || grant.resource);
  }
  const authorized = readScopes(context, tenant, application, grant.scope);
  const sent = form.get("scope") ?? "";
  if (sent === "") {
    return authorized;
  }
  const requested = requireOneResource(readScopes(context, tenant, application, sent), sent);
  // What was requested at the authorize endpoint still applies: some clients do not repeat offline_access.
  return { ...requested, openId: [...new Set([...requested.openId, ...authorized.openId])] };
}

function redeemed(): Refusal {
  const why = "a code can be redeemed once; use the refresh token, or send the user to the authorize endpoint";
  return new Refusal("54005", {}, why);
}

function unknownCode(): Refusal {
  return new Refusal("9002313", {}, "this platform did not issue the code; was it truncated or decoded twice?");
}
