import type { DialectRules } from "./dialects.ts";
import { secondsText, sections } from "./entity.ts";
import type { BlobSource } from "./readBlob.ts";
import { writeAccessTokens } from "./writeAccessTokens.ts";
import type { Writer } from "./writer.ts";
import { writeAppMetadata, writeUserEntries } from "./writeUserEntries.ts";

/** Writes the cache as a blob: the application's entries anew, in the dialect; all others as they were read. */
export function writeBlob(source: BlobSource, dialect: DialectRules, nowMs: number): string {
  const { appTokens, userTokens, leftovers } = source;
  const blob = Object.fromEntries(
    sections.map((section) => [section, Object.fromEntries(leftovers.entries[section])]),
  ) as Writer["blob"];
  const writer = {
    ...source,
    dialect,
    environment: dialect.environment(source.identity),
    nowMs,
    writtenAt: secondsText(nowMs),
    blob,
    taken: new Map<string, number>(),
  };
  writeUserEntries(writer);
  writeAccessTokens(writer, appTokens);
  writeAccessTokens(writer, userTokens.accessTokens);
  writeAppMetadata(writer);
  return JSON.stringify({ ...leftovers.sections, ...blob });
}
