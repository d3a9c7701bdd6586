import { afterEach, beforeEach, expect, test } from "vitest";
import { seededRandom } from "../../../src/core/random.ts";
import { openDirectory } from "../../../src/directory/directory.ts";
import { type Charge, openThrottling, type Throttling } from "../../../src/graph/request/throttling/throttling.ts";
import type { Database } from "../../../src/storage/database.ts";
import { openStorage } from "../../../src/storage/openStorage.ts";

let database: Database;
let throttling: Throttling;
let nowMs: number;
beforeEach(() => {
  nowMs = 0;
  const clock = { now: () => nowMs };
  database = openStorage(undefined);
  throttling = openThrottling(openDirectory(database, clock, seededRandom("throttling")), clock);
});
afterEach(() => database.close());

const read = (clientId: string, tenantId: string, units: number): Charge =>
  throttling.charge({ clientId, tenantId }, { units, writes: 0 });
const write = (clientId: string, tenantId: string, writes: number): Charge =>
  throttling.charge({ clientId, tenantId }, { units: 1, writes });

test("an application is counted separately in each tenant, and together in all", () => {
  for (let tenant = 0; tenant < 42; tenant++) {
    expect(read("app", `tenant-${tenant}`, 3_500).exceeded).toBeUndefined();
  }
  expect(read("app", "tenant-42", 3_000).exceeded).toBeUndefined();
  expect(read("app", "tenant-43", 1).exceeded).toMatchObject({
    limit: { scope: "Application", counts: "units" },
    quota: 150_000,
    retryAfterSeconds: 1,
  });
  expect(read("other", "tenant-43", 1).exceeded).toBeUndefined();
});

test("the writes of all applications in a tenant are counted together", () => {
  for (let app = 0; app < 6; app++) {
    expect(write(`app-${app}`, "tenant", 3_000).exceeded).toBeUndefined();
  }
  expect(write("app-6", "tenant", 60).exceeded).toMatchObject({
    limit: { scope: "Tenant", counts: "writes" },
    retryAfterSeconds: 2,
  });
  expect(write("app-6", "other", 60).exceeded).toBeUndefined();
});

test("the writes of an application in all tenants are counted together", () => {
  for (let tenant = 0; tenant < 23; tenant++) {
    expect(write("app", `tenant-${tenant}`, 3_000).exceeded).toBeUndefined();
  }
  expect(write("app", "tenant-23", 1_001).exceeded).toMatchObject({
    limit: { scope: "Application", counts: "writes" },
  });
});

test("setting the clock back changes nothing in a bucket", () => {
  nowMs = 60_000;
  read("app", "tenant", 3_500);
  nowMs = 0;
  expect(read("app", "tenant", 1).exceeded).toBeDefined();
  nowMs = 1_000;
  expect(read("app", "tenant", 1).exceeded).toBeUndefined();
});

test("after the requested delay, the request succeeds", () => {
  read("app", "tenant", 3_500);
  const { exceeded } = read("app", "tenant", 1_234);
  nowMs += (exceeded?.retryAfterSeconds ?? 0) * 1000 - 1000;
  const saved = throttling.save();
  expect(read("app", "tenant", 1_234).exceeded).toBeDefined();
  saved();
  nowMs += 1000;
  expect(read("app", "tenant", 1_234).exceeded).toBeUndefined();
});
