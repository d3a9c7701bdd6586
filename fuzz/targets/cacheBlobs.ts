import { AuthError } from "@latchkey/client";
import fc from "fast-check";
import { type Blob, changedBlob, goldenBlobs } from "../../packages/client/test/support/blobs.ts";
import { graph, makeDaemon } from "../../packages/client/test/support/daemon.ts";
import { jwtOf, makeTool } from "../../packages/client/test/support/tool.ts";
import type { FuzzTarget } from "../target.ts";

const sections = ["Account", "IdToken", "AccessToken", "RefreshToken", "AppMetadata"] as const;
const fields = [
  "home_account_id",
  "environment",
  "client_id",
  "secret",
  "realm",
  "target",
  "token_type",
  "credential_type",
  "cached_at",
  "expires_on",
  "extended_expires_on",
  "refresh_on",
  "last_modification_time",
  "family_id",
  "username",
  "local_account_id",
  "tenantProfiles",
  "ext",
  "additionalCacheKeyComponents",
  "ext_cache_key",
  "userAssertionHash",
  "latchkey",
  "toString",
  "constructor",
  "__proto__",
  "toJSON",
];

const claim = (): fc.Arbitrary<unknown> => fc.oneof(fc.string(), fc.jsonValue({ maxDepth: 2 }));
/** So deep that a recursive function overflows the stack. */
const deep = fc.integer({ min: 50, max: 50_000 }).map((depth) => JSON.parse("[".repeat(depth) + "]".repeat(depth)));
const value: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 5, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
  fc.constantFrom<unknown>(
    "",
    " ",
    "0",
    "-1",
    "1e300",
    1e300,
    -1e300,
    8.64e15,
    "2026-06-01T12:00:00Z",
    "1780318800000",
  ),
  fc.constantFrom<unknown>({ toString: "x" }, { valueOf: null, toString: 1 }, ["x"], [], null, true),
  fc.record({ sub: claim(), oid: claim(), tid: claim(), name: claim() }, { requiredKeys: [] }).map(jwtOf),
  fc.string({ unit: "binary" }),
  deep,
);

/** A change to each entry of a section, or to its copy. */
interface Change {
  readonly section: (typeof sections)[number];
  /** `undefined` where an entry was. */
  readonly field: string | undefined;
  readonly isCopy: boolean;
  readonly value: unknown;
}

const change: fc.Arbitrary<Change> = fc.record({
  section: fc.constantFrom(...sections),
  field: fc.option(fc.constantFrom(...fields), { nil: undefined }),
  isCopy: fc.boolean(),
  value,
});

const changed = fc.tuple(fc.constantFrom(...goldenBlobs), fc.array(change, { maxLength: 6 })).map(
  ([name, changes]) =>
    () =>
      changedBlob((blob) => applyAll(blob, changes), name),
);
const anything = fc
  .dictionary(fc.oneof(fc.constantFrom(...sections, "__proto__"), fc.string()), fc.jsonValue())
  .map((blob) => () => JSON.stringify(blob));
const texts = fc.oneof(fc.string({ unit: "binary" }), fc.json()).map((text) => () => text);

function applyAll(blob: Blob, changes: readonly Change[]): void {
  for (const each of changes) {
    apply(blob, each);
  }
}

function apply(blob: Blob, { section, field, isCopy, value: odd }: Change): void {
  const set = (target: object, name: string, given: unknown): void => {
    Object.defineProperty(target, name, { value: given, enumerable: true, configurable: true, writable: true });
  };
  for (const [key, entry] of Object.entries(blob[section] ?? {})) {
    const target = isCopy && typeof entry === "object" ? { ...entry } : entry;
    if (field === undefined || typeof target !== "object" || target === null) {
      set(blob[section], `${key}x`, odd);
    } else {
      set(target, field, odd);
    }
    if (isCopy) {
      set(blob[section], `${key}-`, target);
    }
  }
}

/** A text that can be parsed as JSON; one that is nested too deeply to be written is not an input. */
function textOf(make: () => string): string {
  try {
    return make();
  } catch {
    return "{}";
  }
}

/**
 * What a store can return: it is read, or refused with an AuthError and nothing changes. What was read can be written
 * for every reader and read again; a cached token that is returned is a string, and has not expired.
 */
export const cacheBlobs: FuzzTarget = {
  name: "cache blobs",
  property: fc.asyncProperty(fc.oneof({ weight: 6, arbitrary: changed }, anything, texts), async (make) => {
    const text = textOf(make);
    const daemon = makeDaemon();
    const tool = makeTool();
    for (const { app, clock } of [daemon, tool]) {
      const before = app.tokenCache.serialize();
      try {
        app.tokenCache.deserialize(text);
      } catch (error) {
        if (!(error instanceof AuthError)) {
          throw new Error("The refusal is not an AuthError.", { cause: error });
        }
        if (app.tokenCache.serialize() !== before) {
          throw new Error("A refused text has changed something.");
        }
        continue;
      }
      for (const dialect of ["msal-node", "msal-python"] as const) {
        const written = app.tokenCache.serialize({ dialect });
        app.tokenCache.deserialize(written);
        const again = app.tokenCache.serialize({ dialect });
        app.tokenCache.deserialize(again);
        if (app.tokenCache.serialize({ dialect }) !== again) {
          throw new Error("Reading and writing again changes the text.");
        }
      }
      for (const account of await app.tokenCache.getAllAccounts()) {
        const texts = [account.homeAccountId, account.tenantId, account.localAccountId, account.username];
        if (texts.some((each) => typeof each !== "string")) {
          throw new Error("An account contains a value that is not a string.");
        }
        await app.tokenCache.getAccountsByUsername(account.username);
        const scopes = ["User.Read"];
        const expiresOn = await tool.app.acquireTokenSilent({ scopes, account }).then(
          (result) => result.expiresOn.getTime(),
          (error: unknown) => {
            if (error instanceof AuthError) {
              return Number.POSITIVE_INFINITY;
            }
            throw error;
          },
        );
        if (expiresOn <= clock.now()) {
          throw new Error("An expired token is returned.");
        }
      }
      await app.tokenCache.clear();
    }
    const { accessToken } = await daemon.app.acquireTokenForClient({ scopes: [graph] });
    if (typeof accessToken !== "string") {
      throw new Error("A returned token is not a string.");
    }
  }),
};
