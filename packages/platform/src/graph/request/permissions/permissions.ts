import { globalAdministrator } from "../../../directory/directoryRoles/roleTemplates.ts";
import {
  applicationRoles,
  consentRoles,
  grantAppRoles,
  ownedBy,
  readAllMemberships,
  readApplications,
  readGroups,
  readMemberObjects,
  readMemberships,
  readUsers,
  readUsersGroups,
  writeApplications,
  writeOrOwnApplications,
} from "./permissionSets.ts";

/**
 * Who may perform an operation. An entry is one permission, or several joined by ` + ` that are all required; any one
 * entry is enough. `own`: delegated permissions that cover the signed-in user's own object only.
 *
 * `source`: D documented (the page of the operation), I seen on the real service, K from knowledge.
 */
export interface OperationPermissions {
  readonly delegated: readonly string[];
  readonly application: readonly string[];
  readonly own?: readonly string[];
  /** Template ids of directory roles. A signed-in user needs one of them. Default: every user may. */
  readonly userRoles?: readonly string[];
  /** A signed-in user who owns the object in the path needs no role. */
  readonly allowsOwner?: true;
  /** An application needs no permission for its own registration. */
  readonly allowsItself?: true;
  readonly source: string;
}

export type Operation =
  | "GET /users"
  | "GET /users/{id}"
  | "POST /users"
  | "PATCH /users/{id}"
  | "DELETE /users/{id}"
  | "POST /users/{id}/revokeSignInSessions"
  | "GET /users/{id}/manager"
  | "PUT /users/{id}/manager/$ref"
  | "GET /users/{id}/directReports"
  | "GET /users/{id}/appRoleAssignments"
  | "GET /users/{id}/memberOf"
  | "GET /users/{id}/transitiveMemberOf"
  | "POST /users/{id}/getMemberGroups"
  | "POST /users/{id}/getMemberObjects"
  | "GET /groups"
  | "GET /groups/{id}"
  | "GET /organization"
  | "GET /applications"
  | "GET /applications/{id}"
  | "GET /applications/delta"
  | "POST /applications"
  | "PATCH /applications/{id}"
  | "DELETE /applications/{id}"
  | "POST /applications/{id}/addPassword"
  | "POST /applications/{id}/removePassword"
  | "GET /servicePrincipals"
  | "GET /servicePrincipals/{id}"
  | "POST /servicePrincipals"
  | "PATCH /servicePrincipals/{id}"
  | "DELETE /servicePrincipals/{id}"
  | "GET /servicePrincipals/{id}/appRoleAssignments"
  | "GET /servicePrincipals/{id}/appRoleAssignedTo"
  | "POST /servicePrincipals/{id}/appRoleAssignments"
  | "DELETE /servicePrincipals/{id}/appRoleAssignments/{id}";

