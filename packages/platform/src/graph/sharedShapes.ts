import type { AppRole, Json, PermissionScope } from "../directory/applicationProperties.ts";
import type { Property } from "./entityType.ts";

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

export const notFilterable: Property = { type: "Other" };
export const identifier: Property = {
  type: "String",
  filter: ["eq", "in"],
  index: { kind: "column", column: "id", lowerCase: true },
};
export const applicationId: Property = {
  type: "String",
  filter: ["eq", "in", "startswith"],
  index: { kind: "column", column: "appId", lowerCase: true },
};
export const sortableName: Property = {
  type: "String",
  filter: ["eq", "ge", "le", "in", "startswith"],
  advancedFilter: ["null"],
  orderBy: "advanced",
  search: "words",
  index: { kind: "column", column: "displayName" },
};
export const creationDate: Property = {
  type: "DateTime",
  filter: ["eq", "ge", "le"],
  advancedFilter: ["in"],
  orderBy: "advanced",
};
export const stringCollection: Property = { type: "StringCollection", filter: ["eq", "ge", "le", "startswith"] };
