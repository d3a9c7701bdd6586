import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createAccessTokenCache, type LookupMemo } from "../../../src/tokenCache/accessTokens/accessTokenCache.ts";
import type { AccessToken } from "../../../src/tokenCache/accessTokens/accessTokenEntry.ts";
import { expiryMarginMs } from "../../../src/tokenCache/accessTokens/tokenLifetime.ts";

const hourMs = 3_600_000;

function accessToken(value: string, scopes: readonly string[], expiresAtMs = hourMs): AccessToken {
  return { accessToken: value, scopes, expiresAtMs, tokenType: "Bearer", refreshAtMs: undefined, correlationId: "c" };
}

describe("a cached access token", () => {
  test("is found whatever the order, case and repetition of its scopes", () => {
    const cache = createAccessTokenCache(10);
    cache.put("p", ["Read", "write"], accessToken("t", ["Read", "write"]), 0);
    for (const scopes of [
      ["write", "read"],
      ["READ", "WRITE"],
      ["read", "write", "Read"],
    ]) {
      expect(cache.find("p", scopes, 0)?.accessToken).toBe("t");
    }
  });

  test("is found for a subset of its scopes", () => {
    const cache = createAccessTokenCache(10);
    cache.put("p", ["a", "b", "c"], accessToken("t", ["a", "b", "c"]), 0);
    expect(cache.find("p", ["C"], 0)?.accessToken).toBe("t");
    expect(cache.find("p", ["c", "a"], 0)?.accessToken).toBe("t");
    expect(cache.find("p", ["a", "d"], 0)).toBeUndefined();
  });

  test("is found for scopes that were granted without being requested", () => {
    const cache = createAccessTokenCache(10);
    cache.put("p", ["a"], accessToken("t", ["a", "b"]), 0);
    expect(cache.find("p", ["b"], 0)?.accessToken).toBe("t");
  });

  test("is found for what was granted if less was granted than requested, and for the same request again", () => {
    const cache = createAccessTokenCache(10);
    cache.put("p", ["a", "b"], accessToken("t", ["a"]), 0);
    expect(cache.find("p", ["a"], 0)?.accessToken).toBe("t");
    expect(cache.find("p", ["b", "a"], 0)?.accessToken).toBe("t");
    expect(cache.find("p", ["b"], 0)).toBeUndefined();
  });

  test("is no longer found for scopes that its replacement lacks", () => {
    const cache = createAccessTokenCache(10);
    cache.put("p", ["a", "b"], accessToken("old", ["a", "b"]), 0);
    cache.put("p", ["a", "b"], accessToken("new", ["a", "c"]), 0);
    expect(cache.find("p", ["b"], 0)).toBeUndefined();
    expect(cache.find("p", ["c"], 0)?.accessToken).toBe("new");
    expect(cache.size).toBe(1);
  });

  test("is not found in another partition", () => {
    const cache = createAccessTokenCache(10);
    cache.put("p", ["a"], accessToken("t", ["a"]), 0);
    expect(cache.find("q", ["a"], 0)).toBeUndefined();
    expect(cache.findExact("q", "a", 0)).toBeUndefined();
  });

  test("does not merge two scopes into one", () => {
    const cache = createAccessTokenCache(10);
    cache.put("p", ["a", "b"], accessToken("t", ["a", "b"]), 0);
    expect(cache.findExact("p", "a b", 0)).toBeUndefined();
  });

  test("counts as expired five minutes before it expires", () => {
    const cache = createAccessTokenCache(10);
    cache.put("p", ["a"], accessToken("t", ["a"]), 0);
    expect(cache.find("p", ["a"], hourMs - expiryMarginMs - 1)?.accessToken).toBe("t");
    expect(cache.find("p", ["a"], hourMs - expiryMarginMs)).toBeUndefined();
    expect(cache.findExact("p", "a", hourMs - expiryMarginMs)).toBeUndefined();
  });

  test("counts as expired like any other if it was read from a store late in its lifetime", () => {
    const cache = createAccessTokenCache(10);
    const readAtMs = hourMs - 2 * expiryMarginMs;
    cache.put("p", ["a"], { ...accessToken("t", ["a"]), obtainedAtMs: 0 }, readAtMs);
    expect(cache.find("p", ["a"], hourMs - expiryMarginMs - 1)?.accessToken).toBe("t");
    expect(cache.find("p", ["a"], hourMs - expiryMarginMs)).toBeUndefined();
  });

  test("is not cached when it has expired on arrival", () => {
    const cache = createAccessTokenCache(10);
    cache.put("p", ["a"], accessToken("t", ["a"], 0), 0);
    expect(cache.size).toBe(0);
  });

  test("shares nothing with the lists that it came with", () => {
    const cache = createAccessTokenCache(10);
    const scopes = ["a", "b"];
    cache.put("p", scopes, accessToken("t", scopes), 0);
    scopes[0] = "changed";
    expect(cache.find("p", ["a", "b"], 0)?.scopes).toMatchObject({ granted: ["a", "b"] });
  });
});

