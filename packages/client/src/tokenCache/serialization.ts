import { ConfigurationError } from "../errors.ts";
import type { CacheState } from "./cacheState.ts";
import { type CacheDialect, dialects } from "./serialization/dialects.ts";
import type { Entity } from "./serialization/entity.ts";
import { clearLeftovers, createLeftovers } from "./serialization/leftovers.ts";
import { parseBlob, readBlob } from "./serialization/readBlob.ts";
import { writeBlob } from "./serialization/writeBlob.ts";

/** What `serialize` takes. */
export interface SerializeOptions {
  /** Whose reader the text is for. Default: `msal-node`, which is right for this library itself as well. */
  readonly dialect?: CacheDialect | undefined;
}

/** The cache as the JSON text that all MSALs share. */
export function serialize(state: CacheState, nowMs: number, { dialect = "msal-node" }: SerializeOptions = {}): string {
  if (Object.hasOwn(dialects, dialect)) return writeBlob(state, dialects[dialect], nowMs);
  throw new ConfigurationError(`dialect is ${JSON.stringify(dialect)}.`, {
    code: "invalid_options",
    remedy: `Set dialect to ${Object.keys(dialects).join(" or ")}, or leave it out.`,
  });
}

/**
 * Reads a text of that kind, in the place of what is there or, when told to, beside it: of what both have the newest
 * counts.
 *
 * @throws {@link CacheError} when the text is none; nothing has changed then.
 */
export function deserialize(
  state: CacheState,
  text: string,
  nowMs: number,
  { beside = false }: { readonly beside?: boolean } = {},
): void {
  const blob = parseBlob(text);
  const read = beside ? join(blob, ownEntries(state, nowMs)) : blob;
  state.changes.asOne({ action: "loaded" }, () => {
    state.appTokens.clear();
    state.userTokens.clear();
    clearLeftovers(state.leftovers);
    readBlob(read, state, nowMs);
  });
}

/** What the application itself has, as a blob. */
function ownEntries(state: CacheState, nowMs: number): Entity {
  const { entries, sections } = createLeftovers();
  return parseBlob(
    writeBlob({ ...state, leftovers: { ...state.leftovers, entries, sections } }, dialects["msal-node"], nowMs),
  );
}

/** The entries of both; their keys mean nothing. */
function join(blob: Entity, own: Entity): Entity {
  const joined = Object.entries(own).map(([section, entries]) => {
    const renamed = Object.entries(entries as Entity).map(([key, entity]) => [`own ${key}`, entity]);
    return [section, { ...(blob[section] as Entity | undefined), ...Object.fromEntries(renamed) }];
  });
  return { ...blob, ...Object.fromEntries(joined) };
}
