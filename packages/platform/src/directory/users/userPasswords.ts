import { createHmac, scryptSync, timingSafeEqual } from "node:crypto";
import { isSameSecret } from "../../core/secret.ts";
import { bytesColumn } from "../../storage/database.ts";
import type { Directory } from "../directory.ts";
import { getSetting } from "../tenants/tenants.ts";

export const seedSecretSetting = "seedSecret";

const hashLength = 32;

/** Sets a password that somebody chose; only its scrypt hash is kept. */
export function setUserPassword(directory: Directory, userId: string, password: string): void {
  const salt = directory.random.bytes(16);
  directory.database.run(
    `INSERT INTO userPassword (userId, salt, hash, changedMs) VALUES (?, ?, ?, ?)
     ON CONFLICT (userId) DO UPDATE SET salt = excluded.salt, hash = excluded.hash, changedMs = excluded.changedMs`,
    userId,
    salt,
    scryptSync(password, salt, hashLength),
    directory.clock.now(),
  );
}

/**
 * The password a seeded user has until another is set. It follows from the directory's own random seed, so that every
 * directory has different ones, none has to be hashed at start, and they can be shown again at the next start.
 */
export function seededPassword(directory: Directory, userId: string): string {
  const seed = getSetting(directory, seedSecretSetting);
  if (seed === undefined) {
    throw new Error("The directory has not been seeded, so it has no seeded passwords");
  }
  return passwordText(createHmac("sha256", seed).update(userId).digest());
}

/** Gives the user a password that nobody chose, and returns it: nothing can show it again. */
export function resetUserPassword(directory: Directory, userId: string): string {
  const password = passwordText(directory.random.bytes(hashLength));
  setUserPassword(directory, userId, password);
  return password;
}

/** Gives a seeded user its seeded password: a row without a hash. */
export function useSeededPassword(directory: Directory, userId: string): void {
  directory.database.run("INSERT INTO userPassword (userId) VALUES (?)", userId);
}

/** False for a user who was created without one. */
export function hasPassword(directory: Directory, userId: string): boolean {
  return directory.database.get("SELECT 1 FROM userPassword WHERE userId = ?", userId) !== undefined;
}

/** Whether the password is the user's, in time that does not depend on where the texts differ. */
export function verifyUserPassword(directory: Directory, userId: string, password: string): boolean {
  const row = directory.database.get("SELECT salt, hash FROM userPassword WHERE userId = ?", userId);
  if (row === undefined) {
    return false;
  }
  if (row["hash"] === null) {
    return isSameSecret(password, seededPassword(directory, userId));
  }
  return timingSafeEqual(scryptSync(password, bytesColumn(row, "salt"), hashLength), bytesColumn(row, "hash"));
}

/** Of the kinds of characters that a password must have, whatever the bytes are. */
function passwordText(bytes: Uint8Array): string {
  const text = Buffer.from(bytes).toString("base64url").replace(/[-_]/g, "k");
  return `Lk1-${text.slice(0, 6)}-${text.slice(6, 12)}-${text.slice(12, 18)}`;
}
