import { afterAll, beforeAll, expect, test } from "vitest";
import { createUser } from "../../../src/directory/users/users.ts";
import { openBareGraph } from "../../support/bareGraph.ts";

const userCount = 100_000;
const origin = "https://localhost:8443";
const graph = openBareGraph(origin);

beforeAll(() => {
  graph.claims({ roles: ["User.Read.All"] });
  graph.directory.database.transaction(() => {
    for (let index = 0; index < userCount; index++) {
      createUser(graph.directory, {
        tenantId: graph.tenantId,
        userPrincipalName: `user${index}@contoso.example`,
        displayName: `User ${index}`,
        department: index % 1000 === 0 ? "Rare" : "Common",
      });
    }
  });
}, 60_000);
afterAll(() => graph.close());

interface Read {
  readonly body: { readonly value: readonly { readonly id: string }[]; readonly "@odata.nextLink"?: string };
  /** Counted instead of timed, since time depends on the machine. */
  readonly rows: number;
}

async function read(url: string): Promise<Read> {
  const before = graph.rowsRead;
  const response = await graph.request(url, { headers: { consistencylevel: "eventual" } });
  expect(response.status).toBe(200);
  return { body: JSON.parse(await response.text()), rows: graph.rowsRead - before };
}

test.each(["", "&$orderby=displayName", "&$orderby=userPrincipalName desc"])(
  "every page of 100,000 users costs the same, with '%s'",
  async (order) => {
    let next: string | undefined = `${origin}/v1.0/users?$top=999&$select=id${order}`;
    const ids = new Set<string>();
    let maxRows = 0;
    while (next !== undefined) {
      const { body, rows } = await read(next);
      for (const { id } of body.value) {
        ids.add(id);
      }
      maxRows = Math.max(maxRows, rows);
      next = body["@odata.nextLink"];
    }
    expect(ids.size).toBe(userCount + 30);
    // A page and one more row, beside the few rows of the tenant and its names.
    expect(maxRows).toBeLessThan(1020);
  },
);

test.each([
  "$filter=displayName eq 'User 77777'",
  "$filter=startswith(userPrincipalName,'user7777')",
  "$filter=mail eq 'adele.moreau@contoso.onmicrosoft.com'",
  "$filter=department eq 'Common' and displayName eq 'User 1'",
])("%s reads only what its index finds", async (filter) => {
  const { body, rows } = await read(`${origin}/v1.0/users?${filter}`);
  expect(body.value.length).toBeGreaterThan(0);
  expect(rows).toBeLessThan(40);
});

test("a filter without an index still finds everything", async () => {
  const { body } = await read(`${origin}/v1.0/users?$filter=department eq 'Rare'&$count=true`);
  expect(body).toMatchObject({ "@odata.count": 100 });
});
