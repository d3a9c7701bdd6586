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
 * What consent is asked for. Version 1, and `.default` in version 2, mean all that the registration declares; single
 * scopes in version 2 are delegated permissions.
 *
 * @see https://learn.microsoft.com/entra/identity-platform/v2-admin-consent
 */
export function askedPermissions(
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
      "/.default means everything declared and cannot stand beside single permissions",
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

/** `{resource}/{value}`; a value alone belongs to Microsoft Graph. */
function findScope(
  { directory }: TokenServiceContext,
  tenant: Tenant,
  request: ConsentRequest,
  asked: string,
): FoundScope {
  const slash = asked.lastIndexOf("/");
  const [name, value] = slash < 0 ? [microsoftGraphAppId, asked] : [asked.slice(0, slash), asked.slice(slash + 1)];
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
    const why = `${resource.displayName} has no delegated permission ${value}; application permissions come by /.default only`;
    throw new Refusal("650053", values, why);
  }
  return { resource, scope };
}
