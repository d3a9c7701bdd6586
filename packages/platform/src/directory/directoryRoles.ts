import { textColumn } from "../storage/database.ts";
import type { Directory } from "./directory.ts";

/** A role of the directory itself (not an application's role), by its template id, which is the same in every tenant. */
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

/** The roles whose members may consent to application permissions, those of Microsoft Graph included. */
export const consentingRoleTemplateIds: readonly string[] = [
  globalAdministrator.templateId,
  "e8611ab8-c189-46e8-94e1-60213ab1f814",
];

export function addRoleMember(directory: Directory, roleTemplateId: string, principalId: string): void {
  directory.database.run(
    "INSERT INTO directoryRoleMember (principalId, roleTemplateId) VALUES (?, ?) ON CONFLICT DO NOTHING",
    principalId,
    roleTemplateId,
  );
}

export function roleTemplateIdsOf(directory: Directory, principalId: string): readonly string[] {
  return directory.database
    .all("SELECT roleTemplateId FROM directoryRoleMember WHERE principalId = ? ORDER BY rowid", principalId)
    .map((row) => textColumn(row, "roleTemplateId"));
}
