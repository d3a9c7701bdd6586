import type { BlobSource } from "../blobSource.ts";
import type { Section } from "../entity.ts";
import type { DialectRules } from "./dialects.ts";

/** A blob under construction. */
export interface Writer extends BlobSource {
  readonly dialect: DialectRules;
  readonly environment: string;
  readonly nowMs: number;
  /** The time of writing, as an entry tells it. */
  readonly writtenAt: string;
  /** Entries as JSON texts: V8 makes a long text faster of those than of one object with all of them. */
  readonly blob: Readonly<Record<Section, Map<string, string>>>;
  /** How often a key was wanted that was taken. */
  readonly usedKeys: Map<string, number>;
}

/** A key as all libraries make it of some parts; it is never read. */
export function entryKey(...parts: readonly (string | null)[]): string {
  return parts.join("-").toLowerCase();
}

/** Puts an entry under its key, or beside what is there: an assertion's entries, say, have the same keys as its user's. */
export function put({ blob, usedKeys }: Writer, section: Section, key: string, entity: string): void {
  const entries = blob[section];
  let free = key;
  for (let count = usedKeys.get(key) ?? 0; entries.has(free); usedKeys.set(key, count)) {
    free = `${key}-${++count}`;
  }
  entries.set(free, entity);
}

/** What a token and most other texts are made of: it needs no escaping. */
const plain = /^[\x20\x21\x23-\x5b\x5d-\x7e]*$/;

/** A text in JSON; what is long and plain is found to be so in half the time that escaping takes. */
export function quote(text: string): string {
  return plain.test(text) ? `"${text}"` : JSON.stringify(text);
}
