import type { Json } from "../../directory/applications/applicationProperties.ts";
import type { GraphRequest, JsonObject } from "../request/route.ts";
import type { EntityType } from "./entityType.ts";

/** Returns the properties of an object as they appear on the wire: the selected ones, or the defaults of its type. */
export function showItem<Item>(
  request: Pick<GraphRequest, "directory">,
  type: EntityType<Item>,
  item: Item,
  select?: readonly string[] | undefined,
): JsonObject {
  const own = type.typeOf?.(item);
  const shown: Record<string, Json> = own === undefined ? {} : { "@odata.type": `#microsoft.graph.${own.name}` };
  const selected = own === undefined ? select : select?.filter((name) => Object.hasOwn(own.properties, name));
  for (const name of selected ?? (own ?? type).defaults) {
    shown[name] = type.value(item, name, request.directory);
  }
  return shown;
}

/** The start of a context URL. */
export function metadataUrl(request: GraphRequest): string {
  return `${request.origin}/${request.version}/$metadata#`;
}

/** The `Location` of a new object. */
export function directoryObjectUrl(request: GraphRequest, id: string, type: string): string {
  return `${request.origin}/v2/${request.tenant.id}/directoryObjects/${id}/Microsoft.DirectoryServices.${type}`;
}
