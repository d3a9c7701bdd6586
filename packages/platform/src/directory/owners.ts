import type { Directory } from "./directory.ts";

/** Makes a user or a service principal an owner of an application or a service principal. */
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

/** Forgets what the object owned and who owned it. */
export function removeOwnerships(directory: Directory, id: string): void {
  directory.database.run("DELETE FROM objectOwner WHERE objectId = ? OR ownerId = ?", id, id);
}