describe("a token that was found", () => {
  function found(scopes: readonly string[] = ["Read"]) {
    const cache = createAccessTokenCache(10);
    cache.put("p", scopes, accessToken("t", scopes), 0);
    const memo: LookupMemo = { lastScope: undefined, lastFound: undefined };
    cache.find("p", ["Read"], 0, memo);
    return { cache, again: (scope = "Read", nowMs = 0) => cache.findRepeated(memo, scope, nowMs)?.accessToken };
  }

  test("is found again for the same string only, until it is due", () => {
    const { again } = found();
    expect([again(), again("Write"), again("Read", hourMs - expiryMarginMs - 1)]).toEqual(["t", undefined, "t"]);
    expect(again("Read", hourMs - expiryMarginMs)).toBeUndefined();
  });

  test("is not found again after it was removed", () => {
    const { cache, again } = found();
    cache.removePartition("p");
    expect(again()).toBeUndefined();
  });

  test("is not found again by a previous lookup's owner after another one's", () => {
    const { cache, again } = found();
    cache.find("p", ["Read"], 0, { lastScope: undefined, lastFound: undefined });
    expect(again()).toBeUndefined();
  });

  test("is not found again after a better match has been added", () => {
    const { cache, again } = found(["Read", "Write"]);
    expect(again()).toBe("t");
    cache.put("p", ["Read"], accessToken("newer", ["Read"]), 0);
    expect(again()).toBeUndefined();
    expect(cache.find("p", ["Read"], 0)?.accessToken).toBe("newer");
  });
});

describe("a full cache", () => {
  test("keeps the newest token", () => {
    const cache = createAccessTokenCache(3);
    for (let index = 0; index < 50; index++) {
      cache.put("p", [`s${index}`], accessToken(`t${index}`, [`s${index}`]), 0);
      expect(cache.findExact("p", `s${index}`, 0)?.accessToken).toBe(`t${index}`);
    }
    expect(cache.size).toBe(3);
  });

  test("evicts the oldest of the unused", () => {
    const cache = createAccessTokenCache(100);
    for (let index = 0; index < 1_000; index++) {
      cache.put("p", [`s${index}`], accessToken("t", [`s${index}`]), 0);
    }
    const remaining = Array.from({ length: 1_000 }, (_, index) => index).filter((index) =>
      cache.find("p", [`s${index}`], 0),
    );
    expect(remaining).toHaveLength(100);
    expect(remaining.filter((index) => index >= 900)).toHaveLength(100);
  });

  test("gives a used token a second chance over unused ones", () => {
    const cache = createAccessTokenCache(100);
    cache.put("p", ["used"], accessToken("used", ["used"]), 0);
    for (let index = 0; index < 5_000; index++) {
      cache.put("p", [`s${index}`], accessToken("t", [`s${index}`]), 0);
      if (index % 20 === 0) {
        cache.findExact("p", "used", 0);
      }
    }
    expect(cache.findExact("p", "used", 0)?.accessToken).toBe("used");
    expect(cache.size).toBe(100);
  });

  test("evicts unused tokens in any partition before used ones in one", () => {
    const cache = createAccessTokenCache(100);
    const used = Array.from({ length: 10 }, (_, index) => `used${index}`);
    for (const partition of used) {
      cache.put(partition, ["a"], accessToken(partition, ["a"]), 0);
    }
    for (let index = 0; index < 5_000; index++) {
      cache.put(`p${index % 700}`, [`s${index}`], accessToken("t", [`s${index}`]), 0);
      if (index % 20 === 0) {
        for (const partition of used) {
          cache.findExact(partition, "a", 0);
        }
      }
    }
    expect(used.filter((partition) => cache.findExact(partition, "a", 0))).toEqual(used);
    expect(cache.size).toBe(100);
  });

  test("does not search for long if all are used", () => {
    const cache = createAccessTokenCache(20_000);
    for (let index = 0; index < 20_000; index++) {
      cache.put("p", [`s${index}`], accessToken("t", [`s${index}`]), 0);
      cache.findExact("p", `s${index}`, 0);
    }
    cache.put("p", ["new"], accessToken("new", ["new"]), 0);
    expect([...cache.entries()].findIndex(({ requestedScopes }) => requestedScopes === "s0")).toBeGreaterThan(18_000);
    const remaining = new Set([...cache.entries()].map(({ requestedScopes }) => requestedScopes));
    expect(Array.from({ length: 20_000 }, (_, index) => index).filter((index) => !remaining.has(`s${index}`))).toEqual([
      1_000,
    ]);
  });

  test("evicts expired tokens before valid ones", () => {
    const cache = createAccessTokenCache(4);
    cache.put("p", ["good"], accessToken("good", ["good"]), 0);
    for (const name of ["x", "y", "z"]) {
      cache.put("p", [name], accessToken(name, [name], 1_000), 0);
    }
    cache.put("p", ["new"], accessToken("new", ["new"]), 2_000);
    expect(cache.findExact("p", "good", 2_000)).toBeDefined();
    expect(cache.findExact("p", "new", 2_000)).toBeDefined();
  });
});

