import { expect, test } from "vitest";
import { openSessions } from "../src/portal/sessions.ts";
import { seededRandom } from "../src/random.ts";

test("only the thousand youngest sessions are kept", () => {
  const sessions = openSessions({ now: () => 0 }, seededRandom(1));
  const first = sessions.start("first");
  const second = sessions.start("second");
  for (let index = 0; index < 999; index += 1) {
    sessions.start("another");
  }
  expect(sessions.find(first)).toBeUndefined();
  expect(sessions.find(second)?.userId).toBe("second");
});

test("a session that was ended is not found", () => {
  const sessions = openSessions({ now: () => 0 }, seededRandom(1));
  const cookie = sessions.start("somebody");
  sessions.end(cookie);
  expect(sessions.find(cookie)).toBeUndefined();
});
