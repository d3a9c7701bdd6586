import { Refusal } from "../../aadsts/aadsts.ts";
import { issueCode } from "../../directory/issuedTokens/authorizationCodes.ts";
import type { ServicePrincipal } from "../../directory/servicePrincipals/servicePrincipals.ts";
import { graphResource } from "../consent/requestedScopes.ts";
import type { TokenServiceContext } from "../context.ts";
import type { UserTokenRequest } from "../issuance/userTokenRequest.ts";
import { clientInfo, issueAccessToken, issueIdToken } from "../issuance/userTokens.ts";
import type { AuthorizationRequest } from "./authorizationRequest.ts";
import type { ResponseParameters } from "./authorizeResponse.ts";
import type { AdmittedUser } from "./decision.ts";

/**
 * The response for the application: the requested ones of code, ID token and access token, in the order of the real
 * service.
 */
export async function grantResponse(
  context: TokenServiceContext,
  request: AuthorizationRequest,
  { signedIn, tenant, requested }: AdmittedUser,
  client: ServicePrincipal,
): Promise<ResponseParameters> {
  const { user, authentication } = signedIn;
  const { application, version, responseTypes, responseTarget, scope, nonce, claims, wantsClientInfo } = request;
  const tokenRequest: UserTokenRequest = {
    ...{ version, tenant, application, client, user, authentication, requested, scope, claims, nonce, wantsClientInfo },
    platform: responseTarget.redirect.platform,
    proof: "none",
    isInFragment: responseTarget.mode === "fragment",
  };
  const part = requested.resources[0] ?? graphResource(context, tenant);
  const access = responseTypes.has("token") ? await issueAccessToken(context, tokenRequest, part) : undefined;
  const code = responseTypes.has("code")
    ? issueCode(context.directory, {
        tenantId: tenant.id,
        clientId: application.appId,
        authentication,
        platform: responseTarget.redirect.platform,
        redirectUri: responseTarget.sentUri,
        scope,
        resource: request.resource,
        nonce,
        claims,
        challenge: request.challenge,
        policy: request.userFlow,
      })
    : undefined;
  const accessToken = access?.accessToken;
  const idToken = responseTypes.has("id_token")
    ? await issueIdToken(context, tokenRequest, { code, accessToken })
    : undefined;
  return [
    ["code", code],
    ["access_token", accessToken],
    ["token_type", access === undefined ? undefined : "Bearer"],
    ["expires_in", access === undefined ? undefined : String(access.expiresInSeconds)],
    ["scope", access === undefined ? undefined : access.permissions.join(" ")],
    ["id_token", idToken],
    ["client_info", wantsClientInfo ? clientInfo(user, tenant) : undefined],
    ["state", responseTarget.state],
    ["session_state", authentication.sid],
  ];
}

/** The refusal when the user declines consent. */
export function declined(context: TokenServiceContext): Refusal {
  const refusal = new Refusal("65004:authorize", {}, "the user declined to consent");
  return { ...refusal, error: context.wireProfile.declinedConsentError };
}
