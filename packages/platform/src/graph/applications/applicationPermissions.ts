import {
  applicationRoles,
  consentRoles,
  ownedBy,
  readApplications,
  writeApplications,
  writeOrOwnApplications,
} from "../request/permissions/permissionSets.ts";
import type { OperationPermissions } from "../request/permissions/permissions.ts";

const writeOwners = ["Application.ReadWrite.All + Directory.Read.All", "Directory.ReadWrite.All"];
const readGrants = ["DelegatedPermissionGrant.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"];
const writeGrants = ["DelegatedPermissionGrant.ReadWrite.All", "Directory.ReadWrite.All"];

type Operation =
  | "GET /applications/{id}/owners"
  | "POST /applications/{id}/owners/$ref"
  | "GET /applications/{id}/federatedIdentityCredentials"
  | "POST /applications/{id}/federatedIdentityCredentials"
  | "POST /applications/{id}/addKey"
  | "GET /oauth2PermissionGrants"
  | "POST /oauth2PermissionGrants";

/** Permissions on what belongs to applications and service principals. Format and sources as in `permissions.ts`. */
export const applicationPermissions: Readonly<Record<Operation, OperationPermissions>> = {
  "GET /applications/{id}/owners": {
    delegated: readApplications,
    application: [...readApplications, ownedBy],
    source: "D includes/permissions/application-list-owners",
  },
  "POST /applications/{id}/owners/$ref": {
    delegated: writeOwners,
    application: [...writeOwners, ownedBy],
    userRoles: applicationRoles,
    allowsOwner: true,
    source: "D includes/permissions/application-post-owners; OwnedBy alone K",
  },
  "GET /applications/{id}/federatedIdentityCredentials": {
    delegated: ["Application.Read.All", ...writeApplications],
    application: ["Application.Read.All", ...writeOrOwnApplications],
    source: "D includes/permissions/application-list-federatedidentitycredentials",
  },
  "POST /applications/{id}/federatedIdentityCredentials": {
    delegated: writeApplications,
    application: writeOrOwnApplications,
    userRoles: applicationRoles,
    allowsOwner: true,
    source: "K, as PATCH of the application",
  },
  "POST /applications/{id}/addKey": {
    delegated: [...writeApplications, "Directory.ReadWrite.All"],
    application: ["Application.ReadWrite.All", "Directory.ReadWrite.All", ownedBy],
    userRoles: applicationRoles,
    allowsOwner: true,
    allowsItself: true,
    source: "D api/application-addkey.md, api/application-removekey.md",
  },
  "GET /oauth2PermissionGrants": {
    delegated: readGrants,
    application: readGrants,
    source: "D includes/permissions/oauth2permissiongrant-list",
  },
  "POST /oauth2PermissionGrants": {
    delegated: writeGrants,
    application: writeGrants,
    userRoles: consentRoles,
    source: "D includes/permissions/oauth2permissiongrant-post (beta)",
  },
};