describe("expired tokens", () => {
  test("leave as others are added, without a full scan", () => {
    const cache = createAccessTokenCache(100_000);
    for (let index = 0; index < 1_000; index++) {
      cache.put("old", [`s${index}`], accessToken("t", [`s${index}`], 1_000), 0);
    }
    for (let index = 0; index < 1_000; index++) {
      cache.put("new", [`s${index}`], accessToken("t", [`s${index}`]), 2_000);
    }
    expect(cache.size).toBe(1_000);
  });
});

describe("a token's times", () => {
  test("are stored as whole seconds, also far from today", () => {
    for (const expiresAtMs of [hourMs, Date.UTC(2026, 5, 1), Date.UTC(2100, 0, 1), 8.64e15]) {
      const cache = createAccessTokenCache(10);
      const token = { ...accessToken("t", ["a"], expiresAtMs + 999), refreshAtMs: expiresAtMs - 2_000 };
      for (const found of [cache.put("p", ["a"], token, 0), cache.findExact("p", "a", 0)]) {
        expect(found).toMatchObject({ expiresAtMs, refreshAtMs: expiresAtMs - 2_000 });
      }
    }
  });
});

describe("a cache listener", () => {
  test("is notified of each token that is added, evicted, or removed", () => {
    const notified: string[] = [];
    const cache = createAccessTokenCache(2, (action, partitionKey, { requestedScopes, accessToken }) => {
      notified.push([action, partitionKey, requestedScopes, accessToken].join(" "));
    });
    cache.put("p", ["B", "a"], accessToken("1", ["a", "B"]), 0);
    cache.put("p", ["c"], accessToken("2", ["c"]), 0);
    cache.put("p", ["c"], accessToken("3", ["c"]), 0);
    cache.put("q", ["c"], accessToken("4", ["c"]), 0);
    cache.removePartition("p");
    cache.clear();
    expect(notified).toEqual([
      "added p a\nb 1",
      "added p c 2",
      "added p c 3",
      "removed p a\nb 1",
      "added q c 4",
      "removed p c 3",
      "removed q c 4",
    ]);
    expect([cache.size, ...cache.entries()]).toEqual([0]);
  });
});

