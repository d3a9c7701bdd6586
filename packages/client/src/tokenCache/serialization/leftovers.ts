import { createHash } from "../../crypto/sha256Sync.ts";
import { isObject } from "../../runtime/json.ts";
import { isExpired } from "./accessTokenEntity.ts";
import { type Entity, isWritable, type KeyedEntity, type Section, sections, textOf } from "./entity.ts";

/**
 * What a blob holds beyond what the cache works with, kept to be written back: other applications' entries, kinds of
 * tokens that no flow asks for, sections and fields that are not known (yet).
 */
export interface Leftovers {
  entries: LeftoverEntries;
  /** Whole sections. */
  sections: Entity;
  /** Hashes what a token was asked for with: the same once. */
  readonly hash: (text: string) => string;
}

export type LeftoverEntries = Readonly<Record<Section, Map<string, unknown>>>;

/** Makes an empty one, for a cache of so many app tokens, and users' tokens. */
export function createLeftovers(maxCachedTokens: number): Leftovers {
  return {
    entries: noEntries(),
    sections: {},
    // Of each one in two ways: libraries hash differently.
    hash: createHash(4 * maxCachedTokens),
  };
}

export function noEntries(): LeftoverEntries {
  return Object.fromEntries(sections.map((section) => [section, new Map()])) as unknown as LeftoverEntries;
}

/** Keeps an entry of a section for the next writing. */
export type PreserveEntry = (section: Section, key: string, entity: unknown) => void;

/** Makes what keeps entries, but for those that cannot be written again, and tokens that have expired. */
export function createPreserver(left: LeftoverEntries, nowMs: number): PreserveEntry {
  return (section, key, entity) => {
    if (!isWritable(entity) || (section === "AccessToken" && isObject(entity) && isExpired(entity, nowMs))) {
      return;
    }
    left[section].set(key, entity);
  };
}

export function clearLeftovers(leftovers: Leftovers): void {
  leftovers.entries = noEntries();
  leftovers.sections = {};
}

/** Forgets the entries that are meant, of some sections or of all. */
export function removeLeftovers(
  { entries }: Leftovers,
  shouldRemove: (entity: Entity) => boolean,
  of: readonly Section[] = sections,
): void {
  for (const section of of) {
    for (const [key, entity] of entries[section]) {
      if (isObject(entity) && shouldRemove(entity)) {
        entries[section].delete(key);
      }
    }
  }
}

/** Leaves people's accounts, who are no longer the application's, to those applications that have tokens of theirs. */
export function releaseAccounts(
  { entries }: Leftovers,
  records: readonly {
    readonly homeAccountId: string;
    readonly origin: { readonly accounts: readonly KeyedEntity[] } | undefined;
  }[],
): void {
  const known = new Set<string>();
  for (const section of [entries.IdToken, entries.AccessToken, entries.RefreshToken]) {
    for (const entity of section.values()) {
      if (isObject(entity)) {
        known.add(textOf(entity, "home_account_id"));
      }
    }
  }
  for (const record of records) {
    if (!known.has(record.homeAccountId)) {
      continue;
    }
    for (const { key, entity } of record.origin?.accounts ?? []) {
      entries.Account.set(key, entity);
    }
  }
}
