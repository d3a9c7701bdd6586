import { type Platform, startPlatform } from "@latchkey/platform";
import { afterAll, beforeAll, expect, test } from "vitest";
import { advanced, type Graph, graphWith, query } from "../../support/graph.ts";

let platform: Platform;
let graph: Graph;
beforeAll(async () => {
  platform = await startPlatform();
  graph = await graphWith(platform, ["User.Read.All", "Application.Read.All"]);
});
afterAll(() => platform.stop());

interface Item {
  readonly id: string;
  readonly displayName: string;
}

/** Follows next links to the end. */
async function pages(path: string, headers: Record<string, string> = {}): Promise<readonly (readonly Item[])[]> {
  const found: Item[][] = [];
  let next: string | undefined = path;
  while (next !== undefined) {
    const { status, body } = await graph(next, { headers });
    expect(status).toBe(200);
    found.push(body.value);
    next = body["@odata.nextLink"];
  }
  return found;
}

test.each([
  ["users", query({ top: 7 }), [7, 7, 7, 7, 2]],
  ["users", query({ top: 15 }), [15, 15]],
  ["users", query({ top: 30 }), [30]],
  ["users", query({ top: 7, orderby: "displayName desc" }), [7, 7, 7, 7, 2]],
  [
    "users",
    query({ top: 4, filter: "startswith(userPrincipalName,'a') or startswith(userPrincipalName,'d')" }),
    [4, 2],
  ],
  ["servicePrincipals", query({ top: 4 }), [4, 4, 2]],
])("following the links of /%s%s shows every object once", async (set, options, sizes) => {
  const found = await pages(`/v1.0/${set}${options}`);
  expect(found.map((page) => page.length)).toEqual(sizes);
  const ids = found.flat().map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
});

test("a next link keeps all parameters unchanged", async () => {
  const path = "/v1.0/users?$top=2&$select=displayName,id&$filter=startswith(displayName,'a')";
  const { body } = await graph(path);
  const link = new URL(body["@odata.nextLink"]);
  expect(link.origin).toBe(platform.url);
  expect(link.searchParams.get("$select")).toBe("displayName,id");
  expect(link.searchParams.get("$filter")).toBe("startswith(displayName,'a')");
  expect(link.searchParams.getAll("$skiptoken")).toHaveLength(1);
  const second = await graph(body["@odata.nextLink"]);
  expect(Object.keys(second.body.value[0])).toEqual(["displayName", "id"]);
});

test("a page token of another query is refused", async () => {
  const { body } = await graph(`/v1.0/users${query({ top: 2 })}`);
  const token = new URL(body["@odata.nextLink"]).searchParams.get("$skiptoken") ?? "";
  const other = await graph(`/v1.0/users${query({ filter: "accountEnabled eq true", skiptoken: token })}`);
  expect([other.status, other.body.error.code]).toEqual([400, "Directory_ExpiredPageToken"]);
});

test("paging continues when the last object of a page has been deleted", async () => {
  const users = ["p1", "p2", "p3"].map((name) =>
    platform.directory.createUser({
      userPrincipalName: `${name}@${platform.tenant.domain}`,
      displayName: `Paging ${name}`,
    }),
  );
  const filter = "startswith(displayName,'Paging')";
  const first = await graph(`/v1.0/users${query({ top: 1, filter })}`);
  const manager = await graphWith(platform, ["User.ReadWrite.All"]);
  await manager(`/v1.0/users/${first.body.value[0].id}`, { method: "DELETE" });
  const rest = await pages(first.body["@odata.nextLink"]);
  expect(rest.flat().map(({ id }) => id)).toHaveLength(2);
  for (const { id } of users) {
    await manager(`/v1.0/users/${id}`, { method: "DELETE" });
  }
});

