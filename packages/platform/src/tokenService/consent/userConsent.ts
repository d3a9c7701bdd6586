import type { Application, PermissionScope } from "../../directory/applications/applicationProperties.ts";
import { roleTemplateIdsOf } from "../../directory/directoryRoles/directoryRoles.ts";
import { consentingRoleTemplateIds } from "../../directory/directoryRoles/roleTemplates.ts";
import { declaredPermissions } from "../../directory/permissionGrants/consent.ts";
import { grantScopes, listPermissionGrants } from "../../directory/permissionGrants/permissionGrants.ts";
import {
  createServicePrincipalFor,
  findServicePrincipalByAppId,
  type ServicePrincipal,
} from "../../directory/servicePrincipals/servicePrincipals.ts";
import { tenantPolicy } from "../../directory/tenants/tenantPolicy.ts";
import type { Tenant } from "../../directory/tenants/tenants.ts";
import type { User } from "../../directory/users/users.ts";
import { microsoftGraphAppId } from "../../directory/wellKnown.ts";
import type { TokenServiceContext } from "../context.ts";
import { isFamilyClient, preauthorizedScopes } from "./preauthorized.ts";
import type { RequestedScopes, ResourceScopes } from "./requestedScopes.ts";

/** Delegated permissions on one API that need the user's consent. */
export interface ConsentItem {
  readonly resource: ServicePrincipal;
  readonly scopes: readonly PermissionScope[];
}

/** The parties of a consent. The client's service principal is created by the first consent in a tenant. */
export interface ConsentParties {
  readonly tenant: Tenant;
  readonly application: Application;
  readonly client: ServicePrincipal | undefined;
  readonly user: User;
}

/**
 * The values that the client may use on the API for the user: consented to for everyone or by the user, or
 * preauthorized.
 */
export function grantedScopes(
  context: TokenServiceContext,
  { application, client, user }: ConsentParties,
  resource: ServicePrincipal,
): readonly string[] {
  const grants = client === undefined ? [] : listPermissionGrants(context.directory, client.id);
  const granted = grants
    .filter((grant) => grant.resourceId === resource.id)
    .filter((grant) => grant.principalId === undefined || grant.principalId === user.id)
    .flatMap((grant) => grant.scope.split(" "));
  const values = new Set([...granted, ...preauthorizedScopes(context, application.appId, resource)]);
  return resource.oauth2PermissionScopes
    .filter((scope) => scope.isEnabled && values.has(scope.value))
    .map((scope) => scope.value);
}

/** The requested permissions that are not consented to. Empty if no page is needed. */
export function missingConsent(
  context: TokenServiceContext,
  parties: ConsentParties,
  requested: RequestedScopes,
): readonly ConsentItem[] {
  const items = requested.resources.flatMap((part) => missingOn(context, parties, part));
  return requested.resources.length > 0 || hasAnyConsent(context, parties)
    ? items
    : identityItems(context, parties, requested);
}

/** Everything that a consent page lists if the client wants it shown regardless of earlier consent. */
export function wholeConsent(
  context: TokenServiceContext,
  parties: ConsentParties,
  requested: RequestedScopes,
): readonly ConsentItem[] {
  const items = requested.resources.flatMap((part): readonly ConsentItem[] =>
    part.isDefault ? declaredScopes(context, parties) : [{ resource: part.resource, scopes: part.scopes }],
  );
  return items.length > 0 ? items : identityItems(context, parties, requested);
}

/** Adds OpenID Connect's scopes, which come with a first consent and are not asked for on their own afterwards. */
export function withIdentity(
  context: TokenServiceContext,
  parties: ConsentParties,
  requested: RequestedScopes,
  items: readonly ConsentItem[],
): readonly ConsentItem[] {
  const granted = new Map(items.map((item) => [item.resource.id, item]));
  for (const { resource, scopes } of identityItems(context, parties, requested)) {
    const before = granted.get(resource.id)?.scopes ?? [];
    granted.set(resource.id, { resource, scopes: [...new Set([...scopes, ...before])] });
  }
  return [...granted.values()];
}

/** Whether the user may consent: for their own account, or as an administrator for everyone. */
export function mayConsent(
  { directory }: TokenServiceContext,
  { tenant, user }: ConsentParties,
  items: readonly ConsentItem[],
): "everyone" | "self" | "administratorOnly" {
  const roles = roleTemplateIdsOf(directory, user.id);
  if (consentingRoleTemplateIds.some((role) => roles.includes(role))) {
    return "everyone";
  }
  const isLow = items.every(({ scopes }) => scopes.every((scope) => scope.type === "User"));
  return isLow && tenantPolicy(directory, tenant.id).usersMayConsent ? "self" : "administratorOnly";
}

/** Stores the consent of the user or for everyone, and adds the client to the tenant if it is new there. */
export function storeConsent(
  { directory }: TokenServiceContext,
  { tenant, application, user }: ConsentParties,
  items: readonly ConsentItem[],
  forEveryone: boolean,
): ServicePrincipal {
  return directory.database.transaction(() => {
    const client =
      findServicePrincipalByAppId(directory, tenant.id, application.appId) ??
      createServicePrincipalFor(directory, tenant.id, application);
    for (const { resource, scopes } of items) {
      const principalId = forEveryone ? undefined : user.id;
      const values = scopes.map((scope) => scope.value);
      grantScopes(directory, { clientId: client.id, resourceId: resource.id, principalId }, values);
    }
    return client;
  });
}

function missingOn(
  context: TokenServiceContext,
  parties: ConsentParties,
  part: ResourceScopes,
): readonly ConsentItem[] {
  const granted = new Set(grantedScopes(context, parties, part.resource));
  if (part.isDefault) {
    return granted.size > 0 ? [] : declaredScopes(context, parties);
  }
  const scopes = part.scopes.filter((scope) => !granted.has(scope.value));
  return scopes.length === 0 ? [] : [{ resource: part.resource, scopes }];
}

/** Every delegated permission that the registration declares, by API. */
export function declaredScopes(
  { directory }: TokenServiceContext,
  { tenant, application }: ConsentParties,
): readonly ConsentItem[] {
  return declaredPermissions(directory, tenant.id, application).flatMap(({ resource, scopes }) =>
    scopes.length === 0 ? [] : [{ resource, scopes }],
  );
}

function hasAnyConsent(context: TokenServiceContext, { client, user, application }: ConsentParties): boolean {
  const grants = client === undefined ? [] : listPermissionGrants(context.directory, client.id);
  return (
    isFamilyClient(application.appId) ||
    grants.some((grant) => grant.principalId === undefined || grant.principalId === user.id)
  );
}

function identityItems(
  { directory }: TokenServiceContext,
  { tenant }: ConsentParties,
  requested: RequestedScopes,
): readonly ConsentItem[] {
  const graph = findServicePrincipalByAppId(directory, tenant.id, microsoftGraphAppId);
  const scopes = graph?.oauth2PermissionScopes.filter((scope) => requested.openId.includes(scope.value)) ?? [];
  return graph === undefined || scopes.length === 0 ? [] : [{ resource: graph, scopes }];
}
