import type { DirectoryObject } from "../../directory/directoryObjects/directoryObjects.ts";
import { isOwner } from "../../directory/directoryObjects/owners.ts";
import { type Fault, fault } from "../request/graphErrors/faults.ts";
import type { GraphRequest } from "../request/route.ts";

/** With Application.ReadWrite.OwnedBy and nothing wider, a caller changes only what it owns. */
export function refuseNotOwned({ directory, caller, permission }: GraphRequest, objectId: string): Fault | undefined {
  if (permission !== "Application.ReadWrite.OwnedBy" || isOwner(directory, objectId, caller.objectId)) {
    return undefined;
  }
  return fault(
    "denied",
    {},
    { why: `Application.ReadWrite.OwnedBy covers owned objects only, and ${caller.objectId} does not own ${objectId}` },
  );
}

/** Only users and service principals own something. */
export function refuseOwner({ type }: DirectoryObject): Fault | undefined {
  return type === "user" || type === "servicePrincipal"
    ? undefined
    : fault("invalidReference", {}, { why: `a ${type} cannot be an owner` });
}
