import { textColumn } from "../../storage/database.ts";
import type { Directory } from "../directory.ts";

/** Sets the manager of a user, in place of the previous one. */
export function setManager(directory: Directory, userId: string, managerId: string): void {
  directory.database.run(
    "INSERT INTO userManager (userId, managerId) VALUES (?, ?) ON CONFLICT (userId) DO UPDATE SET managerId = excluded.managerId",
    userId,
    managerId,
  );
}

/** The object id of the user's manager. */
export function findManager(directory: Directory, userId: string): string | undefined {
  const row = directory.database.get("SELECT managerId FROM userManager WHERE userId = ?", userId);
  return row && textColumn(row, "managerId");
}

/** The object ids of the users whose manager the user is. */
export function listDirectReports(directory: Directory, managerId: string): readonly string[] {
  return directory.database
    .all("SELECT userId FROM userManager WHERE managerId = ? ORDER BY userId", managerId)
    .map((row) => textColumn(row, "userId"));
}

/** Returns false when the user had none. */
export function removeManager(directory: Directory, userId: string): boolean {
  return directory.database.run("DELETE FROM userManager WHERE userId = ?", userId) > 0;
}
