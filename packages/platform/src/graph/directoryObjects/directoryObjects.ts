import { findDirectoryObjects } from "../../directory/directoryObjects/directoryObjects.ts";
import {
  type BodyRules,
  checkBody,
  isArrayOf,
  isGuidText,
  isText,
  requireProperties,
} from "../collection/bodyRules.ts";
import { answerEntity } from "../collection/collection.ts";
import { resolveObject } from "../collection/references.ts";
import { metadataUrl, showItem } from "../collection/responseBody.ts";
import type { GraphRequest, GraphResponse, GraphRoute } from "../request/route.ts";
import { directoryObjectType } from "./directoryObjectType.ts";
import { directoryPermissions } from "./directoryPermissions.ts";

const body: BodyRules = { ids: isArrayOf(isGuidText, 1000), types: isArrayOf(isText(128), 100) };

/** @see https://learn.microsoft.com/graph/api/resources/directoryobject */
export const directoryObjectRoutes: readonly GraphRoute[] = [
  {
    method: "GET",
    path: "/directoryObjects/{key}",
    permissions: directoryPermissions["GET /directoryObjects/{id}"],
    handle(request) {
      const object = resolveObject(request, request.keys[0]?.value ?? "");
      return answerEntity(request, directoryObjectType(request), object);
    },
  },
  {
    method: "POST",
    path: "/directoryObjects/getByIds",
    permissions: directoryPermissions["POST /directoryObjects/getByIds"],
    cost: 3,
    handle: getByIds,
  },
];

function getByIds(request: GraphRequest): GraphResponse {
  requireProperties(request.body, "DirectoryObject", ["ids"]);
  checkBody(request.body, "DirectoryObject", body);
  const { ids, types } = request.body as { ids: readonly string[]; types?: readonly string[] };
  const requestedTypes = types?.map((type) => type.toLowerCase());
  const type = directoryObjectType(request);
  const found = findDirectoryObjects(request.directory, request.tenant.id, [...new Set(ids)]).filter(
    (object) =>
      requestedTypes === undefined || requestedTypes.length === 0 || requestedTypes.includes(object.type.toLowerCase()),
  );
  return {
    kind: "json",
    status: 200,
    location: request.origin,
    body: {
      "@odata.context": `${metadataUrl(request)}directoryObjects`,
      value: found.map((object) => showItem(request, type, object)),
    },
  };
}
