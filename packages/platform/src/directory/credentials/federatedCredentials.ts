import { randomGuid } from "../../core/random.ts";
import { optionalTextColumn, type Row, textColumn } from "../../storage/database.ts";
import type { Json } from "../applications/applicationProperties.ts";
import type { Directory } from "../directory.ts";

/** Tokens of another identity provider that an application may use in place of its own credential. */
export interface FederatedCredential {
  readonly id: string;
  readonly name: string;
  /** The `iss` of the tokens. Must match exactly. */
  readonly issuer: string;
  /** The `sub` of the tokens. Must match exactly. */
  readonly subject: string;
  readonly audience: string;
  readonly description: string | null;
  /**
   * The issuer's public keys, a JSON Web Key Set. Null: they come from its discovery document, on a loopback address
   * only.
   */
  readonly keys: Json;
}

/** A federated identity credential to add: the assertions that the application may authenticate with. */
export interface NewFederatedCredential {
  readonly name: string;
  readonly issuer: string;
  readonly subject: string;
  /** Default `api://AzureADTokenExchange`. */
  readonly audience?: string | undefined;
  readonly description?: string | null | undefined;
  readonly keys?: Json | undefined;
}

/** The reason why a credential is not acceptable. */
export type FederatedCredentialProblem = { readonly text: string } & (
  | { readonly kind: "empty" | "nameTaken" | "subjectTaken" | "tooMany" }
  | { readonly kind: "invalid"; readonly property: "name" | "issuer" | "subject" }
);

const maxCredentials = 20;
const maxLength = 600;

const defaultAudience = "api://AzureADTokenExchange";

/** Throws when the application already has a credential with this name, or with this issuer and subject. */
export function addFederatedCredential(
  directory: Directory,
  applicationId: string,
  credential: NewFederatedCredential,
): FederatedCredential {
  const { name, issuer, subject, audience = defaultAudience, description = null, keys = null } = credential;
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

/**
 * Returns the first rule that a credential violates. `ownId`: the id of the credential it replaces.
 *
 * @see https://learn.microsoft.com/entra/workload-id/workload-identity-federation-considerations
 */
export function findFederatedCredentialProblem(
  directory: Directory,
  applicationId: string,
  { name, issuer, subject }: NewFederatedCredential,
  ownId?: string,
): FederatedCredentialProblem | undefined {
  if ([name, issuer, subject].includes("")) {
    return { kind: "empty", text: "name, issuer and subject are required" };
  }
  if (!/^[A-Za-z0-9][A-Za-z0-9_-]{2,119}$/.test(name)) {
    return { kind: "invalid", property: "name", text: "a name has 3 to 120 letters, digits, - and _" };
  }
  if (issuer.length > maxLength || /\s/.test(issuer) || !URL.canParse(issuer)) {
    return { kind: "invalid", property: "issuer", text: `an issuer is a URL of at most ${maxLength} characters` };
  }
  if (subject.length > maxLength || /[\s*?]/.test(subject)) {
    const text = `a subject has at most ${maxLength} characters, no space and no wildcard`;
    return { kind: "invalid", property: "subject", text };
  }
  const others = listFederatedCredentials(directory, applicationId).filter(({ id }) => id !== ownId);
  if (others.some((other) => other.name === name)) {
    return { kind: "nameTaken", text: `the application already has a credential named ${name}` };
  }
  if (others.some((other) => other.issuer === issuer && other.subject === subject)) {
    return { kind: "subjectTaken", text: "the application already has a credential with this issuer and subject" };
  }
  return others.length >= maxCredentials
    ? { kind: "tooMany", text: `an application has at most ${maxCredentials} federated identity credentials` }
    : undefined;
}

/**
 * Changes everything but the name; the issuer's keys stay. Returns false when the application has no credential with
 * this name.
 */
export function updateFederatedCredential(
  directory: Directory,
  applicationId: string,
  { name, issuer, subject, audience = defaultAudience, description = null }: NewFederatedCredential,
): boolean {
  const sql = `UPDATE federatedIdentityCredential SET issuer = ?, subject = ?, audience = ?, description = ?
               WHERE applicationId = ? AND name = ?`;
  return directory.database.run(sql, issuer, subject, audience, description, applicationId, name) > 0;
}

export function listFederatedCredentials(directory: Directory, applicationId: string): readonly FederatedCredential[] {
  return directory.database
    .all("SELECT * FROM federatedIdentityCredential WHERE applicationId = ? ORDER BY rowid", applicationId)
    .map(readCredential);
}

/** Returns false when the application has no credential with this name. */
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
