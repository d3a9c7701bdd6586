import { createApplication, updateApplication } from "../../directory/applications/applicationChanges.ts";
import type { Application, Json, NewApplication } from "../../directory/applications/applicationProperties.ts";
import { newApplicationDefaults } from "../../directory/applications/applicationProperties.ts";
import { findApplicationByAppId, getApplication } from "../../directory/applications/applications.ts";
import { newAppRole, newScope } from "../../directory/applications/registration.ts";
import { checkRedirectUri } from "../../directory/applications/uris/redirectUris.ts";
import {
  createServicePrincipalFor,
  findServicePrincipalByAppId,
  updateServicePrincipal,
} from "../../directory/servicePrincipals/servicePrincipals.ts";
import { initialDomain } from "../../directory/tenants/tenants.ts";
import { textColumn } from "../../storage/database.ts";
import type { SeedApplication } from "../seed.ts";
import type { SeedPath } from "../source.ts";
import { at, definedFields, type Seeding } from "./seeding.ts";

/** Registers the application or updates its registration to match the seed, without permissions and credentials. */
export function applyRegistration(seeding: Seeding, seed: SeedApplication, path: SeedPath): Application {
  const { directory, tenant } = seeding;
  const existing = at(seeding, [...path, seed.clientId === undefined ? "name" : "clientId"], () =>
    findExisting(seeding, seed),
  );
  checkRedirectUris(seeding, seed, path);
  const properties = at(seeding, path, () => propertiesOf(seeding, seed, existing));
  const application = at(seeding, path, () =>
    existing === undefined
      ? createApplication(directory, {
          ...properties,
          tenantId: tenant.id,
          displayName: seed.displayName ?? seed.name,
          publisherDomain: initialDomain(tenant),
          ...definedFields({ appId: seed.clientId?.toLowerCase() }),
        })
      : (updateApplication(directory, existing.id, properties) ?? existing),
  );
  applyServicePrincipal(seeding, seed, application);
  return application;
}

function findExisting({ directory, tenant }: Seeding, { name, clientId }: SeedApplication): Application | undefined {
  const row = directory.database.get(
    "SELECT id FROM application WHERE tenantId = ? AND json_extract(document, '$.uniqueName') = ?",
    tenant.id,
    name,
  );
  const named = row === undefined ? undefined : getApplication(directory, textColumn(row, "id"));
  if (clientId === undefined) {
    return named;
  }
  if (named !== undefined && named.appId !== clientId.toLowerCase()) {
    throw new Error(
      `${name} is already registered with client id ${named.appId}; use that one, or choose another name`,
    );
  }
  const found = findApplicationByAppId(directory, clientId);
  if (found !== undefined && (found.tenantId !== tenant.id || (found.uniqueName ?? name) !== name)) {
    throw new Error(`${clientId} is the client id of ${found.uniqueName ?? found.displayName}; choose another one`);
  }
  return found;
}

function checkRedirectUris(seeding: Seeding, { redirectUris = {} }: SeedApplication, path: SeedPath): void {
  for (const platform of ["web", "spa", "publicClient"] as const) {
    (redirectUris[platform] ?? []).forEach((uri, index) => {
      at(seeding, [...path, "redirectUris", platform, index], () => checkRedirectUri(uri));
    });
  }
}

function propertiesOf(
  { directory }: Seeding,
  seed: SeedApplication,
  existing: Application | undefined,
): Omit<NewApplication, "tenantId" | "displayName"> {
  const { web, api, appRoles, spa, publicClient } = existing ?? newApplicationDefaults();
  return {
    uniqueName: seed.name,
    web: {
      ...web,
      ...definedFields({ redirectUris: seed.redirectUris?.web, logoutUrl: seed.logoutUrl }),
      implicitGrantSettings: {
        enableAccessTokenIssuance:
          seed.implicitGrant?.accessTokens ?? web.implicitGrantSettings.enableAccessTokenIssuance,
        enableIdTokenIssuance: seed.implicitGrant?.idTokens ?? web.implicitGrantSettings.enableIdTokenIssuance,
      },
    },
    spa: { ...spa, ...definedFields({ redirectUris: seed.redirectUris?.spa }) },
    publicClient: { ...publicClient, ...definedFields({ redirectUris: seed.redirectUris?.publicClient }) },
    api: {
      ...api,
      ...definedFields({
        requestedAccessTokenVersion: seed.requestedAccessTokenVersion,
        oauth2PermissionScopes: seed.scopes?.map((scope) =>
          newScope(directory, withExistingId(scope, api.oauth2PermissionScopes)),
        ),
      }),
    },
    ...definedFields({
      displayName: seed.displayName,
      description: seed.description,
      signInAudience: seed.signInAudience,
      isFallbackPublicClient: seed.allowPublicClient,
      identifierUris: seed.identifierUris,
      optionalClaims: seed.optionalClaims as Json | undefined,
      groupMembershipClaims: seed.groupMembershipClaims,
      appRoles: seed.appRoles?.map((role) => newAppRole(directory, withExistingId(role, appRoles))),
    }),
  };
}

/** A permission keeps its id when a seed is applied again, because consent refers to the id. */
export function withExistingId<Permission extends { readonly value: string; readonly id?: string | undefined }>(
  permission: Permission,
  existing: readonly { readonly id: string; readonly value: string | null }[],
): Permission {
  const id = permission.id ?? existing.find(({ value }) => value === permission.value)?.id;
  return { ...permission, id };
}

function applyServicePrincipal({ directory, tenant }: Seeding, seed: SeedApplication, application: Application): void {
  const found =
    findServicePrincipalByAppId(directory, tenant.id, application.appId) ??
    (seed.servicePrincipal === false ? undefined : createServicePrincipalFor(directory, tenant.id, application));
  if (found !== undefined && (seed.enabled !== undefined || seed.assignmentRequired !== undefined)) {
    const changes = definedFields({ accountEnabled: seed.enabled, appRoleAssignmentRequired: seed.assignmentRequired });
    updateServicePrincipal(directory, found.id, changes);
  }
}
