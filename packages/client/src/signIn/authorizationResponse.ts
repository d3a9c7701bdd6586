import { requireTypes, typeOf, wrongType } from "../api/checks/optionTypes.ts";
import type { RequestOptions } from "../api/options.ts";
import type { AuthorizationRequest } from "../api/signIn.ts";
import { type Authority, withTenant } from "../authority/authority.ts";
import { endpointsOf } from "../authority/discovery.ts";
import type { Endpoints } from "../authority/endpoints.ts";
import { AuthError, type AuthErrorDetails } from "../errors/errors.ts";
import { randomUuid } from "../runtime/random.ts";
import { readRefusal, refusalError } from "../tokenEndpoint/refusal.ts";
import { maskOf, quoteForeign } from "../transport/foreignText/foreignText.ts";
import type { SignInContext } from "./context.ts";
import { fieldsOf } from "./responseFields.ts";

/** A code, and the sign-in that it belongs to. */
export interface HandledRequest {
  readonly code: string;
  readonly request: AuthorizationRequest;
}

/**
 * Reads the code from a sign-in response, after validating that it belongs to the sign-in.
 *
 * @throws {@link AuthError} `state_mismatch`; refusals of the page, like those of the token endpoint
 * @see RFC 6749 section 4.1.2, RFC 9207 section 2.4
 */
export async function readAuthorizationResponse(
  client: SignInContext,
  options: RequestOptions & { readonly request?: unknown; readonly response?: unknown },
): Promise<HandledRequest> {
  const request: unknown = await options.request;
  requireBegun(request);
  const fields = await fieldsOf(await options.response);
  if (!isSame(fields.get("state"), request.state)) {
    throw signInError(request, "state_mismatch", "The response does not contain the state of this sign-in.");
  }
  // The state comes first: a foreign response must not learn what else is wrong.
  requireParts(request, parts);
  const { tenantId, correlationId = randomUuid(client.random) } = request;
  const authority = withTenant(client.authority, tenantId);
  const signal = options.signal ?? new AbortController().signal;
  requireIssuer(await endpointsOf(client.discovery, authority, { signal, correlationId }), request, fields.get("iss"));
  const error = fields.get("error");
  if (error !== null) {
    throw refused(client, authority, request, fields, error);
  }
  const code = fields.get("code");
  if (code) {
    return { code, request };
  }
  throw signInError(request, "invalid_response", "The sign-in response contains neither a code nor an error.");
}

const parts = ["state", "redirectUri", "codeVerifier", "nonce", "scopes"] as const;

/** Rejects what is not a started sign-in; if there is none at all, the session has been lost. */
function requireBegun(request: unknown): asserts request is AuthorizationRequest {
  const given = (request ?? {}) as Readonly<Record<string, unknown>>;
  if (typeOf(given) !== "Object") {
    throw wrongType("request", given, expectedRequest);
  }
  if (parts.every((name) => given[name] === undefined)) {
    throw new AuthError("The session of this sign-in is missing: request is empty.", {
      code: "state_mismatch",
      remedy:
        "Start a new sign-in; if this happens often, check that the session's cookie is sent with the response: same host name at both ends, not expired, and SameSite=None if the response is posted.",
    });
  }
  requireTypes(given, "state redirectUri codeVerifier nonce scopes:list tenantId correlationId", "request.");
  requireParts(given as Partial<AuthorizationRequest>, ["state"]);
}

const expectedRequest = "the value returned by getAuthorizationUrl, or its parsed JSON";

function requireParts(request: Partial<AuthorizationRequest>, names: readonly (typeof parts)[number][]): void {
  const missing = names.find((name) => request[name] === undefined);
  if (missing !== undefined) {
    throw wrongType(`request.${missing}`, undefined, expectedRequest);
  }
}

/** An issuer in the response must be the expected one. Entra sends none yet. */
function requireIssuer({ issuer, sendsIssuer }: Endpoints, request: AuthorizationRequest, iss: string | null): void {
  if (iss === null ? !sendsIssuer : issuer === undefined || issuer === iss || issuer.includes("{tenantid}")) {
    return;
  }
  throw signInError(
    request,
    "issuer_mismatch",
    `The sign-in response came from ${JSON.stringify(iss?.slice(0, 200))}, not ${issuer}.`,
  );
}

function refused(
  client: SignInContext,
  authority: Authority,
  { scopes, correlationId, codeVerifier, nonce }: AuthorizationRequest,
  fields: URLSearchParams,
  error: string,
): AuthError {
  // Entra: a cancelled consent has its sub-error under another name than at the token endpoint.
  const own = { code: fields.get("code") ?? "", code_verifier: codeVerifier, nonce };
  const mask = maskOf(Object.entries(own), []);
  const body = { suberror: fields.get("error_subcode"), ...Object.fromEntries(fields) };
  return refusalError(readRefusal(body, 400), {
    clientId: client.clientId,
    authority,
    scopes,
    correlationId,
    mask,
    fallbackMessage: `The sign-in page answered ${quoteForeign(error, mask)}`,
  });
}

/** Whether two texts are equal, in constant time. */
function isSame(given: string | null, expected: string): boolean {
  if (given === null || given.length !== expected.length) {
    return false;
  }
  let difference = 0;
  for (let at = 0; at < given.length; at++) {
    difference |= given.charCodeAt(at) ^ expected.charCodeAt(at);
  }
  return difference === 0;
}

function signInError(
  { correlationId }: AuthorizationRequest,
  code: AuthErrorDetails["code"],
  message: string,
): AuthError {
  return new AuthError(message, {
    code,
    correlationId,
    remedy: "Start a new sign-in; pass the request that started it and its own response.",
  });
}
