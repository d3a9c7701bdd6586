import { withTenant } from "./authority/authority.ts";
import type { AuthorizationRequest } from "./authorizationRequest.ts";
import type { ClientContext } from "./clientContext.ts";
import { AuthError, type AuthErrorDetails } from "./errors.ts";
import { readRefusal, refusalError } from "./refusal.ts";
import { quoteForeign } from "./transport/foreignText.ts";

/** The answer of a sign-in page as it reached the redirect URI: its address, its form, or the fields of either. */
export type AuthorizationResponse = string | URL | URLSearchParams | Readonly<Record<string, unknown>>;

/**
 * Reads the code out of a sign-in's answer, after checking that it belongs to the sign-in.
 *
 * @throws {@link AuthError} `state_mismatch`; what the page refused, as the token endpoint's refusals are thrown
 * @see RFC 6749 section 4.1.2, RFC 9207 section 2.4
 */
export function readAuthorizationResponse(
  client: ClientContext,
  request: AuthorizationRequest,
  response: AuthorizationResponse,
): string {
  const fields = fieldsOf(response);
  if (!isSame(fields.get("state"), request.state)) {
    throw unusable(request, "state_mismatch", "The sign-in's answer does not carry the state of this sign-in.");
  }
  requireIssuer(client, request, fields.get("iss"));
  const error = fields.get("error");
  if (error !== null) throw refused(client, request, fields, error);
  const code = fields.get("code");
  if (code) return code;
  throw unusable(request, "invalid_response", "The sign-in's answer has neither a code nor an error.");
}

/** A parameter that is there twice is ambiguous: the first one counts, and an attacker's second does not. */
function fieldsOf(response: AuthorizationResponse): URLSearchParams {
  if (response instanceof URLSearchParams) return response;
  if (response instanceof URL) return fieldsOfUrl(response);
  if (typeof response === "string") {
    // A path will do: that is what Node's request.url holds.
    const base = "https://localhost";
    if (/^(\w+:\/)?\//.test(response) && URL.canParse(response, base)) return fieldsOfUrl(new URL(response, base));
    return new URLSearchParams(response.replace(/^[?#]/, ""));
  }
  const texts = Object.entries(response).filter((field): field is [string, string] => typeof field[1] === "string");
  return new URLSearchParams(texts);
}

function fieldsOfUrl({ search, hash }: URL): URLSearchParams {
  return new URLSearchParams(search.length > 1 ? search : hash.slice(1));
}

/** An issuer that names itself has to be the one that was asked. Entra does not, yet. */
function requireIssuer(client: ClientContext, request: AuthorizationRequest, iss: string | null): void {
  if (iss === null || request.tenantId !== undefined) return;
  const known = client.endpoints.get(client.authority.url)?.issuer;
  if (known === undefined || known === iss || known.includes("{tenantid}")) return;
  throw unusable(
    request,
    "issuer_mismatch",
    `The sign-in's answer came from ${JSON.stringify(iss.slice(0, 200))}, not ${known}.`,
  );
}

function refused(
  client: ClientContext,
  { scopes, tenantId, correlationId }: AuthorizationRequest,
  fields: URLSearchParams,
  error: string,
): AuthError {
  // Entra: a cancelled consent has its sub-error under another name than the token endpoint's.
  const body = { suberror: fields.get("error_subcode"), ...Object.fromEntries(fields) };
  return refusalError(readRefusal(body, 400), {
    clientId: client.clientId,
    authority: tenantId === undefined ? client.authority : withTenant(client.authority, tenantId),
    scopes,
    correlationId,
    otherwise: `The sign-in page answered ${quoteForeign(error)}`,
  });
}

/** Whether two texts are the same, in a time that does not tell where they differ. */
function isSame(given: string | null, expected: string): boolean {
  if (given === null || given.length !== expected.length) return false;
  let difference = 0;
  for (let at = 0; at < given.length; at++) difference |= given.charCodeAt(at) ^ expected.charCodeAt(at);
  return difference === 0;
}

function unusable({ correlationId }: AuthorizationRequest, code: AuthErrorDetails["code"], message: string): AuthError {
  return new AuthError(message, {
    code,
    correlationId,
    remedy: "Start the sign-in anew; pass the request that began it and the answer that came back for it.",
  });
}
