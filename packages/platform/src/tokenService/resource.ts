import { Refusal } from "../aadsts/aadsts.ts";
import { isGuid } from "../core/guid.ts";
import { findApplicationByAppId } from "../directory/applications/applications.ts";
import { listAppRoleAssignments } from "../directory/permissionGrants/permissionGrants.ts";
import { findServicePrincipalByName, type ServicePrincipal } from "../directory/servicePrincipals/servicePrincipals.ts";
import type { Tenant } from "../directory/tenants/tenants.ts";
import type { TokenServiceContext } from "./context.ts";

/** The API that a token is requested for. */
export interface RequestedResource {
  /** As requested: the `aud` of a version 1 token. */
  readonly name: string;
  readonly servicePrincipal: ServicePrincipal;
}

const suffix = "/.default";

/** Accepted beside a resource, because some clients always send them. */
export const openIdScopes: ReadonlySet<string> = new Set(["openid", "profile", "email", "offline_access"]);

/**
 * The resource of a client credentials scope: everything before the last slash, so that `https://x//.default` is
 * `https://x/`.
 */
export function resourceOfAppScope(scope: string): string {
  const scopes = [...new Set(scope.split(/\s+/).filter((value) => value !== "" && !openIdScopes.has(value)))];
  const [first] = scopes;
  if (first === undefined || !scopes.every((value) => value.toLowerCase().endsWith(suffix))) {
    throw new Refusal(
      "1002012",
      { scope },
      "an application without a user requests {resource}/.default, never single permissions",
    );
  }
  if (scopes.length > 1) {
    throw new Refusal("28000", { scopes: scope }, "a token is for one API: send one request per resource");
  }
  const name = first.slice(0, -suffix.length);
  if (!isGuid(name) && !URL.canParse(name)) {
    throw new Refusal(
      "70011",
      { scope },
      `"${name}" in front of /.default is neither an identifier URI nor a client id`,
    );
  }
  return name;
}

/** Finds the service principal by the name of the resource. */
export function findResource({ directory }: TokenServiceContext, tenant: Tenant, name: string): RequestedResource {
  const servicePrincipal = directory.memoize(
    `resource ${tenant.id} ${name}`,
    () =>
      findServicePrincipalByName(directory, tenant.id, name) ??
      // The real service also finds an API whose name ends in a slash without it. The token's aud then lacks the slash
      // and the API rejects it; the double slash avoids that mistake.
      findServicePrincipalByName(directory, tenant.id, `${name}/`),
  );
  if (servicePrincipal === undefined) {
    throw new Refusal(
      "500011",
      { resource: name, tenant: tenant.displayName },
      `no API in the tenant has the name ${name}; check the spelling, or expose the API under this identifier URI`,
    );
  }
  if (!servicePrincipal.accountEnabled) {
    const why = "the API's service principal has accountEnabled false; set it to true to allow tokens for it";
    throw new Refusal("500014", { resource: name }, why);
  }
  return { name, servicePrincipal };
}

/** A hint for the log if the API will reject the token because its name was given without the trailing slash. */
export function missingSlashHint({ name, servicePrincipal }: RequestedResource): string | undefined {
  if (servicePrincipal.servicePrincipalNames.includes(name)) {
    return undefined;
  }
  const names = servicePrincipal.servicePrincipalNames.map((known) => known.toLowerCase());
  const lower = name.toLowerCase();
  return names.includes(lower) || !names.includes(`${lower}/`)
    ? undefined
    : `; the API's name is ${name}/ and it may reject this token: request ${name}//.default`;
}

/** The version that the API's registration asks for, whichever endpoint the client used. */
export function accessTokenVersion({ directory }: TokenServiceContext, resource: ServicePrincipal): 1 | 2 {
  const registration = findApplicationByAppId(directory, resource.appId);
  return registration?.api.requestedAccessTokenVersion === 2 ? 2 : 1;
}

/** The application permissions of an application on an API. */
export interface GrantedRoles {
  /** The values of enabled app roles. */
  readonly roles: readonly string[];
  /** Also true for an assignment without a role (default access). */
  readonly isAssigned: boolean;
}

export function rolesOn(
  { directory }: TokenServiceContext,
  client: ServicePrincipal,
  resource: ServicePrincipal,
): GrantedRoles {
  const assignments = listAppRoleAssignments(directory, client.id).filter(
    (assignment) => assignment.resourceId === resource.id,
  );
  const roles = assignments.flatMap(({ appRoleId }) => {
    const role = resource.appRoles.find((offered) => offered.id === appRoleId);
    return role?.isEnabled === true && role.value !== null ? [role.value] : [];
  });
  return { roles, isAssigned: assignments.length > 0 };
}

/** Refuses a client without an assignment if the API requires one. */
export function checkAssigned(
  client: ServicePrincipal,
  { name, servicePrincipal: resource }: RequestedResource,
  { isAssigned }: GrantedRoles,
): void {
  if (resource.appRoleAssignmentRequired && !isAssigned) {
    throw new Refusal(
      "501051",
      { appId: client.appId, appName: client.displayName, resource: name, resourceName: resource.displayName },
      `${resource.displayName} issues tokens only to assigned applications; assign one of its app roles to this one`,
    );
  }
}
