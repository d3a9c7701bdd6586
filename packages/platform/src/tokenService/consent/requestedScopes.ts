import { Refusal } from "../../aadsts/aadsts.ts";
import { isGuid } from "../../core/guid.ts";
import type { Application, PermissionScope } from "../../directory/applications/applicationProperties.ts";
import type { ServicePrincipal } from "../../directory/servicePrincipals/servicePrincipals.ts";
import type { Tenant } from "../../directory/tenants/tenants.ts";
import { microsoftGraphAppId } from "../../directory/wellKnown.ts";
import type { TokenServiceContext } from "../context.ts";
import { findResource, openIdScopes } from "../resource.ts";

/** One API of a request in the name of a user, with the permissions asked for on it. */
export interface AskedResource {
  readonly resource: ServicePrincipal;
  /** As it was asked for: the `aud` of a version 1 token. */
  readonly name: string;
  /** What the answer's `scope` puts before each value: the name with a slash, or nothing for Graph's short form. */
  readonly prefix: string;
  /** `.default`: all that was consented to before, or all that the registration declares. */
  readonly isDefault: boolean;
  readonly scopes: readonly PermissionScope[];
}

export interface AskedScopes {
  /** Of openid, profile, email and offline_access, those asked for. */
  readonly openId: readonly string[];
  /** In the order they were first named; a token is for the first one. */
  readonly resources: readonly AskedResource[];
}

const defaultValue = ".default";

/**
 * What a version 2 `scope` asks for. A value alone is Graph's; `.default` stands for the whole API and beside nothing
 * else but OpenID Connect's own scopes.
 *
 * @see https://learn.microsoft.com/entra/identity-platform/scopes-oidc
 */
export function readScopes(
  context: TokenServiceContext,
  tenant: Tenant,
  application: Application,
  scope: string,
): AskedScopes {
  const values = [...new Set(scope.split(/\s+/).filter((value) => value !== ""))];
  const byResource = new Map<string, AskedResource>();
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
      "/.default means everything declared and cannot stand beside other permissions",
    );
  }
  return { openId: values.filter((value) => openIdScopes.has(value)), resources };
}

/** What a version 1 `resource` asks for: everything consented to, and always the user's identity and a refresh token. */
export function readResource(
  context: TokenServiceContext,
  tenant: Tenant,
  application: Application,
  name: string | undefined,
): AskedScopes {
  const openId = ["openid", "profile", "email", "offline_access"];
  if (name === undefined) {
    return { openId, resources: [] };
  }
  const resource = findNamedResource(context, tenant, application, name);
  return { openId, resources: [{ resource, name, prefix: "", isDefault: true, scopes: [] }] };
}

/** Graph's own endpoint for the user's identity: what a token is for when only OpenID Connect's scopes are asked for. */
export function graphResource(context: TokenServiceContext, tenant: Tenant): AskedResource {
  const { servicePrincipal: resource, name } = findResource(context, tenant, microsoftGraphAppId);
  return { resource, name, prefix: "", isDefault: false, scopes: [] };
}

function readScope(
  context: TokenServiceContext,
  tenant: Tenant,
  application: Application,
  value: string,
  whole: string,
): AskedResource {
  const slash = value.lastIndexOf("/");
  const name = slash < 0 ? microsoftGraphAppId : value.slice(0, slash);
  const wanted = value.slice(slash + 1);
  if (wanted === "" || (!isGuid(name) && URL.parse(name) === null)) {
    const why = `"${value}" is neither {identifier URI or client id of the API}/{permission} nor a permission of Graph`;
    throw new Refusal("70011", { scope: whole }, why);
  }
  const resource = findNamedResource(context, tenant, application, name);
  const prefix = slash < 0 ? "" : `${name}/`;
  if (wanted.toLowerCase() === defaultValue) {
    return { resource, name, prefix, isDefault: true, scopes: [] };
  }
  const lower = wanted.toLowerCase();
  const scope = resource.oauth2PermissionScopes.find(
    (offered) => offered.isEnabled && offered.value.toLowerCase() === lower,
  );
  if (scope === undefined) {
    const values = { appName: application.displayName, scope: wanted, resource: resource.appId };
    const why = `${resource.displayName} has no delegated permission ${wanted}; application permissions need an application without a user`;
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
      `to ask for a token for itself the application names itself ${application.appId}`,
    );
  }
  return servicePrincipal;
}

function merge(before: AskedResource, more: AskedResource): AskedResource {
  return {
    ...before,
    isDefault: before.isDefault || more.isDefault,
    scopes: [...before.scopes, ...more.scopes.filter((scope) => !before.scopes.includes(scope))],
  };
}
