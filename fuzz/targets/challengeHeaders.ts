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
  // What a header can hold: the rest comes from no server.
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
 * What any API can answer with: claims are a JSON object or none, one new token at most is asked for, each wait is one that
 * a timer can hold, and the call ends, in time that the length of the headers bounds.
 */
export const challengeHeaders: FuzzTarget = {
  name: "challenge headers",
  property: fc.asyncProperty(header, wait, fc.constantFrom(401, 429, 503), async (challenge, retryAfter, status) => {
    const found = claimsChallengeOf(challenge);
    if (found !== undefined && !isObject(JSON.parse(found))) {
      throw new Error("The claims are no object.");
    }
    const { app, service } = makeDaemon();
    const waits: number[] = [];
    const api = protectedApi(app, {
      baseUrl: "https://api.test/",
      scopes: [graph],
      // A deadline never passes, and a wait is over at once.
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
      throw new Error("The failure is no AuthError.", { cause: error });
    }
    const { retryAfterMs } = error as { retryAfterMs?: number };
    if (![...waits, retryAfterMs ?? 0].every((ms) => ms >= 0 && ms <= 2_147_483_647)) {
      throw new Error("That is no wait.");
    }
    if (service.requests.length > 2) {
      throw new Error("More than one new token was asked for.");
    }
  }),
};

function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
