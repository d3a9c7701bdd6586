import { X509Certificate } from "node:crypto";
import { showPassword } from "../../directory/applications/applicationManifest.ts";
import type { Application, Json } from "../../directory/applications/applicationProperties.ts";
import { addCertificate, getCertificate, removeCertificate } from "../../directory/credentials/keyCredentials.ts";
import { addPassword, type PasswordOwner, removePassword } from "../../directory/credentials/passwordCredentials.ts";
import type { Directory } from "../../directory/directory.ts";
import {
  type BodyRules,
  checkBody,
  isGuidText,
  isObject,
  isTextOrNull,
  parseInstant,
} from "../collection/bodyRules.ts";
import { metadataUrl } from "../collection/responseBody.ts";
import { GraphError } from "../request/graphErrors/graphError.ts";
import type { GraphRequest, GraphResponse, JsonObject } from "../request/route.ts";

/** A certificate in a request, after the checks: one that is already stored, or a new one. */
type RequestedKey =
  | { readonly kind: "stored"; readonly keyId: string }
  | {
      readonly kind: "new";
      readonly keyId: string | undefined;
      readonly certificate: Uint8Array;
      readonly displayName: string | null;
      readonly startMs: number | undefined;
      readonly endMs: number | undefined;
    };

const isInstant = (value: Json): boolean => value === null || parseInstant(value) !== undefined;

const keyRules: BodyRules = {
  customKeyIdentifier: isTextOrNull(256),
  displayName: isTextOrNull(1024),
  endDateTime: isInstant,
  hasExtendedValue: () => true,
  key: (value) => value === null || typeof value === "string",
  keyId: (value) => value === null || isGuidText(value),
  startDateTime: isInstant,
  type: isTextOrNull(64),
  usage: isTextOrNull(16),
};

/**
 * Checks the complete list of certificates of an application. An item with a known `keyId` and no `key` stands for the
 * stored certificate: clients send back what they read.
 */
export function readKeyCredentials(
  directory: Directory,
  application: Application | undefined,
  value: Json | undefined,
): readonly RequestedKey[] | undefined {
  if (!Array.isArray(value)) {
    return undefined;
  }
  const items = value as readonly Json[];
  const keys = items.map((item) => readKey(directory, application, isObject(item) ? item : {}));
  const ids = keys.flatMap(({ keyId }) => (keyId === undefined ? [] : [keyId]));
  if (new Set(ids).size < ids.length) {
    throw new GraphError("duplicateInRequest", {}, { reason: "two keyCredentials have the same keyId" });
  }
  return keys;
}

function readKey(directory: Directory, application: Application | undefined, item: JsonObject): RequestedKey {
  checkBody(item, "KeyCredential", keyRules);
  const keyId = typeof item["keyId"] === "string" ? item["keyId"].toLowerCase() : undefined;
  const stored = application?.keyCredentials.find((credential) => credential.keyId.toLowerCase() === keyId);
  const key = item["key"];
  if (typeof key !== "string" && stored !== undefined) {
    return { kind: "stored", keyId: stored.keyId };
  }
  const certificate = typeof key === "string" ? readCertificate(key) : undefined;
  if (certificate === undefined) {
    throw invalid("key");
  }
  if (application !== undefined && stored !== undefined) {
    const known = getCertificate(directory, application.id, stored.keyId);
    if (known === undefined || !certificate.raw.equals(known)) {
      throw new GraphError("keyNotUpdatable", { keyId: stored.keyId });
    }
    return { kind: "stored", keyId: stored.keyId };
  }
  if ((item["type"] ?? "AsymmetricX509Cert") !== "AsymmetricX509Cert") {
    throw invalid("type");
  }
  if ((item["usage"] ?? "Verify") !== "Verify") {
    throw new GraphError("keyUsage", {}, { reason: "a certificate for client authentication has the usage Verify" });
  }
  const endMs = parseInstant(item["endDateTime"]);
  if (endMs !== undefined && endMs > Date.parse(certificate.validTo)) {
    const reason = `endDateTime is after the end of the certificate, ${new Date(certificate.validTo).toISOString()}`;
    throw new GraphError("keyEndDate", {}, { reason });
  }
  return {
    kind: "new",
    keyId,
    certificate: certificate.raw,
    displayName: typeof item["displayName"] === "string" ? item["displayName"] : null,
    startMs: parseInstant(item["startDateTime"]),
    endMs,
  };
}

function invalid(property: string): GraphError {
  return new GraphError("invalidValue", { property, resource: "KeyCredential" });
}

