import { type EntityType, propertyName } from "../collection/entityType.ts";
import { type Fault, fault } from "../request/graphErrors/faults.ts";

/** A request's query options as text, by name without the dollar sign, in lower case. */
export type QueryOptions = ReadonlyMap<string, string>;

const ofCollections = ["filter", "orderby", "count", "skip", "top", "search", "skiptoken", "deltatoken"];
const known = new Set(["select", "expand", ...ofCollections]);

/**
 * Reads the query string. Letter case of the options' names does not matter; `beta` takes them without the dollar sign.
 *
 * @see https://learn.microsoft.com/graph/query-parameters
 */
export function readQueryOptions(url: URL, version: string): QueryOptions | Fault {
  const options = new Map<string, string>();
  for (const [name, value] of url.searchParams) {
    const bare = name.startsWith("$") ? name.slice(1) : version === "beta" ? name : "";
    const lower = bare.toLowerCase();
    if (!known.has(lower)) {
      return fault("unknownOption", { option: name }, { why: `the query option "${name}" is unknown or not built` });
    }
    if (options.has(lower)) {
      return fault("optionTwice", { option: `$${lower}` });
    }
    options.set(lower, value);
  }
  return options;
}

/** What a request for one object may ask: `$select` and `$expand` only. */
export function refuseCollectionOptions(options: QueryOptions): Fault | undefined {
  return ofCollections.some((name) => options.has(name)) ? fault("notACollection", {}) : undefined;
}

/** The fault for the first option that is not among those allowed. */
export function refuseOtherOptions(options: QueryOptions, allowed: readonly string[]): Fault | undefined {
  const refused = [...options.keys()].find((name) => !allowed.includes(name));
  return refused === undefined ? undefined : fault("unknownOption", { option: `$${refused}` });
}

type SelectableType = Pick<EntityType<never>, "name" | "properties" | "onlyOnOne">;

/** The selected properties with their own spelling, in the caller's order; `undefined` when none were asked for. */
export function readSelect(
  options: QueryOptions,
  type: SelectableType,
  isList: boolean,
): readonly string[] | undefined | Fault {
  return readNames(options.get("select"), type, isList);
}

/** Names of properties, separated by commas. */
export function readNames(
  text: string | undefined,
  type: SelectableType,
  isList: boolean,
): readonly string[] | undefined | Fault {
  if (text === undefined || text.trim() === "") {
    return undefined;
  }
  const selected: string[] = [];
  for (const part of text.split(",")) {
    const name = part.trim();
    const property = propertyName(type, name);
    if (isList && type.onlyOnOne?.some((only) => only.toLowerCase() === name.toLowerCase())) {
      return fault("notImplemented", {}, { why: `${name} can be selected for one object at a time only` });
    }
    if (property === undefined) {
      return fault("selectProperty", { property: name, type: type.name });
    }
    if (!selected.includes(property)) {
      selected.push(property);
    }
  }
  return selected;
}

const defaultPageSize = 100;
const largestPage = 999;

export function readTop(options: QueryOptions): number | Fault {
  const text = options.get("top");
  if (text === undefined) {
    return defaultPageSize;
  }
  if (!/^\d{1,9}$/.test(text.trim())) {
    return fault("topNotNumber", { value: text });
  }
  const top = Number(text);
  return top < 1 || top > largestPage ? fault("pageSize", { top: String(top) }) : top;
}

export function readCount(options: QueryOptions): boolean | Fault {
  const text = options.get("count")?.trim().toLowerCase();
  if (text === undefined || text === "true" || text === "false") {
    return text === "true";
  }
  return fault("countNotBoolean", { value: options.get("count") ?? "", values: "true, false" });
}
