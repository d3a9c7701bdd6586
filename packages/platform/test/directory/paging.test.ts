import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { seededRandom } from "../../src/core/random.ts";
import { type Directory, openDirectory } from "../../src/directory/directory.ts";
import type { PageCursor } from "../../src/directory/paging.ts";
import { seedDirectory } from "../../src/directory/provisioning/seedDirectory.ts";
import {
  countUsers,
  createUser,
  findUserByPrincipalName,
  listUsers,
  type User,
  type UserOrder,
} from "../../src/directory/users/users.ts";
import { openStorage } from "../../src/storage/openStorage.ts";

let directory: Directory;
let tenantId: string;
const created = 500;
beforeAll(() => {
  directory = openDirectory(openStorage(undefined), { now: () => 0 }, seededRandom("paging"));
  tenantId = seedDirectory(directory, {}).id;
  directory.database.transaction(() => {
    for (let index = 0; index < created; index++) {
      const displayName = index % 3 === 0 ? "Same Name" : `Person ${index % 50}`;
      createUser(directory, { tenantId, userPrincipalName: `p${index}@contoso.example`, displayName });
    }
  });
});
afterAll(() => directory.database.close());

function listAllUsers(limit: number, orderBy: UserOrder, descending: boolean): User[] {
  const found: User[] = [];
  let after: PageCursor | undefined;
  do {
    const page = listUsers(directory, tenantId, { limit, orderBy, descending, after });
    found.push(...page.items);
    after = page.next;
  } while (after !== undefined);
  return found;
}

test("pages of any size and order contain every user exactly once", () => {
  const order = fc.constantFrom<UserOrder>("id", "displayName", "userPrincipalName");
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 999 }), order, fc.boolean(), (limit, orderBy, descending) => {
      const ids = listAllUsers(limit, orderBy, descending).map((user) => user.id);
      expect(new Set(ids).size).toBe(created + 30);
      expect(ids).toHaveLength(created + 30);
    }),
    { numRuns: 15 },
  );
});

test("sorting by display name ignores case", () => {
  const names = listAllUsers(100, "displayName", false).map((user) => user.displayName.toLowerCase());
  const ascii = names.filter((name) => /^[ -~]*$/.test(name));
  expect(ascii).toEqual([...ascii].sort());
});

test("names that start with a text are found", () => {
  const { items } = listUsers(directory, tenantId, { limit: 999, orderBy: "displayName", startingWith: "PERSON 4" });
  expect(items.length).toBeGreaterThan(0);
  expect(items.every((user) => user.displayName.startsWith("Person 4"))).toBe(true);
});

test("the users of the tenant are counted", () => {
  expect(countUsers(directory, tenantId)).toBe(created + 30);
});

describe("the cost of a page does not depend on its position:", () => {
  const queries: readonly (readonly [string, string])[] = [
    ["by id", "tenantId = ? AND id > ? ORDER BY id"],
    ["by display name", "tenantId = ? AND (displayName, id) > (?, ?) ORDER BY displayName, id"],
    ["by display name, backwards", "tenantId = ? AND (displayName, id) < (?, ?) ORDER BY displayName DESC, id DESC"],
    ["by user principal name", "tenantId = ? AND (userPrincipalName, id) > (?, ?) ORDER BY userPrincipalName, id"],
  ];
  test.each(queries)("%s is read from an index, without sorting", (_, clause) => {
    const values = [...clause.matchAll(/\?/g)].map(() => "x");
    const plan = directory.database
      .all(`EXPLAIN QUERY PLAN SELECT * FROM user WHERE ${clause} LIMIT 100`, ...values)
      .map((row) => String(row["detail"]));
    expect(plan).toHaveLength(1);
    expect(plan[0]).toMatch(/^SEARCH user USING INDEX userBy/);
  });
});

test("a user is found by user principal name, ignoring case", () => {
  expect(findUserByPrincipalName(directory, "ADMIN@contoso.onmicrosoft.com")?.displayName).toBe("Ada Winters");
});

test("a page is not read again until something changes", () => {
  const read = () => listUsers(directory, tenantId, { limit: 3, orderBy: "displayName" });
  const before = read();
  expect(read()).toBe(before);
  expect(listUsers(directory, tenantId, { limit: 4, orderBy: "displayName" }).items).toHaveLength(4);
  createUser(directory, { tenantId, userPrincipalName: "first@contoso.example", displayName: "A" });
  expect(read().items.map(({ displayName }) => displayName)).toEqual(
    ["A", ...before.items.map((user) => user.displayName)].slice(0, 3),
  );
});
