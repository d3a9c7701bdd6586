import type { DeviceCodeInfo } from "../api/signIn.ts";
import type { AuthorityOptions } from "../authority/authority.ts";
import { requireEndpoint } from "../authority/endpoints.ts";
import { ConfigurationError } from "../errors/errors.ts";
import { printable } from "../transport/foreignText/foreignText.ts";
import { readRefusal, text } from "./refusal.ts";
import { type AuthorityResponse, type Exchange, errorFor, postWithRetries, seconds } from "./tokenEndpoint.ts";

/** A device code, and what to show the user. */
export interface DeviceCode {
  readonly deviceCode: string;
  /** In the service's time. */
  readonly expiresAtMs: number;
  readonly info: DeviceCodeInfo;
}

/**
 * Requests a device code.
 * @see RFC 8628 section 3.1
 */
export async function requestDeviceCode(exchange: Exchange, options: AuthorityOptions): Promise<DeviceCode> {
  // Requesting an unused code does no harm.
  const response = await postWithRetries(exchange, deviceEndpointOf(exchange, options), true);
  const code = readDeviceCode(response);
  if (code) {
    return code;
  }
  throw errorFor(exchange, response, readRefusal(response.body, response.status));
}

function deviceEndpointOf({ request, endpoints, call }: Exchange, options: AuthorityOptions): string {
  const { authority } = request;
  const { deviceAuthorizationEndpoint: endpoint, issuer } = endpoints;
  if (endpoint === undefined) {
    throw new ConfigurationError(
      `The authority ${authority.url} does not support the device code flow (device_authorization_endpoint).`,
      {
        code: "invalid_authority",
        remedy: "Use another authority, or another flow.",
        correlationId: call.correlationId,
      },
    );
  }
  requireEndpoint(
    authority,
    issuer ?? authority.url,
    { name: "device authorization endpoint", address: endpoint },
    options,
    call,
  );
  return endpoint;
}

function readDeviceCode({ body, sentAtMs, status }: AuthorityResponse): DeviceCode | undefined {
  // Programs print these: they must not contain terminal control sequences.
  const field = (name: string): string => printable(text(body[name]) ?? "");
  const deviceCode = text(body["device_code"]);
  const userCode = field("user_code");
  // Google uses the name from the specification's drafts.
  const verificationUri = field("verification_uri") || field("verification_url");
  const expiresInMs = seconds(body["expires_in"]);
  if (!deviceCode || !userCode || !verificationUri || expiresInMs === undefined || status !== 200) {
    return undefined;
  }
  return {
    deviceCode,
    expiresAtMs: sentAtMs + expiresInMs,
    info: {
      userCode,
      verificationUri,
      verificationUriComplete: field("verification_uri_complete") || undefined,
      message: field("message") || `To sign in, open ${verificationUri} in a browser and enter the code ${userCode}.`,
      expiresInSeconds: expiresInMs / 1000,
      intervalSeconds: (seconds(body["interval"]) ?? 5_000) / 1000,
    },
  };
}
