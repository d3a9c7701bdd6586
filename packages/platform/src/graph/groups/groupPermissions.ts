import { globalAdministrator } from "../../directory/directoryRoles/roleTemplates.ts";
import { readApplications, readGroups } from "../request/permissions/permissionSets.ts";
import type { OperationPermissions } from "../request/permissions/permissions.ts";

const roles = [globalAdministrator.templateId];
const writeGroups = ["Group.ReadWrite.All", "Directory.ReadWrite.All"];
const readMembers = [...readGroups, "GroupMember.ReadWrite.All"];
const writeMembers = ["GroupMember.ReadWrite.All", ...writeGroups];
const readGroupMemberships = [
  "GroupMember.Read.All",
  "Group.Read.All",
  "Directory.Read.All",
  "Directory.ReadWrite.All",
];

type Operation =
  | "POST /groups"
  | "PATCH /groups/{id}"
  | "DELETE /groups/{id}"
  | "GET /groups/{id}/members"
  | "GET /groups/{id}/transitiveMembers"
  | "POST /groups/{id}/members/$ref"
  | "GET /groups/{id}/owners"
  | "POST /groups/{id}/owners/$ref"
  | "GET /groups/{id}/memberOf"
  | "GET /servicePrincipals/{id}/memberOf"
  | "POST /directoryObjects/{id}/getMemberGroups";

/** Permissions on groups and their members. Format and sources as in `permissions.ts`. */
export const groupPermissions: Readonly<Record<Operation, OperationPermissions>> = {
  "POST /groups": {
    delegated: writeGroups,
    application: ["Group.Create", ...writeGroups],
    source: "D includes/permissions/group-post-groups",
  },
  "PATCH /groups/{id}": {
    delegated: writeGroups,
    application: writeGroups,
    userRoles: roles,
    allowsOwner: true,
    source: "D includes/permissions/group-update",
  },
  "DELETE /groups/{id}": {
    delegated: ["Group.ReadWrite.All"],
    application: ["Group.ReadWrite.All"],
    userRoles: roles,
    allowsOwner: true,
    source: "D api/group-delete.md",
  },
  "GET /groups/{id}/members": {
    delegated: readMembers,
    application: readMembers,
    source: "D includes/permissions/group-list-members",
  },
  "GET /groups/{id}/transitiveMembers": {
    delegated: ["GroupMember.ReadBasic.All", "Group.ReadBasic.All", ...readMembers],
    application: ["GroupMember.ReadBasic.All", "Group.ReadBasic.All", ...readMembers],
    source: "D includes/permissions/group-list-transitivemembers",
  },
  "POST /groups/{id}/members/$ref": {
    delegated: writeMembers,
    application: writeMembers,
    userRoles: roles,
    allowsOwner: true,
    source: "D api/group-post-members.md, includes/permissions/group-delete-members",
  },
  "GET /groups/{id}/owners": {
    delegated: readMembers,
    application: readMembers,
    source: "D includes/permissions/group-list-owners",
  },
  "POST /groups/{id}/owners/$ref": {
    delegated: writeGroups,
    application: writeGroups,
    userRoles: roles,
    allowsOwner: true,
    source: "D api/group-post-owners.md",
  },
  "GET /groups/{id}/memberOf": {
    delegated: readGroupMemberships,
    application: readGroupMemberships,
    source: "D includes/permissions/group-list-memberof",
  },
  "GET /servicePrincipals/{id}/memberOf": {
    delegated: readApplications,
    application: readApplications,
    source: "D api/serviceprincipal-list-memberof.md",
  },
  "POST /directoryObjects/{id}/getMemberGroups": {
    delegated: ["Directory.Read.All", "Directory.ReadWrite.All"],
    application: ["Directory.Read.All", "Directory.ReadWrite.All"],
    source: "D api/directoryobject-getmembergroups.md",
  },
};
