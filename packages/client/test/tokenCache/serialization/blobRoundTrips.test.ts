import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type IdTokenClaims, userOf } from "../../../src/api/account.ts";
import { apiScopes } from "../../../src/authority/scopes.ts";
import { decodeJwtClaims } from "../../../src/crypto/jwt.ts";
import { silentLogger } from "../../../src/runtime/logger.ts";
import { guessableRandom } from "../../../src/runtime/random.ts";
import type { AccessTokenCache, PlacedToken } from "../../../src/tokenCache/accessTokens/accessTokenCache.ts";
import { type CacheState, createCacheState } from "../../../src/tokenCache/cacheState.ts";
import { partitionKey } from "../../../src/tokenCache/partitionKey.ts";
import { deserialize, serialize } from "../../../src/tokenCache/serialization/serialization.ts";
import { clientId, entra, tenantId } from "../../support/daemon.ts";
import { testStart } from "../../support/manualClock.ts";

const nowMs = testStart;
const tenants = [tenantId, "99999999-0000-4000-8000-000000000000"];
const authority = {
  kind: "entra",
  environment: "login.windows.net",
  url: entra,
  host: "login.microsoftonline.com",
  tenant: tenantId,
};

function emptyState(): CacheState {
  const identity = {
    clientId,
    authority,
    isMultiTenant: false,
    extendedTokenLifetime: false,
    fold: (id: string) => id.toLowerCase(),
    environmentOf: (host: string) => (host === "login.microsoftonline.com" ? "login.windows.net" : host),
    cacheHost: () => "login.windows.net",
    networkHost: () => "login.microsoftonline.com",
    tenantIds: new Map<string, string>(),
  };
  return createCacheState(identity, 1_000, silentLogger, guessableRandom);
}

const scope = fc.oneof(
  fc.constantFrom("User.Read", "user.read", "Mail.Read", "openid", "https://graph.microsoft.com/.default"),
  fc.string({ unit: fc.constantFrom(..."aB-/.:_~é"), minLength: 1, maxLength: 8 }),
);
const scopes = fc.uniqueArray(scope, { minLength: 1, maxLength: 4 });
const text = fc.string({ unit: "binary", maxLength: 12 });
const extras = fc.record({
  claimsFromClient: fc.option(text, { nil: undefined }),
  extraBodyParameters: fc.option(
    fc.dictionary(
      text.filter((name) => name !== "claims" && name !== "client_claims"),
      text,
      { minKeys: 1, maxKeys: 2 },
    ),
    { nil: undefined },
  ),
});
const seconds = fc.integer({ min: -60, max: 7_200 });
const accessToken = fc.record({
  accessToken: fc.uuid(),
  tokenType: fc.constantFrom("Bearer", "Bearer", "mac"),
  scopes,
  expiresAtMs: seconds.map((after) => nowMs + after * 1_000),
  refreshAtMs: fc.option(
    seconds.map((after) => nowMs + after * 1_000),
    { nil: undefined },
  ),
  correlationId: fc.oneof(fc.constant(""), fc.uuid()),
});
const put = fc.record({ requested: scopes, token: accessToken, extras, tenant: fc.constantFrom(...tenants) });
const user = fc.record({
  homeAccountId: fc.oneof(
    text.filter((id) => id !== ""),
    fc.uuid().map((id) => `${id}.${tenantId}`),
    fc.constantFrom("User-B2C_1_SignIn.x", "user-b2c_1_signin.x"),
  ),
  claims: fc.record({ sub: text, oid: text, name: text, preferred_username: text }, { requiredKeys: ["sub"] }),
  tokens: fc.array(put, { maxLength: 4 }),
  refreshTokens: fc.uniqueArray(
    fc.record({
      secret: fc.uuid(),
      owner: fc.constantFrom({ clientId }, { familyId: "1" }),
      expiresAtMs: fc.option(fc.constant(nowMs + 60_000), { nil: undefined }),
    }),
    { maxLength: 2, selector: ({ owner }) => Object.keys(owner)[0] },
  ),
});
const contents = fc.record({
  app: fc.array(put, { maxLength: 6 }),
  people: fc.uniqueArray(user, { maxLength: 3, selector: ({ homeAccountId }) => homeAccountId.toLowerCase() }),
});

type Contents = typeof contents extends fc.Arbitrary<infer C> ? C : never;

/** An unsigned ID token. */
function jwtOf(claims: object): string {
  return ["e30", Buffer.from(JSON.stringify(claims)).toString("base64url"), "s"].join(".");
}

