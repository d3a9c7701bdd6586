import { type Acquisition, commonParameters, fetchToken, resultOf } from "../acquisition/acquisition.ts";
import { userTokenAcquisition } from "../acquisition/userTokens.ts";
import type { GrantResult } from "../api/authenticationResult.ts";
import { requestOptions, requireOptionNames } from "../api/checks/optionNames.ts";
import { definedOnly, requireNonEmpty } from "../api/checks/optionTypes.ts";
import type { AcquireTokenByGrantOptions } from "../api/options.ts";
import { type Authority, withTenant } from "../authority/authority.ts";
import { requireScopes } from "../authority/requireScopes.ts";
import { canonicalScopes } from "../authority/scopes.ts";
import { ConfigurationError } from "../errors/errors.ts";
import { withTelemetry } from "../telemetry/withTelemetry.ts";
import type { FlowContext } from "./context.ts";

/**
 * Any other grant: the caller supplies its parameters, and the library does the rest.
 * @see RFC 6749 section 4.5
 */
export function acquireTokenByGrant(client: FlowContext, options: AcquireTokenByGrantOptions): Promise<GrantResult> {
  return withTelemetry(client, options?.grantType, () => exchange(client, options));
}

async function exchange(client: FlowContext, options: AcquireTokenByGrantOptions): Promise<GrantResult> {
  requireOptionNames(
    "acquireTokenByGrant",
    options,
    `${requestOptions} grantType parameters:texts keepAccount:boolean`,
  );
  const { tenantId } = options;
  requireGrant(options);
  const authority = withTenant(client.authority, tenantId);
  const fetched = await fetchToken(client, acquisitionOf(client, authority, options), options);
  return Object.assign(resultOf(client, authority, fetched), { issuedTokenType: fetched.issuedTokenType });
}

function acquisitionOf(client: FlowContext, authority: Authority, options: AcquireTokenByGrantOptions): Acquisition {
  const { grantType, keepAccount = false } = options;
  const scopes = [...(options.scopes ?? [])];
  const parameters = { ...definedOnly(options.parameters), grant_type: grantType };
  const key = ["grant", authority.url, parameters, canonicalScopes(scopes), keepAccount];
  if (keepAccount) {
    return userTokenAcquisition(client, { authority, scopes, key, parameters: () => parameters, extras: options });
  }
  return {
    authority,
    key,
    scopes,
    parameters: () => (scopes.length === 0 ? parameters : { ...parameters, scope: scopes.join(" ") }),
  };
}

function requireGrant({ grantType, parameters = {}, scopes = [] }: AcquireTokenByGrantOptions): void {
  requireScopes(scopes);
  requireNonEmpty(
    "grantType",
    grantType,
    "Set grantType to the name or URN of the grant, such as urn:ietf:params:oauth:grant-type:token-exchange.",
  );
  const taken = commonParameters.find((name) => name in parameters);
  if (taken === undefined) {
    return;
  }
  throw new ConfigurationError(`parameters sets ${taken}, which the request sets itself.`, {
    code: "invalid_options",
    remedy: `Leave ${taken} out of parameters; grantType, scopes and the application determine it.`,
  });
}
