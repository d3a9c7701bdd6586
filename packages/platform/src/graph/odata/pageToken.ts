import { createHash } from "node:crypto";
import type { Place } from "./orderBy.ts";

// The real service's tokens begin with these letters as well (`RFNwdA` in base64url).
const prefix: Buffer = Buffer.from([0x44, 0x53, 0x70, 0x74, 0x02]);

/** An opaque `$skiptoken`: where the page before ended, and a digest of the query that it belongs to. */
export function writePageToken(place: Place, query: string): string {
  const content = JSON.stringify([digest(query), place.id, ...place.keys]);
  return Buffer.concat([prefix, Buffer.from(content)]).toString("base64url");
}

/** `undefined` for a token that is damaged or was given for another query. */
export function readPageToken(token: string, query: string): Place | undefined {
  const bytes = Buffer.from(token, "base64url");
  if (!bytes.subarray(0, prefix.length).equals(prefix)) {
    return undefined;
  }
  const content = parse(bytes.subarray(prefix.length).toString("utf8"));
  if (!Array.isArray(content)) {
    return undefined;
  }
  const [expected, id, ...keys]: unknown[] = content;
  const areKeys = keys.every((key): key is string | null => key === null || typeof key === "string");
  return expected === digest(query) && typeof id === "string" && areKeys ? { id, keys } : undefined;
}

function digest(query: string): string {
  return createHash("sha256").update(query).digest("base64url").slice(0, 12);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
