import { type Platform, startPlatform } from "@latchkey/platform";
import { afterAll, beforeAll, expect, test } from "vitest";
import { graphWith } from "../../support/graph.ts";

let platform: Platform;
beforeAll(async () => {
  platform = await startPlatform();
});
afterAll(() => platform.stop());

test("the tenant has no subscriptions", async () => {
  const graph = await graphWith(platform, ["Organization.Read.All"]);
  const { status, headers, body } = await graph("/v1.0/subscribedSkus");
  expect([status, headers.get("x-ms-resource-unit")]).toEqual([200, "3"]);
  expect(body).toEqual({ "@odata.context": `${platform.url}/v1.0/$metadata#subscribedSkus`, value: [] });
  const selected = await graph("/v1.0/subscribedSkus?$select=skuId,skuPartNumber");
  expect(selected.body["@odata.context"]).toBe(`${platform.url}/v1.0/$metadata#subscribedSkus(skuId,skuPartNumber)`);
  expect((await graph("/v1.0/subscribedSkus?$select=nonsense")).status).toBe(400);
});

test("a subscription by id is not found", async () => {
  const graph = await graphWith(platform, ["Organization.Read.All"]);
  const { status, body } = await graph("/v1.0/subscribedSkus/48a80680-7326-48cd-9935-b556b81d3a4e");
  expect([status, body.error.code]).toEqual([404, "Request_ResourceNotFound"]);
});

test("reading subscriptions requires a permission", async () => {
  const graph = await graphWith(platform, ["User.Read.All"]);
  expect((await graph("/v1.0/subscribedSkus")).status).toBe(403);
});
