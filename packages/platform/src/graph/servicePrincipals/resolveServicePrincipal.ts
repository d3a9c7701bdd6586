import { isGuid } from "../../core/guid.ts";
import {
  findServicePrincipalByAppId,
  getServicePrincipal,
  type ServicePrincipal,
} from "../../directory/servicePrincipals/servicePrincipals.ts";
import { requireOwnership } from "../directoryObjects/ownership.ts";
import { GraphError } from "../request/graphErrors/graphError.ts";
import type { GraphRequest } from "../request/route.ts";

/** Returns the service principal of `/servicePrincipals/{object id}` or `/servicePrincipals(appId='{client id}')`. */
export function resolveServicePrincipal({ directory, tenant, keys }: GraphRequest): ServicePrincipal {
  const { property, value } = keys[0] ?? { property: "id", value: "" };
  const byClientId = property.toLowerCase() === "appid";
  if (!isGuid(value) || (property !== "id" && !byClientId)) {
    throw new GraphError("invalidId", { id: value }, { reason: `${value} is not an object id (a GUID)` });
  }
  const servicePrincipal = byClientId
    ? findServicePrincipalByAppId(directory, tenant.id, value)
    : getServicePrincipal(directory, value);
  if (servicePrincipal?.tenantId === tenant.id) {
    return servicePrincipal;
  }
  const isClientId = !byClientId && findServicePrincipalByAppId(directory, tenant.id, value) !== undefined;
  const hint = isClientId ? `; it is a client id: use /servicePrincipals(appId='${value}')` : "";
  throw new GraphError("notFound", { id: value }, { reason: `the tenant has no service principal ${value}${hint}` });
}

/** As `resolveServicePrincipal`, for writing: with Application.ReadWrite.OwnedBy alone, the caller must own it. */
export function resolveWritableServicePrincipal(request: GraphRequest): ServicePrincipal {
  const servicePrincipal = resolveServicePrincipal(request);
  requireOwnership(request, servicePrincipal.id);
  return servicePrincipal;
}
