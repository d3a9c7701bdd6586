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
 * Reads a blob of any MSAL, and gives what puts it into the cache, which cannot fail. Entries are matched by their fields,
 * never by their keys; of several that are the same the newest counts; what has expired is dropped. What is not the
 * application's stays as it is.
 */
export function readBlob(blob: Entity, target: BlobSource, nowMs: number): () => void {
  const { identity, appTokens, leftovers } = target;
  const { authority, clientId } = identity;
  const left = noEntries();
  /** By folded home account id. */
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
    // One person has one spelling of their id, the first.
    const userEntries = users.get(folded) ?? emptyUserEntries(homeAccountId);
    users.set(folded, userEntries);
    return userEntries;
  }

  /** Leaves those entries of a section that `read` takes no part of. */
  function readSection(section: Section, read: (entity: Entity, homeAccountId: string, key: string) => boolean): void {
    const entries = blob[section];
    // A list of entries is as good: their keys mean nothing.
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
    const isOurs = asText(entity["family_id"]) !== "" || isOwnApplication(asText(entity["client_id"]));
    if (!isOurs || homeAccountId === "" || asText(entity["secret"]) === "") {
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
      // Whom only other applications know is no user of this one.
      if (userEntries.idTokens ?? userEntries.refreshTokens ?? userEntries.accessTokens) {
        putLazy(target, userEntries, readUser);
      } else {
        readUser(userEntries);
      }
    }
  };
}

/** On its own, lest a person whom nobody has asked for yet hold on to all of the blob. */
function putLazy({ identity, userTokens }: BlobSource, userEntries: UserEntries, readUser: UserReader): void {
  userTokens.putLazy(identity.authority.environment, userEntries.homeAccountId, () => readUser(userEntries));
}

/** A list with one more: there is one in most. */
function append<T>(item: T, list: T[] | undefined): T[] {
  if (list === undefined) {
    return [item];
  }
  list.push(item);
  return list;
}

/** The blob in a text; an empty one in an empty or blank text. Throws {@link CacheError} when there is none. */
export function parseBlob(given: unknown): Entity {
  // Editors put a mark before it, which counts as a blank.
  const text = textOfBlob(given).replace(/^\uFEFF/, " ");
  let words: unknown;
  try {
    const blob: unknown = text.trim() === "" ? {} : JSON.parse(text);
    if (isObject(blob)) {
      return blob;
    }
  } catch (error) {
    words = (error as Error).message;
  }
  throw new CacheError(
    `What was to be read into the token cache is not the text of a JSON object: ${reasonOf(text, words)}.`,
    {
      code: "cache_error",
      remedy:
        "Pass what serialize, or another MSAL's cache, wrote; if the store was damaged, empty it by tokenCache.clear(): users sign in anew.",
    },
  );
}

/**
 * A text, or what a file was read into; an empty one for `null` or `undefined`, which stores give for what they do not have. What
 * is none of these is asked for nothing, and stands for a text that is no blob.
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

/** What was expected, and where. Some of the parser's words quote the text, which holds tokens. */
function reasonOf(text: string, words: unknown): string {
  const start = text.search(/\S/);
  if (text[start] !== "{") {
    return `expected "{" at position ${start}`;
  }
  const [userEntries] = /^(?!Unexpected token)[^"`]+ JSON at position \d+/.exec(String(words)) ?? [];
  return userEntries ?? `no more JSON after a part of its ${text.length} characters`;
}