/** Replaces the application's certificates with the list. `undefined` changes nothing. */
export function applyKeyCredentials(
  directory: Directory,
  application: Application,
  keys: readonly RequestedKey[] | undefined,
): void {
  if (keys === undefined) {
    return;
  }
  const storedIds = new Set(keys.flatMap((key) => (key.kind === "stored" ? [key.keyId] : [])));
  for (const { keyId } of application.keyCredentials) {
    if (!storedIds.has(keyId)) {
      removeCertificate(directory, application.id, keyId);
    }
  }
  for (const key of keys) {
    if (key.kind === "new") {
      addCertificate(directory, application.id, key.certificate, key);
    }
  }
}

/**
 * Throws when a list contains a new secret: secrets are created with `addPassword` only. A list may omit existing ones,
 * which removes them.
 */
export function checkNoNewPasswords(application: Application | undefined, value: Json | undefined): void {
  const known = new Set(application?.passwordCredentials.map(({ keyId }) => keyId));
  const items = Array.isArray(value) ? (value as readonly Json[]) : [];
  const isKnown = (item: Json): boolean =>
    isObject(item) && typeof item["keyId"] === "string" && known.has(item["keyId"].toLowerCase());
  if (!items.every(isKnown)) {
    throw new GraphError("newPasswordByAction", {});
  }
}

export function applyPasswordCredentials(
  directory: Directory,
  application: Application,
  value: Json | undefined,
): void {
  if (!Array.isArray(value)) {
    return;
  }
  const items = value as readonly Json[];
  const storedIds = new Set(items.map((item) => (isObject(item) ? String(item["keyId"]).toLowerCase() : "")));
  for (const { keyId } of application.passwordCredentials) {
    if (!storedIds.has(keyId)) {
      removePassword(directory, application.id, keyId);
    }
  }
}

const passwordRules: BodyRules = {
  customKeyIdentifier: isTextOrNull(256),
  displayName: isTextOrNull(256),
  endDateTime: isInstant,
  startDateTime: isInstant,
  hint: "readOnly",
  keyId: isTextOrNull(36),
  secretText: (value) => value === null,
};

const resources: Readonly<Record<PasswordOwner, string>> = {
  application: "Application",
  servicePrincipal: "ServicePrincipal",
};

/** Adds a secret. This is the only response that contains its text. */
export function answerAddPassword(request: GraphRequest, ownerId: string, owner: PasswordOwner): GraphResponse {
  const requested = request.body["passwordCredential"] ?? {};
  if (!isObject(requested)) {
    throw new GraphError("invalidValue", { property: "passwordCredential", resource: resources[owner] });
  }
  checkBody(requested, "PasswordCredential", passwordRules);
  const startMs = parseInstant(requested["startDateTime"]);
  const endMs = parseInstant(requested["endDateTime"]);
  if (endMs !== undefined && endMs <= (startMs ?? request.nowMs)) {
    throw new GraphError("invalidValue", { property: "endDateTime", resource: "PasswordCredential" });
  }
  const displayName = typeof requested["displayName"] === "string" ? requested["displayName"] : null;
  const options = { displayName, startMs, endMs };
  const { secretText, ...credential } = addPassword(request.directory, ownerId, options, owner);
  return {
    kind: "json",
    status: 200,
    location: request.origin,
    body: {
      "@odata.context": `${metadataUrl(request)}microsoft.graph.passwordCredential`,
      ...showPassword(credential, secretText),
    },
  };
}

export function answerRemovePassword(request: GraphRequest, ownerId: string, owner: PasswordOwner): GraphResponse {
  const keyId = request.body["keyId"] ?? null;
  if (!isGuidText(keyId)) {
    const key = keyId === null ? "valueRequired" : "invalidValue";
    throw new GraphError(key, { property: "keyId", resource: resources[owner] });
  }
  if (!removePassword(request.directory, ownerId, keyId, owner)) {
    throw new GraphError("noSuchPassword", { keyId });
  }
  return { kind: "empty" };
}

/**
 * Returns the certificate in a `key`: base64 of DER, or of a PEM file. Line feeds in the base64 are ignored, because
 * Azure CLI sends the body of a PEM file unchanged.
 */
function readCertificate(key: string): X509Certificate | undefined {
  const bytes = Buffer.from(key.replace(/\s/g, ""), "base64");
  try {
    return new X509Certificate(bytes);
  } catch {
    return undefined;
  }
}
