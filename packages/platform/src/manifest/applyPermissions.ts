import type { Application } from "../directory/applicationProperties.ts";
import { findApplicationByAppId, getApplication, updateApplication } from "../directory/applications.ts";
import { declaredPermissions, grantAdminConsent } from "../directory/consent.ts";
import { addAppRoleAssignment } from "../directory/grants.ts";
import { requiredResourceAccess } from "../directory/registration.ts";
import { findServicePrincipalByAppId, type ServicePrincipal } from "../directory/servicePrincipals.ts";
import { findUserByPrincipalName } from "../directory/users.ts";
import { defaultAccessAppRoleId } from "../directory/wellKnown.ts";
import type { SeedApplication, SeedAssignment } from "./manifest.ts";
import { at, type Seeding } from "./seeding.ts";
import type { SeedPath } from "./source.ts";

/** The client ids of the applications in the seed, by name. */
export type ClientIds = ReadonlyMap<string, string>;

/** What the application asks for, and the consent to it. Every API of the seed must be registered by now. */
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

/** Who has which app role of the application. */
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
        throw new Error("the application has no service principal to assign to; leave out servicePrincipal: false");
      }
      const principal = principalOf(seeding, assignment, clientIds);
      addAppRoleAssignment(seeding.directory, {
        principalId: principal.id,
        principalType: principal.type,
        resourceId: resource.id,
        appRoleId: roleId(resource, assignment.role, principal.type === "User" ? "User" : "Application"),
      });
    });
  });
}

interface Principal {
  readonly id: string;
  readonly type: "User" | "ServicePrincipal";
}

function principalOf({ directory, tenant }: Seeding, assignment: SeedAssignment, clientIds: ClientIds): Principal {
  const { user, application } = assignment;
  if ((user === undefined) === (application === undefined)) {
    throw new Error("an assignment is for a user or for an application; give one of the two");
  }
  if (user !== undefined) {
    const found = findUserByPrincipalName(directory, user);
    if (found === undefined) {
      throw new Error(`there is no user ${user}; add the user to users`);
    }
    return { id: found.id, type: "User" };
  }
  const appId = clientIds.get(application ?? "") ?? application ?? "";
  const found = findServicePrincipalByAppId(directory, tenant.id, appId);
  if (found === undefined) {
    const isRegistered = findApplicationByAppId(directory, appId) !== undefined;
    throw new Error(`${application} ${isRegistered ? "has no service principal here" : "is no application here"}`);
  }
  return { id: found.id, type: "ServicePrincipal" };
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
    throw new Error(`app role ${value} is not for this; add ${member} to its allowedMemberTypes`);
  }
  return role.id;
}
