import type { Application } from "../../directory/applications/applicationProperties.ts";
import { newAppRole, newScope } from "../../directory/applications/registration.ts";
import type { Directory } from "../../directory/directory.ts";
import {
  createServicePrincipal,
  findServicePrincipalByAppId,
  updateServicePrincipal,
} from "../../directory/servicePrincipals/servicePrincipals.ts";
import { initialDomain, type Tenant } from "../../directory/tenants/tenants.ts";
import type { Seed, SeedApplication, Seeded, SeedServicePrincipal, SeedTenant } from "../seed.ts";
import type { SeedPath, SeedSource } from "../source.ts";
import { applyCertificates, applyFederatedCredentials, applySecrets } from "./applyCredentials.ts";
import { applyGroups, applyMembers } from "./applyGroups.ts";
import { applyManagedIdentities } from "./applyManagedIdentities.ts";
import { applyAssignments, applyPermissions } from "./applyPermissions.ts";
import { applyRegistration, withExistingId } from "./applyRegistration.ts";
import { applyUsers } from "./applyUsers.ts";
import { at, definedFields, refuseDuplicateName, type Seeding } from "./seeding.ts";
import type { ClientIds } from "./seedPrincipal.ts";

/** Updates the directory to match the seed, completely or not at all. Throws a `SeedError` with the place in the seed. */
export function applySeed(directory: Directory, tenant: Tenant, seed: Seed, source: SeedSource): Seeded {
  const seeding: Seeding = { directory, tenant, source };
  return directory.database.transaction(() => {
    at(seeding, ["tenant"], () => checkTenant(tenant, seed.tenant ?? {}));
    applyUsers(seeding, seed.users ?? []);
    const groups = applyGroups(seeding, seed.groups ?? []);
    (seed.servicePrincipals ?? []).forEach((servicePrincipal, index) => {
      at(seeding, ["servicePrincipals", index], () => applyServicePrincipal(seeding, servicePrincipal));
    });
    const registered = applyRegistrations(seeding, seed.applications ?? []);
    const applicationIds: ClientIds = new Map(
      registered.map(({ seed: { name }, application }) => [name, application.appId]),
    );
    const managedIdentities = applyManagedIdentities(seeding, seed.managedIdentities ?? [], applicationIds);
    const clientIds: ClientIds = new Map([
      ...applicationIds,
      ...managedIdentities.map(({ name, clientId }) => [name, clientId] as const),
    ]);
    const applications = applyApplications(seeding, registered, clientIds);
    applyMembers(seeding, groups, clientIds);
    return { applications, managedIdentities };
  });
}

interface RegisteredApplication {
  readonly seed: SeedApplication;
  readonly path: SeedPath;
  readonly application: Application;
}

function applyRegistrations(seeding: Seeding, seeds: readonly SeedApplication[]): readonly RegisteredApplication[] {
  return seeds.map((seed, index) => {
    const path = ["applications", index] as const;
    refuseDuplicateName(seeding, seeds, index, path);
    return { seed, path, application: applyRegistration(seeding, seed, path) };
  });
}

/** Applies what can refer to other applications of the seed, once all of them exist. */
function applyApplications(
  seeding: Seeding,
  registered: readonly RegisteredApplication[],
  clientIds: ClientIds,
): Seeded["applications"] {
  const { directory, tenant } = seeding;
  for (const { seed, path, application } of registered) {
    applyPermissions(seeding, seed, application, clientIds, path);
  }
  return registered.map(({ seed, path, application }) => {
    applyAssignments(seeding, seed.assignments ?? [], application.appId, clientIds, path);
    applyCertificates(seeding, application.id, seed.certificates ?? [], path);
    applyFederatedCredentials(seeding, application.id, seed.federatedCredentials ?? [], path);
    return {
      name: seed.name,
      clientId: application.appId,
      objectId: application.id,
      servicePrincipalId: findServicePrincipalByAppId(directory, tenant.id, application.appId)?.id,
      secrets: applySecrets(seeding, application.id, seed.secrets ?? []),
    };
  });
}

function checkTenant(tenant: Tenant, requested: SeedTenant): void {
  if ((requested.id?.toLowerCase() ?? tenant.id) !== tenant.id) {
    throw new Error(
      `the tenant of this platform is ${tenant.id}; leave tenant.id out, or start a platform with that tenant`,
    );
  }
  if ((requested.domain ?? initialDomain(tenant)).toLowerCase() !== initialDomain(tenant).toLowerCase()) {
    throw new Error(`the tenant of this platform has the domain ${initialDomain(tenant)}; leave tenant.domain out`);
  }
}

function applyServicePrincipal({ directory, tenant }: Seeding, seed: SeedServicePrincipal): void {
  const appId = seed.appId.toLowerCase();
  const existing = findServicePrincipalByAppId(directory, tenant.id, appId);
  const properties = definedFields({
    displayName: seed.displayName,
    servicePrincipalNames: seed.names === undefined ? undefined : [appId, ...seed.names],
    accountEnabled: seed.enabled,
    appRoleAssignmentRequired: seed.assignmentRequired,
    appRoles: seed.appRoles?.map((role) => newAppRole(directory, withExistingId(role, existing?.appRoles ?? []))),
    oauth2PermissionScopes: seed.scopes?.map((scope) =>
      newScope(directory, withExistingId(scope, existing?.oauth2PermissionScopes ?? [])),
    ),
  });
  if (existing === undefined) {
    createServicePrincipal(directory, { displayName: appId, ...properties, appId, tenantId: tenant.id });
  } else {
    updateServicePrincipal(directory, existing.id, properties);
  }
}
