import type { Json } from "../../directory/applications/applicationProperties.ts";
import type { GraphRequest, JsonObject } from "../request/route.ts";
import type { EntityType } from "./entityType.ts";

/** The object's properties on the wire: those named, or the usual ones of its type. */
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

/** What a context URL begins with. */
export function metadataUrl(request: GraphRequest): string {
  return `${request.origin}/${request.version}/$metadata#`;
}

/** The `Location` of a new object. */
export function directoryObjectUrl(request: GraphRequest, id: string, type: string): string {
  return `${request.origin}/v2/${request.tenant.id}/directoryObjects/${id}/Microsoft.DirectoryServices.${type}`;
}