test.each([
  ["displayName", "displayName", false],
  ["displayName desc", "displayName", true],
  ["userPrincipalName", "userPrincipalName", false],
])("users can be sorted by %s without advanced parameters", async (orderby, property, descending) => {
  const found = (await pages(`/v1.0/users${query({ orderby, top: 8 })}`)).flat() as unknown as Record<string, string>[];
  const keys = found.map((user) => user[property]?.toLowerCase() ?? "");
  const sorted = [...keys].sort();
  expect(keys).toEqual(descending ? sorted.reverse() : sorted);
});

test("users can be sorted by creation date in an advanced query", async () => {
  const options = query({
    orderby: "createdDateTime desc,displayName",
    count: "true",
    top: 11,
    select: "createdDateTime,id",
  });
  const found = (await pages(`/v1.0/users${options}`, advanced)).flat() as unknown as { createdDateTime: string }[];
  const dates = found.map(({ createdDateTime }) => createdDateTime);
  expect(dates).toHaveLength(30);
  expect(dates).toEqual([...dates].sort().reverse());
});

test.each([
  ["users", { orderby: "createdDateTime" }, "Unsupported sort property 'createdDateTime' for 'User'."],
  ["users", { orderby: "mail" }, "Unsupported sort property 'mail' for 'User'."],
  ["applications", { orderby: "displayName" }, "Unsupported sort property 'displayName' for 'Application'."],
  ["users", { orderby: "displayName", filter: "accountEnabled eq true" }, "Sorting not supported for current query."],
])("sorting /%s by %j without advanced parameters is refused", async (set, options, message) => {
  const { status, body } = await graph(`/v1.0/${set}${query(options)}`);
  expect(status).toBe(400);
  expect(body.error).toMatchObject({ code: "Request_UnsupportedQuery", message });
});

test("filtering and sorting can be combined in an advanced query", async () => {
  const options = query({ filter: "startswith(displayName,'a')", orderby: "displayName desc", count: "true" });
  const { body } = await graph(`/v1.0/users${options}`, { headers: advanced });
  expect(body.value.map(({ displayName }: Item) => displayName)).toEqual([
    "Amara Okafor",
    "Alex Ferreira",
    "Adele Moreau",
    "Ada Winters",
  ]);
});

test("@odata.count is on the first page only", async () => {
  const options = query({ top: 2, count: "true", filter: "startswith(displayName,'a')" });
  const first = await graph(`/v1.0/users${options}`, { headers: advanced });
  expect(Object.keys(first.body)).toEqual(["@odata.context", "@odata.count", "@odata.nextLink", "value"]);
  expect(first.body["@odata.count"]).toBe(4);
  const second = await graph(first.body["@odata.nextLink"], { headers: advanced });
  expect(second.body).not.toHaveProperty("@odata.count");
});

test("$count=true without the header is ignored", async () => {
  const { status, body } = await graph(`/v1.0/users${query({ count: "true" })}`);
  expect(status).toBe(200);
  expect(body).not.toHaveProperty("@odata.count");
});

test("/$count returns the plain number", async () => {
  const { status, headers, body } = await graph("/v1.0/users/$count", { headers: advanced });
  expect([status, body]).toEqual([200, "30"]);
  expect(headers.get("content-type")).toBe("text/plain");
});

test("/$count accepts a filter and a search", async () => {
  const filtered = await graph(`/v1.0/users/$count${query({ filter: "accountEnabled ne true" })}`, {
    headers: advanced,
  });
  const searched = await graph(`/v1.0/users/$count${query({ search: '"displayName:ad"' })}`, { headers: advanced });
  expect([filtered.body, searched.body]).toEqual(["1", "2"]);
});

test("/$count without the header is refused", async () => {
  const { status, body } = await graph("/v1.0/users/$count");
  expect([status, body.error.code]).toEqual([400, "Request_BadRequest"]);
  expect(body.error.message).toBe("$count is not currently supported.");
});

test("resource units depend on $select and $top", async () => {
  const unitsOf = async (options: string) => (await graph(`/v1.0/users${options}`)).headers.get("x-ms-resource-unit");
  expect(await unitsOf("")).toBe("2");
  expect(await unitsOf("?$select=id")).toBe("1");
  expect(await unitsOf("?$top=5&$select=id")).toBe("1");
});
