import type { QueryOptions } from "../../odata/queryOptions.ts";
import type { GraphRoute } from "../route.ts";
import type { Cost } from "./throttling.ts";

/** @see https://learn.microsoft.com/graph/throttling-limits#identity-and-access-service-limits */
export function costOf(route: GraphRoute, options: QueryOptions): Cost {
  const isSmallPage = Number(options.get("top") ?? 20) < 20;
  const { cost: base = 1 } = route;
  const units = base + Number(options.has("expand")) - Number(options.has("select")) - Number(isSmallPage);
  // Actions with a cost of their own only read.
  const isWrite = route.method !== "GET" && route.cost === undefined;
  return { units: Math.max(1, units), writes: Number(isWrite) };
}
