import { hash, timingSafeEqual } from "node:crypto";
import { randomGuid, randomText } from "../../core/random.ts";
import { bytesColumn, numberColumn, optionalTextColumn, type Row, textColumn } from "../../storage/database.ts";
import type { PasswordCredential } from "../applications/applicationProperties.ts";
import type { Directory } from "../directory.ts";

/** How to add a client secret to an application. Instants are epoch milliseconds. */
export interface AddPasswordOptions {
  readonly displayName?: string | null | undefined;
  /** Default now. */
  readonly startMs?: number | undefined;
  /** Default: two years after the start. */
  readonly endMs?: number | undefined;
  /** The secret itself, for tests that need a fixed one. Only its hash is stored. Default: a generated one. */
  readonly secretText?: string | undefined;
}

/** A new secret. `secretText` is not stored and cannot be read again. */
export interface AddedPassword extends PasswordCredential {
  readonly secretText: string;
}

/** A secret of an application is valid in every tenant, one of a service principal in its own tenant only. */
export type PasswordOwner = "application" | "servicePrincipal";

const tables: Readonly<Record<PasswordOwner, { readonly name: string; readonly owner: string }>> = {
  application: { name: "passwordCredential", owner: "applicationId" },
  servicePrincipal: { name: "servicePrincipalPassword", owner: "servicePrincipalId" },
};

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.~-";
const marker = "8L~";

export function addPassword(
  directory: Directory,
  ownerId: string,
  options: AddPasswordOptions,
  owner: PasswordOwner = "application",
): AddedPassword {
  const startMs = options.startMs ?? directory.clock.now();
  // The real service has 8Q~ in this place. The difference shows users and secret scanners that this secret is local.
  const secretText = options.secretText ?? `loc${marker}${randomText(directory.random, alphabet, 34)}`;
  const added: AddedPassword = {
    keyId: randomGuid(directory.random),
    displayName: options.displayName ?? null,
    // Three characters would reveal too much of a short secret.
    hint: secretText.length < 16 ? "" : secretText.slice(0, 3),
    startMs,
    endMs: options.endMs ?? twoYearsAfter(startMs),
    secretText,
  };
  directory.database.run(
    `INSERT INTO ${tables[owner].name} (keyId, ${tables[owner].owner}, hash, hint, displayName, startMs, endMs)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
    added.keyId,
    ownerId,
    hashOf(secretText),
    added.hint,
    added.displayName,
    added.startMs,
    added.endMs,
  );
  return added;
}

/** Returns false when the owner has no such credential. */
export function removePassword(
  directory: Directory,
  ownerId: string,
  keyId: string,
  owner: PasswordOwner = "application",
): boolean {
  const sql = `DELETE FROM ${tables[owner].name} WHERE ${tables[owner].owner} = ? AND keyId = ?`;
  return directory.database.run(sql, ownerId, keyId.toLowerCase()) > 0;
}

export function listPasswordCredentials(
  directory: Directory,
  ownerId: string,
  owner: PasswordOwner = "application",
): readonly PasswordCredential[] {
  return rowsOf(directory, ownerId, owner).map(readCredential);
}

export type PasswordMatch =
  | { readonly kind: "match"; readonly credential: PasswordCredential }
  | { readonly kind: "expired"; readonly credential: PasswordCredential }
  | { readonly kind: "notYetValid"; readonly credential: PasswordCredential }
  | { readonly kind: "keyIdSent" }
  | { readonly kind: "none"; readonly registered: number };

/**
 * Compares a presented secret with every registered one, whatever the outcome: those of the application, and those of
 * its service principal in `tenantId`.
 */
export function matchPassword(
  directory: Directory,
  applicationId: string,
  presented: string,
  tenantId?: string,
): PasswordMatch {
  const now = directory.clock.now();
  const presentedHash = hashOf(presented);
  const rows = directory.memoize(`secrets ${applicationId} ${tenantId}`, () => [
    ...rowsOf(directory, applicationId, "application"),
    ...principalIdsOf(directory, applicationId, tenantId).flatMap((id) => rowsOf(directory, id, "servicePrincipal")),
  ]);
  const matching = rows.filter((row) => timingSafeEqual(bytesColumn(row, "hash"), presentedHash)).map(readCredential);
  const valid = matching.find((credential) => credential.startMs <= now && now < credential.endMs);
  if (valid !== undefined) {
    return { kind: "match", credential: valid };
  }
  const unusable = matching[0];
  if (unusable !== undefined) {
    return { kind: unusable.endMs <= now ? "expired" : "notYetValid", credential: unusable };
  }
  if (rows.some((row) => textColumn(row, "keyId") === presented.toLowerCase())) {
    return { kind: "keyIdSent" };
  }
  return { kind: "none", registered: rows.length };
}

function rowsOf(directory: Directory, ownerId: string, owner: PasswordOwner): Row[] {
  const sql = `SELECT * FROM ${tables[owner].name} WHERE ${tables[owner].owner} = ? ORDER BY rowid DESC`;
  return directory.database.all(sql, ownerId);
}

function principalIdsOf({ database }: Directory, applicationId: string, tenantId: string | undefined): string[] {
  const sql = `SELECT id FROM servicePrincipal WHERE tenantId = ?
    AND appId = (SELECT appId FROM application WHERE id = ?)`;
  return database.all(sql, tenantId ?? null, applicationId).map((row) => textColumn(row, "id"));
}

// A generated secret has 34 random characters, far too many to guess: one round of SHA-256 is enough.
function hashOf(secret: string): Buffer {
  return Buffer.from(hash("sha256", secret, "hex"), "hex");
}

function twoYearsAfter(epochMs: number): number {
  const end = new Date(epochMs);
  end.setUTCFullYear(end.getUTCFullYear() + 2);
  return end.getTime();
}

function readCredential(row: Row): PasswordCredential {
  return {
    keyId: textColumn(row, "keyId"),
    displayName: optionalTextColumn(row, "displayName") ?? null,
    hint: textColumn(row, "hint"),
    startMs: numberColumn(row, "startMs"),
    endMs: numberColumn(row, "endMs"),
  };
}
