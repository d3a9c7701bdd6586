import { requireOptionNames } from "../../api/checks/optionNames.ts";
import type { SerializeOptions } from "../../api/tokenCache.ts";
import { CacheError, ConfigurationError, errorName } from "../../errors/errors.ts";
import { isObject } from "../../runtime/json.ts";
import type { CacheState } from "../cacheState.ts";
import type { BlobSource } from "./blobSource.ts";
import { type Entity, secondsText, sections, textOf } from "./entity.ts";
import { clearLeftovers, noEntries } from "./leftovers.ts";
import { parseBlob, readBlob } from "./reading/readBlob.ts";
import { type DialectRules, dialects } from "./writing/dialects.ts";
import { writeAccessTokens } from "./writing/writeAccessTokens.ts";
import { quote, type Writer } from "./writing/writer.ts";
import { writeAppMetadata, writeUserEntries } from "./writing/writeUserEntries.ts";

/** The cache as JSON text, in the format that all MSAL libraries share. */
export function serialize(state: CacheState, nowMs: number, options: SerializeOptions = {}): string {
  requireOptionNames("serialize", options, "dialect");
  const { dialect = "msal-node" } = options;
  if (Object.hasOwn(dialects, dialect)) {
    return withCacheError("written", () => writeBlob(state, dialects[dialect], nowMs));
  }
  throw new ConfigurationError(`dialect is ${JSON.stringify(dialect)}.`, {
    code: "invalid_options",
    remedy: `Set dialect to ${Object.keys(dialects).join(" or ")}, or leave it out.`,
  });
}

/** Writes the cache as a blob: the application's entries anew, in the dialect; all others as they were read. */
function writeBlob(source: BlobSource, dialect: DialectRules, nowMs: number): string {
  const { appTokens, userTokens, leftovers } = source;
  // Entries that turn out to belong to no user become leftovers.
  userTokens.readAll();
  const blob = Object.fromEntries(
    sections.map((section) => [
      section,
      new Map(Array.from(leftovers.entries[section], ([key, entity]) => [key, JSON.stringify(entity)])),
    ]),
  ) as Writer["blob"];
  const writer = {
    ...source,
    dialect,
    environment: dialect.environment(source.identity),
    nowMs,
    writtenAt: secondsText(nowMs),
    blob,
    usedKeys: new Map<string, number>(),
  };
  writeUserEntries(writer);
  writeAccessTokens(writer, appTokens);
  writeAccessTokens(writer, userTokens.accessTokens);
  writeAppMetadata(writer);
  const parts: string[] = [];
  for (const [name, section] of Object.entries(leftovers.sections)) {
    parts.push(",", JSON.stringify(name), ":", JSON.stringify(section));
  }
  for (const section of sections) {
    parts.push(`,"${section}":`);
    let before = "{";
    for (const [key, entity] of blob[section]) {
      parts.push(before, quote(key), ":", entity);
      before = ",";
    }
    parts.push(before === "{" ? "{}" : "}");
  }
  return `{${parts.join("").slice(1)}}`;
}

/** Runs work that may fail because of its size (`RangeError`); the original message may quote a token. */
function withCacheError<T>(verb: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw new CacheError(`The token cache cannot be ${verb} (${errorName(error)}).`, {
      code: "cache_error",
      remedy:
        "Store less in one cache: give each user or tenant an application object with its own store; if the cache is not large, empty it with tokenCache.clear().",
    });
  }
}

const noIds = new Map<string, unknown>();

/**
 * Replaces the cache with a blob, but merges the current entries of the users in `mergedIds` (folded ids; the empty one
 * stands for the application): of equal entries the newest counts.
 *
 * @throws {@link CacheError} when the text is not a blob; the cache is then unchanged.
 */
export function deserialize(
  state: CacheState,
  text: string,
  nowMs: number,
  mergedIds: ReadonlyMap<string, unknown> = noIds,
): void {
  const blob = parseBlob(text);
  const read =
    mergedIds.size > 0
      ? mergeBlobs(
          blob,
          ownEntries(state, nowMs, (id) => mergedIds.has(state.userTokens.fold(id))),
        )
      : blob;
  const fill = withCacheError("read", () => readBlob(read, state, nowMs));
  state.changes.batch({ action: "loaded" }, () => {
    state.appTokens.clear();
    state.userTokens.clear();
    clearLeftovers(state.leftovers);
    fill();
  });
}

/** A blob's text without the entries of users that are not included. */
export function entriesOf(text: string, isIncluded: (homeAccountId: string) => boolean): string {
  const included = Object.entries(parseBlob(text)).map(([section, entries]) => [
    section,
    isObject(entries)
      ? Object.fromEntries(
          Object.entries(entries).filter(
            ([, entity]) => !isObject(entity) || isIncluded(textOf(entity, "home_account_id")),
          ),
        )
      : entries,
  ]);
  return JSON.stringify(Object.fromEntries(included));
}

/** The application's own entries of some users, as a blob. */
function ownEntries(state: CacheState, nowMs: number, isIncluded: (homeAccountId: string) => boolean): Entity {
  const source = { ...state, leftovers: { ...state.leftovers, entries: noEntries(), sections: {} } };
  return parseBlob(entriesOf(writeBlob(source, dialects["msal-node"], nowMs), isIncluded));
}

/** The entries of both; their keys mean nothing. */
function mergeBlobs(blob: Entity, own: Entity): Entity {
  const merged = Object.entries(own).map(([section, entries]) => {
    const renamed = Object.entries(entries as Entity).map(([key, entity]) => [`own ${key}`, entity]);
    return [section, { ...(blob[section] as Entity | undefined), ...Object.fromEntries(renamed) }];
  });
  return { ...blob, ...Object.fromEntries(merged) };
}
