import { Refusal } from "../../aadsts/aadsts.ts";
import { issueRefreshToken } from "../../directory/issuedTokens/refreshTokens.ts";
import { accessTokenTimes, idTokenTimes } from "../../signing/lifetime.ts";
import { grantedScopes } from "../consent/userConsent.ts";
import type { TokenServiceContext } from "../context.ts";
import type { GrantedToken } from "../grants/grant.ts";
import { checkAdmission } from "../issuance/admission.ts";
import type { UserTokenRequest } from "../issuance/userTokenRequest.ts";
import { userFlowIssuer } from "./userFlow.ts";

/**
 * The response of a B2C user flow: tokens in its own form, for the client itself if the scope names no API. Users are
 * not asked for consent, which an administrator has granted.
 *
 * @see https://learn.microsoft.com/azure/active-directory-b2c/tokens-overview
 */
export async function issueUserFlowTokens(
  context: TokenServiceContext,
  request: UserTokenRequest,
  policy: string,
): Promise<GrantedToken> {
  checkAdmission(context, request, "token");
  const { tenant, application, client, user, authentication, requested, platform, scope, before } = request;
  const part = requested.resources[0];
  const scopes = part === undefined ? [] : grantedScopes(context, request, part.resource);
  if (part !== undefined && part.resource.appId !== client.appId && scopes.length === 0) {
    const why = `permissions of ${part.resource.displayName} are not consented to; an administrator must consent`;
    throw new Refusal("65001", { appId: application.appId, appName: application.displayName }, why);
  }
  const times = accessTokenTimes(context, false);
  const audience = part?.resource.appId ?? client.appId;
  const shared = {
    iss: userFlowIssuer(context, tenant),
    sub: user.id,
    name: user.displayName,
    tfp: policy,
    auth_time: Math.floor(authentication.signedInMs / 1000),
    ver: "1.0",
  };
  const accessClaims = {
    ...{ exp: times.expiresSeconds, nbf: times.notBeforeSeconds, iat: times.notBeforeSeconds },
    ...{ ...shared, aud: audience, azp: client.appId },
    ...(scopes.length === 0 ? {} : { scp: scopes.join(" ") }),
  };
  const id = idTokenTimes(context);
  const idClaims = {
    ...{ exp: id.expiresSeconds, nbf: id.notBeforeSeconds, iat: id.notBeforeSeconds, ...shared, aud: client.appId },
    ...(request.nonce === undefined ? {} : { nonce: request.nonce }),
    ...{ oid: user.id, given_name: user.givenName, family_name: user.surname },
    emails: [user.mail ?? user.userPrincipalName],
  };
  const grant = { tenantId: tenant.id, clientId: client.appId, authentication, platform, scope, policy };
  const refresh = requested.openId.includes("offline_access")
    ? issueRefreshToken(context.directory, grant, before)
    : undefined;
  const uid = `${user.id}-${policy.toLowerCase()}`;
  return {
    accessToken: await context.signing.sign(2, accessClaims),
    ...times,
    resource: audience,
    permissions: scopes,
    user: {
      id: user.id,
      scope: scopes.map((value) => `${part?.prefix ?? ""}${value}`).join(" "),
      refreshToken: refresh?.text,
      refreshExpiresInSeconds:
        refresh === undefined ? undefined : Math.floor((refresh.expiresMs - context.clock.now()) / 1000),
      isFamily: false,
      idToken: requested.openId.includes("openid") ? await context.signing.sign(2, idClaims, "id") : undefined,
      clientInfo: request.wantsClientInfo
        ? Buffer.from(JSON.stringify({ uid, utid: tenant.id })).toString("base64url")
        : undefined,
    },
    why: `tokens of the user flow ${policy} for ${user.userPrincipalName}`,
  };
}
