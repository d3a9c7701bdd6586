import { numberColumn } from "../../storage/database.ts";
import type { Directory } from "../directory.ts";

/** Ends every sign-in of the user so far: sessions, refresh tokens, and what continuous access evaluation watches. */
export function revokeSessions(directory: Directory, userId: string): void {
  directory.database.run(
    `INSERT INTO userRevocation (userId, validFromMs) VALUES (?, ?)
     ON CONFLICT (userId) DO UPDATE SET validFromMs = excluded.validFromMs`,
    userId,
    directory.clock.now(),
  );
}

/** Sign-ins before this instant no longer count. 0 when nothing was revoked. */
export function sessionsValidFromMs(directory: Directory, userId: string): number {
  const row = directory.database.get("SELECT validFromMs FROM userRevocation WHERE userId = ?", userId);
  return row === undefined ? 0 : numberColumn(row, "validFromMs");
}

/** When the user's password was last set; 0 for the one a user was seeded with. */
export function passwordChangedMs(directory: Directory, userId: string): number {
  const row = directory.database.get("SELECT changedMs FROM userPassword WHERE userId = ?", userId);
  return typeof row?.["changedMs"] === "number" ? row["changedMs"] : 0;
}
