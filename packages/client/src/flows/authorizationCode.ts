import { acquire } from "../acquisition/acquisition.ts";
import { userTokenAcquisition } from "../acquisition/userTokens.ts";
import type { AuthenticationResult } from "../api/authenticationResult.ts";
import { requestOptions, requireOptionNames } from "../api/checks/optionNames.ts";
import { requireNonEmpty } from "../api/checks/optionTypes.ts";
import type { AcquireTokenByAuthorizationCodeOptions } from "../api/options.ts";
import { withTenant } from "../authority/authority.ts";
import { readAuthorizationResponse } from "../signIn/authorizationResponse.ts";
import type { SignInContext } from "../signIn/context.ts";
import { withTelemetry } from "../telemetry/withTelemetry.ts";
import type { FlowContext } from "./context.ts";

/** What redeeming a code needs from the application. */
export interface CodeContext extends FlowContext, SignInContext {}

/**
 * The second leg of the authorization code flow: redeems the code from the sign-in page.
 * @see RFC 6749 section 4.1.3, RFC 7636 section 4.5
 */
export function acquireTokenByAuthorizationCode(
  client: CodeContext,
  options: AcquireTokenByAuthorizationCodeOptions,
): Promise<AuthenticationResult> {
  return withTelemetry(client, "authorization_code", () => redeemCode(client, options));
}

async function redeemCode(
  client: CodeContext,
  options: AcquireTokenByAuthorizationCodeOptions,
): Promise<AuthenticationResult> {
  requireOptionNames(
    "acquireTokenByAuthorizationCode",
    options,
    `${requestOptions} request:any response:any code redirectUri codeVerifier nonce`,
  );
  const { code, request } =
    "request" in options || "response" in options
      ? await readAuthorizationResponse(client, options)
      : { code: options.code, request: options };
  const { redirectUri, codeVerifier, nonce, tenantId, scopes } = request;
  requireNonEmpty("code", code, "Set code to the value from the sign-in page.");
  requireNonEmpty("redirectUri", redirectUri, "Set redirectUri to exactly the one that started the sign-in.");
  if (codeVerifier !== undefined) {
    requireNonEmpty("codeVerifier", codeVerifier, "Set codeVerifier to the one that started the sign-in.");
  }
  const authority = withTenant(client.authority, tenantId);
  const acquisition = userTokenAcquisition(client, {
    authority,
    scopes,
    // The key contains verifier and nonce: a concurrent call with a stolen code does not know them.
    key: ["code", authority.url, code, redirectUri, codeVerifier, nonce, scopes],
    parameters: () => ({
      grant_type: "authorization_code",
      code,
      redirect_uri: redirectUri,
      ...(codeVerifier === undefined ? {} : { code_verifier: codeVerifier }),
    }),
    extras: options,
    nonce,
  });
  return acquire(client, acquisition, options);
}
