import type { EntityType, ItemSource } from "./entityType.ts";

/** Wraps a short list as a collection, sorted by id, so that paging continues correctly after an object was deleted. */
export function listSource<Item>(items: readonly Item[], type: EntityType<Item>): ItemSource<Item> {
  const byId = items.toSorted((left, right) => (type.id(left) < type.id(right) ? -1 : 1));
  return {
    orders: [],
    count: () => items.length,
    page({ limit, after }) {
      const rest = after === undefined ? byId : byId.filter((item) => type.id(item) > after.id);
      const shown = rest.slice(0, limit);
      const last = shown.at(-1);
      return last === undefined || rest.length <= limit
        ? { items: shown }
        : { items: shown, next: { id: type.id(last), key: type.id(last) } };
    },
  };
}
