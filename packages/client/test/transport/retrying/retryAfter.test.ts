import { protectedApi } from "@latchkey/client";
import fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import { readRetryAfterMs } from "../../../src/transport/retrying/retryAfter.ts";
import { readAheadMs } from "../../../src/transport/serviceClock.ts";
import { graph, makeDaemon } from "../../support/daemon.ts";
import { authErrorOf } from "../../support/failure.ts";
import { testStart } from "../../support/manualClock.ts";
import { randomOf } from "../../support/randomOf.ts";
import { aadstsError, type Responder, token } from "../../support/scriptedService.ts";

const read = (value: string, nowMs = testStart): number | undefined =>
  readRetryAfterMs({ get: (name) => (name === "retry-after" ? value : null) }, nowMs);

const zone = process.env["TZ"];
afterEach(() => {
  if (zone === undefined) {
    delete process.env["TZ"];
  } else {
    process.env["TZ"] = zone;
  }
});

describe("the delay in Retry-After", () => {
  test.each<[string, number]>([
    ["7", 7_000],
    ["0", 0],
    [" 7 ", 7_000],
    ["007", 7_000],
    ["1.5", 1_500],
    ["0.25", 250],
    ["2147483.647", 2_147_483_647],
    ["2147484", 2_147_483_647],
    ["99999999999999999999", 2_147_483_647],
    ["9".repeat(400), 2_147_483_647],
    ["Mon, 01 Jun 2026 12:00:30 GMT", 30_000],
    ["Monday, 01-Jun-26 12:00:30 GMT", 30_000],
    ["Mon Jun  1 12:00:30 2026", 30_000],
    ["Mon, 01 Jun 2026 11:00:00 GMT", 0],
    ["Fri, 01 Jan 2100 00:00:00 GMT", 2_147_483_647],
  ])("is read from %j", (value, ms) => {
    expect(read(value)).toBe(ms);
  });

  test.each([
    "",
    "-1",
    "+5",
    "-0",
    "5, 10",
    "5;",
    "5s",
    "1,5",
    "1.2.3",
    "1.",
    "0x10",
    "1e3",
    "Infinity",
    "NaN",
    "soon",
    "2026-06-01T12:00:30Z",
    "12/25/2026",
    "Jun 1 2026",
    "Mon, 01 Jun 2026 12:00:30",
    "Mon, 01 Jun 2026 12:00:30 +0200",
    "Mon, 01 Foo 2026 12:00:30 GMT",
    "Mon, 99 Jun 2026 12:00:30 GMT",
    "Mon, 01 Jun 2026 25:00:30 GMT",
    "1".repeat(200_000).concat("x"),
    " ".repeat(200_000).concat("x"),
  ])("is not read from %.40j", (value) => {
    expect(read(value)).toBeUndefined();
  });

  test.each([
    ["UTC", 0],
    ["America/New_York", 240],
    ["Asia/Kolkata", -330],
  ])("is the same in every form of a date on a machine in the time zone %s", (name, offset) => {
    process.env["TZ"] = name;
    expect(new Date(testStart).getTimezoneOffset()).toBe(offset);
    const instant = fc.date({
      noInvalidDate: true,
      min: new Date("2026-06-01T12:00:00Z"),
      max: new Date("2026-06-20T00:00:00Z"),
    });
    fc.assert(
      fc.property(instant, (date) => {
        const [day = "", number = "", month = "", year = "", time = ""] = date
          .toUTCString()
          .replace(",", "")
          .split(" ");
        const expected = Math.floor(date.getTime() / 1_000) * 1_000 - testStart;
        const long = { Sun: "day", Mon: "day", Tue: "sday", Wed: "nesday", Thu: "rsday", Fri: "day", Sat: "urday" }[
          day
        ];
        expect(read(date.toUTCString())).toBe(expected);
        expect(read(`${day}${long}, ${number}-${month}-${year.slice(2)} ${time} GMT`)).toBe(expected);
        expect(read(`${day} ${month} ${number.replace(/^0/, " ")} ${time} ${year}`)).toBe(expected);
      }),
    );
  });

  test("is counted from the response's own date, since only the sender's clock matches the date", () => {
    const headers = new Headers({
      date: "Mon, 01 Jun 2026 03:00:00 GMT",
      "retry-after": "Mon, 01 Jun 2026 03:00:30 GMT",
    });
    expect(readRetryAfterMs(headers, testStart)).toBe(30_000);
    headers.set("date", "yesterday");
    expect(readRetryAfterMs(headers, testStart)).toBe(0);
  });

  test("is respected with a clock that is hours off, before a token and before an API's response", async () => {
    const date = (ms: number): string => new Date(testStart - 5 * 3_600_000 + ms).toUTCString();
    const headers = { date: date(0), "retry-after": date(5_000) };
    const random = randomOf(0);
    const response: Responder = (_, index) => (index === 0 ? { status: 429, headers } : token(index));
    const { app, service, clock } = makeDaemon(response, { maxRetries: 1, random });
    const acquired = app.acquireTokenForClient({ scopes: [graph] });
    await clock.sleeping(5_000);
    clock.advance(5_000);
    await acquired;
    expect(service.requests).toHaveLength(2);

    const responses = [new Response("{}", { status: 429, headers }), Response.json({ fine: true })];
    const fetch = async (): Promise<Response> => responses.shift() ?? Response.error();
    const api = protectedApi(app, { baseUrl: "https://graph.microsoft.com/v1.0/", scopes: [graph], fetch, clock });
    const apiResponse = api.json("users");
    await clock.sleeping(5_000);
    clock.advance(5_000);
    expect(await apiResponse).toEqual({ fine: true });
  });

  test("is never more than a timer supports, negative or NaN, whatever the header contains", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.integer({ min: 0, max: 4e12 }), (value, nowMs) => {
        const ms = read(value, nowMs);
        if (ms !== undefined) {
          expect(ms >= 0 && ms <= 2_147_483_647).toBe(true);
        }
      }),
    );
  });

  test("reaches the caller, and garbage does not", async () => {
    const failure = (value: string) => {
      const response = { ...aadstsError(90055, "Too many.", {}, 429), headers: { "retry-after": value } };
      return authErrorOf(makeDaemon(() => response).app.acquireTokenForClient({ scopes: [graph] }));
    };
    expect(await failure("1.5")).toMatchObject({ retryAfterMs: 1_500 });
    expect(await failure("9999999999")).toMatchObject({ retryAfterMs: 2_147_483_647 });
    expect(await failure("-1")).toMatchObject({ retryAfterMs: undefined });
  });
});

