import { type Platform, startPlatform } from "@latchkey/platform";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Graph, graphAs, graphWith } from "../../support/graph.ts";

let platform: Platform;
let graph: Graph;
beforeAll(async () => {
  platform = await startPlatform();
  graph = await graphWith(platform, ["User.ReadWrite.All", "Group.ReadWrite.All"]);
});
afterAll(() => platform.stop());

const adele = "a1de0000-0000-4000-8000-000000000002";
const group = { displayName: "Sales", mailEnabled: false, mailNickname: "sales", securityEnabled: true };
const json = { "Content-Type": "application/json" };
const send = (requests: unknown, as: Graph = graph) => as("/v1.0/$batch", { method: "POST", body: { requests } });

test("requests are answered as if each had been sent alone", async () => {
  const { status, body } = await send([
    { id: "1", method: "GET", url: `/users/${adele}?$select=id` },
    { id: "2", method: "get", url: "users/$count", headers: { ConsistencyLevel: "eventual" } },
    { id: "3", method: "PATCH", url: `/users/${adele}`, headers: json, body: { jobTitle: "Buyer" } },
    { id: "4", method: "GET", url: "/applications" },
  ]);
  expect(status).toBe(200);
  expect(body.responses).toMatchObject([
    {
      id: "1",
      status: 200,
      headers: { "Cache-Control": "no-cache", "x-ms-resource-unit": "1", "OData-Version": "4.0" },
      body: { "@odata.context": `${platform.url}/v1.0/$metadata#users(id)/$entity`, id: adele },
    },
    { id: "2", status: 200, body: "30" },
    { id: "3", status: 204 },
    { id: "4", status: 403, body: { error: { code: "Authorization_RequestDenied" } } },
  ]);
  expect(body.responses[2]).not.toHaveProperty("body");
  expect(body.responses[3].headers).toMatchObject({ "Content-Type": "application/json" });
  expect(body.responses[3].headers).not.toHaveProperty("OData-Version");
});

test("a request that depends on a failed one is not executed", async () => {
  const { body } = await send([
    { id: "A", method: "POST", url: "/groups", headers: json, body: { displayName: "half" } },
    { id: "B", dependsOn: ["a"], method: "POST", url: "/groups", headers: json, body: { ...group, displayName: "B" } },
    { id: "C", dependsOn: ["B"], method: "POST", url: "/groups", headers: json, body: group },
    { id: "D", method: "POST", url: "/groups", headers: json, body: { ...group, displayName: "D" } },
  ]);
  expect(body.responses.map(({ status }: { status: number }) => status)).toEqual([400, 424, 424, 201]);
  expect(platform.directory.findGroup("B")).toBeUndefined();
  expect(platform.directory.findGroup("D")).toBeDefined();
});

test("a body needs its Content-Type", async () => {
  const { body } = await send([{ id: "1", method: "POST", url: "/groups", body: group }]);
  expect(body.responses[0]).toMatchObject({ status: 400, body: { error: { code: "BadRequest" } } });
});

const one = { id: "1", method: "GET", url: "/users" };
test.each([
  ["no list", undefined],
  ["an empty list", []],
  ["a request without an id", [{ method: "GET", url: "/users" }]],
  ["one id for two requests", [one, { ...one, id: "1" }]],
  ["an absolute URL", [{ ...one, url: "https://graph.microsoft.com/v1.0/users" }]],
  ["a dependency on nothing", [{ ...one, dependsOn: ["7"] }]],
])("%s is 400", async (_, requests) => {
  const { status, body } = await send(requests);
  expect([status, body.error.code]).toEqual([400, "BadRequest"]);
});

test("more than 20 requests are too many", async () => {
  const requests = Array.from({ length: 21 }, (_, index) => ({ ...one, id: String(index) }));
  expect((await send(requests.slice(1))).status).toBe(200);
  const { status, body } = await send(requests);
  expect([status, body.error]).toMatchObject([
    400,
    {
      code: "MaximumValueExceeded",
      message: "Number of batch request steps exceeds the maximum value of 20.",
    },
  ]);
});

test("a batch needs a token, and each of its requests is recorded", async () => {
  expect((await send([one], graphAs(platform, undefined))).status).toBe(401);
  await send([one, { ...one, id: "2", url: "/groups" }]);
  expect(platform.events.slice(-3).map(({ path }) => path)).toEqual(["/v1.0/users", "/v1.0/groups", "/v1.0/$batch"]);
});

test("a batch cannot contain a batch", async () => {
  const { body } = await send([{ id: "1", method: "POST", url: "/$batch", headers: json, body: { requests: [one] } }]);
  expect(body.responses[0].status).toBe(400);
});
