import type { AppRole, PermissionScope } from "../applications/applicationProperties.ts";

interface GraphPermission {
  readonly value: string;
  readonly text: string;
  readonly roleId?: string;
  readonly scopeId?: string;
  /** A user may consent to the delegated form alone. */
  readonly userMayConsent?: boolean;
}

/** Ids are Microsoft's, the same in every tenant; the texts are ours. */
const permissions: readonly GraphPermission[] = [
  {
    value: "User.Read",
    text: "Sign in and read the own profile",
    scopeId: "e1fe6dd8-ba31-4d61-89e7-88639da4683d",
    userMayConsent: true,
  },
  {
    value: "User.Read.All",
    text: "Read the full profiles of all users",
    roleId: "df021288-bdef-4463-88db-98f22de89214",
    scopeId: "a154be20-db9c-4678-8ab7-66f6cc099a59",
  },
  {
    value: "User.ReadBasic.All",
    text: "Read the names and pictures of all users",
    roleId: "97235f07-e226-4f63-ace3-39588e11d3a1",
    scopeId: "b340eb25-3456-403f-be2f-af7a0d370277",
    userMayConsent: true,
  },
  {
    value: "User.ReadWrite",
    text: "Read and change the own profile",
    scopeId: "b4e74841-8e56-480b-be8b-910348b18b4c",
    userMayConsent: true,
  },
  {
    value: "User.ReadWrite.All",
    text: "Read and change all users",
    roleId: "741f803b-c850-494e-b5df-cde7c675a1ca",
    scopeId: "204e0828-b5ca-4ad8-b9f3-f32a958e7cc4",
  },
  {
    value: "Directory.Read.All",
    text: "Read everything in the directory",
    roleId: "7ab1d382-f21e-4acd-a863-ba3e13f7da61",
    scopeId: "06da0dbc-49e2-44d2-8312-53f166ab848a",
  },
  {
    value: "Directory.ReadWrite.All",
    text: "Read and change the directory",
    roleId: "19dbc75e-c2e2-444c-a770-ec69d8559fc7",
    scopeId: "c5366453-9fb0-48a5-a156-24f0c49a4b84",
  },
  {
    value: "Directory.AccessAsUser.All",
    text: "Do in the directory what the user may do",
    scopeId: "0e263e50-5827-48a4-b97c-d940288653c7",
  },
  {
    value: "Application.Read.All",
    text: "Read all applications and service principals",
    roleId: "9a5d68dd-52b0-4cc2-bd40-abcf44ac3a30",
    scopeId: "c79f8feb-a9db-4090-85f9-90d820caa0eb",
  },
  {
    value: "Application.ReadWrite.All",
    text: "Read and change all applications and service principals",
    roleId: "1bfefb4e-e0b5-418b-a88f-73c46d2cc8e9",
    scopeId: "bdfbf15f-ee85-4955-8675-146e8e5296b5",
  },
  {
    value: "Application.ReadWrite.OwnedBy",
    text: "Create applications, and change those it owns",
    roleId: "18a4783c-866b-4cc7-a460-3d5e5662c884",
  },
  {
    value: "AppRoleAssignment.ReadWrite.All",
    text: "Give and take application permissions",
    roleId: "06b708a9-e830-4db3-a914-8e69da51d44f",
    scopeId: "84bccea3-f856-4a8a-967b-dbe0a3d53a64",
  },
  {
    value: "DelegatedPermissionGrant.ReadWrite.All",
    text: "Give and take delegated permissions",
    roleId: "8e8e4742-1d95-4f68-9d56-6ee75648c72a",
    scopeId: "41ce6ca6-6826-4807-84f1-1c82854f7ee5",
  },
  {
    value: "Group.Read.All",
    text: "Read all groups",
    roleId: "5b567255-7703-4780-807c-7be8301ae99b",
    scopeId: "5f8c59db-677d-491f-a6b8-5f174b11ec1d",
  },
  {
    value: "Group.ReadWrite.All",
    text: "Read and change all groups",
    roleId: "62a82d76-70ea-41e2-9197-370581804d09",
    scopeId: "4e46008b-f24c-477d-8fff-7bb4ec7aafe0",
  },
  {
    value: "GroupMember.Read.All",
    text: "Read who is in which group",
    roleId: "98830695-27a2-44f7-8c18-0c3ebc9698f6",
    scopeId: "bc024368-1153-4739-b217-4326f2e966d0",
  },
  {
    value: "Organization.Read.All",
    text: "Read the organization's own data",
    roleId: "498476ce-e0fe-48b0-b801-37ba7e2685c6",
    scopeId: "4908d5b9-3fb2-4b1e-9336-1888b7937185",
  },
  {
    value: "Mail.Read",
    text: "Read mail",
    roleId: "810c84a8-4a9e-49e6-bf7d-12d183f40d01",
    scopeId: "570282fd-fa5c-430d-a7fd-fc8dc98a9dca",
    userMayConsent: true,
  },
  { value: "Mail.ReadWrite", text: "Read and change mail", roleId: "e2a3a72e-5f79-4c64-b1b1-878b674786c9" },
  {
    value: "Mail.Send",
    text: "Send mail",
    roleId: "b633e1c5-b582-4048-a93e-9f11b44c7e96",
    scopeId: "e383f46e-2787-4529-855e-0e479a3ffac0",
    userMayConsent: true,
  },
  {
    value: "Calendars.Read",
    text: "Read calendars",
    roleId: "798ee544-9d2d-430c-a058-570e29e34338",
    scopeId: "465a38f9-76ea-45b9-9f34-9e8b0d4b0b42",
    userMayConsent: true,
  },
  { value: "Sites.Read.All", text: "Read all sites", roleId: "332a536c-c7ef-4017-ab91-336970924f0d" },
  { value: "Files.Read.All", text: "Read all files", roleId: "01d4889c-1287-42c6-ac1f-5d1e02578ef6" },
  { value: "AuditLog.Read.All", text: "Read the audit log", roleId: "b0afded3-3588-46d8-8b3d-9842eff778da" },
  { value: "Reports.Read.All", text: "Read usage reports", roleId: "230c1aed-a721-4c5d-9cb4-a90514e508ef" },
  {
    value: "Policy.Read.All",
    text: "Read the organization's policies",
    roleId: "246dd0d5-5bd0-4def-940b-0421030a5b68",
  },
  {
    value: "RoleManagement.Read.Directory",
    text: "Read directory roles and their members",
    roleId: "483bed4a-2ad3-4361-a73b-c83ccdbdc53c",
  },
  {
    value: "RoleManagement.ReadWrite.Directory",
    text: "Read and change directory roles and their members",
    roleId: "9e3f62cf-ca93-4989-b6ce-bf83c28f9fe8",
  },
  { value: "Device.Read.All", text: "Read all devices", roleId: "7438b122-aefc-4978-80ed-43db9fcc7715" },
  { value: "Domain.Read.All", text: "Read the organization's domains", roleId: "dbb9058a-0e50-45d7-ae91-66909b5d4664" },
  {
    value: "CrossTenantInformation.ReadBasic.All",
    text: "Read the names of other tenants",
    roleId: "cac88765-0581-4025-9725-5ebc13f729ee",
    scopeId: "81594d25-e88e-49cf-ac8c-fecbff49f994",
  },
  {
    value: "GroupMember.ReadWrite.All",
    text: "Read and change who is in groups",
    roleId: "dbaae8cf-10b5-4b86-a4a1-f871c94c6695",
    scopeId: "f81125ac-d3b7-4573-a3b2-7099cc39df9e",
  },
  { value: "Group.Create", text: "Create groups", roleId: "bf7b1a76-6e77-406b-b258-bf5c7720e98f" },
  { value: "openid", text: "Sign the user in", scopeId: "37f7f235-527c-4136-accd-4a02d197296e", userMayConsent: true },
  {
    value: "profile",
    text: "Read the user's name",
    scopeId: "14dad69e-099b-42c9-810b-d002981feec1",
    userMayConsent: true,
  },
  {
    value: "email",
    text: "Read the user's mail address",
    scopeId: "64a6cdd6-aab1-4aaf-94b8-3cc8405e90d0",
    userMayConsent: true,
  },
  {
    value: "offline_access",
    text: "Keep the access that was given until it is taken back",
    scopeId: "7427e0e9-2fba-42fe-b0c0-848c9e6a8182",
    userMayConsent: true,
  },
];

export const graphAppRoles: readonly AppRole[] = permissions.flatMap(({ value, text, roleId }) =>
  roleId === undefined
    ? []
    : [
        {
          id: roleId,
          value,
          displayName: text,
          description: `${text}, without a signed-in user.`,
          allowedMemberTypes: ["Application"],
          isEnabled: true,
        },
      ],
);

export const graphScopes: readonly PermissionScope[] = permissions.flatMap(
  ({ value, text, scopeId, userMayConsent }) =>
    scopeId === undefined
      ? []
      : [
          {
            id: scopeId,
            value,
            adminConsentDisplayName: text,
            adminConsentDescription: `${text}, in the name of the signed-in user.`,
            userConsentDisplayName: text,
            userConsentDescription: `${text}, in your name.`,
            isEnabled: true,
            type: userMayConsent ? "User" : "Admin",
          },
        ],
);