describe("other times from a service", () => {
  test.each(["-1", "5", "2026", "2001-01-01", "Jun 1 2001"])("do not include a clock when Date is %j", (date) => {
    expect(readAheadMs(date, testStart, testStart)).toBeUndefined();
  });

  test.each([" ", "0x10e0", "1e4", "+3600", "-3600", "Infinity", "3600 s", "3,600", "\n3600"])(
    "do not include a token's lifetime when expires_in is %j",
    async (expires_in) => {
      const { app, service } = makeDaemon((_, index) => token(index + 1, { expires_in }));
      for (let call = 0; call < 2; call++) {
        await app.acquireTokenForClient({ scopes: [graph] });
      }
      expect(service.requests).toHaveLength(2);
    },
  );

  test.each(["3600", "3600.5", 3600, 3600.5])(
    "include a token's lifetime when expires_in is %j",
    async (expires_in) => {
      const { app, service, clock } = makeDaemon((_, index) => token(index + 1, { expires_in }));
      const { expiresOn } = await app.acquireTokenForClient({ scopes: [graph] });
      expect(expiresOn.getTime()).toBeGreaterThanOrEqual(testStart + 3_600_000);
      clock.advance(1_000_000);
      await app.acquireTokenForClient({ scopes: [graph] });
      expect(service.requests).toHaveLength(1);
    },
  );
});

describe("a delay that a service requested", () => {
  test("is over when the clock was set back by more than any delay", async () => {
    const start = testStart;
    const { app, service, clock } = makeDaemon((_, index) =>
      index === 0 ? { ...aadstsError(90055, "Too many.", {}, 429), headers: { "retry-after": "60" } } : token(2),
    );
    await authErrorOf(app.acquireTokenForClient({ scopes: [graph] }));
    clock.advance(-365 * 86_400_000);
    expect(clock.now()).toBeLessThan(start);
    await expect(app.acquireTokenForClient({ scopes: [graph] })).resolves.toMatchObject({ accessToken: "token-2" });
    expect(service.requests).toHaveLength(2);
  });
});
