import { type Platform, startPlatform } from "@latchkey/platform";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Graph, graphWith, type ReceivedResponse } from "../../support/graph.ts";
import { steppedClock } from "../../support/steppedClock.ts";

let platform: Platform;
let graph: Graph;
beforeEach(async () => {
  platform = await startPlatform({ throttling: true, clock: steppedClock() });
  graph = await graphWith(platform, permissions);
});
afterEach(() => platform.stop());

const permissions = ["User.ReadWrite.All", "Group.ReadWrite.All"];
const unknownId = "a1de0000-0000-4000-8000-00000000ffff";
const json = { "Content-Type": "application/json" };

type Item = {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: ReceivedResponse["body"];
};

/** Sends this many equal requests, twenty in a batch, and returns their responses. */
async function repeat(count: number, request: object, as: Graph = graph): Promise<readonly Item[]> {
  const responses: Item[] = [];
  for (let left = count; left > 0; left -= 20) {
    const requests = Array.from({ length: Math.min(left, 20) }, (_, index) => ({ id: String(index), ...request }));
    const { status, body } = await as("/v1.0/$batch", { method: "POST", body: { requests } });
    expect(status).toBe(200);
    responses.push(...body.responses);
  }
  return responses;
}

/** Each costs five units, although there is no such group. */
const spend = (units: number, as: Graph = graph): Promise<readonly Item[]> =>
  repeat(units / 5, { method: "GET", url: `/groups/${unknownId}/transitiveMembers` }, as);
const write = { method: "PATCH", url: `/users/${unknownId}`, headers: json, body: { jobTitle: "Buyer" } };

test("an application that has used its resource units has to wait; the response says which limit and how long", async () => {
  expect((await spend(3_500)).map(({ status }) => status)).not.toContain(429);
  const { status, headers, body } = await graph("/v1.0/users?$select=id");
  const appid = platform.events.at(-1)?.clientId;
  expect(status).toBe(429);
  expect(body.error).toMatchObject({
    code: "TooManyRequests",
    message: `Too many requests from Identifier:${appid}+${platform.tenant.id} under category:aadgraph.app.tenant_small. Please try again later.`,
  });
  expect(Object.fromEntries(headers)).toMatchObject({
    "retry-after": "1",
    "x-ms-resource-unit": "1",
    "x-ms-throttle-scope": `Tenant_Application/ReadWrite/${appid}/${platform.tenant.id}`,
    "x-ms-throttle-information": "ResourceUnitLimitExceeded",
    "content-type": "application/json",
  });
  expect(platform.events.at(-1)?.why).toBe(
    `429: more than the 3500 resource units in 10 s that application ${appid} may use in this tenant; try again in 1 s`,
  );
});

test("the bucket refills with the platform's clock, a tenth each second", async () => {
  await spend(3_505);
  platform.clock.advance(1_000);
  expect((await spend(345)).map(({ status }) => status)).not.toContain(429);
  expect((await graph("/v1.0/users?$select=id")).status).toBe(429);
  platform.clock.advance(20_000);
  expect((await spend(3_500)).map(({ status }) => status)).not.toContain(429);
  expect((await graph("/v1.0/users?$select=id")).status).toBe(429);
});

test("a client that retries at once waits longer, up to 1.8 of the limit", async () => {
  await spend(3_500);
  const waits = (await spend(3_500)).map(({ headers }) => Number(headers["Retry-After"]));
  expect([waits[0], waits.at(-1)]).toEqual([1, 9]);
  const { headers } = await graph("/v1.0/users");
  expect([headers.get("retry-after"), headers.get("x-ms-throttle-limit-percentage")]).toEqual(["9", "1.80"]);
  platform.clock.advance(9_000);
  expect((await graph("/v1.0/users")).status).toBe(200);
});

test("above 0.8 of the limit, every response has the used share", async () => {
  await spend(2_795);
  const below = await graph("/v1.0/groups");
  const edge = await graph("/v1.0/users?$expand=manager");
  const above = await graph("/v1.0/users");
  expect(below.headers.get("x-ms-throttle-limit-percentage")).toBeNull();
  expect([edge.status, edge.headers.get("x-ms-resource-unit")]).toEqual([200, "3"]);
  expect(edge.headers.get("x-ms-throttle-limit-percentage")).toBeNull();
  expect([above.status, above.headers.get("x-ms-throttle-limit-percentage")]).toEqual([200, "0.80"]);
  await spend(350);
  expect((await graph("/v1.0/users")).headers.get("x-ms-throttle-limit-percentage")).toBe("0.90");
});

test("each application has its own bucket", async () => {
  const other = await graphWith(platform, permissions);
  await spend(3_505);
  expect((await graph("/v1.0/users")).status).toBe(429);
  expect((await other("/v1.0/users")).status).toBe(200);
});

test("a tenant with fifty users has a larger quota", async () => {
  for (let index = 0; index < 20; index++) {
    platform.directory.createUser({ userPrincipalName: `more${index}@${platform.tenant.domain}`, displayName: "More" });
  }
  expect((await spend(5_000)).map(({ status }) => status)).not.toContain(429);
  const { status, body } = await graph("/v1.0/users");
  expect([status, body.error.message]).toEqual([429, expect.stringContaining("aadgraph.app.tenant_medium.")]);
});

test("writes also have a limit of their own, which reads do not count against", async () => {
  expect((await repeat(3_000, write)).map(({ status }) => status)).not.toContain(429);
  const [refused] = await repeat(1, write);
  expect(refused).toMatchObject({
    status: 429,
    headers: { "Retry-After": "1", "x-ms-throttle-information": "WriteLimitExceeded" },
    body: { error: { code: "TooManyRequests" } },
  });
  expect(refused?.headers["x-ms-throttle-scope"]).toMatch(/^Tenant_Application\/Write\//);
  const reading = { method: "POST", url: "/directoryObjects/getByIds", headers: json, body: { ids: [unknownId] } };
  expect((await repeat(1, reading))[0]?.status).not.toBe(429);
});

test("the requests of a batch are counted one by one, and only those beyond the limit are refused", async () => {
  await spend(3_490);
  const statuses = (await spend(25)).map(({ status }) => status);
  expect(statuses).toEqual([404, 404, 429, 429, 429]);
});

test("a request without a valid token is not charged", async () => {
  await spend(3_500);
  const { status, headers } = await graph("/v1.0/users", { headers: { authorization: "Bearer a.b.c" } });
  expect([status, headers.get("x-ms-throttle-limit-percentage")]).toEqual([401, null]);
});

test("restoring a snapshot restores the buckets", async () => {
  const unused = await platform.snapshot();
  await spend(3_500);
  const used = await platform.snapshot();
  await platform.restore(unused);
  expect((await graph("/v1.0/users")).status).toBe(200);
  await platform.restore(used);
  expect((await graph("/v1.0/users")).status).toBe(429);
});

test("without the option nothing is counted", async () => {
  const free = await startPlatform({ clock: steppedClock() });
  const unlimited = await graphWith(free, permissions);
  expect((await spend(3_600, unlimited)).map(({ status }) => status)).not.toContain(429);
  const { status, headers } = await unlimited("/v1.0/users");
  expect([status, headers.get("x-ms-resource-unit")]).toEqual([200, "2"]);
  expect(headers.get("x-ms-throttle-limit-percentage")).toBeNull();
  await free.stop();
});
