import { acquire } from "../acquisition/acquisition.ts";
import { userTokenAcquisition } from "../acquisition/userTokens.ts";
import type { AuthenticationResult } from "../api/authenticationResult.ts";
import { requestOptions, requireOptionNames } from "../api/checks/optionNames.ts";
import { requireNonEmpty } from "../api/checks/optionTypes.ts";
import type { AcquireTokenByUsernamePasswordOptions } from "../api/options.ts";
import { withTenant } from "../authority/authority.ts";
import { requireScopes } from "../authority/requireScopes.ts";
import { canonicalScopes } from "../authority/scopes.ts";
import { withTelemetry } from "../telemetry/withTelemetry.ts";
import type { FlowContext } from "./context.ts";

/**
 * The resource owner password credentials grant.
 * @see RFC 6749 section 4.3
 */
export function acquireTokenByUsernamePassword(
  client: FlowContext,
  options: AcquireTokenByUsernamePasswordOptions,
): Promise<AuthenticationResult> {
  return withTelemetry(client, "password", () => signIn(client, options));
}

async function signIn(
  client: FlowContext,
  options: AcquireTokenByUsernamePasswordOptions,
): Promise<AuthenticationResult> {
  requireOptionNames("acquireTokenByUsernamePassword", options, `${requestOptions} username password`);
  const { username, password, scopes, tenantId, extraBodyParameters } = options;
  requireScopes(scopes);
  requireNonEmpty("username", username, "Set username to what the user entered.");
  requireNonEmpty("password", password, "Set password to what the user entered.");
  const authority = withTenant(client.authority, tenantId);
  const acquisition = userTokenAcquisition(client, {
    authority,
    scopes,
    key: ["password", authority.url, username, password, canonicalScopes(scopes), extraBodyParameters],
    parameters: () => ({ grant_type: "password", username, password }),
    extras: options,
  });
  return acquire(client, acquisition, options);
}