describe("the cache, compared with a simple list", () => {
  const scopeSet = fc.uniqueArray(fc.constantFrom("a", "B", "c", "D", "e"), { minLength: 1, maxLength: 4 });
  const step = fc.oneof(
    fc.record({
      kind: fc.constant("put" as const),
      partition: fc.constantFrom("p", "q"),
      requested: scopeSet,
      granted: fc.option(scopeSet),
      lifetimeMs: fc.integer({ min: 1, max: 7_200 }).map((seconds) => seconds * 1_000),
    }),
    fc.record({ kind: fc.constant("find" as const), partition: fc.constantFrom("p", "q"), requested: scopeSet }),
    fc.record({
      kind: fc.constant("pass" as const),
      ms: fc.integer({ min: 0, max: 3_600 }).map((seconds) => seconds * 1_000),
    }),
  );
  interface ListedToken {
    readonly partition: string;
    readonly key: string;
    readonly token: AccessToken;
    readonly staleAtMs: number;
  }
  const staleAt = (nowMs: number, lifetimeMs: number): number =>
    nowMs + lifetimeMs - Math.min(expiryMarginMs, lifetimeMs / 5);
  const keyOf = (scopes: readonly string[]): string =>
    [...scopes]
      .map((scope) => scope.toLowerCase())
      .sort()
      .join();

  /** The results that the simple list allows: the token requested with this string, or else any with all the scopes. */
  function allowed(
    remaining: readonly ListedToken[],
    partition: string,
    requested: readonly string[],
    nowMs: number,
  ): string[] {
    const fresh = remaining.filter((entry) => entry.partition === partition && entry.staleAtMs > nowMs);
    const exact = fresh.filter(({ key }) => key === keyOf(requested));
    const superset = fresh.filter(({ token }) => {
      const has = new Set(token.scopes.map((scope) => scope.toLowerCase()));
      return requested.every((scope) => has.has(scope.toLowerCase()));
    });
    return (exact.length > 0 ? exact : superset).map(({ token }) => token.accessToken);
  }

  test("finds the same if there is room for all", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const cache = createAccessTokenCache(1_000);
        let remaining: ListedToken[] = [];
        let nowMs = 0;
        for (const [index, at] of steps.entries()) {
          if (at.kind === "pass") {
            nowMs += at.ms;
          } else if (at.kind === "put") {
            const token = accessToken(`t${index}`, at.granted ?? at.requested, nowMs + at.lifetimeMs);
            const key = keyOf(at.requested);
            cache.put(at.partition, at.requested, token, nowMs);
            remaining = remaining.filter((entry) => entry.partition !== at.partition || entry.key !== key);
            remaining.push({ partition: at.partition, key, token, staleAtMs: staleAt(nowMs, at.lifetimeMs) });
          } else {
            const found = cache.find(at.partition, at.requested, nowMs)?.accessToken;
            const expected = allowed(remaining, at.partition, at.requested, nowMs);
            if (expected.length === 0) {
              expect(found).toBeUndefined();
            } else {
              expect(expected).toContain(found);
            }
          }
        }
      }),
      { numRuns: 500 },
    );
  });

  test("never finds anything that the list does not contain, and never exceeds its limit", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), fc.integer({ min: 1, max: 6 }), (steps, bound) => {
        const cache = createAccessTokenCache(bound);
        let remaining: ListedToken[] = [];
        let nowMs = 0;
        for (const [index, at] of steps.entries()) {
          if (at.kind === "pass") {
            nowMs += at.ms;
          } else if (at.kind === "put") {
            const token = accessToken(`t${index}`, at.granted ?? at.requested, nowMs + at.lifetimeMs);
            const key = keyOf(at.requested);
            cache.put(at.partition, at.requested, token, nowMs);
            remaining = remaining.filter((entry) => entry.partition !== at.partition || entry.key !== key);
            remaining.push({ partition: at.partition, key, token, staleAtMs: staleAt(nowMs, at.lifetimeMs) });
            expect(cache.size).toBeLessThanOrEqual(bound);
            expect(cache.find(at.partition, at.requested, nowMs)?.accessToken).toBe(`t${index}`);
          } else {
            const found = cache.find(at.partition, at.requested, nowMs)?.accessToken;
            const key = keyOf(at.requested);
            const held = remaining.filter(({ partition, token, key: own, staleAtMs }) => {
              const has = new Set(token.scopes.map((scope) => scope.toLowerCase()));
              const serves = own === key || at.requested.every((scope) => has.has(scope.toLowerCase()));
              return partition === at.partition && serves && staleAtMs > nowMs;
            });
            if (found !== undefined) {
              expect(held.map(({ token }) => token.accessToken)).toContain(found);
            }
          }
        }
      }),
      { numRuns: 500 },
    );
  });
});
