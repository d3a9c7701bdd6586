import { CacheError } from "../../../errors/errors.ts";
import { isObject } from "../../../runtime/json.ts";
import type { Entry } from "../../accessTokens/accessTokenEntry.ts";
import { partitionKey } from "../../partitionKey.ts";
import { readExtras } from "../accessTokenEntity.ts";
import type { BlobSource } from "../blobSource.ts";
import { hasPlaceholderAccountId } from "../cacheIdentity.ts";
import { asText, type Entity, isOfAssertion, omit, type Section, sections } from "../entity.ts";
import { createPreserver, noEntries } from "../leftovers.ts";
import { addTo, createAccessTokenReader } from "./accessTokenReader.ts";
import { memoize } from "./memoize.ts";
import { createUserReader, emptyUserEntries, type UserEntries, type UserReader } from "./userReader.ts";

/**
 * Reads a blob of any MSAL; returns the function that puts it into the cache, which cannot fail. Entries are matched by
 * their fields, never by their keys; of equal ones the newest counts; expired ones are dropped. Other applications'
 * entries are preserved unchanged.
 */
export function readBlob(blob: Entity, target: BlobSource, nowMs: number): () => void {
  const { identity, appTokens, leftovers } = target;
  const { authority, clientId } = identity;
  const left = noEntries();
  /** By canonical home account id. */
  const users = new Map<string, UserEntries>();
  const isOwnApplication = memoize((id) => id.toLowerCase() === clientId.toLowerCase());
  const isOwnHost = memoize((host) => identity.environmentOf(host.toLowerCase()) === authority.environment);
  const preserve = createPreserver(left, nowMs);
  const readAccessToken = createAccessTokenReader(identity, appTokens.makeEntry, nowMs);

  function entriesOfUser(homeAccountId: string): UserEntries {
    const known = users.get(homeAccountId);
    if (known) {
      return known;
    }
    const folded = identity.fold(homeAccountId);
    // A user's id keeps the spelling that was seen first.
    const userEntries = users.get(folded) ?? emptyUserEntries(homeAccountId);
    users.set(folded, userEntries);
    return userEntries;
  }

  /** Preserves the entries of a section that `read` does not accept. */
  function readSection(section: Section, read: (entity: Entity, homeAccountId: string, key: string) => boolean): void {
    const entries = blob[section];
    // An array of entries is fine: their keys mean nothing.
    if (typeof entries !== "object" || entries === null) {
      return;
    }
    for (const key of Object.keys(entries)) {
      const entity = (entries as Entity)[key];
      const isCandidate =
        isObject(entity) &&
        isOwnHost(asText(entity["environment"])) &&
        !isOfAssertion(entity) &&
        !hasPlaceholderAccountId(identity, entity);
      if (!isCandidate || !read(entity, asText(entity["home_account_id"]), key)) {
        preserve(section, key, entity);
      }
    }
  }

  readSection("Account", (entity, homeAccountId, key) => {
    if (homeAccountId === "") {
      return false;
    }
    const userEntries = entriesOfUser(homeAccountId);
    userEntries.accounts = append({ key, entity }, userEntries.accounts);
    return true;
  });
  readSection("IdToken", (entity, homeAccountId, key) => {
    if (homeAccountId === "" || !isOwnApplication(asText(entity["client_id"]))) {
      return false;
    }
    const userEntries = entriesOfUser(homeAccountId);
    userEntries.idTokens = append({ key, entity }, userEntries.idTokens);
    return true;
  });
  readSection("RefreshToken", (entity, homeAccountId) => {
    const isOwnToken = asText(entity["family_id"]) !== "" || isOwnApplication(asText(entity["client_id"]));
    if (!isOwnToken || homeAccountId === "" || asText(entity["secret"]) === "") {
      return false;
    }
    const userEntries = entriesOfUser(homeAccountId);
    userEntries.refreshTokens = append(entity, userEntries.refreshTokens);
    return true;
  });
  const ownTokens = new Map<string, Map<string, Entry>>();
  const ownPartition = memoize((tenant) => partitionKey(clientId, authority, tenant, { kind: "app" }));
  readSection("AccessToken", (entity, homeAccountId, key) => {
    if (!isOwnApplication(asText(entity["client_id"]))) {
      return false;
    }
    if (homeAccountId !== "") {
      const userEntries = entriesOfUser(homeAccountId);
      userEntries.accessTokens = append({ key, entity }, userEntries.accessTokens);
      return true;
    }
    const read = readAccessToken(entity);
    if (read === undefined || read === "dead") {
      return read === "dead";
    }
    const extras = readExtras(entity);
    const tenant = authority.kind === "entra" ? asText(entity["realm"]).toLowerCase() : authority.tenant;
    const isUsual = extras === undefined && tenant !== undefined;
    const partition = isUsual
      ? ownPartition(tenant)
      : partitionKey(clientId, authority, tenant, { kind: "app" }, extras);
    addTo(ownTokens, partition, read, nowMs);
    return true;
  });
  readSection("AppMetadata", () => false);
  const others = omit(blob, new Set(sections));
  const readUser = createUserReader(identity, readAccessToken, preserve, nowMs);

  return () => {
    leftovers.sections = others;
    leftovers.entries = left;
    for (const [partition, entries] of ownTokens) {
      appTokens.putPartition(partition, entries, nowMs);
    }
    for (const userEntries of users.values()) {
      // A user that only other applications know is not a user of this one.
      if (userEntries.idTokens ?? userEntries.refreshTokens ?? userEntries.accessTokens) {
        putLazy(target, userEntries, readUser);
      } else {
        readUser(userEntries);
      }
    }
  };
}

