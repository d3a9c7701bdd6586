import { createHash } from "node:crypto";
import type { Place } from "./orderBy.ts";

// The real service's tokens start with the same bytes (`RFNwdA` in base64url).
const prefix: Buffer = Buffer.from([0x44, 0x53, 0x70, 0x74, 0x02]);

/** Encodes what a link carries for the platform to read later. */
export function writeOpaqueToken(content: readonly unknown[]): string {
  return Buffer.concat([prefix, Buffer.from(JSON.stringify(content))]).toString("base64url");
}

/** Returns `undefined` for a damaged token. */
export function readOpaqueToken(token: string): readonly unknown[] | undefined {
  const bytes = Buffer.from(token, "base64url");
  if (!bytes.subarray(0, prefix.length).equals(prefix)) {
    return undefined;
  }
  const content = parse(bytes.subarray(prefix.length).toString("utf8"));
  return Array.isArray(content) ? content : undefined;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Encodes a `$skiptoken`: where the previous page ended, and a digest of the query it belongs to. */
export function writePageToken(place: Place, query: string): string {
  return writeOpaqueToken([digest(query), place.id, ...place.keys]);
}

/** Returns `undefined` for a token that is damaged or belongs to another query. */
export function readPageToken(token: string, query: string): Place | undefined {
  const [expected, id, ...keys] = readOpaqueToken(token) ?? [];
  const areKeys = keys.every((key): key is string | null => key === null || typeof key === "string");
  return expected === digest(query) && typeof id === "string" && areKeys ? { id, keys } : undefined;
}

function digest(query: string): string {
  return createHash("sha256").update(query).digest("base64url").slice(0, 12);
}
