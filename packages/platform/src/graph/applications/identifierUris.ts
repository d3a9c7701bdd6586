import { findUriProblem, type UriOwner } from "../../directory/applications/identifierUris.ts";
import type { Directory } from "../../directory/directory.ts";
import type { Tenant } from "../../directory/tenants/tenants.ts";
import { type Fault, fault } from "../request/graphErrors/faults.ts";

/** The fault for URIs that an application may not take. */
export function refuseIdentifierUris(
  directory: Directory,
  tenant: Tenant,
  uris: readonly string[],
  owner: UriOwner | undefined,
): Fault | undefined {
  const problem = findUriProblem(directory, tenant, uris, owner);
  switch (problem?.kind) {
    case "notVerified":
      return fault(
        "hostNotVerified",
        { uri: problem.uri },
        { details: [{ code: "HostNameNotOnVerifiedDomain", target: "identifierUris" }] },
      );
    case "repeated":
      return fault("duplicateInRequest", {}, { why: "identifierUris names one URI twice" });
    case "taken":
      return fault(
        "duplicateValue",
        { property: "identifierUris" },
        { details: [{ code: "ObjectConflict", target: "identifierUris" }] },
      );
    case undefined:
      return undefined;
  }
}