export const permissions: Readonly<Record<Operation, OperationPermissions>> = {
  "GET /users": {
    delegated: ["User.ReadBasic.All", ...readUsers],
    application: readUsers,
    source: "D api/user-list.md",
  },
  "GET /users/{id}": {
    delegated: ["User.ReadBasic.All", ...readUsers],
    application: readUsers,
    own: ["User.Read", "User.ReadWrite"],
    source: "D api/user-get.md",
  },
  "POST /users": {
    delegated: ["User.ReadWrite.All", "Directory.ReadWrite.All"],
    application: ["User.ReadWrite.All", "Directory.ReadWrite.All"],
    userRoles: [globalAdministrator.templateId],
    source: "D includes/permissions/user-post-users",
  },
  "PATCH /users/{id}": {
    delegated: ["User.ReadUpdate.All", "User.ReadWrite.All", "Directory.ReadWrite.All"],
    application: ["User.ReadUpdate.All", "User.ReadWrite.All", "Directory.ReadWrite.All"],
    userRoles: [globalAdministrator.templateId],
    source: "D includes/permissions/user-update (beta)",
  },
  "DELETE /users/{id}": {
    delegated: ["User.ReadWrite.All"],
    application: ["User.ReadWrite.All"],
    userRoles: [globalAdministrator.templateId],
    source: "D includes/permissions/user-delete",
  },
  "POST /users/{id}/revokeSignInSessions": {
    delegated: ["User.ReadWrite.All", "Directory.ReadWrite.All"],
    application: ["User.ReadWrite.All", "Directory.ReadWrite.All"],
    own: ["User.ReadWrite"],
    userRoles: [globalAdministrator.templateId],
    source: "D user-revokesigninsessions; own K",
  },
  "GET /users/{id}/manager": {
    delegated: readUsers,
    application: readUsers,
    source: "D includes/permissions/user-list-manager; application K",
  },
  "PUT /users/{id}/manager/$ref": {
    delegated: ["User.ReadWrite.All", "Directory.ReadWrite.All"],
    application: ["User.ReadWrite.All", "Directory.ReadWrite.All"],
    userRoles: [globalAdministrator.templateId],
    source: "D user-post-manager, user-delete-manager",
  },
  "GET /users/{id}/directReports": {
    delegated: readUsers,
    application: readUsers,
    own: ["User.Read", "User.ReadWrite"],
    source: "D includes/permissions/user-list-directreports",
  },
  "GET /users/{id}/appRoleAssignments": {
    delegated: ["Directory.Read.All", "Directory.ReadWrite.All", "AppRoleAssignment.ReadWrite.All"],
    application: ["Directory.Read.All", "Directory.ReadWrite.All", "AppRoleAssignment.ReadWrite.All"],
    source:
      "D includes/permissions/user-list-approleassignments, group-list-approleassignments; beyond Directory.Read.All K",
  },
  "GET /users/{id}/memberOf": {
    delegated: readMemberships,
    application: readMemberships,
    own: ["User.Read"],
    source: "D includes/permissions/user-list-memberof; application K",
  },
  "GET /users/{id}/transitiveMemberOf": {
    delegated: readAllMemberships,
    application: readAllMemberships,
    own: ["User.Read"],
    source: "D includes/permissions/user-list-transitivememberof",
  },
  "POST /users/{id}/getMemberGroups": {
    delegated: ["User.ReadBasic.All + GroupMember.Read.All", "User.ReadBasic.All + Group.Read.All", ...readUsersGroups],
    application: readUsersGroups,
    own: ["User.Read + GroupMember.Read.All", "User.Read + Group.Read.All"],
    source: "D api/directoryobject-getmembergroups.md",
  },
  "POST /users/{id}/getMemberObjects": {
    delegated: readMemberObjects,
    application: readMemberObjects,
    own: ["User.Read"],
    source: "D api/directoryobject-getmemberobjects.md",
  },
  "GET /groups": {
    delegated: readGroups,
    application: readGroups,
    source: "D includes/permissions/group-list",
  },
  "GET /groups/{id}": {
    delegated: readGroups,
    application: readGroups,
    source: "D includes/permissions/group-get",
  },
  "GET /organization": {
    delegated: ["User.Read", "Organization.Read.All", "Directory.Read.All", "Directory.ReadWrite.All"],
    application: ["Organization.Read.All", "Directory.Read.All", "Directory.ReadWrite.All"],
    source: "D includes/permissions/organization-list; Organization.Read.All K",
  },
  "GET /applications": {
    delegated: readApplications,
    application: [...readApplications, ownedBy],
    source: "D includes/permissions/application-list",
  },
  "GET /applications/{id}": {
    delegated: readApplications,
    application: [...readApplications, ownedBy],
    source: "D includes/permissions/application-get; Directory.* as for the list K",
  },
  "GET /applications/delta": {
    delegated: ["Directory.Read.All", "Directory.ReadWrite.All"],
    application: ["Application.ReadWrite.All", "Directory.Read.All", ownedBy],
    source: "D includes/permissions/application-delta",
  },
  "POST /applications": {
    delegated: ["AppRegistration.Create", ...writeApplications],
    application: ["AppRegistration.Create", ...writeOrOwnApplications],
    source: "D includes/permissions/application-post-applications",
  },
  "PATCH /applications/{id}": {
    delegated: writeApplications,
    application: writeOrOwnApplications,
    userRoles: applicationRoles,
    allowsOwner: true,
    source: "D api/application-update.md",
  },
  "DELETE /applications/{id}": {
    delegated: writeApplications,
    application: writeOrOwnApplications,
    userRoles: applicationRoles,
    allowsOwner: true,
    source: "D includes/permissions/application-delete",
  },
  "POST /applications/{id}/addPassword": {
    delegated: writeApplications,
    application: writeOrOwnApplications,
    userRoles: applicationRoles,
    allowsOwner: true,
    source: "D api/application-addpassword.md",
  },
  "POST /applications/{id}/removePassword": {
    delegated: writeApplications,
    application: writeOrOwnApplications,
    userRoles: applicationRoles,
    allowsOwner: true,
    source: "K, as addPassword",
  },
  "GET /servicePrincipals": {
    delegated: readApplications,
    application: [...readApplications, ownedBy],
    source: "D includes/permissions/serviceprincipal-list",
  },
  "GET /servicePrincipals/{id}": {
    delegated: readApplications,
    application: [...readApplications, ownedBy],
    source: "D includes/permissions/serviceprincipal-get",
  },
  "POST /servicePrincipals": {
    delegated: ["Application.ReadWrite.All", "Directory.ReadWrite.All"],
    application: ["Application.ReadWrite.All", "Directory.ReadWrite.All", ownedBy],
    userRoles: applicationRoles,
    source: "D includes/permissions/serviceprincipal-post-serviceprincipals",
  },
  "PATCH /servicePrincipals/{id}": {
    delegated: ["Application.ReadWrite.All", "Directory.ReadWrite.All"],
    application: ["Application.ReadWrite.All", "Directory.ReadWrite.All", ownedBy],
    userRoles: applicationRoles,
    allowsOwner: true,
    source: "D includes/permissions/serviceprincipal-update",
  },
  "DELETE /servicePrincipals/{id}": {
    delegated: writeApplications,
    application: writeOrOwnApplications,
    userRoles: applicationRoles,
    allowsOwner: true,
    source: "D includes/permissions/serviceprincipal-delete",
  },
  "GET /servicePrincipals/{id}/appRoleAssignments": {
    delegated: readApplications,
    application: readApplications,
    source: "D api/serviceprincipal-list-approleassignments.md",
  },
  "GET /servicePrincipals/{id}/appRoleAssignedTo": {
    delegated: readApplications,
    application: [...readApplications, ownedBy],
    source: "D includes/permissions/serviceprincipal-list-approleassignedto",
  },
  "POST /servicePrincipals/{id}/appRoleAssignments": {
    delegated: grantAppRoles,
    application: grantAppRoles,
    userRoles: consentRoles,
    source:
      "D includes/permissions/serviceprincipal-post-approleassignments; third I microsoft-graph-docs-contrib#3970",
  },
  "DELETE /servicePrincipals/{id}/appRoleAssignments/{id}": {
    delegated: ["AppRoleAssignment.ReadWrite.All"],
    application: ["AppRoleAssignment.ReadWrite.All"],
    userRoles: consentRoles,
    source: "D api/serviceprincipal-delete-approleassignments.md",
  },
};
