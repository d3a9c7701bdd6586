import { findUriProblem, type UriOwner } from "../../directory/applications/identifierUris.ts";
import type { Directory } from "../../directory/directory.ts";
import type { Tenant } from "../../directory/tenants/tenants.ts";
import { GraphError } from "../request/graphErrors/graphError.ts";

/** The fault for URIs that an application may not take. */
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
      throw new GraphError("duplicateInRequest", {}, { why: "identifierUris names one URI twice" });
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
