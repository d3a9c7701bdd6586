import { randomGuid } from "../random.ts";
import { optionalTextColumn, type Row, textColumn } from "../storage/database.ts";
import type { Json } from "./applicationProperties.ts";
import type { Directory } from "./directory.ts";

/** Tokens of another identity provider that an application may show in place of a credential of its own. */
export interface FederatedCredential {
  readonly id: string;
  readonly name: string;
  /** `iss` of the tokens, letter for letter. */
  readonly issuer: string;
  /** `sub` of the tokens, letter for letter. */
  readonly subject: string;
  readonly audience: string;
  readonly description: string | null;
  /** The issuer's public keys, a JSON Web Key Set. Null: its discovery document is asked, on a loopback address only. */
  readonly keys: Json;
}

/** A federated identity credential to be added: whose assertions the application may sign in with. */
export interface NewFederatedCredential {
  readonly name: string;
  readonly issuer: string;
  readonly subject: string;
  /** Default `api://AzureADTokenExchange`. */
  readonly audience?: string | undefined;
  readonly description?: string | null | undefined;
  readonly keys?: Json | undefined;
}

const usualAudience = "api://AzureADTokenExchange";

/** Throws when the application has one of this name, or of this issuer and subject, already. */
export function addFederatedCredential(
  directory: Directory,
  applicationId: string,
  credential: NewFederatedCredential,
): FederatedCredential {
  const { name, issuer, subject, audience = usualAudience, description = null, keys = null } = credential;
  const id = randomGuid(directory.random);
  directory.database.run(
    `INSERT INTO federatedIdentityCredential (id, applicationId, name, issuer, subject, audience, description, keys)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    id,
    applicationId,
    name,
    issuer,
    subject,
    audience,
    description,
    keys === null ? null : JSON.stringify(keys),
  );
  return { id, name, issuer, subject, audience, description, keys };
}

export function listFederatedCredentials(directory: Directory, applicationId: string): readonly FederatedCredential[] {
  return directory.database
    .all("SELECT * FROM federatedIdentityCredential WHERE applicationId = ? ORDER BY rowid", applicationId)
    .map(readCredential);
}

/** False when the application has none of this name. */
export function removeFederatedCredential(directory: Directory, applicationId: string, name: string): boolean {
  const sql = "DELETE FROM federatedIdentityCredential WHERE applicationId = ? AND name = ?";
  return directory.database.run(sql, applicationId, name) > 0;
}

function readCredential(row: Row): FederatedCredential {
  const keys = optionalTextColumn(row, "keys");
  return {
    id: textColumn(row, "id"),
    name: textColumn(row, "name"),
    issuer: textColumn(row, "issuer"),
    subject: textColumn(row, "subject"),
    audience: textColumn(row, "audience"),
    description: optionalTextColumn(row, "description") ?? null,
    keys: keys === undefined ? null : (JSON.parse(keys) as Json),
  };
}
