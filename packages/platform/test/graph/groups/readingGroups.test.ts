import { type Platform, startPlatform } from "@latchkey/platform";
import { afterAll, beforeAll, expect, test } from "vitest";
import { advanced, type Graph, graphWith, query } from "../../support/graph.ts";
import { steppedClock } from "../../support/steppedClock.ts";

let platform: Platform;
let graph: Graph;
const salesId = "7d96660a-02e1-4112-9515-1762d0cb66b7";
beforeAll(async () => {
  platform = await startPlatform({ clock: steppedClock() });
  graph = await graphWith(platform, ["GroupMember.Read.All"]);
  platform.directory.createGroup({
    id: salesId,
    displayName: "Sales",
    mailNickname: "sales",
    description: "Who sells",
  });
  platform.directory.createGroup({
    displayName: "Engineers",
    mail: "engineers@contoso.onmicrosoft.com",
    mailEnabled: true,
    securityEnabled: false,
    groupTypes: ["Unified"],
  });
  platform.directory.createGroup({
    displayName: "Buyers",
    onPremisesSamAccountName: "buyers",
    onPremisesDomainName: "corp.contoso.example",
    onPremisesNetBiosName: "CORP",
  });
});
afterAll(() => platform.stop());

const names = (body: { value: readonly { displayName: string }[] }) => body.value.map(({ displayName }) => displayName);

test("a group has its properties in Graph's order", async () => {
  const { status, body } = await graph(`/v1.0/groups/${salesId}`);
  expect(status).toBe(200);
  expect(JSON.stringify(body)).toBe(
    JSON.stringify({
      "@odata.context": `${platform.url}/v1.0/$metadata#groups/$entity`,
      id: salesId,
      deletedDateTime: null,
      classification: null,
      createdDateTime: "2026-06-01T12:00:00Z",
      creationOptions: [],
      description: "Who sells",
      displayName: "Sales",
      expirationDateTime: null,
      groupTypes: [],
      isAssignableToRole: null,
      mail: null,
      mailEnabled: false,
      mailNickname: "sales",
      membershipRule: null,
      membershipRuleProcessingState: null,
      onPremisesDomainName: null,
      onPremisesLastSyncDateTime: null,
      onPremisesNetBiosName: null,
      onPremisesSamAccountName: null,
      onPremisesSecurityIdentifier: null,
      onPremisesSyncEnabled: null,
      preferredDataLocation: null,
      preferredLanguage: null,
      proxyAddresses: [],
      renewedDateTime: "2026-06-01T12:00:00Z",
      resourceBehaviorOptions: [],
      resourceProvisioningOptions: [],
      securityEnabled: true,
      // From a group of the real service with this id, as published output of az shows it.
      securityIdentifier: "S-1-12-1-2107008522-1091699425-1645680021-3076967376",
      theme: null,
      visibility: null,
      onPremisesProvisioningErrors: [],
      serviceProvisioningErrors: [],
    }),
  );
});

test("a list contains the same properties", async () => {
  const { body } = await graph("/v1.0/groups");
  const { "@odata.context": _, ...sales } = (await graph(`/v1.0/groups/${salesId}`)).body;
  expect(body["@odata.context"]).toBe(`${platform.url}/v1.0/$metadata#groups`);
  expect(body.value).toHaveLength(3);
  expect(body.value).toContainEqual(sales);
});

test("an on-premises group is marked as such", async () => {
  const { body } = await graph(`/v1.0/groups${query({ filter: "displayName eq 'buyers'" })}`);
  expect(body.value).toMatchObject([
    {
      onPremisesDomainName: "corp.contoso.example",
      onPremisesNetBiosName: "CORP",
      onPremisesSamAccountName: "buyers",
      onPremisesSyncEnabled: true,
    },
  ]);
});

test.each([
  ["displayName eq 'SALES' and mailNickname eq 'Sales'", ["Sales"]],
  ["startswith(displayName,'e')", ["Engineers"]],
  ["groupTypes/any(t:t eq 'Unified')", ["Engineers"]],
  ["securityEnabled eq true", ["Buyers", "Sales"]],
  ["mailEnabled eq true", ["Engineers"]],
  [`id eq '${salesId}'`, ["Sales"]],
])("%s needs no advanced parameters", async (filter, expected) => {
  expect(names((await graph(`/v1.0/groups${query({ filter })}`)).body).sort()).toEqual(expected);
});

test("filtering by an on-premises name requires an advanced query", async () => {
  const path = `/v1.0/groups${query({ filter: "onPremisesSamAccountName eq 'buyers'", count: "true" })}`;
  expect(names((await graph(path, { headers: advanced })).body)).toEqual(["Buyers"]);
  const { status, body } = await graph(path);
  expect([status, body.error.message]).toEqual([
    400,
    "Unsupported or invalid query filter clause specified for property 'onPremisesSamAccountName' of resource 'Group'.",
  ]);
});

test("groups are sorted by name and paged without advanced parameters", async () => {
  const first = await graph(`/v1.0/groups${query({ orderby: "displayName desc", top: 2, select: "displayName" })}`);
  expect(first.body.value).toEqual([{ displayName: "Sales" }, { displayName: "Engineers" }]);
  expect(names((await graph(first.body["@odata.nextLink"])).body)).toEqual(["Buyers"]);
});

test("$count returns the number of groups", async () => {
  const { text, headers } = await graph("/v1.0/groups/$count", { headers: advanced });
  expect([text, headers.get("content-type")]).toEqual(["3", expect.stringMatching(/^text\/plain/)]);
});

test("an unknown group is 404, an id that is not a GUID is 400", async () => {
  const id = "5b0f4c1e-7b1f-4f0a-9b43-0d6a4f1f4a10";
  const unknown = await graph(`/v1.0/groups/${id}`);
  expect([unknown.status, unknown.body.error.message]).toEqual([
    404,
    `Resource '${id}' does not exist or one of its queried reference-property objects are not present.`,
  ]);
  const named = await graph("/v1.0/groups/Sales");
  expect([named.status, named.body.error.message]).toEqual([400, "Invalid object identifier 'Sales'."]);
});

test.each(["Group.Read.All", "Group.ReadWrite.All", "Directory.Read.All"])("%s is enough", async (permission) => {
  expect((await (await graphWith(platform, [permission]))("/v1.0/groups")).status).toBe(200);
});

test("permission to read users does not cover groups", async () => {
  const users = await graphWith(platform, ["User.Read.All"]);
  expect((await users("/v1.0/groups")).status).toBe(403);
  expect((await users(`/v1.0/groups/${salesId}`)).status).toBe(403);
});

test("an unsupported method of a path is reported as such", async () => {
  expect((await graph("/v1.0/groups/$count", { method: "POST", body: { displayName: "x" } })).status).toBe(405);
  expect(platform.events.at(-1)?.why).toBe("405: POST is not a method of this path, or not supported by this platform");
});

test("the organization includes groups in its number of objects", async () => {
  const { directory } = platform;
  const used = async () =>
    (await (await graphWith(platform, ["Directory.Read.All"]))("/v1.0/organization")).body.value[0].directorySizeQuota
      .used;
  const before = await used();
  const { id } = directory.createGroup({ displayName: "One more" });
  // Each call also creates an application and its service principal.
  expect(await used()).toBe(before + 3);
  directory.deleteGroup(id);
});
