import type { Account } from "../account.ts";
import { acquire } from "../acquisition.ts";
import type { AuthenticationResult } from "../authenticationResult.ts";
import { type Authority, withTenant } from "../authority/authority.ts";
import type { Endpoints } from "../authority/endpoints.ts";
import type { ClientContext } from "../clientContext.ts";
import { ConfigurationError } from "../errors.ts";
import type { AcquireTokenByRefreshTokenOptions, RequestOptions } from "../options.ts";
import { canonicalScopes } from "../scopes.ts";
import { watched } from "../telemetry.ts";
import { userTokenAcquisition } from "../userTokens.ts";

/** Takes over a refresh token that another library kept. */
export function acquireTokenByRefreshToken(
  client: ClientContext,
  options: AcquireTokenByRefreshTokenOptions,
): Promise<AuthenticationResult> {
  return watched(client, "refresh_token", () => takeOver(client, options));
}

async function takeOver(
  client: ClientContext,
  options: AcquireTokenByRefreshTokenOptions,
): Promise<AuthenticationResult> {
  const { refreshToken, tenantId } = options;
  if (typeof refreshToken !== "string" || refreshToken === "") {
    throw new ConfigurationError("refreshToken is empty or no text.", {
      code: "invalid_options",
      remedy: "Pass the refresh token as the other library stored it.",
    });
  }
  const authority = tenantId === undefined ? client.authority : withTenant(client.authority, tenantId);
  return redeemRefreshToken(client, { authority, refreshToken, account: undefined }, options);
}

/** Whose refresh token is redeemed, and where. */
interface Redemption {
  readonly authority: Authority;
  readonly refreshToken: string;
  /** The person whom the answer has to be for. */
  readonly account: Account | undefined;
}

/**
 * The refresh token grant.
 * @see RFC 6749 section 6
 */
export function redeemRefreshToken(
  client: ClientContext,
  { authority, refreshToken, account }: Redemption,
  options: RequestOptions & { readonly scopes: readonly string[] },
): Promise<AuthenticationResult> {
  const { scopes } = options;
  const acquisition = userTokenAcquisition(client, {
    authority,
    scopes,
    key: ["refresh", authority.url, refreshToken, canonicalScopes(scopes)],
    parameters: { grant_type: "refresh_token", refresh_token: refreshToken },
    isRepeatable: isRefreshRepeatable,
    extras: options,
    account,
  });
  return acquire(client, acquisition, options);
}

/** Entra: the refresh token that was redeemed stays good. Others may have put it out of use with an answer that was lost. */
export function isRefreshRepeatable({ kind }: Endpoints): boolean {
  return kind !== "generic";
}
