import { Refusal } from "../../aadsts/aadsts.ts";
import { findApplicationByAppId } from "../../directory/applications/applications.ts";
import { issueRefreshToken } from "../../directory/issuedTokens/refreshTokens.ts";
import type { Tenant } from "../../directory/tenants/tenants.ts";
import type { User } from "../../directory/users/users.ts";
import { microsoftGraphAppId } from "../../directory/wellKnown.ts";
import { type ClaimsRequest, readClaimsRequest } from "../../signing/claims/claimsRequest.ts";
import { issuerOf } from "../../signing/claims/claimValues.ts";
import { delegatedClaims } from "../../signing/claims/delegatedClaims.ts";
import { idTokenClaims } from "../../signing/claims/idTokenClaims.ts";
import { accessTokenTimes, evaluatesContinuously, idTokenTimes } from "../../signing/lifetime.ts";
import { checkConsentable } from "../consent/consentChecks.ts";
import { isFamilyClient } from "../consent/preauthorized.ts";
import { graphResource, type ResourceScopes } from "../consent/requestedScopes.ts";
import { grantedScopes, missingConsent } from "../consent/userConsent.ts";
import type { TokenServiceContext } from "../context.ts";
import type { GrantedToken } from "../grants/grant.ts";
import { accessTokenVersion } from "../resource.ts";
import { issueUserFlowTokens } from "../userFlows/userFlowTokens.ts";
import { checkAdmission } from "./admission.ts";
import type { UserTokenRequest } from "./userTokenRequest.ts";

/**
 * Issues the whole response for a user: access, refresh and ID token as requested and allowed, in the form of the
 * authority where the user signed in.
 */
export async function issueUserTokens(context: TokenServiceContext, request: UserTokenRequest): Promise<GrantedToken> {
  if (request.userFlow !== undefined) {
    return issueUserFlowTokens(context, request, request.userFlow);
  }
  checkAdmission(context, request, "token");
  const part = request.requested.resources[0] ?? graphResource(context, request.tenant);
  const access = await issueAccessToken(context, request, part);
  const { openId } = request.requested;
  const refresh = openId.includes("offline_access") ? refreshToken(context, request) : undefined;
  const idToken = openId.includes("openid") ? await issueIdToken(context, request, {}) : undefined;
  const { user, tenant, client } = request;
  return {
    ...access,
    user: {
      id: user.id,
      scope: echoedScope(part, access.permissions),
      refreshToken: refresh?.text,
      refreshExpiresInSeconds: refresh?.expiresInSeconds,
      isFamily: refresh !== undefined && isFamilyClient(client.appId),
      idToken,
      clientInfo: request.wantsClientInfo || request.version === 1 ? clientInfo(user, tenant) : undefined,
    },
  };
}

/** Issues an access token for one API if the client has consent on it. */
export async function issueAccessToken(
  context: TokenServiceContext,
  request: UserTokenRequest,
  part: ResourceScopes,
): Promise<GrantedToken> {
  const { tenant, application, client, user, requested } = request;
  const first = { ...requested, resources: requested.resources.slice(0, 1) };
  checkConsentable(context, request, first);
  const missing = missingConsent(context, request, first);
  if (missing.length > 0) {
    const names = missing.flatMap(({ scopes }) => scopes.map((scope) => scope.value)).join(", ");
    const why = `${user.userPrincipalName} has not consented to ${names} for ${application.displayName}; send the user to the authorize endpoint, or consent as an administrator`;
    throw new Refusal("65001", { appId: application.appId, appName: application.displayName }, why);
  }
  const scopes = tokenScopes(context, request, part);
  const claims = readClaimsRequest(request.claims);
  const isContinuouslyEvaluated = claims.handlesChallenges && evaluatesContinuously(part.resource.appId);
  const times = accessTokenTimes(context, isContinuouslyEvaluated);
  const version = accessTokenVersion(context, part.resource);
  const subject = {
    ...request,
    context,
    version,
    issuer: issuerOf(context, tenant.id, version),
    resource: part.resource,
    registration: findApplicationByAppId(context.directory, part.resource.appId),
    resourceName: part.name,
    scopes,
    isContinuouslyEvaluated,
    issuedSeconds: times.notBeforeSeconds,
    expiresSeconds: times.expiresSeconds,
  };
  return {
    accessToken: await context.signing.sign(version, delegatedClaims(subject, claims.accessToken)),
    ...times,
    resource: part.name,
    permissions: scopes,
    why: `token for ${part.resource.displayName} for ${user.userPrincipalName} with scopes ${scopes.join(", ") || "(none)"}, for ${client.displayName}`,
  };
}

/** `siblings` are issued together with the token by the authorize endpoint. */
export function issueIdToken(
  context: TokenServiceContext,
  request: Omit<UserTokenRequest, "scope" | "proof" | "platform" | "wantsClientInfo">,
  siblings: { readonly code?: string | undefined; readonly accessToken?: string | undefined },
): Promise<string> {
  const { version, tenant, requested, nonce } = request;
  const { notBeforeSeconds: issuedSeconds, expiresSeconds } = idTokenTimes(context);
  const issuer = issuerOf(context, tenant.id, version);
  const claimsRequest: ClaimsRequest = readClaimsRequest(request.claims);
  const subject = {
    ...request,
    ...siblings,
    context,
    issuer,
    nonce,
    openId: requested.openId,
    issuedSeconds,
    expiresSeconds,
  };
  return context.signing.sign(version, idTokenClaims(subject, claimsRequest.idToken), "id");
}

/** Identifies the account of the tokens, for the client's account list. */
export function clientInfo(user: User, tenant: Tenant): string {
  return Buffer.from(JSON.stringify({ uid: user.id, utid: tenant.id })).toString("base64url");
}

const identityScopes: readonly string[] = ["profile", "openid", "email"];

/** Entra: a token contains everything consented to on the API, not only what this request names. */
function tokenScopes(context: TokenServiceContext, request: UserTokenRequest, part: ResourceScopes): readonly string[] {
  const granted = grantedScopes(context, request, part.resource).filter((value) => value !== "offline_access");
  const asksIdentity = request.requested.openId.some((value) => value !== "offline_access");
  return part.resource.appId === microsoftGraphAppId && asksIdentity
    ? [...granted.filter((value) => !identityScopes.includes(value)), ...identityScopes]
    : granted;
}

/** The granted values in the form of the request. */
function echoedScope({ prefix, isDefault }: ResourceScopes, scopes: readonly string[]): string {
  const named = scopes.map((value) => (identityScopes.includes(value) ? value : `${prefix}${value}`));
  return [...named, ...(isDefault && prefix !== "" ? [`${prefix}.default`] : [])].join(" ");
}

function refreshToken(
  context: TokenServiceContext,
  { tenant, client, authentication, platform, scope, before }: UserTokenRequest,
): { readonly text: string; readonly expiresInSeconds: number | undefined } {
  const grant = { tenantId: tenant.id, clientId: client.appId, authentication, platform, scope };
  const { text, expiresMs } = issueRefreshToken(context.directory, grant, before);
  const expiresInSeconds = Math.floor((expiresMs - context.clock.now()) / 1000);
  return { text, expiresInSeconds: platform === "spa" ? expiresInSeconds : undefined };
}
