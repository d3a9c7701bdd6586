import type { IdTokenClaims } from "../api/account.ts";
import { type Authority, guid } from "../authority/authority.ts";
import { originsOf } from "../authority/clouds.ts";
import { type Endpoints, externalIdIssuer } from "../authority/endpoints.ts";
import { decodeJwtClaims } from "../crypto/jwt.ts";
import { AuthError } from "../errors/errors.ts";
import { isLoopback } from "../transport/webAddress.ts";

/** What an ID token is validated against. */
export interface IdTokenExpectation {
  readonly authority: Authority;
  readonly endpoints: Pick<Endpoints, "issuer" | "cloud">;
  readonly clientId: string;
  /** The nonce of the sign-in request; `undefined` if it had none. */
  readonly nonce?: string | undefined;
  /** The service's time in epoch milliseconds. */
  readonly nowMs: number;
  readonly correlationId: string;
}

/** The tolerated difference between two clocks. */
const clockSkewMs = 300_000;
/** The tenant of personal Microsoft accounts. */
const consumersTenant = "9188040d-6c67-4c5b-b112-36a304b66dad";

/**
 * Reads and validates an ID token that came directly from the token endpoint, so TLS vouches for it and its signature
 * is not verified.
 *
 * @throws {@link AuthError} `invalid_id_token`, naming the claim
 * @see OpenID Connect Core 1.0 section 3.1.3.7
 */
export function readIdToken(token: string, expected: IdTokenExpectation): IdTokenClaims {
  const claims = decodeJwtClaims(token);
  const problem = claims === undefined ? "is not a JWT" : findProblem(claims, expected);
  if (claims !== undefined && problem === undefined) {
    return claims as IdTokenClaims;
  }
  throw new AuthError(`The ID token from ${expected.authority.url} ${problem}.`, {
    code: "invalid_id_token",
    remedy:
      "Check authority and clientId; if they are correct, do not use this sign-in: the token is not for this application.",
    correlationId: expected.correlationId,
  });
}

type Claims = { readonly [name: string]: unknown };

function findProblem(claims: Claims, expected: IdTokenExpectation): string | undefined {
  const { iss, sub, aud, exp, nonce, tid, azp } = claims;
  const { authority, nowMs } = expected;
  // Entra: client ids are GUIDs, which compare without case.
  const fold = (id: unknown): unknown =>
    typeof id === "string" && authority.kind !== "generic" ? id.toLowerCase() : id;
  const clientId = fold(expected.clientId);
  if (typeof sub !== "string" || sub === "") {
    return "contains no subject (sub)";
  }
  const audiences = [aud].flat().map(fold);
  if (!audiences.includes(clientId)) {
    return `is for ${show(aud)} (aud), not for ${clientId}`;
  }
  if (audiences.length > 1 && fold(azp) !== clientId) {
    return `was issued to ${show(azp)} (azp), not to ${clientId}`;
  }
  if (!issuerMatches(iss, tid, expected)) {
    return `was issued by ${show(iss)} (iss)`;
  }
  if (!tenantMatches(tid, authority)) {
    return `is from the tenant ${show(tid)} (tid)`;
  }
  if (typeof exp !== "number" || exp * 1000 + clockSkewMs <= nowMs) {
    return `expired at ${show(exp)} (exp)`;
  }
  if (expected.nonce !== undefined && nonce !== expected.nonce) {
    return "does not contain the nonce of this sign-in";
  }
  return undefined;
}

function issuerMatches(iss: unknown, tid: unknown, { authority, endpoints }: IdTokenExpectation): boolean {
  if (typeof iss !== "string") {
    return false;
  }
  // Entra: multi-tenant metadata has a placeholder in place of the tenant.
  if (endpoints.issuer !== undefined) {
    return iss === endpoints.issuer.replace("{tenantid}", String(tid));
  }
  if (typeof tid !== "string" || !URL.canParse(iss)) {
    return false;
  }
  const issuer = new URL(iss);
  if (authority.isCustomDomain && externalIdIssuer.exec(iss)?.[1] === tid) {
    return true;
  }
  if (issuer.hostname === "sts.windows.net") {
    return issuer.pathname === `/${tid}/` && issuer.protocol === "https:";
  }
  const own = new URL(authority.url);
  const isOwn =
    originsOf(authority.url, endpoints.cloud).includes(issuer.origin) ||
    (isLoopback(own.hostname) && isLoopback(issuer.hostname) && own.port === issuer.port);
  return isOwn && issuer.pathname.replace(/\/$/, "") === `/${tid}/v2.0`;
}

function tenantMatches(tid: unknown, { kind, tenant = "" }: Authority): boolean {
  if (kind !== "entra") {
    return true;
  }
  if (tenant === "consumers") {
    return tid === consumersTenant;
  }
  if (tenant === "organizations") {
    return tid !== consumersTenant;
  }
  return !guid.test(tenant) || (typeof tid === "string" && tid.toLowerCase() === tenant.toLowerCase());
}

function show(value: unknown): string {
  return String(JSON.stringify(value)).slice(0, 200);
}