function fill(state: CacheState, { app, people }: Contents): CacheState {
  for (const { requested, token, extras: special, tenant } of app) {
    const key = partitionKey(clientId, authority, tenant, { kind: "app" }, special);
    state.appTokens.put(key, requested, token, nowMs);
  }
  for (const { homeAccountId, claims, tokens, refreshTokens } of people) {
    for (const { requested, token, extras: special, tenant } of tokens) {
      const idToken = jwtOf({ ...claims, tid: tenant });
      const idTokenClaims = decodeJwtClaims(idToken) as IdTokenClaims;
      const owner = { kind: "user", homeAccountId } as const;
      const profile = {
        clientId,
        account: { homeAccountId, environment: authority.environment, tenantId: tenant, ...userOf(idTokenClaims) },
        idToken,
        idTokenClaims,
        partition: partitionKey(clientId, authority, tenant, owner),
        lastScope: undefined,
        lastFound: undefined,
      };
      const key = partitionKey(clientId, authority, tenant, owner, special);
      state.userTokens.putProfile(profile, key === profile.partition ? undefined : key);
      state.userTokens.accessTokens.put(key, requested, token, nowMs);
    }
    for (const token of refreshTokens) {
      state.userTokens.putRefreshToken(authority.environment, homeAccountId, token);
    }
  }
  return state;
}

function plain({ partitionKey: key, requestedScopes, token }: PlacedToken) {
  const { accessToken: secret, tokenType, expiresAtMs, refreshAtMs, correlationId, scopes: granted } = token;
  const all = typeof granted === "string" ? [granted] : granted.granted.toSorted();
  return { key, requestedScopes, secret, tokenType, expiresAtMs, refreshAtMs, correlationId, all };
}

function placedIn(cache: AccessTokenCache): ReturnType<typeof plain>[] {
  return [...cache.entries()].map(plain);
}

/** Whether a token is omitted because another one covers all its scopes, for at least as long. */
function isServedBy(others: readonly ReturnType<typeof plain>[], left: ReturnType<typeof plain>): boolean {
  const served = (all: readonly string[]): string[] => apiScopes(all).map((each) => each.toLowerCase());
  return others.some(
    ({ key, all, expiresAtMs }) =>
      key === left.key &&
      expiresAtMs >= left.expiresAtMs &&
      served(left.all).every((each) => served(all).includes(each)),
  );
}

const dialect = fc.constantFrom("msal-node" as const, "msal-python" as const);

describe("a blob that is written and read back", () => {
  test("contains every token, user and refresh token, and no other", () => {
    fc.assert(
      fc.property(contents, dialect, (given, as) => {
        const before = fill(emptyState(), given);
        const after = emptyState();
        deserialize(after, serialize(before, nowMs, { dialect: as }), nowMs);
        after.userTokens.readAll();
        for (const cache of [
          (state: CacheState) => state.appTokens,
          (state: CacheState) => state.userTokens.accessTokens,
        ]) {
          const [had, has] = [placedIn(cache(before)), placedIn(cache(after))];
          for (const token of has) {
            expect(had).toContainEqual(token);
          }
          const texts = new Set(has.map((token) => JSON.stringify(token)));
          for (const token of had) {
            if (!texts.has(JSON.stringify(token))) {
              expect(isServedBy(has, token)).toBe(true);
            }
          }
        }
        const people = (state: CacheState) =>
          [...state.userTokens.records()].map(({ homeAccountId, profiles, refreshTokens }) => ({
            homeAccountId,
            accounts: new Set(profiles.map(({ account }) => account)),
            idTokens: new Set(profiles.map(({ idToken }) => idToken)),
            refreshTokens: new Set(refreshTokens.map(({ fields: _, ...token }) => token)),
          }));
        expect(new Set(people(after))).toEqual(new Set(people(before)));
      }),
      { numRuns: 300 },
    );
  });

  test("is the same when it is written again", () => {
    fc.assert(
      fc.property(contents, dialect, (given, as) => {
        const [once, twice] = [emptyState(), emptyState()];
        deserialize(once, serialize(fill(emptyState(), given), nowMs), nowMs);
        const text = serialize(once, nowMs, { dialect: as });
        deserialize(twice, text, nowMs);
        expect(JSON.parse(serialize(twice, nowMs, { dialect: as }))).toEqual(JSON.parse(text));
      }),
      { numRuns: 300 },
    );
  });

  test("may contain anything at all", () => {
    const section = fc.constantFrom("Account", "IdToken", "AccessToken", "RefreshToken", "AppMetadata", "Other");
    const name = fc.constantFrom(
      "home_account_id",
      "environment",
      "client_id",
      "secret",
      "realm",
      "target",
      "expires_on",
      "family_id",
      "tenantProfiles",
      "ext",
      "additionalCacheKeyComponents",
      "latchkey",
      "cached_at",
      "__proto__",
    );
    const value = fc.oneof(
      fc.constantFrom<unknown>(
        clientId,
        "login.windows.net",
        tenantId,
        jwtOf({ sub: "s" }),
        "99999999999999",
        null,
        1e300,
      ),
      fc.jsonValue({ maxDepth: 2 }),
    );
    const blob = fc.dictionary(section, fc.oneof(fc.dictionary(text, fc.dictionary(name, value)), fc.jsonValue()));
    fc.assert(
      fc.property(blob, (given) => {
        const state = emptyState();
        deserialize(state, JSON.stringify(given), nowMs);
        const written = serialize(state, nowMs);
        expect(JSON.parse(written)).toMatchObject(
          "Other" in given ? { Other: JSON.parse(JSON.stringify(given["Other"])) } : {},
        );
        deserialize(state, written, nowMs);
      }),
      { numRuns: 500 },
    );
  });
});
