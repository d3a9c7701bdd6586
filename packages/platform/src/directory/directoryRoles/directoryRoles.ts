import { createHash } from "node:crypto";
import { textColumn } from "../../storage/database.ts";
import type { Directory } from "../directory.ts";
import { type DirectoryRole, directoryRoles } from "./roleTemplates.ts";

/** A directory role as an object of a tenant. */
export interface TenantRole extends DirectoryRole {
  /** Differs in each tenant, and is the same in every run. */
  readonly id: string;
}

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

/** Every role that the platform has is activated in every tenant. */
export function listDirectoryRoles(tenantId: string): readonly TenantRole[] {
  return directoryRoles.map((role) => ({ ...role, id: roleObjectId(tenantId, role.templateId) }));
}

function roleObjectId(tenantId: string, templateId: string): string {
  const digest = createHash("sha256").update(`${tenantId} ${templateId}`).digest("hex");
  const groups = [digest.slice(0, 8), digest.slice(8, 12), `4${digest.slice(13, 16)}`, `8${digest.slice(17, 20)}`];
  return [...groups, digest.slice(20, 32)].join("-");
}

/** The object ids of the principals in the tenant that have the role. */
export function listRoleMembers(directory: Directory, tenantId: string, roleTemplateId: string): readonly string[] {
  return directory.database
    .all(
      `SELECT principalId FROM directoryRoleMember WHERE roleTemplateId = ? AND principalId IN
         (SELECT id FROM user WHERE tenantId = ?
          UNION ALL SELECT id FROM servicePrincipal WHERE tenantId = ?
          UNION ALL SELECT id FROM directoryGroup WHERE tenantId = ?)
       ORDER BY rowid`,
      roleTemplateId,
      tenantId,
      tenantId,
      tenantId,
    )
    .map((row) => textColumn(row, "principalId"));
}

/** Returns false when the principal did not have the role. */
export function removeRoleMember(directory: Directory, roleTemplateId: string, principalId: string): boolean {
  const sql = "DELETE FROM directoryRoleMember WHERE roleTemplateId = ? AND principalId = ?";
  return directory.database.run(sql, roleTemplateId, principalId) > 0;
}
