import type { ApplicationChanges } from "../../directory/applications/applicationChanges.ts";
import type { Application, AppRole, PermissionScope } from "../../directory/applications/applicationProperties.ts";
import { findUriProblem, type UriOwner } from "../../directory/applications/uris/identifierUris.ts";
import type { Directory } from "../../directory/directory.ts";
import type { Tenant } from "../../directory/tenants/tenants.ts";
import { GraphError } from "../request/graphErrors/graphError.ts";

type Entitlement = Pick<AppRole | PermissionScope, "id" | "value" | "isEnabled">;

/**
 * Throws when an enabled app role or scope is removed or renamed, or when an id or value is not unique in the
 * application.
 */
export function checkEntitlements(base: Pick<Application, "appRoles" | "api">, changes: ApplicationChanges): void {
  const before = [...base.appRoles, ...base.api.oauth2PermissionScopes];
  const roles = changes.appRoles ?? base.appRoles;
  const scopes = changes.api?.oauth2PermissionScopes ?? base.api.oauth2PermissionScopes;
  if (hasDuplicates(roles, "value") || hasDuplicates(scopes, "value") || hasDuplicates([...roles, ...scopes], "id")) {
    throw new GraphError("duplicateInRequest", {}, { reason: "two app roles or scopes have the same id or value" });
  }
  const after = new Map<string, Entitlement>([...roles, ...scopes].map((entry) => [entry.id, entry]));
  const changed = before.find((entry) => entry.isEnabled && after.get(entry.id)?.value !== entry.value);
  if (changed !== undefined) {
    const reason = `${changed.value ?? changed.id} is enabled: first set its isEnabled to false, then remove or rename it`;
    throw new GraphError("entitlementEnabled", {}, { reason });
  }
}

function hasDuplicates(entries: readonly Entitlement[], member: "id" | "value"): boolean {
  const values = entries.map((entry) => entry[member]).filter((value) => value !== null);
  return new Set(values).size < values.length;
}

/** Throws when the application may not use one of the URIs. */
export function checkIdentifierUris(
  directory: Directory,
  tenant: Tenant,
  uris: readonly string[],
  owner: UriOwner | undefined,
): void {
  const problem = findUriProblem(directory, tenant, uris, owner);
  switch (problem?.kind) {
    case "notVerified":
      throw new GraphError(
        "hostNotVerified",
        { uri: problem.uri },
        { details: [{ code: "HostNameNotOnVerifiedDomain", target: "identifierUris" }] },
      );
    case "repeated":
      throw new GraphError("duplicateInRequest", {}, { reason: "identifierUris contains a URI twice" });
    case "taken":
      throw new GraphError(
        "duplicateValue",
        { property: "identifierUris" },
        { details: [{ code: "ObjectConflict", target: "identifierUris" }] },
      );
    case undefined:
      return;
  }
}
