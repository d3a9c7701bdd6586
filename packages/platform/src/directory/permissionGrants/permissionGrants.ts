import { guidBytes } from "../../core/guid.ts";
import { numberColumn, optionalTextColumn, type Row, textColumn } from "../../storage/database.ts";
import type { Directory } from "../directory.ts";

/** The types of principals that can have app roles and be members of groups. */
export type PrincipalType = "Group" | "ServicePrincipal" | "User";

/** An application permission (app role) assigned to a principal on a resource. */
export interface AppRoleAssignment {
  readonly id: string;
  readonly principalId: string;
  readonly principalType: PrincipalType;
  readonly resourceId: string;
  readonly appRoleId: string;
  readonly createdMs: number;
}

/** Delegated permissions (scopes) granted to a client on a resource, for all users or for one. */
export interface OAuth2PermissionGrant {
  readonly id: string;
  readonly clientId: string;
  readonly resourceId: string;
  readonly consentType: "AllPrincipals" | "Principal";
  readonly principalId: string | undefined;
  /** Space-separated scope values. */
  readonly scope: string;
  readonly createdMs: number;
}

/** Returns the new assignment, or `undefined` when the principal already has the role. */
export function addAppRoleAssignment(
  directory: Directory,
  assignment: Omit<AppRoleAssignment, "id" | "createdMs">,
): AppRoleAssignment | undefined {
  const { principalId, principalType, resourceId, appRoleId } = assignment;
  // As in the real service, ids start with that of the principal, for clients that look inside.
  const id = Buffer.concat([guidBytes(principalId), directory.random.bytes(16)]).toString("base64url");
  const createdMs = directory.clock.now();
  const added = directory.database.run(
    `INSERT INTO appRoleAssignment (id, principalId, principalType, resourceId, appRoleId, createdMs)
     VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (principalId, resourceId, appRoleId) DO NOTHING`,
    id,
    principalId,
    principalType,
    resourceId,
    appRoleId,
    createdMs,
  );
  return added === 0 ? undefined : { ...assignment, id, createdMs };
}

export function getAppRoleAssignment(directory: Directory, id: string): AppRoleAssignment | undefined {
  const row = directory.database.get("SELECT * FROM appRoleAssignment WHERE id = ?", id);
  return row === undefined ? undefined : readAssignment(row);
}

/** The assignments of the principal, oldest first. */
export function listAppRoleAssignments(directory: Directory, principalId: string): readonly AppRoleAssignment[] {
  return directory.database
    .all("SELECT * FROM appRoleAssignment WHERE principalId = ? ORDER BY rowid", principalId)
    .map(readAssignment);
}

/** The assignments on the resource, oldest first. */
export function listAppRoleAssignedTo(directory: Directory, resourceId: string): readonly AppRoleAssignment[] {
  return directory.database
    .all("SELECT * FROM appRoleAssignment WHERE resourceId = ? ORDER BY rowid", resourceId)
    .map(readAssignment);
}

export function removeAppRoleAssignment(directory: Directory, id: string): boolean {
  return directory.database.run("DELETE FROM appRoleAssignment WHERE id = ?", id) > 0;
}

