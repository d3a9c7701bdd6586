import type { DirectoryObject } from "../../directory/directoryObjects/directoryObjects.ts";
import { isOwner } from "../../directory/directoryObjects/owners.ts";
import { GraphError } from "../request/graphErrors/graphError.ts";
import type { GraphRequest } from "../request/route.ts";

/** With Application.ReadWrite.OwnedBy and nothing wider, a caller changes only what it owns. */
export function requireOwnership({ directory, caller, permission }: GraphRequest, objectId: string): void {
  if (permission !== "Application.ReadWrite.OwnedBy" || isOwner(directory, objectId, caller.objectId)) {
    return;
  }
  throw new GraphError(
    "denied",
    {},
    {
      reason: `Application.ReadWrite.OwnedBy covers owned objects only, and ${caller.objectId} does not own ${objectId}`,
    },
  );
}

/** Only users and service principals own something. */
export function checkCanOwn({ type }: DirectoryObject): void {
  if (type !== "user" && type !== "servicePrincipal") {
    throw new GraphError("invalidReference", {}, { reason: `a ${type} cannot be an owner` });
  }
}
