import { textColumn } from "../../storage/database.ts";
import type { Directory } from "../directory.ts";

/** Makes a user or a service principal an owner of an application, a service principal or a group. */
export function addOwner(directory: Directory, objectId: string, ownerId: string): void {
  directory.database.run(
    "INSERT INTO objectOwner (objectId, ownerId) VALUES (?, ?) ON CONFLICT DO NOTHING",
    objectId,
    ownerId,
  );
}

export function isOwner(directory: Directory, objectId: string, ownerId: string): boolean {
  const sql = "SELECT 1 FROM objectOwner WHERE objectId = ? AND ownerId = ?";
  return directory.database.get(sql, objectId, ownerId) !== undefined;
}

/** The object ids of the owners, oldest first. */
export function listOwners(directory: Directory, objectId: string): readonly string[] {
  return directory.database
    .all("SELECT ownerId FROM objectOwner WHERE objectId = ? ORDER BY rowid", objectId)
    .map((row) => textColumn(row, "ownerId"));
}

/** The object ids of the owned objects, oldest first. */
export function listOwnedObjects(directory: Directory, ownerId: string): readonly string[] {
  return directory.database
    .all("SELECT objectId FROM objectOwner WHERE ownerId = ? ORDER BY rowid", ownerId)
    .map((row) => textColumn(row, "objectId"));
}

/** Returns false when it was not an owner. */
export function removeOwner(directory: Directory, objectId: string, ownerId: string): boolean {
  const sql = "DELETE FROM objectOwner WHERE objectId = ? AND ownerId = ?";
  return directory.database.run(sql, objectId, ownerId) > 0;
}
