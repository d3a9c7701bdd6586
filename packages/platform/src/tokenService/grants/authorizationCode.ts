import { type Refusal, refuse } from "../../aadsts/aadsts.ts";
import { findCode, redeemCode, type StoredCode } from "../../directory/issuedTokens/authorizationCodes.ts";
import { getTenant } from "../../directory/tenants/tenants.ts";
import { getUser } from "../../directory/users/users.ts";
import { type AskedScopes, readResource, readScopes } from "../consent/askedScopes.ts";
import type { TokenServiceContext } from "../context.ts";
import { isSignInOver } from "../issuance/signInValidity.ts";
import { issueUserTokens } from "../issuance/userTokens.ts";
import type { TokenRequest } from "../tokenRequest.ts";
import { demandOf } from "./clientDemand.ts";
import type { Grant } from "./grant.ts";
import { known, type TokenFacts } from "./grant.ts";
import { verifierHash } from "./pkce.ts";
import { accountGone, missingParameter, oneResource, proofOf, wantsClientInfo } from "./userGrant.ts";

/**
 * The second leg of a sign-in with a browser. A code is good for one client, one redirect URI, one verifier, one
 * redemption and ten minutes.
 *
 * @see RFC 6749 section 4.1.3, https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow
 */
export const authorizationCode: Grant = {
  grantType: "authorization_code",
  parameters: ["code", "redirect_uri", "code_verifier", "scope", "resource", "client_info", "claims"],
  isInUserFlows: true,
  isInBrowsers: true,
  checkParameters: (_, request) => missingParameter(request, "code"),
  findTenant(context, request) {
    const stored = findCode(context.directory, request.form.get("code") ?? "");
    const tenant = stored === undefined ? undefined : getTenant(context.directory, stored.grant.tenantId);
    return tenant ?? garbled();
  },
  demand(context, request) {
    const stored = findCode(context.directory, request.form.get("code") ?? "");
    // A code that is no code says nothing about its client; the grant refuses it after the credential was looked at.
    return stored === undefined ? { kind: "demand", credential: "optional" } : demandOf(request, stored.grant.platform);
  },
  async handle(context, request, facts) {
    const code = request.form.get("code") ?? "";
    const stored = findCode(context.directory, code);
    if (stored === undefined) {
      return garbled();
    }
    const refusal = checks.map((check) => check(context, request, facts, stored)).find((found) => found !== undefined);
    if (refusal !== undefined) {
      return refusal;
    }
    const { grant } = stored;
    const user = getUser(context.directory, grant.authentication.userId);
    if (user === undefined) {
      return accountGone();
    }
    const asked = askedScopes(context, request, facts, stored);
    if (asked.kind === "refused") {
      return asked;
    }
    if (!redeemCode(context.directory, code)) {
      return redeemed();
    }
    return issueUserTokens(context, {
      version: request.version,
      tenant: known(facts.tenant, "tenant"),
      application: known(facts.application, "application"),
      client: known(facts.client, "client"),
      user,
      authentication: grant.authentication,
      asked,
      scope: grant.scope,
      platform: grant.platform,
      proof: proofOf(facts),
      claims: request.form.get("claims") ?? grant.claims,
      nonce: grant.nonce,
      wantsClientInfo: wantsClientInfo(request),
      userFlow: grant.policy,
    });
  },
};

type CodeCheck = (
  context: TokenServiceContext,
  request: TokenRequest,
  facts: TokenFacts,
  stored: StoredCode,
) => Refusal | undefined;

/** In the order of their refusals; the order is knowledge, not measurement. */
const checks: readonly CodeCheck[] = [
  checkTenant,
  checkClient,
  checkRedemption,
  checkAge,
  checkRedirectUri,
  checkVerifier,
  checkRevocation,
];

