import { requireEndpoint } from "./authority/endpoints.ts";
import { ConfigurationError } from "./errors.ts";
import { readRefusal } from "./refusal.ts";
import { type AuthorityAnswer, authenticate, type Exchange, post, refusedBy, seconds, text } from "./tokenEndpoint.ts";
import { printable } from "./transport/foreignText.ts";
import { withRetries } from "./transport/retry.ts";

/** What a person has to be shown, so as to sign in on another device. The device code itself stays inside. */
export interface DeviceCodeInfo {
  /** What the person types at `verificationUri`. */
  readonly userCode: string;
  readonly verificationUri: string;
  /** The page with the code already in it, for a QR code; `undefined` where the authority makes none (Entra). */
  readonly verificationUriComplete: string | undefined;
  /** A sentence that says all of it: Entra's own, or one in English. */
  readonly message: string;
  /** How long the code is good, counted from the answer. */
  readonly expiresInSeconds: number;
  /** How often the service wants to be asked, at most. */
  readonly intervalSeconds: number;
}

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
export async function requestDeviceCode(exchange: Exchange): Promise<DeviceCode> {
  const { call, client } = exchange;
  const endpoint = deviceEndpointOf(exchange);
  // A code that nobody was shown does no harm.
  const retries = { repeatable: true, isPassing: isPassingAnswer };
  const answer = await withRetries(client.http, call, retries, async () =>
    post(exchange, endpoint, await authenticate(exchange)),
  );
  const code = readDeviceCode(answer);
  if (code) return code;
  throw refusedBy(exchange, answer, readRefusal(answer.body, answer.status));
}

function isPassingAnswer(answer: AuthorityAnswer): boolean {
  return readDeviceCode(answer) === undefined && readRefusal(answer.body, answer.status).meaning.retryable === true;
}

function deviceEndpointOf({ client, request, endpoints, call }: Exchange): string {
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
    client.authorityOptions,
    call,
  );
  return endpoint;
}

function readDeviceCode({ body, sentAtMs, status }: AuthorityAnswer): DeviceCode | undefined {
  const deviceCode = text(body["device_code"]);
  const userCode = text(body["user_code"]);
  // Google calls it by the name of the specification's drafts.
  const verificationUri = text(body["verification_uri"]) ?? text(body["verification_url"]);
  const expiresInMs = seconds(body["expires_in"]);
  if (!deviceCode || !userCode || !verificationUri || expiresInMs === undefined || status !== 200) return undefined;
  const complete = text(body["verification_uri_complete"]);
  return {
    deviceCode,
    expiresAtMs: sentAtMs + expiresInMs,
    // Programs print these as they are: nothing in them may steer a terminal.
    shown: {
      userCode: printable(userCode),
      verificationUri: printable(verificationUri),
      verificationUriComplete: complete === undefined ? undefined : printable(complete),
      message: printable(
        text(body["message"]) ?? `To sign in, open ${verificationUri} in a browser and enter the code ${userCode}.`,
      ),
      expiresInSeconds: expiresInMs / 1000,
      intervalSeconds: (seconds(body["interval"]) ?? 5_000) / 1000,
    },
  };
}
