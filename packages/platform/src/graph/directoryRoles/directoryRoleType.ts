import type { Json } from "../../directory/applications/applicationProperties.ts";
import type { TenantRole } from "../../directory/directoryRoles/directoryRoles.ts";
import type { EntityType } from "../collection/entityType.ts";
import { notFilterable } from "../collection/sharedProperties.ts";

/** @see https://learn.microsoft.com/graph/api/resources/directoryrole */
export const directoryRoleType: EntityType<TenantRole> = {
  name: "directoryRole",
  resource: "DirectoryRole",
  set: "directoryRoles",
  properties: {
    id: notFilterable,
    deletedDateTime: notFilterable,
    description: notFilterable,
    displayName: { type: "String", filter: ["eq"] },
    roleTemplateId: { type: "String", filter: ["eq"] },
  },
  defaults: ["id", "deletedDateTime", "description", "displayName", "roleTemplateId"],
  id: (role) => role.id,
  value(role, property): Json {
    switch (property) {
      case "id":
      case "description":
      case "displayName":
        return role[property];
      case "roleTemplateId":
        return role.templateId;
      default:
        return null;
    }
  },
};
