import { Refusal } from "../../aadsts/aadsts.ts";
import { isGuid } from "../../core/guid.ts";
import type { Application, PermissionScope } from "../../directory/applications/applicationProperties.ts";
import type { ServicePrincipal } from "../../directory/servicePrincipals/servicePrincipals.ts";
import type { Tenant } from "../../directory/tenants/tenants.ts";
import { microsoftGraphAppId } from "../../directory/wellKnown.ts";
import type { TokenServiceContext } from "../context.ts";
import { findResource, openIdScopes } from "../resource.ts";

/** An API of a user's token request, with the requested permissions on it. */
export interface ResourceScopes {
  readonly resource: ServicePrincipal;
  /** As requested: the `aud` of a version 1 token. */
  readonly name: string;
  /** The prefix of each value in the response's `scope`: the name with a slash, or nothing for Graph's short form. */
  readonly prefix: string;
  /** `.default`: everything consented to, or everything that the registration declares. */
  readonly isDefault: boolean;
  readonly scopes: readonly PermissionScope[];
}

export interface RequestedScopes {
  /** Those of openid, profile, email and offline_access that were requested. */
  readonly openId: readonly string[];
  /** In the order of the request; a token is for the first one. */
  readonly resources: readonly ResourceScopes[];
}

const defaultValue = ".default";

/**
 * Reads a version 2 `scope`. A value without a resource is Graph's. `.default` means the whole API, and only OpenID
 * Connect's own scopes may accompany it.
 *
 * @see https://learn.microsoft.com/entra/identity-platform/scopes-oidc
 */
export function readScopes(
  context: TokenServiceContext,
  tenant: Tenant,
  application: Application,
  scope: string,
): RequestedScopes {
  const values = [...new Set(scope.split(/\s+/).filter((value) => value !== ""))];
  const byResource = new Map<string, ResourceScopes>();
  for (const value of values.filter((candidate) => !openIdScopes.has(candidate))) {
    const part = readScope(context, tenant, application, value, scope);
    const before = byResource.get(part.resource.id);
    byResource.set(part.resource.id, before === undefined ? part : merge(before, part));
  }
  const resources = [...byResource.values()];
  if (resources.some((part) => part.isDefault && (part.scopes.length > 0 || resources.length > 1))) {
    throw new Refusal(
      "70011",
      { scope },
      "/.default means everything declared and cannot be combined with other permissions",
    );
  }
  return { openId: values.filter((value) => openIdScopes.has(value)), resources };
}

/** Reads a version 1 `resource`: everything consented to, and always the user's identity and a refresh token. */
export function readResource(
  context: TokenServiceContext,
  tenant: Tenant,
  application: Application,
  name: string | undefined,
): RequestedScopes {
  const openId = ["openid", "profile", "email", "offline_access"];
  if (name === undefined) {
    return { openId, resources: [] };
  }
  const resource = findNamedResource(context, tenant, application, name);
  return { openId, resources: [{ resource, name, prefix: "", isDefault: true, scopes: [] }] };
}

/** Graph, for the user's identity: the API of a token for which only OpenID Connect's scopes were requested. */
export function graphResource(context: TokenServiceContext, tenant: Tenant): ResourceScopes {
  const { servicePrincipal: resource, name } = findResource(context, tenant, microsoftGraphAppId);
  return { resource, name, prefix: "", isDefault: false, scopes: [] };
}

function readScope(
  context: TokenServiceContext,
  tenant: Tenant,
  application: Application,
  value: string,
  whole: string,
): ResourceScopes {
  const slash = value.lastIndexOf("/");
  const name = slash < 0 ? microsoftGraphAppId : value.slice(0, slash);
  const permission = value.slice(slash + 1);
  if (permission === "" || (!isGuid(name) && URL.parse(name) === null)) {
    const why = `"${value}" is neither {identifier URI or client id of the API}/{permission} nor a permission of Graph`;
    throw new Refusal("70011", { scope: whole }, why);
  }
  const resource = findNamedResource(context, tenant, application, name);
  const prefix = slash < 0 ? "" : `${name}/`;
  if (permission.toLowerCase() === defaultValue) {
    return { resource, name, prefix, isDefault: true, scopes: [] };
  }
  const lower = permission.toLowerCase();
  const scope = resource.oauth2PermissionScopes.find(
    (offered) => offered.isEnabled && offered.value.toLowerCase() === lower,
  );
  if (scope === undefined) {
    const values = { appName: application.displayName, scope: permission, resource: resource.appId };
    const why = `${resource.displayName} has no delegated permission ${permission}; application permissions need an application without a user`;
    throw new Refusal("650053", values, why);
  }
  return { resource, name, prefix, isDefault: false, scopes: [scope] };
}

function findNamedResource(
  context: TokenServiceContext,
  tenant: Tenant,
  application: Application,
  name: string,
): ServicePrincipal {
  const { servicePrincipal } = findResource(context, tenant, name);
  if (servicePrincipal.appId === application.appId && !isGuid(name)) {
    const values = { appId: application.appId, appName: application.displayName };
    throw new Refusal(
      "90009",
      values,
      `to request a token for itself, the application must use its client id ${application.appId}`,
    );
  }
  return servicePrincipal;
}

function merge(before: ResourceScopes, more: ResourceScopes): ResourceScopes {
  return {
    ...before,
    isDefault: before.isDefault || more.isDefault,
    scopes: [...before.scopes, ...more.scopes.filter((scope) => !before.scopes.includes(scope))],
  };
}
