import { createHash } from "../../crypto/sha256Sync.ts";
import type { AccountRecord, RefreshToken } from "../userTokenCache.ts";
import { type Entity, isEntity, type Section, sections, textOf } from "./entity.ts";
import type { Person } from "./people.ts";

/**
 * What a blob holds beyond what the cache works with, kept to be written back: other applications' entries, kinds of
 * tokens that no flow asks for, sections and fields that are not known (yet).
 */
export interface Leftovers {
  readonly entries: Readonly<Record<Section, Map<string, unknown>>>;
  /** Whole sections. */
  sections: Entity;
  /** What else is known about a refresh token. */
  readonly fields: WeakMap<RefreshToken, Entity>;
  /** Hashes what a token was asked for with: the same once. */
  readonly hash: (text: string) => string;
  /** People's entries, as they were read. */
  readonly people: WeakMap<AccountRecord, Person>;
}

export function createLeftovers(): Leftovers {
  const entries = Object.fromEntries(sections.map((section) => [section, new Map()])) as unknown;
  return {
    entries: entries as Leftovers["entries"],
    sections: {},
    fields: new WeakMap(),
    people: new WeakMap(),
    hash: createHash(),
  };
}

export function clearLeftovers(leftovers: Leftovers): void {
  for (const entries of Object.values(leftovers.entries)) entries.clear();
  leftovers.sections = {};
}

/** Forgets the entries that are meant, of some sections or of all. */
export function removeLeftovers(
  { entries }: Leftovers,
  isMeant: (entity: Entity) => boolean,
  of: readonly Section[] = sections,
): void {
  for (const section of of) {
    for (const [key, entity] of entries[section]) {
      if (isEntity(entity) && isMeant(entity)) entries[section].delete(key);
    }
  }
}

/** Leaves people's accounts, who are no longer the application's, to those applications that have tokens of theirs. */
export function handBack({ entries, people }: Leftovers, records: readonly AccountRecord[]): void {
  const known = new Set<string>();
  for (const section of [entries.IdToken, entries.AccessToken, entries.RefreshToken]) {
    for (const entity of section.values()) if (isEntity(entity)) known.add(textOf(entity, "home_account_id"));
  }
  for (const record of records) {
    if (!known.has(record.homeAccountId)) continue;
    for (const { key, entity } of people.get(record)?.accounts ?? []) entries.Account.set(key, entity);
  }
}
