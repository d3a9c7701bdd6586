import { secondsText, sections } from "./entity.ts";
import type { BlobSource } from "./reading/readBlob.ts";
import type { DialectRules } from "./writing/dialects.ts";
import { writeAccessTokens } from "./writing/writeAccessTokens.ts";
import { quote, type Writer } from "./writing/writer.ts";
import { writeAppMetadata, writeUserEntries } from "./writing/writeUserEntries.ts";

/** Writes the cache as a blob: the application's entries anew, in the dialect; all others as they were read. */
export function writeBlob(source: BlobSource, dialect: DialectRules, nowMs: number): string {
  const { appTokens, userTokens, leftovers } = source;
  // What turns out to be nobody's is left over.
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
    taken: new Map<string, number>(),
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
