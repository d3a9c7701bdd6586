import { createHash } from "node:crypto";
import { readOpaqueToken, writeOpaqueToken } from "./opaqueToken.ts";
import type { Place } from "./orderBy.ts";

/** An opaque `$skiptoken`: where the page before ended, and a digest of the query that it belongs to. */
export function writePageToken(place: Place, query: string): string {
  return writeOpaqueToken([digest(query), place.id, ...place.keys]);
}

/** `undefined` for a token that is damaged or was given for another query. */
export function readPageToken(token: string, query: string): Place | undefined {
  const [expected, id, ...keys] = readOpaqueToken(token) ?? [];
  const areKeys = keys.every((key): key is string | null => key === null || typeof key === "string");
  return expected === digest(query) && typeof id === "string" && areKeys ? { id, keys } : undefined;
}

function digest(query: string): string {
  return createHash("sha256").update(query).digest("base64url").slice(0, 12);
}
