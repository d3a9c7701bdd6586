import { signInRows } from "../aadsts/signInRows.ts";
import type { AadstsRow } from "./aadsts.ts";

/** A row whose status none of the platform's own rules uses. */
export interface FaultRow extends Omit<AadstsRow, "status"> {
  readonly status: number;
}

const factorClaims = signInRows["50076"].claims;

/**
 * Errors whose causes do not exist on the local platform: overload, policies, devices, other clouds and kinds of
 * tenants, texts of earlier years. Only a fault rule causes them. Columns as in `aadsts.ts`.
 */
export const faultOnlyRows: Readonly<Record<string, FaultRow>> = {
  "28002": row(
    "invalid_scope",
    400,
    "Provided value for the input parameter scope '{scope}' isn't valid when requesting an access token. Please specify a valid scope.",
  ),
  "28003": row(
    "invalid_scope",
    400,
    "Provided value for the input parameter scope can't be empty when requesting an access token using the provided authorization code. Please specify a valid scope.",
  ),
  "50055": row("invalid_grant", 400, "The password is expired.", { suberror: "user_password_expired" }),
  "50074": row("interaction_required", 400, "Strong Authentication is required.", {
    suberror: "basic_action",
    claims: factorClaims,
  }),
  "50078": row(
    "interaction_required",
    400,
    "Presented multi-factor authentication has expired due to policies configured by your administrator, you must refresh your multi-factor authentication to access '{resource}'.",
    { suberror: "basic_action" },
  ),
  "50079": row(
    "interaction_required",
    400,
    "Due to a configuration change made by your administrator, or because you moved to a new location, you must enroll in multi-factor authentication to access '{resource}'.",
    { suberror: "basic_action", claims: factorClaims, source: "M" },
  ),
  "50132": row("invalid_grant", 400, "The session is not valid due to password expiration or recent password change.", {
    suberror: "bad_token",
  }),
  "50133": row("invalid_grant", 400, "The session is not valid due to password expiration or recent password change.", {
    suberror: "bad_token",
  }),
  "50140": row(
    "interaction_required",
    400,
    "This error occurred due to 'Keep me signed in' interrupt when the user was signing-in.",
  ),
  "50146": row(
    "invalid_request",
    400,
    "This application is required to be configured with an application-specific signing key. It is either not configured with one, or the key has expired or is not yet valid.",
  ),
  "501461": row(
    "invalid_request",
    400,
    "AcceptMappedClaims is only supported for a token audience matching the application GUID or an audience within the tenant's verified domains. Either change the resource identifier, or use an application-specific signing key.",
  ),
  "50158": row("interaction_required", 400, "External security challenge was not satisfied."),
  "50171": row("invalid_client", 401, "The given audience can only be used in Mutual-TLS token calls.", {
    hasErrorUri: false,
    source: "F; status K",
  }),
  "500181": row(
    "invalid_request",
    400,
    "The TLS certificate provided does not match the certificate in the assertion.",
    { hasErrorUri: false, source: "F" },
  ),
  "50196": row(
    "invalid_grant",
    400,
    "The server terminated an operation because it encountered a client request loop. Please contact your app vendor.",
    { source: "K" },
  ),
  "500207": row("invalid_request", 400, "The account type can't be used for the resource you're trying to access."),
  "500208": row("invalid_request", 400, "The domain is not a valid login domain for the account type."),
  "51004": row("invalid_grant", 400, "The user account does not exist in the directory."),
  "53000": row("interaction_required", 400, "Device is not in required device state."),
  "53001": row("interaction_required", 400, "Device is not domain joined."),
  "53003": row(
    "interaction_required",
    400,
    "Access has been blocked by Conditional Access policies. The access policy does not allow token issuance.",
    {
      suberror: "message_only",
      claims: '{"access_token":{"capolids":{"essential":true,"values":["00000000-0000-4000-8000-000000000000"]}}}',
      source: "I",
    },
  ),
  "530003": row("interaction_required", 400, "Your device is required to be managed to access this resource.", {
    source: "K",
  }),
  "650056": row(
    "invalid_client",
    400,
    "Misconfigured application. This could be due to one of the following: the client has not listed any permissions in the requested permissions in the client's application registration. Or, the admin has not consented in the tenant. Or, check the application identifier in the request to ensure it matches the configured client application identifier. Client app ID: {appId}.",
  ),
  "67003": row("invalid_grant", 400, "The actor is not a valid service identity."),
  "70001": row(
    "unauthorized_client",
    400,
    "Application with identifier '{appId}' was not found in the directory '{tenant}'.",
    { source: "I" },
  ),
  "700011": row("unauthorized_client", 400, "Application with identifier '{appId}' was not found in the directory."),
  "70002": row("invalid_client", 401, "Error validating credentials."),
  "700020": row("interaction_required", 400, "The access grant requires interaction."),
  "70021": row(
    "invalid_client",
    401,
    "No matching federated identity record found for presented assertion. Assertion Issuer: '{issuer}'. Assertion Subject: '{subject}'. Assertion Audience: '{audience}'. https://docs.microsoft.com/en-us/azure/active-directory/develop/workload-identity-federation",
    { source: "I 2023" },
  ),
  "700022": row(
    "invalid_scope",
    400,
    "The provided value for the input parameter 'scope' is not valid because it contains more than one resource.",
  ),
  "700030": row("invalid_client", 401, "Invalid certificate - subject name in certificate is not authorized."),
  "700081": row(
    "invalid_grant",
    400,
    "The refresh token has expired due to maximum lifetime. The token was issued on {issued} and the maximum allowed lifetime for this application is 1.00:00:00.",
    { suberror: "bad_token", source: "M" },
  ),
  "70043": row(
    "invalid_grant",
    400,
    "The refresh token has expired or is invalid due to sign-in frequency checks by conditional access. The token was issued on {issued} and the maximum allowed lifetime for this request is 86400.",
    { suberror: "token_expired", hasErrorUri: false, source: "I" },
  ),
  "7000214": row("invalid_client", 401, "The certificate used to sign the client assertion has been revoked.", {
    source: "K",
  }),
  "7000274": row("invalid_client", 401, "The signature of the client assertion is not valid.", { source: "K" }),
  "7000277": row("invalid_client", 401, "The certificate of the client assertion has been revoked.", { source: "K" }),
  "1000502": row("invalid_client", 401, "The provided certificate is not within its specified validity window.", {
    source: "K",
  }),
  "700226": row(
    "invalid_client",
    401,
    "Only MSI tokens may be used as Federated Identity Credentials for AAD issuer.",
    { source: "I; error K" },
  ),
  "700229": row(
    "invalid_request",
    400,
    "Only app-only tokens can be used as Federated Identity Credentials for AAD issuer.",
  ),
  "7002131": row(
    "invalid_client",
    401,
    "No matching federated identity record found for presented assertion subject '{subject}' or no federated identity credential expression matched. Please check your federated identity credential Subject, Expression, Audience and Issuer against the presented assertion. https://learn.microsoft.com/entra/workload-id/workload-identity-federation",
    { source: "I" },
  ),
  "7002137": row(
    "invalid_client",
    401,
    "No matching federated identity record found for presented assertion subject '{subject}'. Please make sure the federated identity credential Subject is in the form of the issuer's own subjects.",
    { source: "I; end K" },
  ),
  "76021": row(
    "invalid_request",
    400,
    "The request sent by client is not signed while the application requires signed requests.",
  ),
  "90004": row("invalid_request", 400, "The request is not properly formatted."),
  "90008": row(
    "invalid_grant",
    400,
    "The user or administrator has not consented to use the application. At the minimum, the application requires the permission to sign in and read the user's profile.",
  ),
  "90010": row(
    "invalid_request",
    400,
    "The grant type is not supported over the /common or /consumers endpoints. Please use the /organizations or tenant-specific endpoint.",
    { source: "M" },
  ),
  "90019": row("invalid_request", 400, "No tenant-identifying information found in the request."),
  "90024": row("temporarily_unavailable", 503, "A transient error has occurred. Please try again."),
  "90033": row("temporarily_unavailable", 503, "A transient error has occurred. Please try again."),
  "90055": row("temporarily_unavailable", 429, "There are too many incoming requests."),
  "90090": row("temporarily_unavailable", 503, "The service is temporarily unavailable. Please try again."),
  "90038": row(
    "invalid_request",
    400,
    "The specified tenant '{tenant}' belongs to another national cloud. The current cloud instance does not federate with it.",
  ),
  "900382": row("invalid_request", 400, "Confidential Client is not supported in Cross Cloud request."),
  "90051": row("invalid_request", 400, "The national cloud identifier contains an invalid cloud identifier."),
  "90056": row("invalid_request", 400, "This endpoint only accepts POST requests. Received a {method} request."),
  "90072": row("access_denied", 400, "The account needs to be added as an external user in the tenant first."),
  "90095": row("access_denied", 400, "Admin consent is required; the user may ask an administrator for it."),
  "90099": row(
    "access_denied",
    400,
    "The application '{appId}' ({appName}) has not been authorized in the tenant '{tenant}'. Applications must be authorized to access the external tenant before partner delegated administrators can use them.",
    { source: "D" },
  ),
  "90100": row("invalid_request", 400, "A parameter of the request is empty or not valid."),
  "90121": row("invalid_request", 400, "Invalid empty request.", { source: "D" }),
  "90124": row(
    "invalid_request",
    400,
    "The resource '{resource}' is not supported over the /common or /consumers endpoints. Please use the /organizations or tenant-specific endpoint.",
  ),
  "90130": row(
    "invalid_request",
    400,
    "Application '{appId}'({appName}) is not supported over the /common or /consumers endpoints. Please use the /organizations or tenant-specific endpoint.",
  ),
  "100007": row(
    "invalid_request",
    400,
    "AAD Regional ONLY supports auth either for MSIs OR for requests from MSAL using SN+I for 1P apps or 3P apps in Microsoft infrastructure tenants.",
    { source: "D" },
  ),
  "392200": row("invalid_request", 400, "Client certificate is missing from the request.", { source: "F" }),
  "392204": row("invalid_client", 401, "The provided client certificate has expired.", { source: "F; status K" }),
};

function row(error: string, status: number, text: string, rest: Partial<FaultRow> = {}): FaultRow {
  return { error, status, text, hasErrorUri: true, source: "D; wording K", ...rest };
}
