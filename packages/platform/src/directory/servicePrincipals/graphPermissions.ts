import type { AppRole, PermissionScope } from "../applications/applicationProperties.ts";
import { microsoftGraphAppId } from "../wellKnown.ts";
import ids from "./graphPermissionIds.json" with { type: "json" };

/** The display names of permissions on pages. Permissions without one are shown by their value. */
const texts: Readonly<Record<string, string>> = {
  "User.Read": "Sign in and read your own profile",
  "User.Read.All": "Read the full profiles of all users",
  "User.ReadBasic.All": "Read the names and photos of all users",
  "User.ReadWrite": "Read and update your own profile",
  "User.ReadWrite.All": "Read and update all users",
  "Directory.Read.All": "Read everything in the directory",
  "Directory.ReadWrite.All": "Read and change the directory",
  "Directory.AccessAsUser.All": "Access the directory as the signed-in user",
  "Application.Read.All": "Read all applications and service principals",
  "Application.ReadWrite.All": "Read and change all applications and service principals",
  "Application.ReadWrite.OwnedBy": "Create applications and manage the ones it owns",
  "AppRoleAssignment.ReadWrite.All": "Grant and revoke application permissions",
  "DelegatedPermissionGrant.ReadWrite.All": "Grant and revoke delegated permissions",
  "Group.Read.All": "Read all groups",
  "Group.ReadWrite.All": "Read and change all groups",
  "Group.Create": "Create groups",
  "GroupMember.Read.All": "Read the members of all groups",
  "GroupMember.ReadWrite.All": "Read and change the members of all groups",
  "Organization.Read.All": "Read the organization's own data",
  "Mail.Read": "Read mail",
  "Mail.ReadWrite": "Read and change mail",
  "Mail.Send": "Send mail",
  "Calendars.Read": "Read calendars",
  "Sites.Read.All": "Read all sites",
  "Files.Read.All": "Read all files",
  "AuditLog.Read.All": "Read the audit log",
  "Reports.Read.All": "Read usage reports",
  "Policy.Read.All": "Read the organization's policies",
  "RoleManagement.Read.Directory": "Read directory roles and their members",
  "RoleManagement.ReadWrite.Directory": "Read and change directory roles and their members",
  "Device.Read.All": "Read all devices",
  "Domain.Read.All": "Read the organization's domains",
  "CrossTenantInformation.ReadBasic.All": "Read the names of other tenants",
  openid: "Sign the user in",
  profile: "Read the user's name",
  email: "Read the user's email address",
  offline_access: "Keep access until it is revoked",
};

/** The scopes of OpenID Connect: every tenant's Graph has them, but the published list does not. */
const openIdScopes: Readonly<Record<string, readonly string[]>> = {
  openid: ["37f7f235-527c-4136-accd-4a02d197296e", "U"],
  profile: ["14dad69e-099b-42c9-810b-d002981feec1", "U"],
  email: ["64a6cdd6-aab1-4aaf-94b8-3cc8405e90d0", "U"],
  offline_access: ["7427e0e9-2fba-42fe-b0c0-848c9e6a8182", "U"],
};

/**
 * Every permission of Microsoft Graph that Microsoft publishes, with the id that it has in every tenant. Shared by all
 * tenants instead of stored in each.
 */
const graphPermissions: Pick<PermissionsOfApi, "appRoles" | "oauth2PermissionScopes"> = {
  appRoles: Object.entries<readonly string[]>(ids.application).map(([value, [id = ""]]) => {
    const text = texts[value] ?? value;
    return {
      id,
      value,
      displayName: text,
      description: `${text}, without a signed-in user.`,
      allowedMemberTypes: ["Application"],
      isEnabled: true,
    };
  }),
  oauth2PermissionScopes: Object.entries<readonly string[]>({ ...ids.delegated, ...openIdScopes }).map(
    ([value, [id = "", consent]]) => {
      const text = texts[value] ?? value;
      return {
        id,
        value,
        adminConsentDisplayName: text,
        adminConsentDescription: `${text}, on behalf of the signed-in user.`,
        userConsentDisplayName: text,
        userConsentDescription: `${text}, on your behalf.`,
        isEnabled: true,
        // Entra: where the source is silent, an administrator must consent, the stricter of the two.
        type: consent === "U" ? "User" : "Admin",
      };
    },
  ),
};

interface PermissionsOfApi {
  readonly appRoles: readonly AppRole[];
  readonly oauth2PermissionScopes: readonly PermissionScope[];
}

/** Returns the permissions that Microsoft defines for an API; `undefined` for an API that defines its own. */
export function publishedPermissions(appId: string): PermissionsOfApi | undefined {
  return appId === microsoftGraphAppId ? graphPermissions : undefined;
}
