import { showKey } from "../../directory/applications/applicationManifest.ts";
import { addCertificate, removeCertificate } from "../../directory/credentials/keyCredentials.ts";
import { applicationPermissions } from "../applications/applicationPermissions.ts";
import { applicationType } from "../applications/applicationType.ts";
import { resolveWritableApplication } from "../applications/resolveApplication.ts";
import { isGuidText, requireProperties } from "../collection/bodyRules.ts";
import { metadataUrl } from "../collection/responseBody.ts";
import { GraphError } from "../request/graphErrors/graphError.ts";
import type { GraphRequest, GraphResponse, GraphRoute } from "../request/route.ts";
import { readKeyCredentials } from "./credentials.ts";
import { checkProof } from "./possessionProof.ts";

/**
 * The routes by which an application replaces its own certificate. @see
 * https://learn.microsoft.com/graph/api/application-addkey
 */
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

function addKey(request: GraphRequest): GraphResponse {
  const { directory, body } = request;
  const application = resolveWritableApplication(request);
  const { keyCredential = null, proof = null } = body;
  requireProperties(body, applicationType.resource, ["keyCredential", "proof"]);
  checkProof(request, application, proof);
  const [key] = readKeyCredentials(directory, application, [keyCredential]) ?? [];
  if (key?.kind !== "new") {
    throw new GraphError("keyNotUpdatable", { keyId: key?.keyId ?? "" });
  }
  const added = addCertificate(directory, application.id, key.certificate, key);
  return {
    kind: "json",
    status: 200,
    body: { "@odata.context": `${metadataUrl(request)}microsoft.graph.keyCredential`, ...showKey(added) },
  };
}

function removeKey(request: GraphRequest): GraphResponse {
  const { directory, body } = request;
  const application = resolveWritableApplication(request);
  const { keyId = null, proof = null } = body;
  requireProperties(body, applicationType.resource, ["keyId", "proof"]);
  checkProof(request, application, proof);
  if (!isGuidText(keyId)) {
    throw new GraphError("invalidValue", { property: "keyId", resource: applicationType.resource });
  }
  const stored = application.keyCredentials.find((key) => key.keyId.toLowerCase() === String(keyId).toLowerCase());
  if (stored === undefined || !removeCertificate(directory, application.id, stored.keyId)) {
    throw new GraphError("noSuchKey", { keyId: String(keyId) });
  }
  return { kind: "empty" };
}
