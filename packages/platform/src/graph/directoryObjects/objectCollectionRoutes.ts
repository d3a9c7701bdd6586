import type { DirectoryObject, DirectoryObjectType } from "../../directory/directoryObjects/directoryObjects.ts";
import type { PageCursor } from "../../directory/paging.ts";
import { answerCollection, answerCount } from "../collection/collection.ts";
import type { EntityType, ItemSource } from "../collection/entityType.ts";
import type { OperationPermissions } from "../request/permissions/permissions.ts";
import type { GraphRequest, GraphResponse, GraphRoute } from "../request/route.ts";
import { directoryObjectType, referenceType, singleTypeOf } from "./directoryObjectType.ts";

/** A collection of objects of several types. */
export interface DirectoryObjectCollection {
  /** For example `/groups/{key}/members`. */
  readonly path: string;
  readonly permissions: OperationPermissions;
  readonly cost?: number;
  /** The types it can contain. A path that ends with one of them returns only objects of that type. */
  readonly types: readonly DirectoryObjectType[];
  find(request: GraphRequest): ItemSource<DirectoryObject>;
}

type Respond = <Item>(request: GraphRequest, type: EntityType<Item>, source: ItemSource<Item>) => GraphResponse;

/**
 * Returns the routes of a mixed collection: all objects, their count, their references, and the objects of one type, as
 * in `/members/microsoft.graph.user`.
 *
 * @see OData Version 4.0 Part 2, section 4.9
 */
export function objectCollectionRoutes(collection: DirectoryObjectCollection): readonly GraphRoute[] {
  const { path, permissions, cost = 1, types } = collection;
  const route = (suffix: string, type: DirectoryObjectType | undefined, respond: Respond): GraphRoute => ({
    method: "GET",
    path: `${path}${suffix}`,
    permissions,
    cost,
    handle(request) {
      const source = collection.find(request);
      return type === undefined
        ? respond(request, directoryObjectType(request), source)
        : respond(request, singleTypeOf(request, type), filterByType(source, type));
    },
  });
  return [
    route("", undefined, answerCollection),
    route("/$count", undefined, answerCount),
    {
      ...route("/$ref", undefined, answerCollection),
      handle(request) {
        const source = collection.find(request);
        return answerCollection(request, referenceType(request), source);
      },
    },
    ...types.flatMap((type) => [
      route(`/microsoft.graph.${type}`, type, answerCollection),
      route(`/microsoft.graph.${type}/$count`, type, answerCount),
    ]),
  ];
}

function filterByType(source: ItemSource<DirectoryObject>, type: DirectoryObjectType): ItemSource<DirectoryObject> {
  const page: ItemSource<DirectoryObject>["page"] = (request) => {
    const found = source.page(request);
    return { ...found, items: found.items.filter((item) => item.type === type) };
  };
  return {
    orders: [],
    page,
    count() {
      let count = 0;
      let after: PageCursor | undefined;
      do {
        const found = page({ limit: 1000, after });
        count += found.items.length;
        after = found.next;
      } while (after !== undefined);
      return count;
    },
  };
}
