import { type EntityType, propertyName } from "../collection/entityType.ts";
import { GraphError } from "../request/graphErrors/graphError.ts";

/** The query options of a request as text, by lower-case name without the dollar sign. */
export type QueryOptions = ReadonlyMap<string, string>;

const collectionOptions = ["filter", "orderby", "count", "skip", "top", "search", "skiptoken", "deltatoken"];
const knownOptions = new Set(["select", "expand", ...collectionOptions]);

/** When the query string is refused, `options` is empty and `refusal` is reported only to a caller with permission. */
interface ReadOptions {
  readonly options: QueryOptions;
  readonly refusal?: GraphError;
}

/**
 * Reads the query string. Option names ignore case; `beta` accepts them without the dollar sign.
 *
 * @see https://learn.microsoft.com/graph/query-parameters
 */
export function readQueryOptions(url: URL, version: string): ReadOptions {
  const options = new Map<string, string>();
  for (const [name, value] of url.searchParams) {
    const nameWithoutDollar = name.startsWith("$") ? name.slice(1) : version === "beta" ? name : "";
    const lower = nameWithoutDollar.toLowerCase();
    if (!knownOptions.has(lower)) {
      const reason = `the query option "${name}" is unknown or not supported by this platform`;
      return { options: new Map(), refusal: new GraphError("unknownOption", { option: name }, { reason }) };
    }
    if (options.has(lower)) {
      return { options: new Map(), refusal: new GraphError("optionTwice", { option: `$${lower}` }) };
    }
    options.set(lower, value);
  }
  return { options };
}

/** Throws for options that apply to collections only: a single object accepts `$select` and `$expand`. */
export function checkSingleObject(options: QueryOptions): void {
  if (collectionOptions.some((name) => options.has(name))) {
    throw new GraphError("notACollection", {});
  }
}

/** Throws for the first option that is not allowed. */
export function checkAllowedOptions(options: QueryOptions, allowed: readonly string[]): void {
  const refused = [...options.keys()].find((name) => !allowed.includes(name));
  if (refused !== undefined) {
    throw new GraphError("unknownOption", { option: `$${refused}` });
  }
}

type SelectableType = Pick<EntityType<never>, "name" | "properties" | "singleObjectOnly">;

/** The canonical names of the selected properties in the caller's order; `undefined` without `$select`. */
export function readSelect(
  options: QueryOptions,
  type: SelectableType,
  isList: boolean,
): readonly string[] | undefined {
  return readNames(options.get("select"), type, isList);
}

/** Reads property names separated by commas. */
export function readNames(
  text: string | undefined,
  type: SelectableType,
  isList: boolean,
): readonly string[] | undefined {
  if (text === undefined || text.trim() === "") {
    return undefined;
  }
  const selected: string[] = [];
  for (const part of text.split(",")) {
    const name = part.trim();
    const property = propertyName(type, name);
    if (isList && type.singleObjectOnly?.some((only) => only.toLowerCase() === name.toLowerCase())) {
      throw new GraphError("notImplemented", {}, { reason: `${name} can be selected for a single object only` });
    }
    if (property === undefined) {
      throw new GraphError("selectProperty", { property: name, type: type.name });
    }
    if (!selected.includes(property)) {
      selected.push(property);
    }
  }
  return selected;
}

const defaultPageSize = 100;
const maxPageSize = 999;

export function readTop(options: QueryOptions): number {
  const text = options.get("top");
  if (text === undefined) {
    return defaultPageSize;
  }
  if (!/^\d{1,9}$/.test(text.trim())) {
    throw new GraphError("topNotNumber", { value: text });
  }
  const top = Number(text);
  if (top < 1 || top > maxPageSize) {
    throw new GraphError("pageSize", { top: String(top) });
  }
  return top;
}

export function readCount(options: QueryOptions): boolean {
  const text = options.get("count")?.trim().toLowerCase();
  if (text === undefined || text === "true" || text === "false") {
    return text === "true";
  }
  throw new GraphError("countNotBoolean", { value: options.get("count") ?? "", values: "true, false" });
}
