import type { BlobSource } from "../blobSource.ts";
import type { Section } from "../entity.ts";
import type { DialectRules } from "./dialects.ts";

/** A blob under construction. */
export interface Writer extends BlobSource {
  readonly dialect: DialectRules;
  readonly environment: string;
  readonly nowMs: number;
  /** The time of writing, in the entries' format. */
  readonly writtenAt: string;
  /** Entries as JSON: V8 builds a long text faster from these than from one large object. */
  readonly blob: Readonly<Record<Section, Map<string, string>>>;
  /** How often each key was already in use. */
  readonly usedKeys: Map<string, number>;
}

/** A key in the form that all libraries use; it is never read. */
export function entryKey(...parts: readonly (string | null)[]): string {
  return parts.join("-").toLowerCase();
}

/**
 * Stores an entry under its key, or under a free one: entries of an assertion, for example, have the same keys as its
 * user's.
 */
export function put({ blob, usedKeys }: Writer, section: Section, key: string, entity: string): void {
  const entries = blob[section];
  let free = key;
  for (let count = usedKeys.get(key) ?? 0; entries.has(free); usedKeys.set(key, count)) {
    free = `${key}-${++count}`;
  }
  entries.set(free, entity);
}

/** Characters that need no escaping: most texts, and all tokens, consist of these. */
const plain = /^[\x20\x21\x23-\x5b\x5d-\x7e]*$/;

/** A JSON string; testing for plain text takes half the time of escaping. */
export function quote(text: string): string {
  return plain.test(text) ? `"${text}"` : JSON.stringify(text);
}
