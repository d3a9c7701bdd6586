import { type Platform, startPlatform } from "@latchkey/platform";
import { decodeJwt } from "jose";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Graph, graphToken, graphWith } from "../../support/graph.ts";

let platform: Platform;
let graph: Graph;
beforeAll(async () => {
  platform = await startPlatform();
  graph = await graphWith(platform, ["Application.ReadWrite.All"]);
});
afterAll(() => platform.stop());

interface Permission {
  readonly id: string;
  readonly value: string;
  readonly type?: string;
}

const path = "/v1.0/servicePrincipals(appId='00000003-0000-0000-c000-000000000000')";

async function permissions(): Promise<{ appRoles: Permission[]; oauth2PermissionScopes: Permission[] }> {
  return (await graph(`${path}?$select=appRoles,oauth2PermissionScopes`)).body;
}

describe("Microsoft Graph's service principal", () => {
  test("offers every published permission, each with a valid id", async () => {
    const { appRoles, oauth2PermissionScopes } = await permissions();
    // 719 published delegated permissions and the four of OpenID Connect.
    expect([appRoles.length, oauth2PermissionScopes.length]).toEqual([678, 723]);
    const all = [...appRoles, ...oauth2PermissionScopes];
    expect(all.filter(({ id }) => !/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id))).toEqual([]);
    expect(new Set(appRoles.map(({ value }) => value)).size).toBe(appRoles.length);
  });

  test.each([
    ["appRoles", "Team.ReadBasic.All", "2280dda6-0bfd-44ee-a2f4-cb867cfc4c1e"],
    ["appRoles", "User.Read.All", "df021288-bdef-4463-88db-98f22de89214"],
    ["oauth2PermissionScopes", "Chat.Read", "f501c180-9344-439a-bca0-6cbf209fd270"],
    ["oauth2PermissionScopes", "openid", "37f7f235-527c-4136-accd-4a02d197296e"],
  ] as const)("has Microsoft's own id in %s for %s", async (member, value, id) => {
    expect((await permissions())[member].find((permission) => permission.value === value)?.id).toBe(id);
  });

  test("lets users consent only where the list says so", async () => {
    const { oauth2PermissionScopes } = await permissions();
    const types = new Map(oauth2PermissionScopes.map(({ value, type }) => [value, type]));
    // The list does not say who may consent to APIConnectors.Read.All, so only an administrator may.
    const values = ["User.Read", "User.Read.All", "APIConnectors.Read.All"];
    expect(values.map((value) => types.get(value))).toEqual(["User", "Admin", "Admin"]);
  });

  test("keeps its permissions when it is changed", async () => {
    const { status } = await graph(path, { method: "PATCH", body: { notes: "checked" } });
    expect(status).toBe(204);
    expect((await permissions()).appRoles).toHaveLength(678);
  });
});

test("all application permissions can be granted at once and are in the token", async () => {
  const values = (await permissions()).appRoles.map(({ value }) => value);
  const { roles } = decodeJwt(await graphToken(platform, values));
  expect(new Set(roles as string[])).toEqual(new Set(values));
});
