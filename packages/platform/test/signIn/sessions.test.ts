import { expect, test } from "vitest";
import { seededRandom } from "../../src/core/random.ts";
import { openSessions } from "../../src/signIn/sessions.ts";

test("only the newest thousand sessions are stored", () => {
  const sessions = openSessions({ now: () => 0 }, seededRandom(1));
  const first = sessions.start({ userId: "first", methods: ["pwd"] }).page;
  const second = sessions.start({ userId: "second", methods: ["pwd"] }).page;
  for (let index = 0; index < 999; index++) {
    sessions.start({ userId: "another", methods: ["pwd"] });
  }
  expect(sessions.find(first)).toBeUndefined();
  expect(sessions.find(second)?.accounts[0].userId).toBe("second");
});

test("an ended session is not found", () => {
  const sessions = openSessions({ now: () => 0 }, seededRandom(1));
  const cookie = sessions.start({ userId: "somebody", methods: ["pwd"] }).page;
  sessions.end(cookie);
  expect(sessions.find(cookie)).toBeUndefined();
});
