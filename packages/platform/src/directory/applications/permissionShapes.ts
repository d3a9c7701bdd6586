import type { AppRole, Json, PermissionScope } from "./applicationProperties.ts";

/** Shapes that applications and service principals both show, members in wire order. */
export function showAppRole(role: AppRole): Json {
  return {
    allowedMemberTypes: role.allowedMemberTypes,
    description: role.description,
    displayName: role.displayName,
    id: role.id,
    isEnabled: role.isEnabled,
    origin: "Application",
    value: role.value,
  };
}

export function showScope(scope: PermissionScope): Json {
  return {
    adminConsentDescription: scope.adminConsentDescription,
    adminConsentDisplayName: scope.adminConsentDisplayName,
    id: scope.id,
    isEnabled: scope.isEnabled,
    type: scope.type,
    userConsentDescription: scope.userConsentDescription,
    userConsentDisplayName: scope.userConsentDisplayName,
    value: scope.value,
  };
}