/** A function of its own, so that unread users do not keep the whole blob in memory. */
function putLazy({ identity, userTokens }: BlobSource, userEntries: UserEntries, readUser: UserReader): void {
  userTokens.putLazy(identity.authority.environment, userEntries.homeAccountId, () => readUser(userEntries));
}

/** Appends to a list that is created on demand: most have one item. */
function append<T>(item: T, list: T[] | undefined): T[] {
  if (list === undefined) {
    return [item];
  }
  list.push(item);
  return list;
}

/** Parses a blob; blank text is an empty one. Throws {@link CacheError} if it is invalid. */
export function parseBlob(given: unknown): Entity {
  // A byte order mark counts as a blank.
  const text = textOfBlob(given).replace(/^\uFEFF/, " ");
  let parserError: unknown;
  try {
    const blob: unknown = text.trim() === "" ? {} : JSON.parse(text);
    if (isObject(blob)) {
      return blob;
    }
  } catch (error) {
    parserError = (error as Error).message;
  }
  throw new CacheError(`The text for the token cache is not a JSON object: ${reasonOf(text, parserError)}.`, {
    code: "cache_error",
    remedy:
      "Pass what serialize, or another MSAL's cache, wrote; if the store is damaged, empty it with tokenCache.clear(): users then sign in again.",
  });
}

/**
 * The text of a string or a file's bytes; empty for `null` or `undefined`, which stores return for missing values.
 * Anything else yields a text that is not a blob.
 */
export function textOfBlob(given: unknown): string {
  if (typeof given === "string") {
    return given;
  }
  if (given === null || given === undefined) {
    return "";
  }
  return ArrayBuffer.isView(given) ? new TextDecoder().decode(given as Uint8Array<ArrayBuffer>) : "?";
}

/** What was expected, and where. Parser messages that quote the text are dropped: it contains tokens. */
function reasonOf(text: string, parserError: unknown): string {
  const start = text.search(/\S/);
  if (text[start] !== "{") {
    return `expected "{" at position ${start}`;
  }
  const [parserMessage] = /^(?!Unexpected token)[^"`]+ JSON at position \d+/.exec(String(parserError)) ?? [];
  return parserMessage ?? `no more JSON after part of its ${text.length} characters`;
}
