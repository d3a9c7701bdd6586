import { type Acquisition, acquire } from "../acquisition/acquisition.ts";
import {
  type ExpectedUser,
  ownerOf,
  type SaveUserToken,
  type UserTokenRequest,
  userTokenAcquisition,
} from "../acquisition/userTokens.ts";
import type { AuthenticationResult } from "../api/authenticationResult.ts";
import { requestOptions, requireOptionNames } from "../api/checks/optionNames.ts";
import { requireNonEmpty } from "../api/checks/optionTypes.ts";
import type { AcquireTokenByRefreshTokenOptions } from "../api/options.ts";
import { type Authority, withTenant } from "../authority/authority.ts";
import type { Endpoints } from "../authority/endpoints.ts";
import { requireScopes } from "../authority/requireScopes.ts";
import { canonicalScopes } from "../authority/scopes.ts";
import { InteractionRequiredError } from "../errors/errors.ts";
import { withTelemetry } from "../telemetry/withTelemetry.ts";
import type { Extras } from "../tokenCache/partitionKey.ts";
import type { FlowContext } from "./context.ts";

/** Takes over a refresh token from another library. */
export function acquireTokenByRefreshToken(
  client: FlowContext,
  options: AcquireTokenByRefreshTokenOptions,
): Promise<AuthenticationResult> {
  return withTelemetry(client, "refresh_token", () => takeOver(client, options));
}

async function takeOver(
  client: FlowContext,
  options: AcquireTokenByRefreshTokenOptions,
): Promise<AuthenticationResult> {
  requireOptionNames("acquireTokenByRefreshToken", options, `${requestOptions} refreshToken`);
  const { refreshToken, tenantId, scopes } = options;
  requireScopes(scopes);
  requireNonEmpty("refreshToken", refreshToken, "Pass the refresh token as the other library stored it.");
  const authority = withTenant(client.authority, tenantId);
  let sent = refreshToken;
  const acquisition = refreshAcquisition(client, authority, options, {
    owner: ownerOfToken(client, authority, refreshToken) ?? JSON.stringify(["refresh token", refreshToken]),
    // If the issuer rotates tokens, the later of two calls with one token sends what the earlier one received.
    next(refused, newest = refreshToken) {
      sent = newest;
      return refused.has(newest) ? undefined : newest;
    },
  });
  // After a response without a refresh token, the one that was sent stays valid (RFC 6749 section 6).
  const save: Acquisition["save"] = (token, user) =>
    acquisition.save?.({ ...token, refreshToken: token.refreshToken ?? sent }, user);
  return acquire(client, { ...acquisition, save }, options);
}

/** The user that the cache already holds the token for, if it must not be redeemed twice at once. */
function ownerOfToken(client: FlowContext, { kind }: Authority, refreshToken: string): string | undefined {
  if (kind !== "generic") {
    return undefined;
  }
  for (const record of client.userTokens.records()) {
    if (record.refreshTokens.some(({ secret }) => secret === refreshToken)) {
      return ownerOf(client, record);
    }
  }
  return undefined;
}

/** Which refresh tokens to redeem, and for whom. */
export interface Redemption {
  /** The owner of the tokens. */
  readonly owner: string;
  /** Distinguishes it from the owner's other calls in progress, besides scopes and claims. */
  readonly key?: readonly unknown[];
  /** The next token to send, if there is one that was not refused; `newest` is from the owner's latest response. */
  next(refused: ReadonlySet<string>, newest: string | undefined): string | undefined;
  /** Removes a refused token. */
  removeToken?(refreshToken: string, refusal: InteractionRequiredError): Promise<unknown>;
  /** Creates the error for when no token is left. */
  errorWhenNone?(): Error;
  /** The user that the response must be for; `undefined` if none is known yet. */
  readonly expected?: ExpectedUser | undefined;
  /** Caches the response; by default its user becomes an account. */
  readonly save?: SaveUserToken | undefined;
}

/**
 * The refresh token grant: tries one token after another until one is accepted. The token is chosen when it is sent: an
 * issuer that rotates refresh tokens may have returned a newer one to an earlier request.
 *
 * @see RFC 6749 section 6, RFC 9700 section 4.14.2
 */
export function refreshAcquisition(
  client: FlowContext,
  authority: Authority,
  options: Extras & { readonly scopes: readonly string[] },
  { owner, key = [], next, removeToken, errorWhenNone, expected, save }: Redemption,
): Acquisition {
  const { scopes } = options;
  const refused = new Set<string>();
  const request: UserTokenRequest = {
    authority,
    scopes,
    key: ["refresh", authority.url, owner, ...key, canonicalScopes(scopes)],
    parameters(newest) {
      const secret = next(refused, newest);
      if (secret === undefined) {
        throw errorWhenNone?.();
      }
      return { grant_type: "refresh_token", refresh_token: secret };
    },
    async canRetry(error, { refresh_token: secret = "" }, newest) {
      if (!(error instanceof InteractionRequiredError) || error.code !== "sign_in_required") {
        return false;
      }
      refused.add(secret);
      await removeToken?.(secret, error);
      return next(refused, newest) !== undefined;
    },
    isRepeatable: isRefreshRepeatable,
    extras: options,
    owner,
    expected,
  };
  return userTokenAcquisition(client, request, save);
}

/** Entra: a redeemed refresh token stays valid. Other issuers may have invalidated it with a response that was lost. */
function isRefreshRepeatable({ kind }: Endpoints): boolean {
  return kind !== "generic";
}
