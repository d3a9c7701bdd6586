import { acquire } from "../acquisition.ts";
import type { AuthenticationResult } from "../authenticationResult.ts";
import { withTenant } from "../authority/authority.ts";
import { readAuthorizationResponse } from "../authorizationResponse.ts";
import type { ClientContext } from "../clientContext.ts";
import type { AcquireTokenByAuthorizationCodeOptions } from "../options.ts";
import { watched } from "../telemetry.ts";
import { userTokenAcquisition } from "../userTokens.ts";

/**
 * The second leg of the authorization code flow: redeems the code that the sign-in page sent.
 * @see RFC 6749 section 4.1.3, RFC 7636 section 4.5
 */
export function acquireTokenByAuthorizationCode(
  client: ClientContext,
  options: AcquireTokenByAuthorizationCodeOptions,
): Promise<AuthenticationResult> {
  return watched(client, "authorization_code", () => redeemCode(client, options));
}

async function redeemCode(
  client: ClientContext,
  options: AcquireTokenByAuthorizationCodeOptions,
): Promise<AuthenticationResult> {
  const { code, request } = redemptionOf(client, options);
  const { redirectUri, codeVerifier, nonce, tenantId, scopes } = request;
  const authority = tenantId === undefined ? client.authority : withTenant(client.authority, tenantId);
  const acquisition = userTokenAcquisition(client, {
    authority,
    scopes,
    key: ["code", authority.url, code],
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

interface CodeRedemption {
  readonly code: string;
  readonly request: {
    readonly redirectUri: string;
    readonly scopes: readonly string[];
    readonly codeVerifier?: string | undefined;
    readonly nonce?: string | undefined;
    readonly tenantId?: string | undefined;
  };
}

function redemptionOf(client: ClientContext, options: AcquireTokenByAuthorizationCodeOptions): CodeRedemption {
  if ("response" in options) {
    const { request, response } = options;
    return { code: readAuthorizationResponse(client, request, response), request };
  }
  return { code: options.code, request: options };
}
