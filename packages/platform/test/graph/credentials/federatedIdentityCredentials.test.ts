import { type Platform, startPlatform } from "@latchkey/platform";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type Graph, graphWith } from "../../support/graph.ts";

let platform: Platform;
let graph: Graph;
let path: string;
let applicationId: string;
beforeAll(async () => {
  platform = await startPlatform();
  graph = await graphWith(platform, ["Application.ReadWrite.All"]);
});
afterAll(() => platform.stop());
beforeEach(() => {
  applicationId = platform.directory.registerApplication({ displayName: "Pipeline" }).id;
  path = `/v1.0/applications/${applicationId}/federatedIdentityCredentials`;
});

const credential = {
  name: "main-branch",
  issuer: "https://token.actions.example",
  subject: "repo:contoso/shop:ref:refs/heads/main",
  description: "Deployments",
  audiences: ["api://AzureADTokenExchange"],
};
const post = (changes: object = {}) => graph(path, { method: "POST", body: { ...credential, ...changes } });

test("a new one is returned in Graph's format, and read by id or by name", async () => {
  const { status, headers, body } = await post();
  expect(status).toBe(201);
  const { name, issuer, subject, description, audiences } = credential;
  expect(JSON.stringify(body)).toBe(
    JSON.stringify({
      "@odata.context": `${platform.url}/v1.0/$metadata#applications('${applicationId}')/federatedIdentityCredentials/$entity`,
      id: body.id,
      name,
      issuer,
      subject,
      description,
      audiences,
    }),
  );
  expect(headers.get("location")).toBe(
    `${platform.url}/v2/${platform.tenant.id}/federatedIdentityCredentials/${body.id}`,
  );
  for (const key of [`/${body.id}`, "/main-branch", "(name='main-branch')"]) {
    expect((await graph(path + key)).body).toEqual(body);
  }
  expect((await graph(path)).body.value).toHaveLength(1);
});

test("everything but the name can be changed", async () => {
  const { id } = (await post()).body;
  const change = (body: object) => graph(`${path}/${id}`, { method: "PATCH", body });
  expect((await change({ subject: "repo:contoso/shop:environment:live", description: null })).status).toBe(204);
  expect((await graph(`${path}/${id}`)).body).toMatchObject({
    ...credential,
    subject: "repo:contoso/shop:environment:live",
    description: null,
  });
  expect((await change({ name: "another" })).status).toBe(400);
});

test("a deleted one is not found", async () => {
  const { id } = (await post()).body;
  expect((await graph(`${path}/${id}`, { method: "DELETE" })).status).toBe(204);
  expect((await graph(`${path}/${id}`)).status).toBe(404);
  expect((await post()).status).toBe(201);
});

test.each([
  [{ audiences: [] }, "Federated identity credentials must have exactly one audience."],
  [{ audiences: ["a", "b"] }, "Federated identity credentials must have exactly one audience."],
  [{ subject: "" }, "Federated identity credential has empty properties."],
  [{ name: "a b" }, /property 'name'/],
  [{ name: "ab" }, /property 'name'/],
  [{ issuer: "not a url" }, /property 'issuer'/],
  [{ issuer: `https://${"a".repeat(600)}.example` }, /property 'issuer'/],
  [{ subject: "repo:*" }, /property 'subject'/],
])("%j is refused", async (changes, message) => {
  const { status, body } = await post(changes);
  expect(status).toBe(400);
  expect(body.error.message).toMatch(message);
});

test("a name, and a combination of issuer and subject, is unique in an application", async () => {
  await post();
  const sameName = await post({ subject: "another" });
  expect([sameName.status, sameName.body.error.message]).toEqual([
    409,
    "FederatedIdentityCredential with name main-branch already exists.",
  ]);
  expect((await post({ name: "another" })).status).toBe(400);
});

test("an application has at most 20", async () => {
  for (let index = 0; index < 20; index++) {
    expect((await post({ name: `branch-${index}`, subject: `branch ${index}`.replace(" ", "-") })).status).toBe(201);
  }
  expect((await post()).status).toBe(400);
});
