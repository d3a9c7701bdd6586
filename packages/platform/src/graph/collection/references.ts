import { isGuid } from "../../core/guid.ts";
import type { Json } from "../../directory/applications/applicationProperties.ts";
import { type DirectoryObject, findDirectoryObject } from "../../directory/directoryObjects/directoryObjects.ts";
import { GraphError } from "../request/graphErrors/graphError.ts";
import type { GraphRequest } from "../request/route.ts";
import { isArray } from "./bodyRules.ts";

/** The maximum number of objects that one request may bind. */
const maxBound = 20;

const sets = ["directoryObjects", "users", "groups", "servicePrincipals", "applications", "directoryRoles"];
const referencePath = new RegExp(`^/(?:v1\\.0|beta)/(?:${sets.join("|")})(?:/([^/()]+)|\\('([^/()']+)'\\))/?$`, "i");

/**
 * Returns the object that a body such as `{"@odata.id": "https://graph.microsoft.com/v1.0/directoryObjects/{id}"}`
 * refers to. The host is ignored: clients always send the real one.
 */
export function readReference(request: GraphRequest): DirectoryObject {
  const value = request.body["@odata.id"];
  if (value === undefined) {
    throw new GraphError("badJson", {}, { reason: 'the body has no "@odata.id"' });
  }
  return findReferenced(request, value);
}

/** Returns the objects that a property such as `members@odata.bind` refers to; none when it is absent. */
export function readBound(request: GraphRequest, property: string): readonly DirectoryObject[] {
  const urls = request.body[`${property}@odata.bind`] ?? [];
  if (!isArray(urls) || urls.length > maxBound) {
    throw invalidReference(`${property}@odata.bind is not a list of at most ${maxBound} URLs`);
  }
  return urls.map((url) => findReferenced(request, url));
}

function findReferenced(request: GraphRequest, url: Json): DirectoryObject {
  const path = typeof url === "string" && URL.canParse(url) ? decodeURIComponent(new URL(url).pathname) : "";
  const found = referencePath.exec(path);
  const id = found?.[1] ?? found?.[2] ?? "";
  if (!isGuid(id)) {
    throw invalidReference(
      `${JSON.stringify(url)} is not a URL like https://graph.microsoft.com/v1.0/directoryObjects/{object id}`,
    );
  }
  return resolveObject(request, id);
}

/** The error for a reference to an object that cannot be used here. */
export function invalidReference(reason: string): GraphError {
  return new GraphError("invalidReference", {}, { reason });
}

/** Returns the object of the tenant with this id, whatever its type. Throws 404 when there is none. */
export function resolveObject({ directory, tenant }: GraphRequest, id: string): DirectoryObject {
  const object = findDirectoryObject(directory, tenant.id, id);
  if (object === undefined) {
    throw new GraphError("notFound", { id }, { reason: `the tenant has no object ${id}` });
  }
  return object;
}
