import { type DirectoryObject, findDirectoryObject } from "../../directory/directoryObjects/directoryObjects.ts";
import { GraphError } from "../request/graphErrors/graphError.ts";
import type { GraphRequest } from "../request/route.ts";

/** Returns the object of the tenant with this id, whatever its type. Throws 404 when there is none. */
export function resolveObject({ directory, tenant }: GraphRequest, id: string): DirectoryObject {
  const object = findDirectoryObject(directory, tenant.id, id);
  if (object === undefined) {
    throw new GraphError("notFound", { id }, { reason: `the tenant has no object ${id}` });
  }
  return object;
}
