import { createHash } from "../../crypto/sha256Sync.ts";
import { isObject } from "../../runtime/json.ts";
import { isExpired } from "./accessTokenEntity.ts";
import { type Entity, isWritable, type KeyedEntity, type Section, sections, textOf } from "./entity.ts";

/**
 * The parts of a blob that the cache does not use, preserved for writing: other applications' entries, token types that
 * no flow requests, unknown sections and fields.
 */
export interface Leftovers {
  entries: LeftoverEntries;
  /** Whole sections. */
  sections: Entity;
  /** Hashes a token's extra parameters, caching the results. */
  readonly hash: (text: string) => string;
}

export type LeftoverEntries = Readonly<Record<Section, Map<string, unknown>>>;

/** Creates an empty one, for up to `maxCachedTokens` app tokens and users' tokens. */
export function createLeftovers(maxCachedTokens: number): Leftovers {
  return {
    entries: noEntries(),
    sections: {},
    // Two hashes each: libraries hash differently.
    hash: createHash(4 * maxCachedTokens),
  };
}

export function noEntries(): LeftoverEntries {
  return Object.fromEntries(sections.map((section) => [section, new Map()])) as unknown as LeftoverEntries;
}

/** Preserves an entry of a section for writing. */
export type PreserveEntry = (section: Section, key: string, entity: unknown) => void;

/** Creates a function that preserves entries, except unwritable ones and expired tokens. */
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

/** Removes the matching entries, of some sections or of all. */
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

/** Returns the accounts of users removed from this application to other applications that have tokens for them. */
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
