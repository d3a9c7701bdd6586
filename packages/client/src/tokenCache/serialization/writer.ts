import type { DialectRules } from "./dialects.ts";
import { type Entity, instantOf, type Section, secondsText } from "./entity.ts";
import type { BlobSource } from "./readBlob.ts";

/** A blob under construction. */
export interface Writer extends BlobSource {
  readonly dialect: DialectRules;
  readonly environment: string;
  readonly nowMs: number;
  readonly blob: Readonly<Record<Section, Record<string, unknown>>>;
}

/** A key as all libraries make it of some parts; it is never read. */
export function keyOf(...parts: readonly (string | null)[]): string {
  return parts.join("-").toLowerCase();
}

/** Puts an entry under its key, or beside what is there: an assertion's entries, say, have the same keys as its user's. */
export function put(entries: Record<string, unknown>, key: string, entity: Entity): void {
  let free = key;
  while (Object.hasOwn(entries, free)) free += "-";
  entries[free] = entity;
}

/**
 * What else is known about a token. Its time, which no token keeps, is that of its first writing: with a plugin it is
 * written as soon as it has come.
 */
export function stampedFields({ leftovers: { fields }, nowMs }: Writer, token: object, time: string): Entity {
  const known = fields.get(token) ?? {};
  const stamped = { ...known, [time]: secondsText(instantOf(known, time) ?? nowMs) };
  fields.set(token, stamped);
  return stamped;
}
