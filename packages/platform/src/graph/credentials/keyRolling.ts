import { showKey } from "../../directory/applications/applicationManifest.ts";
import { addCertificate, removeCertificate } from "../../directory/credentials/keyCredentials.ts";
import { applicationPermissions } from "../applications/applicationPermissions.ts";
import { applicationType } from "../applications/applicationType.ts";
import { writableApplication } from "../applications/keyedApplication.ts";
import { isGuidText, refuseMissing } from "../collection/bodyRules.ts";
import { fault, isFault } from "../request/graphErrors/faults.ts";
import { type Answer, type GraphRequest, type GraphRoute, metadataUrl } from "../request/route.ts";
import { readKeyCredentials } from "./credentials.ts";
import { refuseProof } from "./possessionProof.ts";

/** How an application replaces its certificate by itself. @see https://learn.microsoft.com/graph/api/application-addkey */
export const keyRollingRoutes: readonly GraphRoute[] = [
  {
    method: "POST",
    path: "/applications/{key}/addKey",
    permissions: applicationPermissions["POST /applications/{id}/addKey"],
    handle: addKey,
  },
  {
    method: "POST",
    path: "/applications/{key}/removeKey",
    permissions: applicationPermissions["POST /applications/{id}/addKey"],
    handle: removeKey,
  },
];

function addKey(request: GraphRequest): Answer {
  const { directory, body } = request;
  const application = writableApplication(request);
  if (isFault(application)) {
    return application;
  }
  const { keyCredential = null, proof = null } = body;
  const refused =
    refuseMissing(body, applicationType.resource, ["keyCredential", "proof"]) ??
    refuseProof(request, application, proof);
  const read = refused ?? readKeyCredentials(directory, application, [keyCredential]);
  if (isFault(read)) {
    return read;
  }
  const [key] = read.keys ?? [];
  if (key?.kind !== "new") {
    return fault("keyNotUpdatable", { keyId: key?.keyId ?? "" });
  }
  const added = addCertificate(directory, application.id, key.certificate, key);
  return {
    kind: "json",
    status: 200,
    body: { "@odata.context": `${metadataUrl(request)}microsoft.graph.keyCredential`, ...showKey(added) },
  };
}

function removeKey(request: GraphRequest): Answer {
  const { directory, body } = request;
  const application = writableApplication(request);
  if (isFault(application)) {
    return application;
  }
  const { keyId = null, proof = null } = body;
  const refused =
    refuseMissing(body, applicationType.resource, ["keyId", "proof"]) ?? refuseProof(request, application, proof);
  if (refused !== undefined) {
    return refused;
  }
  if (!isGuidText(keyId)) {
    return fault("invalidValue", { property: "keyId", resource: applicationType.resource });
  }
  const stored = application.keyCredentials.find((key) => key.keyId.toLowerCase() === String(keyId).toLowerCase());
  return stored !== undefined && removeCertificate(directory, application.id, stored.keyId)
    ? { kind: "empty" }
    : fault("noSuchKey", { keyId: String(keyId) });
}
