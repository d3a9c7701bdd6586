import { globalAdministrator } from "../../../directory/directoryRoles/roleTemplates.ts";

const applicationAdministrator = "9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3";
const privilegedRoleAdministrator = "e8611ab8-c189-46e8-94e1-60213ab1f814";
export const applicationRoles: readonly string[] = [globalAdministrator.templateId, applicationAdministrator];
export const consentRoles: readonly string[] = [
  globalAdministrator.templateId,
  privilegedRoleAdministrator,
  applicationAdministrator,
];

export const privilegedRoles: readonly string[] = [globalAdministrator.templateId, privilegedRoleAdministrator];

export const readUsers: readonly string[] = [
  "User.Read.All",
  "User.ReadWrite.All",
  "Directory.Read.All",
  "Directory.ReadWrite.All",
];
export const readApplications: readonly string[] = [
  "Application.Read.All",
  "Application.ReadWrite.All",
  "Directory.Read.All",
  "Directory.ReadWrite.All",
];
export const readGroups: readonly string[] = [
  "GroupMember.Read.All",
  "Group.Read.All",
  "Group.ReadWrite.All",
  "Directory.Read.All",
  "Directory.ReadWrite.All",
];
export const readMemberships: readonly string[] = [
  "GroupMember.Read.All",
  "Directory.Read.All",
  "Directory.ReadWrite.All",
];
export const readAllMemberships: readonly string[] = ["User.Read.All", "Group.Read.All", ...readMemberships];
export const readUsersGroups: readonly string[] = [
  "User.Read.All + GroupMember.Read.All",
  "User.Read.All + Group.Read.All",
  "Directory.Read.All",
];
export const readMemberObjects: readonly string[] = ["User.ReadBasic.All + GroupMember.Read.All", ...readUsers];
export const writeApplications: readonly string[] = ["Application.ReadWrite.All"];
// The narrow permission comes last: it counts only when no wider one is granted.
export const ownedBy: string = "Application.ReadWrite.OwnedBy";
export const writeOrOwnApplications: readonly string[] = ["Application.ReadWrite.All", ownedBy];
export const grantAppRoles: readonly string[] = [
  "AppRoleAssignment.ReadWrite.All + Application.Read.All",
  "AppRoleAssignment.ReadWrite.All + Directory.Read.All",
  "AppRoleAssignment.ReadWrite.All + Application.ReadWrite.All",
];
