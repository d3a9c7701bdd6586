import { findApplicationByIdentifierUri } from "../directory/applications.ts";
import type { Directory } from "../directory/directory.ts";
import { findServicePrincipalByName } from "../directory/servicePrincipals.ts";
import type { Tenant } from "../directory/tenants.ts";
import { type Fault, fault } from "./faults.ts";

/** The application that wants the URIs; without one, an application still to be made. */
export interface UriOwner {
  readonly id: string;
  readonly appId: string;
}

/**
 * The fault for URIs that an application may not take: a host the tenant has not verified, or another's name.
 *
 * @see https://learn.microsoft.com/entra/identity-platform/reference-app-manifest#identifieruris-attribute
 */
export function refuseIdentifierUris(
  directory: Directory,
  tenant: Tenant,
  uris: readonly string[],
  owner: UriOwner | undefined,
): Fault | undefined {
  const foreign = uris.find((uri) => !isOwnName(uri, tenant, owner));
  if (foreign !== undefined) {
    return fault(
      "hostNotVerified",
      { uri: foreign },
      { details: [{ code: "HostNameNotOnVerifiedDomain", target: "identifierUris" }] },
    );
  }
  if (new Set(uris.map((uri) => uri.toLowerCase())).size < uris.length) {
    return fault("duplicateInRequest", {}, { why: "identifierUris names one URI twice" });
  }
  const taken = uris.some((uri) => {
    const application = findApplicationByIdentifierUri(directory, tenant.id, uri);
    const servicePrincipal = findServicePrincipalByName(directory, tenant.id, uri);
    return (
      (application !== undefined && application.id !== owner?.id) ||
      (servicePrincipal !== undefined && servicePrincipal.appId !== owner?.appId)
    );
  });
  return taken
    ? fault(
        "duplicateValue",
        { property: "identifierUris" },
        { details: [{ code: "ObjectConflict", target: "identifierUris" }] },
      )
    : undefined;
}

/** `api://` with the client id or the tenant id, or a verified domain or one below it under `api:` or `https:`. */
function isOwnName(uri: string, tenant: Tenant, owner: UriOwner | undefined): boolean {
  const found = /^(api|https):\/\/([^/?#@:]+)(?:[/?#].*)?$/i.exec(uri);
  const scheme = found?.[1]?.toLowerCase();
  const host = found?.[2]?.toLowerCase();
  if (scheme === undefined || host === undefined) {
    return false;
  }
  const isVerified = tenant.domains.some(({ name }) => `.${host}`.endsWith(`.${name.toLowerCase()}`));
  return isVerified || (scheme === "api" && (host === owner?.appId || host === tenant.id));
}
