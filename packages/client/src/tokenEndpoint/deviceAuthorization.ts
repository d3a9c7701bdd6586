import type { DeviceCodeInfo } from "../api/signIn.ts";
import type { AuthorityOptions } from "../authority/authority.ts";
import { requireEndpoint } from "../authority/endpoints.ts";
import { ConfigurationError } from "../errors/errors.ts";
import { printable } from "../transport/foreignText/foreignText.ts";
import { readRefusal, text } from "./refusal.ts";
import { type AuthorityResponse, ask, type Exchange, refusedBy, seconds } from "./tokenEndpoint.ts";

/** A device code, and what a person is shown of it. */
export interface DeviceCode {
  readonly deviceCode: string;
  /** In the service's time. */
  readonly expiresAtMs: number;
  readonly shown: DeviceCodeInfo;
}

/**
 * Asks for a device code.
 * @see RFC 8628 section 3.1
 */
export async function requestDeviceCode(exchange: Exchange, options: AuthorityOptions): Promise<DeviceCode> {
  // A code that nobody was shown does no harm.
  const response = await ask(exchange, deviceEndpointOf(exchange, options), true);
  const code = readDeviceCode(response);
  if (code) {
    return code;
  }
  throw refusedBy(exchange, response, readRefusal(response.body, response.status));
}

function deviceEndpointOf({ request, endpoints, call }: Exchange, options: AuthorityOptions): string {
  const { authority } = request;
  const { deviceAuthorizationEndpoint: endpoint, issuer } = endpoints;
  if (endpoint === undefined) {
    throw new ConfigurationError(
      `The authority ${authority.url} signs nobody in by device code (device_authorization_endpoint).`,
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
  // Programs print these as they are: nothing in them may steer a terminal.
  const said = (name: string): string => printable(text(body[name]) ?? "");
  const deviceCode = text(body["device_code"]);
  const userCode = said("user_code");
  // Google calls it by the name of the specification's drafts.
  const verificationUri = said("verification_uri") || said("verification_url");
  const expiresInMs = seconds(body["expires_in"]);
  if (!deviceCode || !userCode || !verificationUri || expiresInMs === undefined || status !== 200) {
    return undefined;
  }
  return {
    deviceCode,
    expiresAtMs: sentAtMs + expiresInMs,
    shown: {
      userCode,
      verificationUri,
      verificationUriComplete: said("verification_uri_complete") || undefined,
      message: said("message") || `To sign in, open ${verificationUri} in a browser and enter the code ${userCode}.`,
      expiresInSeconds: expiresInMs / 1000,
      intervalSeconds: (seconds(body["interval"]) ?? 5_000) / 1000,
    },
  };
}
