import { AuthError, claimsChallengeOf, protectedApi } from "@latchkey/client";
import fc from "fast-check";
import { graph, makeDaemon } from "../../packages/client/test/support/daemon.ts";
import { manualClock } from "../../packages/client/test/support/manualClock.ts";
import { silence } from "../../packages/client/test/support/scriptedService.ts";
import type { FuzzTarget } from "../target.ts";

const claims = '{"access_token":{"nbf":{"essential":true,"value":"1"}}}';
const encoded = Buffer.from(claims).toString("base64");
const part = fc.oneof(
  fc.constantFrom(
    "Bearer ",
    "PoP ",
    "claims=",
    "error=",
    "invalid_token",
    `"${encoded}"`,
    encoded,
    '"',
    "\\",
    ",",
    "=",
    " ",
    "\t",
  ),
  fc.constantFrom("Basic realm", "Negotiate YII=", 'a="\\', '\\"', "{", "}", "[1]", "bnVsbA==", claims),
  fc.string({ unit: "binary-ascii", maxLength: 6 }),
);
const header = fc
  .tuple(
    fc.array(part, { maxLength: 12 }),
    fc.oneof(fc.constant(1), fc.nat({ max: 20_000 })),
    fc.array(part, { maxLength: 6 }),
  )
  .map(([repeated, times, last]) => repeated.join("").repeat(times).slice(0, 200_000) + last.join(""))
  // The characters that a header can contain: a server cannot send others.
  .map((text) => text.replace(/[^\t\x20-\x7e]/g, ""));
const wait = fc.oneof(
  fc.constantFrom(
    "",
    "0",
    "1.5",
    "-1",
    "+1",
    "9999999999999",
    "1e9",
    "Mon, 01 Jun 2026 12:00:01 GMT",
    "Monday, 01-Jun-26 12:00:00 GMT",
  ),
  fc.string({ unit: "binary-ascii", maxLength: 40 }).map((text) => text.replace(/[^\x20-\x7e]/g, "")),
);

/**
 * Whatever an API returns: claims are a JSON object or absent, at most one new token is requested, each delay is one
 * that a timer supports, and the call ends within a time bounded by the length of the headers.
 */
export const challengeHeaders: FuzzTarget = {
  name: "challenge headers",
  property: fc.asyncProperty(header, wait, fc.constantFrom(401, 429, 503), async (challenge, retryAfter, status) => {
    const found = claimsChallengeOf(challenge);
    if (found !== undefined && !isObject(JSON.parse(found))) {
      throw new Error("The claims are not an object.");
    }
    const { app, service } = makeDaemon();
    const waits: number[] = [];
    const api = protectedApi(app, {
      baseUrl: "https://api.test/",
      scopes: [graph],
      // A deadline never passes, and a delay is over at once.
      clock: { ...manualClock(), sleep: (ms, signal) => (signal ? silence() : Promise.resolve(void waits.push(ms))) },
      requestTimeoutMs: 1_000,
      fetch: async () =>
        new Response("{}", { status, headers: { "www-authenticate": challenge, "retry-after": retryAfter } }),
    });
    const error: unknown = await api.json("x").then(
      () => undefined,
      (reason: unknown) => reason,
    );
    if (!(error instanceof AuthError)) {
      throw new Error("The failure is not an AuthError.", { cause: error });
    }
    const { retryAfterMs } = error as { retryAfterMs?: number };
    if (![...waits, retryAfterMs ?? 0].every((ms) => ms >= 0 && ms <= 2_147_483_647)) {
      throw new Error("That is not a valid delay.");
    }
    if (service.requests.length > 2) {
      throw new Error("More than one new token was requested.");
    }
  }),
};

function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
