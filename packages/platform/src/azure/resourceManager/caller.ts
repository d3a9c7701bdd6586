import { type Claims, stringClaim } from "../../core/jwt.ts";
import { findServicePrincipalByName } from "../../directory/servicePrincipals/servicePrincipals.ts";
import { getTenant, type Tenant } from "../../directory/tenants/tenants.ts";
import { azureResourceManagerAppId } from "../../directory/wellKnown.ts";
import type { AzureContext } from "../context.ts";
import { ArmError } from "./armError.ts";

/** The caller of Azure Resource Manager, from the access token. */
export interface ResourceManagerCaller {
  readonly tenant: Tenant;
  readonly clientId: string | undefined;
  /** Of the user, or of the application's service principal. */
  readonly objectId: string;
}

/** An Azure API, with the name that its refusals use. */
export interface AzureApi {
  readonly appId: string;
  readonly displayName: string;
  readonly audiences: readonly string[];
}

export const azureResourceManager: AzureApi = {
  appId: azureResourceManagerAppId,
  displayName: "Azure Resource Manager",
  audiences: [
    "https://management.core.windows.net/",
    "https://management.core.windows.net",
    "https://management.azure.com/",
    "https://management.azure.com",
  ],
};

/** Returns the caller of a request. Throws a 401 of Azure Resource Manager. */
export async function authenticate(
  context: AzureContext,
  api: AzureApi,
  authorization: string | null,
): Promise<ResourceManagerCaller> {
  const token = /^Bearer\s+(\S+)\s*$/i.exec(authorization ?? "")?.[1];
  if (token === undefined) {
    const message = "Authentication failed. The 'Authorization' header is missing.";
    throw new ArmError(401, "AuthenticationFailed", message, "the request has no bearer token");
  }
  const verified = await context.signing.verify(token);
  if (verified.kind !== "verified") {
    const why = verified.kind === "malformed" ? "the token cannot be decoded" : "the signature is not this platform's";
    throw new ArmError(401, "InvalidAuthenticationToken", "The access token is invalid.", why);
  }
  return callerOf(context, api, verified.claims);
}

function callerOf(context: AzureContext, api: AzureApi, claims: Claims): ResourceManagerCaller {
  const nowMs = context.clock.now();
  const expiresMs = typeof claims["exp"] === "number" ? claims["exp"] * 1000 : 0;
  if (nowMs >= expiresMs) {
    const [expiry, now] = [expiresMs, nowMs].map((epochMs) => new Date(epochMs).toISOString());
    const message = `The access token expiry UTC time '${expiry}' is earlier than current UTC time '${now}'.`;
    throw new ArmError(401, "ExpiredAuthenticationToken", message, "the token has expired; get a new one");
  }
  const tenant = getTenant(context.directory, stringClaim(claims, "tid"));
  const audience = stringClaim(claims, "aud");
  if (tenant === undefined || !isAudienceOf(context, api, tenant, audience)) {
    const allowed = api.audiences.map((name) => `'${name}'`).join(",");
    throw new ArmError(
      401,
      "InvalidAuthenticationTokenAudience",
      `The access token has been obtained for wrong audience or resource '${audience}'. ` +
        `It should exactly match with one of the allowed audiences ${allowed}.`,
      `the token is for ${audience}, not for ${api.displayName}`,
    );
  }
  return {
    tenant,
    clientId: stringClaim(claims, "appid") || stringClaim(claims, "azp") || undefined,
    objectId: stringClaim(claims, "oid"),
  };
}

/** Azure CLI requests `https://management.core.windows.net//.default`, so trailing slashes are ignored. */
function isAudienceOf(context: AzureContext, { appId }: AzureApi, tenant: Tenant, audience: string): boolean {
  const name = audience.replace(/\/+$/, "");
  return findServicePrincipalByName(context.directory, tenant.id, name)?.appId === appId;
}