/** Adds scopes to those that the client already has on the resource. */
export function grantScopes(
  directory: Directory,
  grant: Pick<OAuth2PermissionGrant, "clientId" | "resourceId" | "principalId">,
  scopes: readonly string[],
): OAuth2PermissionGrant {
  const id = permissionGrantId(grant);
  const before = getPermissionGrant(directory, id);
  const scope = [...new Set([...splitScopes(before?.scope ?? ""), ...scopes])].join(" ");
  if (before !== undefined) {
    directory.database.run("UPDATE oauth2PermissionGrant SET scope = ? WHERE id = ?", scope, id);
    return { ...before, scope };
  }
  const consentType = grant.principalId === undefined ? "AllPrincipals" : "Principal";
  const added: OAuth2PermissionGrant = { ...grant, id, consentType, scope, createdMs: directory.clock.now() };
  directory.database.run(
    `INSERT INTO oauth2PermissionGrant (id, clientId, resourceId, consentType, principalId, scope, createdMs)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
    id,
    added.clientId,
    added.resourceId,
    consentType,
    added.principalId ?? null,
    scope,
    added.createdMs,
  );
  return added;
}

/**
 * Grants exactly these scopes. Returns `undefined` when the client already has a grant on the resource for the same
 * principal.
 */
export function addPermissionGrant(
  directory: Directory,
  { scope, ...parties }: Pick<OAuth2PermissionGrant, "clientId" | "resourceId" | "principalId" | "scope">,
): OAuth2PermissionGrant | undefined {
  return getPermissionGrant(directory, permissionGrantId(parties)) === undefined
    ? grantScopes(directory, parties, splitScopes(scope))
    : undefined;
}

/** Replaces the granted scopes. They apply to tokens issued from now on. */
export function setGrantedScope(directory: Directory, id: string, scope: string): void {
  const sql = "UPDATE oauth2PermissionGrant SET scope = ? WHERE id = ?";
  directory.database.run(sql, splitScopes(scope).join(" "), id);
}

export function removePermissionGrant(directory: Directory, id: string): boolean {
  return directory.database.run("DELETE FROM oauth2PermissionGrant WHERE id = ?", id) > 0;
}

export function getPermissionGrant(directory: Directory, id: string): OAuth2PermissionGrant | undefined {
  const row = directory.database.get("SELECT * FROM oauth2PermissionGrant WHERE id = ?", id);
  return row === undefined ? undefined : readGrant(row);
}

export function listPermissionGrants(directory: Directory, clientId: string): readonly OAuth2PermissionGrant[] {
  return directory.database
    .all("SELECT * FROM oauth2PermissionGrant WHERE clientId = ? ORDER BY rowid", clientId)
    .map(readGrant);
}

/** The grants for the user only, by the user's own consent or an administrator's. */
export function listPermissionGrantsOfUser(directory: Directory, userId: string): readonly OAuth2PermissionGrant[] {
  return directory.database
    .all("SELECT * FROM oauth2PermissionGrant WHERE principalId = ? ORDER BY rowid", userId)
    .map(readGrant);
}

/** The grants to all clients of the tenant. */
export function listTenantPermissionGrants(directory: Directory, tenantId: string): readonly OAuth2PermissionGrant[] {
  return directory.database
    .all(
      `SELECT oauth2PermissionGrant.* FROM oauth2PermissionGrant
       JOIN servicePrincipal ON servicePrincipal.id = oauth2PermissionGrant.clientId
       WHERE servicePrincipal.tenantId = ? ORDER BY oauth2PermissionGrant.rowid`,
      tenantId,
    )
    .map(readGrant);
}

function splitScopes(scope: string): readonly string[] {
  return scope.split(" ").filter((value) => value !== "");
}

/** The id is derived from the ids involved, so that there is one grant per client, resource and user. */
function permissionGrantId(grant: Pick<OAuth2PermissionGrant, "clientId" | "resourceId" | "principalId">): string {
  const parts = [grant.clientId, grant.resourceId, ...(grant.principalId === undefined ? [] : [grant.principalId])];
  return Buffer.concat(parts.map(guidBytes)).toString("base64url");
}

function readAssignment(row: Row): AppRoleAssignment {
  return {
    id: textColumn(row, "id"),
    principalId: textColumn(row, "principalId"),
    principalType: textColumn(row, "principalType") as PrincipalType,
    resourceId: textColumn(row, "resourceId"),
    appRoleId: textColumn(row, "appRoleId"),
    createdMs: numberColumn(row, "createdMs"),
  };
}

function readGrant(row: Row): OAuth2PermissionGrant {
  return {
    id: textColumn(row, "id"),
    clientId: textColumn(row, "clientId"),
    resourceId: textColumn(row, "resourceId"),
    consentType: textColumn(row, "consentType") === "Principal" ? "Principal" : "AllPrincipals",
    principalId: optionalTextColumn(row, "principalId"),
    scope: textColumn(row, "scope"),
    createdMs: numberColumn(row, "createdMs"),
  };
}
