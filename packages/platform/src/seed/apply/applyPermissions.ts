import { updateApplication } from "../../directory/applications/applicationChanges.ts";
import type { Application } from "../../directory/applications/applicationProperties.ts";
import { getApplication } from "../../directory/applications/applications.ts";
import { requiredResourceAccess } from "../../directory/applications/requiredResourceAccess.ts";
import { memberType } from "../../directory/directoryObjects/principals.ts";
import { declaredPermissions, grantAdminConsent } from "../../directory/permissionGrants/consent.ts";
import { addAppRoleAssignment } from "../../directory/permissionGrants/permissionGrants.ts";
import {
  findServicePrincipalByAppId,
  type ServicePrincipal,
} from "../../directory/servicePrincipals/servicePrincipals.ts";
import { defaultAccessAppRoleId } from "../../directory/wellKnown.ts";
import type { SeedApplication, SeedAssignment } from "../seed.ts";
import type { SeedPath } from "../source.ts";
import { at, type Seeding } from "./seeding.ts";
import { type ClientIds, findSeedPrincipal } from "./seedPrincipal.ts";

/**
 * Declares the application's permissions and grants them if the seed says so. Every API of the seed must already be
 * registered.
 */
export function applyPermissions(
  seeding: Seeding,
  seed: SeedApplication,
  { id }: Application,
  clientIds: ClientIds,
  path: SeedPath,
): void {
  const { directory, tenant } = seeding;
  if (seed.permissions !== undefined) {
    const requested = seed.permissions.flatMap(({ api, application, delegated }, index) =>
      at(seeding, [...path, "permissions", index], () =>
        requiredResourceAccess(directory, tenant.id, [
          { name: clientIds.get(api) ?? api, permissions: application, delegatedPermissions: delegated },
        ]),
      ),
    );
    updateApplication(directory, id, { requiredResourceAccess: requested });
  }
  const application = getApplication(directory, id);
  if (seed.adminConsent === true && application !== undefined) {
    grantAdminConsent(directory, tenant.id, application, declaredPermissions(directory, tenant.id, application));
  }
}

/** Assigns app roles of the application. */
export function applyAssignments(
  seeding: Seeding,
  assignments: readonly SeedAssignment[],
  appId: string,
  clientIds: ClientIds,
  path: SeedPath,
): void {
  assignments.forEach((assignment, index) => {
    at(seeding, [...path, "assignments", index], () => {
      const resource = findServicePrincipalByAppId(seeding.directory, seeding.tenant.id, appId);
      if (resource === undefined) {
        throw new Error(
          "the application has no service principal to assign roles on; leave out servicePrincipal: false",
        );
      }
      const principal = findSeedPrincipal(seeding, assignment, clientIds);
      if (!principal.isAssignable) {
        throw new Error(`the group ${assignment.group} cannot be assigned; leave out its securityEnabled: false`);
      }
      addAppRoleAssignment(seeding.directory, {
        principalId: principal.id,
        principalType: principal.type,
        resourceId: resource.id,
        appRoleId: roleId(resource, assignment.role, memberType(principal.type)),
      });
    });
  });
}

function roleId(resource: ServicePrincipal, value: string | undefined, member: "User" | "Application"): string {
  if (value === undefined) {
    return defaultAccessAppRoleId;
  }
  const role = resource.appRoles.find((offered) => offered.value === value);
  if (role === undefined) {
    const values = resource.appRoles.map((offered) => offered.value).join(", ");
    throw new Error(`${resource.displayName} has no app role ${value}; it has: ${values || "none"}`);
  }
  if (!role.allowedMemberTypes.includes(member)) {
    throw new Error(
      `app role ${value} cannot be assigned to members of type ${member}; add ${member} to its allowedMemberTypes`,
    );
  }
  return role.id;
}
