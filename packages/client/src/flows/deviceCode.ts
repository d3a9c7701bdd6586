import { type Acquisition, acquire, requireOptions } from "../acquisition/acquisition.ts";
import { userTokenAcquisition } from "../acquisition/userTokens.ts";
import type { AuthenticationResult } from "../api/authenticationResult.ts";
import { requestOptions, requireOptionNames } from "../api/checks/optionNames.ts";
import { definedOnly } from "../api/checks/optionTypes.ts";
import type { AcquireTokenByDeviceCodeOptions, RequestOptions } from "../api/options.ts";
import { withTenant } from "../authority/authority.ts";
import { endpointsOf } from "../authority/discovery.ts";
import { requireScopes } from "../authority/requireScopes.ts";
import { apiScopes, withSignInScopes } from "../authority/scopes.ts";
import { AuthError, ConfigurationError, NetworkError, ServerError } from "../errors/errors.ts";
import { randomUuid } from "../runtime/random.ts";
import { withTelemetry } from "../telemetry/withTelemetry.ts";
import { mergeClaims } from "../tokenEndpoint/claims.ts";
import { type DeviceCode, requestDeviceCode } from "../tokenEndpoint/deviceAuthorization.ts";
import { withTimeout } from "../transport/http.ts";
import type { FlowContext } from "./context.ts";

/**
 * Signs in a user who has a browser elsewhere: shows a code, then polls until it has been entered.
 * @see RFC 8628
 */
export function acquireTokenByDeviceCode(
  client: FlowContext,
  options: AcquireTokenByDeviceCodeOptions,
): Promise<AuthenticationResult> {
  return withTelemetry(client, "device_code", () => signIn(client, options));
}

async function signIn(client: FlowContext, options: AcquireTokenByDeviceCodeOptions): Promise<AuthenticationResult> {
  requireOptionNames("acquireTokenByDeviceCode", options, `${requestOptions} deviceCodeCallback:function`);
  const { deviceCodeCallback, tenantId, timeoutMs } = options;
  requireScopes(options.scopes);
  requireCallback(deviceCodeCallback);
  requireOptions(options);
  const scopes = [...options.scopes];
  const authority = withTenant(client.authority, tenantId);
  const correlationId = options.correlationId ?? randomUuid(client.random);
  const limits = { clock: client.http.clock, requestTimeoutMs: timeoutMs };
  return withTimeout(limits, "The user", { signal: options.signal, correlationId }, async ({ signal }) => {
    const call = { signal, correlationId };
    const endpoints = await endpointsOf(client.discovery, authority, call);
    const claims = mergeClaims(options.claims, options.claimsFromClient, client.clientCapabilities);
    const parameters = {
      ...definedOnly(options.extraBodyParameters),
      scope: withSignInScopes(scopes, endpoints.scopesSupported),
      ...(claims === undefined ? {} : { claims }),
    };
    const { extraQueryParameters, extraHeaders } = options;
    const request = { authority, scopes: apiScopes(scopes), parameters, extraQueryParameters, extraHeaders };
    const identity = JSON.stringify(["deviceCode", authority.url, parameters]);
    const code = await client.throttle(identity, () =>
      requestDeviceCode({ client, request, endpoints, call, requestCount: 0 }, client.discovery.options),
    );
    await deviceCodeCallback(code.info);
    const acquisition = userTokenAcquisition(client, {
      authority,
      scopes,
      key: ["device", authority.url, code.deviceCode],
      parameters: () => ({
        grant_type: "urn:ietf:params:oauth:grant-type:device_code",
        device_code: code.deviceCode,
      }),
      extras: options,
    });
    return poll(client, { ...acquisition, isPaced: true }, code, { ...options, ...call });
  });
}

/** @see RFC 8628 section 3.5 */
async function poll(
  client: FlowContext,
  acquisition: Acquisition,
  { expiresAtMs, info }: DeviceCode,
  options: RequestOptions,
): Promise<AuthenticationResult> {
  const { clock } = client.http;
  // Some services send 0, meaning that any interval will do.
  let intervalMs = Math.max(info.intervalSeconds, 1) * 1000;
  let waitMs = intervalMs;
  let lastFailure: AuthError | undefined;
  for (;;) {
    const leftMs = expiresAtMs - client.serviceClock.now();
    if (leftMs > 0) {
      await clock.sleep(Math.min(waitMs, leftMs), options.signal);
    }
    if (leftMs <= waitMs) {
      throw expired(info.expiresInSeconds, options.correlationId, lastFailure);
    }
    try {
      return await acquire(client, acquisition, options);
    } catch (error) {
      if (isTemporary(error)) {
        lastFailure = error;
        waitMs = Math.max(waitMs * 2, error instanceof ServerError ? (error.retryAfterMs ?? 0) : 0);
        continue;
      }
      const response = error instanceof ServerError ? error.error : undefined;
      if (response !== "authorization_pending" && response !== "slow_down") {
        throw error;
      }
      if (response === "slow_down") {
        intervalMs += 5_000;
      }
      lastFailure = undefined;
      waitMs = intervalMs;
    }
  }
}

/** An unstable network or a busy service must not end a sign-in that the user is in the middle of. */
function isTemporary(error: unknown): error is AuthError {
  return error instanceof NetworkError || (error instanceof ServerError && error.retryable);
}

function expired(afterSeconds: number, correlationId: string | undefined, cause: AuthError | undefined): AuthError {
  return new AuthError(`Nobody signed in within the ${afterSeconds} s that the device code was valid.`, {
    code: "device_code_expired",
    remedy: "Request a new code, and show it at once.",
    correlationId,
    cause,
  });
}

function requireCallback(callback: unknown): void {
  if (typeof callback === "function") {
    return;
  }
  throw new ConfigurationError(`deviceCodeCallback is of type ${typeof callback}.`, {
    code: "invalid_options",
    remedy: "Set deviceCodeCallback to a function that shows its argument's message to the user.",
  });
}
