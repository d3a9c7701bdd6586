/** A role of the directory itself (not of an application). Its template id is the same in every tenant. */
export interface DirectoryRole {
  readonly templateId: string;
  readonly displayName: string;
  readonly description: string;
}

export const globalAdministrator: DirectoryRole = {
  templateId: "62e90394-69f5-4237-9190-012177145e10",
  displayName: "Global Administrator",
  description: "May read and change everything in the tenant.",
};

const applicationAdministrator: DirectoryRole = {
  templateId: "9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3",
  displayName: "Application Administrator",
  description: "May register and change applications and consent to most of their permissions.",
};

const privilegedRoleAdministrator: DirectoryRole = {
  templateId: "e8611ab8-c189-46e8-94e1-60213ab1f814",
  displayName: "Privileged Role Administrator",
  description: "May assign directory roles and consent to every permission.",
};

/** The roles that can be assigned to users. */
export const directoryRoles: readonly DirectoryRole[] = [
  globalAdministrator,
  applicationAdministrator,
  privilegedRoleAdministrator,
];

/** The roles whose members may consent to application permissions, including those of Microsoft Graph. */
export const consentingRoleTemplateIds: readonly string[] = [
  globalAdministrator.templateId,
  privilegedRoleAdministrator.templateId,
];
