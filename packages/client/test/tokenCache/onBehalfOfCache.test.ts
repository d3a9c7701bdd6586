import { describe, expect, test } from "vitest";
import { type AccessTokenCache, createAccessTokenCache } from "../../src/tokenCache/accessTokens/accessTokenCache.ts";
import {
  createOnBehalfOfCache,
  type OnBehalfOfCache,
  type OnBehalfOfSession,
} from "../../src/tokenCache/onBehalfOfCache.ts";

const hourMs = 3_600_000;

function session(expiresAtMs: number): OnBehalfOfSession {
  return { assertionHash: "hash", user: undefined, refreshToken: undefined, expiresAtMs };
}

interface Caches {
  readonly accessTokens: AccessTokenCache;
  readonly sessions: OnBehalfOfCache;
  put(id: string, expiresAtMs: number, nowMs?: number, partition?: string): void;
}

/** A cache of sessions, each stored with its own access token. */
function makeCaches(maxSessions = 10): Caches {
  const accessTokens = createAccessTokenCache(1_000);
  const sessions = createOnBehalfOfCache(accessTokens, maxSessions);
  return {
    accessTokens,
    sessions,
    put(id, expiresAtMs, nowMs = 0, partition = id) {
      const token = { accessToken: id, tokenType: "Bearer", scopes: ["a"], refreshAtMs: undefined, correlationId: "c" };
      sessions.put(id, session(expiresAtMs), partition, nowMs);
      accessTokens.put(partition, ["a"], { ...token, expiresAtMs: 9 * hourMs }, nowMs);
    },
  };
}

describe("the on-behalf-of cache", () => {
  test("is limited: the session updated the longest ago is evicted, with its tokens", () => {
    const { sessions, accessTokens, put } = makeCaches(2);
    put("a", hourMs);
    put("b", hourMs);
    put("a", hourMs);
    put("c", hourMs);
    expect(["a", "b", "c"].filter((id) => sessions.find(id))).toEqual(["a", "c"]);
    expect(accessTokens.find("b", ["a"], 0)).toBeUndefined();
    expect(accessTokens.size).toBe(2);
  });

  test("evicts an expired session when others are added", () => {
    const { sessions, accessTokens, put } = makeCaches();
    put("a", hourMs);
    put("b", hourMs);
    put("c", 3 * hourMs);
    put("d", 3 * hourMs, 2 * hourMs);
    expect(["a", "b", "c", "d"].filter((id) => sessions.find(id))).toEqual(["c", "d"]);
    expect(accessTokens.size).toBe(2);
  });

  test("removes a session with every variant of its tokens", () => {
    const { sessions, accessTokens, put } = makeCaches();
    put("a", hourMs);
    put("a", hourMs, 0, "a with claims");
    put("b", hourMs);
    sessions.remove("a");
    expect(sessions.find("a")).toBeUndefined();
    expect(accessTokens.size).toBe(1);
  });
});
