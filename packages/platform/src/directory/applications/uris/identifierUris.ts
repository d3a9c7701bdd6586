import type { Directory } from "../../directory.ts";
import { findServicePrincipalByName } from "../../servicePrincipals/servicePrincipals.ts";
import type { Tenant } from "../../tenants/tenants.ts";
import { findApplicationByIdentifierUri } from "../applications.ts";

/** The application that the URIs are for. Absent: an application about to be created. */
export interface UriOwner {
  readonly id: string;
  readonly appId: string;
}

/** The reason why an application may not have a URI: its host is not verified, it is repeated, or it is taken. */
export interface UriProblem {
  readonly kind: "notVerified" | "repeated" | "taken";
  readonly uri: string;
}

/**
 * Returns the first URI that the application may not have, and the reason.
 *
 * @see https://learn.microsoft.com/entra/identity-platform/reference-app-manifest#identifieruris-attribute
 */
export function findUriProblem(
  directory: Directory,
  tenant: Tenant,
  uris: readonly string[],
  owner: UriOwner | undefined,
): UriProblem | undefined {
  const unverified = uris.find((uri) => !isOwnName(uri, tenant, owner));
  if (unverified !== undefined) {
    return { kind: "notVerified", uri: unverified };
  }
  const names = uris.map((uri) => uri.toLowerCase());
  const repeated = uris.find((uri, index) => names.indexOf(uri.toLowerCase()) < index);
  if (repeated !== undefined) {
    return { kind: "repeated", uri: repeated };
  }
  const taken = uris.find((uri) => {
    const application = findApplicationByIdentifierUri(directory, tenant.id, uri);
    const servicePrincipal = findServicePrincipalByName(directory, tenant.id, uri);
    return (
      (application !== undefined && application.id !== owner?.id) ||
      (servicePrincipal !== undefined && servicePrincipal.appId !== owner?.appId)
    );
  });
  return taken === undefined ? undefined : { kind: "taken", uri: taken };
}

/**
 * Accepts `api://` with the client id or the tenant id, and a verified domain or its subdomain with `api:` or `https:`.
 */
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
