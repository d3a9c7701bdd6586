import type { AccountRecord } from "../userTokenCache.ts";
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
  /** What else is known about a token of the cache. Few have such fields: they are kept beside, not in the tokens. */
  readonly fields: WeakMap<object, Entity>;
  /** People's entries, as they were read. */
  readonly people: WeakMap<AccountRecord, Person>;
}

export function createLeftovers(): Leftovers {
  const entries = Object.fromEntries(sections.map((section) => [section, new Map()])) as unknown;
  return { entries: entries as Leftovers["entries"], sections: {}, fields: new WeakMap(), people: new WeakMap() };
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

/** Leaves a person's accounts, who is no longer the application's, to those applications that have tokens of theirs. */
export function handBack({ entries, people }: Leftovers, record: AccountRecord): void {
  const isTheirs = (entity: unknown): boolean =>
    isEntity(entity) && textOf(entity, "home_account_id") === record.homeAccountId;
  const credentials = [entries.IdToken, entries.AccessToken, entries.RefreshToken];
  if (!credentials.some((section) => [...section.values()].some(isTheirs))) return;
  for (const { key, entity } of people.get(record)?.accounts ?? []) entries.Account.set(key, entity);
}
