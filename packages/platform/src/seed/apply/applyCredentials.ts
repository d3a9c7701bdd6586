import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Json } from "../../directory/applications/applicationProperties.ts";
import { addFederatedCredential, removeFederatedCredential } from "../../directory/credentials/federatedCredentials.ts";
import { addCertificate, listKeyCredentials, thumbprintOf } from "../../directory/credentials/keyCredentials.ts";
import {
  addPassword,
  listPasswordCredentials,
  matchPassword,
  removePassword,
} from "../../directory/credentials/passwordCredentials.ts";
import type { SeedCertificate, SeededApplication, SeedFederatedCredential, SeedSecret } from "../seed.ts";
import type { SeedPath, SeedSource } from "../source.ts";
import { at, type Seeding } from "./seeding.ts";

const yearMs = 365 * 86_400_000;

/** Adds missing secrets, and returns the generated ones. */
export function applySecrets(
  { directory }: Seeding,
  applicationId: string,
  secrets: readonly SeedSecret[],
): SeededApplication["secrets"] {
  return secrets.flatMap((secret, index) => {
    const { value, startDateTime, endDateTime } = secret;
    const displayName = secretName(secret, index);
    const existing = listPasswordCredentials(directory, applicationId).find(
      (credential) => credential.displayName === displayName,
    );
    if (existing !== undefined) {
      if (value === undefined || isRegistered(matchPassword(directory, applicationId, value).kind)) {
        return [];
      }
      removePassword(directory, applicationId, existing.keyId);
    }
    const endMs = endDateTime === undefined ? undefined : Date.parse(endDateTime);
    const nowMs = directory.clock.now();
    // A secret that is already expired must also have an earlier start. Seeds use such secrets in tests.
    const earliestMs = endMs !== undefined && endMs <= nowMs ? endMs - yearMs : nowMs;
    const startMs = startDateTime === undefined ? earliestMs : Date.parse(startDateTime);
    const { secretText } = addPassword(directory, applicationId, { displayName, secretText: value, startMs, endMs });
    return value === undefined ? [{ displayName, value: secretText }] : [];
  });
}

/** The name that identifies a secret when a seed is applied again. */
export function secretName({ displayName }: SeedSecret, index: number): string {
  return displayName ?? (index === 0 ? "seed" : `seed ${index + 1}`);
}

function isRegistered(match: string): boolean {
  return match === "match" || match === "expired" || match === "notYetValid";
}

export function applyCertificates(
  seeding: Seeding,
  applicationId: string,
  certificates: readonly SeedCertificate[],
  path: SeedPath,
): void {
  certificates.forEach((certificate, index) => {
    at(seeding, [...path, "certificates", index], () => {
      const pem = readPem(certificate, seeding.source);
      const thumbprint = thumbprintOf(new X509Certificate(pem).raw, "sha256");
      const known = listKeyCredentials(seeding.directory, applicationId);
      if (!known.some(({ thumbprintSha256 }) => thumbprintSha256 === thumbprint)) {
        addCertificate(seeding.directory, applicationId, pem, { displayName: certificate.displayName });
      }
    });
  });
}

/** Updates each credential to match the seed. Credentials with other names are left alone. */
export function applyFederatedCredentials(
  seeding: Seeding,
  applicationId: string,
  credentials: readonly SeedFederatedCredential[],
  path: SeedPath,
): void {
  credentials.forEach((credential, index) => {
    at(seeding, [...path, "federatedCredentials", index], () => {
      removeFederatedCredential(seeding.directory, applicationId, credential.name);
      addFederatedCredential(seeding.directory, applicationId, { ...credential, keys: credential.keys as Json });
    });
  });
}

/** Returns the certificate as PEM. */
export function readPem({ pem, file }: SeedCertificate, { folder }: SeedSource): string {
  if ((pem === undefined) === (file === undefined)) {
    throw new Error("a certificate has either pem or file; set exactly one of them");
  }
  if (file !== undefined && folder === undefined) {
    throw new Error("a seed sent over HTTP cannot name files; put the certificate into pem");
  }
  const text = file === undefined ? (pem ?? "") : readFileSync(resolve(folder ?? "", file), "utf8");
  const found = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/.exec(text)?.[0];
  if (found === undefined) {
    throw new Error(`${file ?? "the text"} contains no PEM certificate, which begins with -----BEGIN CERTIFICATE-----`);
  }
  return found;
}
