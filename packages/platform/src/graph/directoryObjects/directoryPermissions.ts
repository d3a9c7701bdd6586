import { privilegedRoles } from "../request/permissions/permissionSets.ts";
import type { OperationPermissions } from "../request/permissions/permissions.ts";

const readDomains = ["Domain.Read.All", "Domain.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"];
const writeRoles = ["RoleManagement.ReadWrite.Directory"];
const readRoles = ["RoleManagement.Read.Directory", ...writeRoles, "Directory.Read.All", "Directory.ReadWrite.All"];
const readObjects = ["Directory.Read.All", "Directory.ReadWrite.All"];
const readSkus = ["Organization.Read.All", "Organization.ReadWrite.All", ...readObjects];

type Operation =
  | "GET /directoryRoles"
  | "POST /directoryRoles/{id}/members/$ref"
  | "GET /domains"
  | "GET /directoryObjects/{id}"
  | "POST /directoryObjects/getByIds"
  | "GET /subscribedSkus"
  | "GET /tenantRelationships";

/**
 * Permissions on roles, domains and resources without a table of their own. Format and sources as in `permissions.ts`.
 */
export const directoryPermissions: Readonly<Record<Operation, OperationPermissions>> = {
  "GET /tenantRelationships": {
    delegated: ["CrossTenantInformation.ReadBasic.All"],
    application: ["CrossTenantInformation.ReadBasic.All"],
    source: "D tenantrelationship-findtenantinformationbytenantid",
  },
  "GET /directoryRoles": {
    delegated: readRoles,
    application: readRoles,
    source: "D includes/permissions/directoryrole-list",
  },
  "POST /directoryRoles/{id}/members/$ref": {
    delegated: writeRoles,
    application: writeRoles,
    userRoles: privilegedRoles,
    source: "D includes/permissions/directoryrole-post-members",
  },
  "GET /domains": {
    delegated: readDomains,
    application: readDomains,
    source: "D includes/permissions/domain-get",
  },
  "GET /directoryObjects/{id}": {
    delegated: readObjects,
    application: readObjects,
    source: "D api/directoryobject-get.md",
  },
  "POST /directoryObjects/getByIds": {
    delegated: readObjects,
    application: readObjects,
    source: "D includes/permissions/directoryobject-getbyids (beta)",
  },
  "GET /subscribedSkus": {
    delegated: readSkus,
    application: readSkus,
    source: "D includes/permissions/subscribedsku-list",
  },
};
