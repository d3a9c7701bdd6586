import { Refusal } from "../../aadsts/aadsts.ts";
import type { PermissionScope } from "../../directory/applications/applicationProperties.ts";
import { declaredPermissions, type RequestedPermissions } from "../../directory/permissionGrants/consent.ts";
import {
  findServicePrincipalByAppId,
  findServicePrincipalByName,
  type ServicePrincipal,
} from "../../directory/servicePrincipals/servicePrincipals.ts";
import type { Tenant } from "../../directory/tenants/tenants.ts";
import { microsoftGraphAppId } from "../../directory/wellKnown.ts";
import { checkDeliveredApis } from "../consent/consentChecks.ts";
import type { TokenServiceContext } from "../context.ts";
import { openIdScopes } from "../resource.ts";
import type { ConsentRequest } from "./consentRequest.ts";

/**
 * The requested permissions. In version 1, and for `.default` in version 2, they are all that the registration
 * declares; single scopes in version 2 are delegated permissions.
 *
 * @see https://learn.microsoft.com/entra/identity-platform/v2-admin-consent
 */
export function requestedPermissions(
  context: TokenServiceContext,
  request: ConsentRequest,
  tenant: Tenant,
): readonly RequestedPermissions[] {
  const scope = request.scope ?? "";
  const scopes = scope.split(/\s+/).filter((value) => value !== "" && !openIdScopes.has(value));
  const defaults = scopes.filter((value) => value.toLowerCase().endsWith("/.default") || value === ".default");
  if (request.version === 1 || (defaults.length > 0 && defaults.length === scopes.length)) {
    const { application } = request;
    checkDeliveredApis(context, { tenant, application });
    return declaredPermissions(context.directory, tenant.id, application);
  }
  if (defaults.length > 0) {
    throw new Refusal(
      "70011",
      { scope },
      "/.default means everything declared and cannot be combined with single permissions",
    );
  }
  const byResource = new Map<string, { resource: ServicePrincipal; scopes: PermissionScope[] }>();
  for (const value of scopes) {
    const found = findScope(context, tenant, request, value);
    const entry = byResource.get(found.resource.id) ?? { resource: found.resource, scopes: [] };
    entry.scopes.push(found.scope);
    byResource.set(found.resource.id, entry);
  }
  return [...byResource.values()].map((entry) => ({ ...entry, appRoles: [] }));
}

interface FoundScope {
  readonly resource: ServicePrincipal;
  readonly scope: PermissionScope;
}

/** `{resource}/{value}`; a value alone is a permission of Microsoft Graph. */
function findScope(
  { directory }: TokenServiceContext,
  tenant: Tenant,
  request: ConsentRequest,
  requested: string,
): FoundScope {
  const slash = requested.lastIndexOf("/");
  const [name, value] =
    slash < 0 ? [microsoftGraphAppId, requested] : [requested.slice(0, slash), requested.slice(slash + 1)];
  const resource =
    slash < 0
      ? findServicePrincipalByAppId(directory, tenant.id, name)
      : (findServicePrincipalByName(directory, tenant.id, name) ??
        findServicePrincipalByName(directory, tenant.id, `${name}/`));
  if (resource === undefined) {
    const why = `no API in the tenant has the name ${name}`;
    throw new Refusal("500011", { resource: name, tenant: tenant.displayName }, why);
  }
  const scope = resource.oauth2PermissionScopes.find((offered) => offered.isEnabled && offered.value === value);
  if (scope === undefined) {
    const values = { appName: request.application.displayName, scope: value, resource: resource.displayName };
    const why = `${resource.displayName} has no delegated permission ${value}; application permissions are only granted through /.default`;
    throw new Refusal("650053", values, why);
  }
  return { resource, scope };
}
