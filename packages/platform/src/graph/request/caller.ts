import { type Claims, decodeJson, stringClaim } from "../../core/jwt.ts";
import { findServicePrincipalByName } from "../../directory/servicePrincipals/servicePrincipals.ts";
import { getTenant, type Tenant } from "../../directory/tenants/tenants.ts";
import { microsoftGraphAppId } from "../../directory/wellKnown.ts";
import { evaluateAccess } from "../../tokenService/issuance/continuousAccess.ts";
import type { GraphContext } from "../context.ts";
import { GraphError } from "./graphErrors/graphError.ts";
import { formatDuration } from "./permissions/wording.ts";

/** The caller, according to the access token. */
export interface Caller {
  readonly kind: "application" | "user";
  readonly tenant: Tenant;
  readonly clientId: string;
  /** Object id of the service principal or of the user. */
  readonly objectId: string;
  /** Application permissions (`roles`) or delegated ones (`scp`). */
  readonly permissions: readonly string[];
  /** When the token was actually issued. */
  readonly issuedMs: number;
}

/** The `iat` of access tokens is five minutes before they are issued. */
const backdatingMs = 300_000;

/** Returns the caller of a request. Throws the 401 of Graph. Every check uses the platform's own keys and clock. */
export async function authenticate(context: GraphContext, authorization: string | null): Promise<Caller> {
  const token = /^Bearer\s+(\S+)\s*$/i.exec(authorization ?? "")?.[1];
  if (token === undefined) {
    const reason =
      authorization === null
        ? "the request has no Authorization header"
        : "the Authorization header has no bearer token";
    throw new GraphError("tokenEmpty", {}, { reason });
  }
  if (!token.includes(".")) {
    throw new GraphError("tokenMalformed", {}, { reason: "the bearer token is not a JWT: it has no dots" });
  }
  const verified = await context.signing.verify(token);
  switch (verified.kind) {
    case "malformed":
      throw new GraphError(
        "tokenUndecodable",
        {},
        { reason: "the bearer token looks like a JWT but cannot be decoded" },
      );
    case "badSignature":
      throw new GraphError(
        "tokenSignature",
        {},
        { reason: `the token's signature was not made by this platform${issuerHint(token)}` },
      );
    case "verified":
      return callerOf(context, verified.claims);
  }
}

function callerOf(context: GraphContext, claims: Claims): Caller {
  const nowMs = context.clock.now();
  const expiresMs = seconds(claims, "exp");
  if (nowMs >= expiresMs) {
    throw new GraphError(
      "tokenExpired",
      {},
      { reason: `the token expired ${formatDuration(nowMs - expiresMs)} ago; get a new one` },
    );
  }
  const validFromMs = seconds(claims, "nbf");
  if (nowMs < validFromMs) {
    throw new GraphError(
      "tokenNotYetValid",
      {},
      { reason: `the token is not valid yet; it becomes valid in ${formatDuration(validFromMs - nowMs)}` },
    );
  }
  const { directory } = context;
  const [tenantId, audience] = [stringClaim(claims, "tid"), stringClaim(claims, "aud")];
  const tenant = directory.memoize(`tenant of a token for Graph ${tenantId} ${audience}`, () => {
    const found = getTenant(directory, tenantId);
    return found !== undefined && isGraph(context, found, audience) ? found : undefined;
  });
  if (tenant === undefined) {
    throw new GraphError("tokenAudience", {}, { reason: `the token is for ${audience}, not for Microsoft Graph` });
  }
  const challenge = evaluateAccess(context, claims);
  if (challenge !== undefined) {
    throw new GraphError("accessEnded", {}, { claims: challenge.claims, reason: challenge.why });
  }
  const scopes = claims["scp"];
  const isUser = typeof scopes === "string";
  const roles = Array.isArray(claims["roles"]) ? claims["roles"].filter((role) => typeof role === "string") : [];
  return {
    kind: isUser ? "user" : "application",
    tenant,
    clientId: stringClaim(claims, "appid") || stringClaim(claims, "azp"),
    objectId: stringClaim(claims, "oid"),
    permissions: isUser ? scopes.split(" ") : roles,
    issuedMs: seconds(claims, "iat") + backdatingMs,
  };
}

/** Trailing slashes are ignored: clients also request `https://graph.microsoft.com//.default`. */
function isGraph(context: GraphContext, tenant: Tenant, audience: string): boolean {
  const name = audience.replace(/\/+$/, "");
  return findServicePrincipalByName(context.directory, tenant.id, name)?.appId === microsoftGraphAppId;
}

function issuerHint(token: string): string {
  const issuer = decodeJson(token.split(".", 2)[1] ?? "")?.["iss"];
  return typeof issuer === "string" ? `; its issuer claim is ${issuer.slice(0, 200)}` : "";
}

function seconds(claims: Claims, name: string): number {
  const value = claims[name];
  return typeof value === "number" ? value * 1000 : 0;
}
