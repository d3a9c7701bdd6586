import { createHmac, scryptSync, timingSafeEqual } from "node:crypto";
import { isSameSecret } from "../../core/secret.ts";
import { bytesColumn } from "../../storage/database.ts";
import type { Directory } from "../directory.ts";
import { getSetting } from "../tenants/tenants.ts";

export const seedSecretSetting = "seedSecret";

const hashLength = 32;

/** Sets a password. Only its scrypt hash is stored. */
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
 * Returns the password that a seeded user has until another one is set. It is derived from the directory's own random
 * seed: every directory has different ones, none has to be hashed at start, and they can be shown again.
 */
export function seededPassword(directory: Directory, userId: string): string {
  const seed = getSetting(directory, seedSecretSetting);
  if (seed === undefined) {
    throw new Error("The directory has not been seeded, so it has no seeded passwords");
  }
  return passwordText(createHmac("sha256", seed).update(userId).digest());
}

/** Sets a generated password and returns it. It cannot be shown again. */
export function resetUserPassword(directory: Directory, userId: string): string {
  const password = passwordText(directory.random.bytes(hashLength));
  setUserPassword(directory, userId, password);
  return password;
}

/** Lets a user have the seeded password, which is a row without a hash. */
export function useSeededPassword(directory: Directory, userId: string): void {
  directory.database.run("INSERT INTO userPassword (userId) VALUES (?)", userId);
}

/** False for a user who was created without a password. */
export function hasPassword(directory: Directory, userId: string): boolean {
  return directory.database.get("SELECT 1 FROM userPassword WHERE userId = ?", userId) !== undefined;
}

/** Whether the password is the user's. The time does not depend on where the texts differ. */
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

/** Contains every kind of character that a password needs, whatever the bytes are. */
function passwordText(bytes: Uint8Array): string {
  const text = Buffer.from(bytes).toString("base64url").replace(/[-_]/g, "k");
  return `Lk1-${text.slice(0, 6)}-${text.slice(6, 12)}-${text.slice(12, 18)}`;
}
