import { numberColumn } from "../../storage/database.ts";
import type { Directory } from "../directory.ts";

/**
 * Revokes all sign-ins of the user until now: sessions, refresh tokens, and tokens under continuous access evaluation.
 */
export function revokeSessions(directory: Directory, userId: string): void {
  directory.database.run(
    `INSERT INTO userRevocation (userId, validFromMs) VALUES (?, ?)
     ON CONFLICT (userId) DO UPDATE SET validFromMs = excluded.validFromMs`,
    userId,
    directory.clock.now(),
  );
}

/** The instant before which sign-ins are no longer valid. 0 when nothing was revoked. */
export function sessionsValidFromMs(directory: Directory, userId: string): number {
  const row = directory.database.get("SELECT validFromMs FROM userRevocation WHERE userId = ?", userId);
  return row === undefined ? 0 : numberColumn(row, "validFromMs");
}

/** When the user's password was last set. 0 for a seeded password. */
export function passwordChangedMs(directory: Directory, userId: string): number {
  const row = directory.database.get("SELECT changedMs FROM userPassword WHERE userId = ?", userId);
  return typeof row?.["changedMs"] === "number" ? row["changedMs"] : 0;
}
