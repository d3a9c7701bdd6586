import { protectedApi } from "@latchkey/client";
import { describe, expect, test } from "vitest";
import { graph, makeDaemon } from "../support/daemon.ts";
import { authErrorOf } from "../support/failure.ts";

const base = "https://graph.microsoft.com/v1.0/";

/** A list whose page number `n` has the link `linkOf(n)`, and the number of requested pages. */
function listOf(linkOf: (page: number) => unknown) {
  let calls = 0;
  const fetch: typeof globalThis.fetch = async () => {
    const page = calls++;
    return Response.json({ value: [page], "@odata.nextLink": linkOf(page) });
  };
  const api = protectedApi(makeDaemon().app, { baseUrl: base, scopes: [graph], fetch });
  const read = async (): Promise<number> => {
    let pages = 0;
    for await (const _ of api.pages("users?$top=1")) {
      pages++;
    }
    return pages;
  };
  return { read, calls: () => calls };
}

describe("the pages of a list", () => {
  test.each<[string, (page: number) => string]>([
    ["to itself", () => `${base}users?$skip=0`],
    ["to the first page", () => `${base}users?$top=1`],
    ["to the first page in another spelling", () => `HTTPS://Graph.Microsoft.com:443/v1.0/./users?$top=1`],
    ["to the first page by its path", () => "/users?$top=1"],
    ["in a circle of two", (page) => `${base}users?$skip=${page % 2}`],
    ["in a circle of 50", (page) => `${base}users?$skip=${page % 50}`],
    ["after a detour", (page) => `${base}users?$skip=${page < 3000 ? page : 3000 + (page % 7)}`],
  ])("end with an error, at once, if a link leads back %s", async (_, linkOf) => {
    const seen = new Set<string>([`${base}users?$top=1`]);
    let distinct = 1;
    const normal = (page: number) => new URL(linkOf(page).replace(/^\//, ""), base).href;
    while (!seen.has(normal(distinct - 1))) {
      seen.add(normal(distinct++ - 1));
    }
    const { read, calls } = listOf(linkOf);
    const error = await authErrorOf(read());
    expect(error).toMatchObject({ code: "invalid_response", retryable: false });
    expect(error.message).toContain("graph.microsoft.com");
    expect(error.message).not.toContain("$skip");
    expect(calls()).toBe(distinct);
  });

  test("end with an error if the cycle is longer than the list of recent links", async () => {
    const { read, calls } = listOf((page) => `${base}users?$skip=${page < 500 ? page : 500 + (page % 1500)}`);
    expect(await authErrorOf(read())).toMatchObject({ code: "invalid_response" });
    expect(calls()).toBeLessThan(3 * 2000);
  });

  test("may be any number if each link is new", async () => {
    const { read } = listOf((page) => (page < 10_000 ? `${base}users?$skiptoken=${page}` : undefined));
    expect(await read()).toBe(10_001);
  });

  test("may be requested twice at the same time", async () => {
    const { app } = makeDaemon();
    const fetch: typeof globalThis.fetch = async (input) => {
      const more = String(input).endsWith("users") ? { "@odata.nextLink": `${base}users?$skip=1` } : {};
      return Response.json({ value: [1], ...more });
    };
    const api = protectedApi(app, { baseUrl: base, scopes: [graph], fetch });
    for (const pages of [api.pages("users"), api.pages("users")]) {
      let count = 0;
      for await (const page of pages) {
        count += page.length;
      }
      expect(count).toBe(2);
    }
  });

  test.each([[null], [""], [undefined]])("end if the link is %j", async (link) => {
    expect(await listOf(() => link).read()).toBe(1);
  });

  test.each([[7], [{}], [["users"]], [true]])("end with an error if the link is %j", async (link) => {
    expect(await authErrorOf(listOf(() => link).read())).toMatchObject({ code: "invalid_response" });
  });
});

test.each<[string, () => Response]>([
  ["a single object", () => Response.json({ id: "1", displayName: "Ada" })],
  ["null", () => Response.json(null)],
  ["no content", () => new Response(null, { status: 204 })],
  ["an object with an invalid value", () => Response.json({ value: "Ada" })],
])("a response that is %s is not an empty list", async (_, response) => {
  const fetch = async (): Promise<Response> => response();
  const api = protectedApi(makeDaemon().app, { baseUrl: base, scopes: [graph], fetch });
  const error = await authErrorOf(api.pages("users/1").next());
  expect(error).toMatchObject({ code: "invalid_response" });
  expect(error.remedy).toContain("json()");
});
