import { Refusal } from "../../aadsts/aadsts.ts";
import { issueCode } from "../../directory/issuedTokens/authorizationCodes.ts";
import type { ServicePrincipal } from "../../directory/servicePrincipals/servicePrincipals.ts";
import { graphResource } from "../consent/requestedScopes.ts";
import type { TokenServiceContext } from "../context.ts";
import type { UserTokenRequest } from "../issuance/userTokenRequest.ts";
import { clientInfo, issueAccessToken, issueIdToken } from "../issuance/userTokens.ts";
import type { AuthorizationRequest } from "./authorizationRequest.ts";
import type { Person } from "./decision.ts";
import type { ReplyParameters } from "./reply.ts";

/** What the application gets: code, ID token and access token as asked for, in the order of the real service. */
export async function grantResponse(
  context: TokenServiceContext,
  request: AuthorizationRequest,
  { signedIn, tenant, asked }: Person,
  client: ServicePrincipal,
): Promise<ReplyParameters> {
  const { user, authentication } = signedIn;
  const { application, version, responseTypes, reply, scope, nonce, claims, wantsClientInfo } = request;
  const wanted: UserTokenRequest = {
    ...{ version, tenant, application, client, user, authentication, asked, scope, claims, nonce, wantsClientInfo },
    platform: reply.redirect.platform,
    proof: "none",
    isInFragment: reply.mode === "fragment",
  };
  const part = asked.resources[0] ?? graphResource(context, tenant);
  const access = responseTypes.has("token") ? await issueAccessToken(context, wanted, part) : undefined;
  const code = responseTypes.has("code")
    ? issueCode(context.directory, {
        tenantId: tenant.id,
        clientId: application.appId,
        authentication,
        platform: reply.redirect.platform,
        redirectUri: reply.sentUri,
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
    ? await issueIdToken(context, wanted, { code, accessToken })
    : undefined;
  return [
    ["code", code],
    ["access_token", accessToken],
    ["token_type", access === undefined ? undefined : "Bearer"],
    ["expires_in", access === undefined ? undefined : String(access.expiresInSeconds)],
    ["scope", access === undefined ? undefined : access.permissions.join(" ")],
    ["id_token", idToken],
    ["client_info", wantsClientInfo ? clientInfo(user, tenant) : undefined],
    ["state", reply.state],
    ["session_state", authentication.sid],
  ];
}

/** The user said no. */
export function declined(context: TokenServiceContext): Refusal {
  const refusal = new Refusal("65004:authorize", {}, "the user declined to consent");
  return { ...refusal, error: context.wireProfile.declinedConsentError };
}
