import { describe, expect, test } from "vitest";
import { systemClock } from "../../src/runtime/clock.ts";
import { randomUuid } from "../../src/runtime/random.ts";
import { failureOf } from "../support/failure.ts";

describe("the machine's clock", () => {
  test("sleeps, and reports the time", async () => {
    const before = Date.now();
    await systemClock.sleep(1);
    expect(systemClock.now()).toBeGreaterThanOrEqual(before);
  });

  test("wakes with the signal's reason, when it is aborted before or meanwhile", async () => {
    const reason = { why: "enough" };
    expect(await failureOf(systemClock.sleep(1_000_000, AbortSignal.abort(reason)))).toBe(reason);
    const meanwhile = new AbortController();
    const asleep = systemClock.sleep(1_000_000, meanwhile.signal);
    meanwhile.abort(reason);
    expect(await failureOf(asleep)).toBe(reason);
  });

  test("supports a delay beyond a timer's range", async () => {
    const enough = new AbortController();
    const asleep = systemClock.sleep(2 ** 33, enough.signal).then(() => "woke");
    await systemClock.sleep(20);
    enough.abort("still asleep");
    expect(await failureOf(asleep)).toBe("still asleep");
  });
});

describe("a random UUID", () => {
  test("is of version 4 whatever the bytes", () => {
    expect(randomUuid((length) => new Uint8Array(length))).toBe("00000000-0000-4000-8000-000000000000");
    expect(randomUuid((length) => new Uint8Array(length).fill(255))).toBe("ffffffff-ffff-4fff-bfff-ffffffffffff");
  });
});
