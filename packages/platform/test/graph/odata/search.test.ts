import { type Platform, startPlatform } from "@latchkey/platform";
import { afterAll, beforeAll, expect, test } from "vitest";
import { advanced, type Graph, graphWith, query } from "../../support/graph.ts";

let platform: Platform;
let graph: Graph;
beforeAll(async () => {
  platform = await startPlatform();
  graph = await graphWith(platform, ["User.Read.All"]);
  ["OneVideo Room", "李四(David Li)", "hello-world 42"].forEach((displayName, index) => {
    platform.directory.createUser({ userPrincipalName: `search${index}@${platform.tenant.domain}`, displayName });
  });
});
afterAll(() => platform.stop());

test.each([
  ['"displayName:moreau"', ["Adele Moreau"]],
  ['"displayName:ad"', ["Ada Winters", "Adele Moreau"]],
  ['"displayName:Moreau Ad"', ["Adele Moreau"]],
  ['"displayName:video"', ["OneVideo Room"]],
  ['"displayName:OneVideo"', ["OneVideo Room"]],
  ['"displayName:ideo"', []],
  ['"displayName:helloworld"', ["hello-world 42"]],
  ['"displayName:42"', ["hello-world 42"]],
  ['"displayName:李四"', ["李四(David Li)"]],
  ['"displayName:David)"', ["李四(David Li)"]],
  ['"mail:adele"', ["Adele Moreau"]],
  ['"mail:moreau"', []],
  ['"displayName:moreau" OR "displayName:ricci"', ["Adele Moreau", "Bianca Ricci"]],
  ['"displayName:ad" AND "mail:adele"', ["Adele Moreau"]],
  ['"displayName:ricci" OR "displayName:ad" AND "displayName:winters"', ["Ada Winters", "Bianca Ricci"]],
  ['("displayName:ricci" OR "displayName:ad") AND "displayName:winters"', ["Ada Winters"]],
])("$search=%s", async (search, expected) => {
  const { status, body } = await graph(`/v1.0/users${query({ search })}`, { headers: advanced });
  expect(status).toBe(200);
  expect(body.value.map(({ displayName }: { displayName: string }) => displayName).sort()).toEqual(
    [...expected].sort(),
  );
});

test("$search and $filter must both match", async () => {
  const options = query({ search: '"displayName:ad"', filter: "department eq 'Retail'" });
  const { body } = await graph(`/v1.0/users${options}`, { headers: advanced });
  expect(body.value).toHaveLength(1);
});

test("$search without the header is refused with the documented text", async () => {
  const { status, body } = await graph(`/v1.0/users${query({ search: '"displayName:ad"' })}`);
  expect(status).toBe(400);
  expect(body.error).toMatchObject({
    code: "Request_UnsupportedQuery",
    message:
      "Request with $search query parameter only works through MSGraph with a special request header: 'ConsistencyLevel: eventual'",
  });
});

test.each([
  ["displayName:aname", "Syntax error: character ':' is not valid at position 11 in 'displayName:aname'."],
  ['"displayName:a" and "displayName:b"', expect.stringContaining("Syntax error")],
  ['"displayName:a" OR', expect.stringContaining("Syntax error")],
  ['("displayName:a"', expect.stringContaining("Syntax error")],
  ['"aname"', expect.stringContaining("Syntax error")],
  ["", expect.stringContaining("Syntax error")],
])("$search=%s is a syntax error", async (search, message) => {
  const { status, body } = await graph(`/v1.0/users${query({ search })}`, { headers: advanced });
  expect(status).toBe(400);
  expect(body.error).toMatchObject({ code: "BadRequest", message });
});

test.each(['"nothing:a"', '"accountEnabled:true"', '"displayName:"'])(
  "$search=%s refers to a property that cannot be searched",
  async (search) => {
    const { status, body } = await graph(`/v1.0/users${query({ search })}`, { headers: advanced });
    expect([status, body.error.code]).toEqual([400, "Request_UnsupportedQuery"]);
  },
);
