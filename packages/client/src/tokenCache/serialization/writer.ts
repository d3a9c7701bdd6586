import type { DialectRules } from "./dialects.ts";
import type { Entity, Section } from "./entity.ts";
import type { BlobSource } from "./readBlob.ts";

/** A blob under construction. */
export interface Writer extends BlobSource {
  readonly dialect: DialectRules;
  readonly environment: string;
  readonly nowMs: number;
  /** The time of writing, as an entry tells it. */
  readonly writtenAt: string;
  readonly blob: Readonly<Record<Section, Record<string, unknown>>>;
  /** How often a key was wanted that was taken. */
  readonly taken: Map<string, number>;
}

/** A key as all libraries make it of some parts; it is never read. */
export function keyOf(...parts: readonly (string | null)[]): string {
  return parts.join("-").toLowerCase();
}

/** Puts an entry under its key, or beside what is there: an assertion's entries, say, have the same keys as its user's. */
export function put({ blob, taken }: Writer, section: Section, key: string, entity: Entity): void {
  const entries = blob[section];
  let free = key;
  for (let count = taken.get(key) ?? 0; Object.hasOwn(entries, free); taken.set(key, count)) free = `${key}-${++count}`;
  entries[free] = entity;
}
