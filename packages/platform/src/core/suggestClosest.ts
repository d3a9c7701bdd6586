import { closest } from "fastest-levenshtein";

const maxCompared = 100;

/** " Did you mean Microsoft Graph?" for a name that is not in the list; empty if the list is. */
export function suggestClosest(name: string, names: readonly string[]): string {
  return names.length === 0 ? "" : ` Did you mean ${closest(name.slice(0, maxCompared), names)}?`;
}