function checkTenant(
  _: TokenServiceContext,
  request: TokenRequest,
  facts: TokenFacts,
  { grant }: StoredCode,
): Refusal | undefined {
  return grant.tenantId === known(facts.tenant, "tenant").id && grant.policy === request.userFlow
    ? undefined
    : refuse(
        "700005",
        {},
        "the code was given in another tenant or user flow; redeem it at the path where it was given, or at /common",
      );
}

function checkClient(
  _: TokenServiceContext,
  __: TokenRequest,
  facts: TokenFacts,
  { grant }: StoredCode,
): Refusal | undefined {
  return grant.clientId === known(facts.client, "client").appId
    ? undefined
    : refuse("70000", {}, "the code was given to another application");
}

function checkRedemption(
  _: TokenServiceContext,
  __: TokenRequest,
  ___: TokenFacts,
  stored: StoredCode,
): Refusal | undefined {
  return stored.isRedeemed ? redeemed() : undefined;
}

function checkAge(
  context: TokenServiceContext,
  _: TokenRequest,
  __: TokenFacts,
  stored: StoredCode,
): Refusal | undefined {
  return context.clock.now() < stored.expiresMs
    ? undefined
    : refuse("70008", {}, "the code is older than ten minutes; send the user to the authorize endpoint again");
}

function checkRedirectUri(
  _: TokenServiceContext,
  request: TokenRequest,
  __: TokenFacts,
  stored: StoredCode,
): Refusal | undefined {
  const expected = stored.grant.redirectUri;
  const sent = request.form.get("redirect_uri");
  if (expected === undefined || sent === expected) {
    return undefined;
  }
  return sent === undefined
    ? missingParameter(request, "redirect_uri")
    : refuse("500112", { sent, expected }, "redirect_uri must be the same text in both requests, letter for letter");
}

function checkVerifier(
  _: TokenServiceContext,
  request: TokenRequest,
  __: TokenFacts,
  stored: StoredCode,
): Refusal | undefined {
  const { challenge, platform } = stored.grant;
  const verifier = request.form.get("code_verifier") ?? "";
  if (challenge === undefined) {
    if (platform === "spa") {
      return refuse("9002325", {}, "a single-page application must send code_challenge to the authorize endpoint");
    }
    return verifier === ""
      ? undefined
      : refuse("501481", {}, "code_verifier was sent, but the authorization request had no code_challenge");
  }
  if (verifier === "") {
    return refuse("50148", {}, "the authorization request had a code_challenge, and this one has no code_verifier");
  }
  return verifierHash(verifier) === challenge.verifierHash
    ? undefined
    : refuse("501481", {}, `code_verifier does not belong to the code_challenge (method ${challenge.method})`);
}

function checkRevocation(
  context: TokenServiceContext,
  _: TokenRequest,
  __: TokenFacts,
  { grant }: StoredCode,
): Refusal | undefined {
  return isSignInOver(context, grant.authentication, grant.platform);
}

/** The request's own, within what the user was asked for; else the first API of the authorization request. */
function askedScopes(
  context: TokenServiceContext,
  request: TokenRequest,
  facts: TokenFacts,
  { grant }: StoredCode,
): Refusal | AskedScopes {
  const tenant = known(facts.tenant, "tenant");
  const application = known(facts.application, "application");
  if (request.version === 1) {
    const resource = request.form.get("resource") || grant.resource;
    return readResource(context, tenant, application, resource);
  }
  const authorized = readScopes(context, tenant, application, grant.scope);
  const sent = request.form.get("scope") ?? "";
  if (authorized.kind === "refused" || sent === "") {
    return authorized;
  }
  const asked = oneResource(readScopes(context, tenant, application, sent), sent);
  // What was asked for at the authorize endpoint holds: some clients do not repeat offline_access.
  return asked.kind === "refused" ? asked : { ...asked, openId: [...new Set([...asked.openId, ...authorized.openId])] };
}

function redeemed(): Refusal {
  return refuse("54005", {}, "a code is good once; use the refresh token, or send the user to the authorize endpoint");
}

function garbled(): Refusal {
  return refuse("9002313", {}, "the code is none of this platform's; was it cut short or decoded twice?");
}
