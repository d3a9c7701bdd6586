import { isGuid } from "../../core/guid.ts";
import {
  findServicePrincipalByAppId,
  getServicePrincipal,
  type ServicePrincipal,
} from "../../directory/servicePrincipals/servicePrincipals.ts";
import { refuseNotOwned } from "../directoryObjects/ownership.ts";
import { type Fault, fault, isFault } from "../request/graphErrors/faults.ts";
import type { GraphRequest } from "../request/route.ts";

/** `/servicePrincipals/{object id}` or `/servicePrincipals(appId='{client id}')`. */
export function keyedServicePrincipal({ directory, tenant, keys }: GraphRequest): ServicePrincipal | Fault {
  const { property, value } = keys[0] ?? { property: "id", value: "" };
  const byClientId = property.toLowerCase() === "appid";
  if (!isGuid(value) || (property !== "id" && !byClientId)) {
    return fault("invalidId", { id: value }, { why: `${value} is not an object id (a GUID)` });
  }
  const servicePrincipal = byClientId
    ? findServicePrincipalByAppId(directory, tenant.id, value)
    : getServicePrincipal(directory, value);
  if (servicePrincipal?.tenantId === tenant.id) {
    return servicePrincipal;
  }
  const isClientId = !byClientId && findServicePrincipalByAppId(directory, tenant.id, value) !== undefined;
  const hint = isClientId ? `; it is a client id: ask for /servicePrincipals(appId='${value}')` : "";
  return fault("notFound", { id: value }, { why: `the tenant has no service principal ${value}${hint}` });
}

/** With Application.ReadWrite.OwnedBy alone, only what the caller owns can be changed. */
export function writableServicePrincipal(request: GraphRequest): ServicePrincipal | Fault {
  const servicePrincipal = keyedServicePrincipal(request);
  return isFault(servicePrincipal)
    ? servicePrincipal
    : (refuseNotOwned(request, servicePrincipal.id) ?? servicePrincipal);
}
