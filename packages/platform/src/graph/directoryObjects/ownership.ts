import type { DirectoryObject } from "../../directory/directoryObjects/directoryObjects.ts";
import { isOwner } from "../../directory/directoryObjects/owners.ts";
import { invalidReference } from "../collection/references.ts";
import { GraphError } from "../request/graphErrors/graphError.ts";
import type { GraphRequest } from "../request/route.ts";

/** Throws when the caller has Application.ReadWrite.OwnedBy and nothing wider, and does not own the object. */
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

/** Throws for an object that cannot be an owner: only users and service principals can. */
export function checkCanOwn({ type }: DirectoryObject): void {
  if (type !== "user" && type !== "servicePrincipal") {
    throw invalidReference(`an object of type ${type} cannot be an owner`);
  }
}
