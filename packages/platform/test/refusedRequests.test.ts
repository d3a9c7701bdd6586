import { type Platform, startPlatform } from "@latchkey/platform";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Daemon, postForm, registerDaemon, tokenForm, tokenPath } from "./support/daemon.ts";
import { graphToken } from "./support/graph.ts";

const unknownId = "11111111-2222-3333-4444-555555555555";
const armScope = "https://management.azure.com/.default";

let platform: Platform;
let daemon: Daemon;
beforeAll(async () => {
  platform = await startPlatform();
  daemon = registerDaemon(platform);
});
afterAll(() => platform.stop());

describe("a refused token request is logged with everything known by then", () => {
  const tenantId = (): string => platform.tenant.id;
  const grantType = "client_credentials";
  const rows = [
    { name: "nothing of an unknown grant", changes: { grant_type: "magic" }, known: () => ({}) },
    { name: "the grant without a client", changes: { client_id: undefined }, known: () => ({ grantType }) },
    {
      name: "the client that sends no scope",
      changes: { scope: undefined },
      known: () => ({ grantType, clientId: daemon.appId }),
    },
    {
      name: "the tenant without the client",
      changes: { client_id: unknownId },
      known: () => ({ grantType, clientId: unknownId, tenantId: tenantId() }),
    },
    {
      name: "all of another secret",
      changes: { client_secret: "wrong" },
      known: () => ({ grantType, clientId: daemon.appId, tenantId: tenantId() }),
    },
    {
      name: "all of a request that the grant refuses",
      changes: { scope: "api://unknown/.default" },
      known: () => ({ grantType, clientId: daemon.appId, tenantId: tenantId() }),
    },
  ];
  test.each(rows)("$name", async ({ changes, known }) => {
    await postForm(platform, tokenPath(platform), tokenForm(daemon, changes));
    const { grantType: grant, clientId, tenantId: tenant, type } = platform.events.at(-1) ?? {};
    expect({ type, grantType: grant, clientId, tenantId: tenant }).toEqual({
      type: "token",
      grantType: undefined,
      clientId: undefined,
      tenantId: undefined,
      ...known(),
    });
  });
});

describe("a refused request to an API is logged with its caller once that is known", () => {
  async function send(path: string, token: string, init: RequestInit = {}): Promise<Response> {
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
    return platform.fetch(new Request(`${platform.url}${path}`, { ...init, headers }));
  }

  test.each([
    ["/v1.0/users", "an invalid token", () => "not.a.token", false],
    ["/v1.0/users", "one without permissions", () => graphToken(platform, []), true],
    ["/v1.0/users?$top=0", "an invalid page", () => graphToken(platform, ["User.Read.All"]), true],
    ["/v1.0/nowhere", "an unknown path", () => graphToken(platform, ["User.Read.All"]), true],
    ["/subscriptions?api-version=2022-12-01", "an invalid token for Azure", () => "not.a.token", false],
    ["/subscriptions", "no version of Azure's API", () => graphToken(platform, [], armScope), true],
  ])("%s with %s", async (path, _, token, isKnown) => {
    const { status } = await send(path, await token());
    const event = platform.events.at(-1);
    expect(event?.status).toBe(status);
    expect(status).toBeGreaterThanOrEqual(400);
    expect([event?.clientId !== undefined, event?.tenantId]).toEqual([
      isKnown,
      isKnown ? platform.tenant.id : undefined,
    ]);
  });

  test("and is charged like an answered one", async () => {
    const token = await graphToken(platform, []);
    expect((await send("/v1.0/users?$expand=manager", token)).headers.get("x-ms-resource-unit")).toBe("3");
  });

  test("and changes nothing, whatever it was going to create first", async () => {
    const token = await graphToken(platform, ["Group.ReadWrite.All"]);
    const body = {
      displayName: "Half made",
      mailEnabled: false,
      mailNickname: "half",
      securityEnabled: true,
      "owners@odata.bind": [`${platform.url}/v1.0/users/${unknownId}`],
    };
    const refused = await send("/v1.0/groups", token, { method: "POST", body: JSON.stringify(body) });
    expect(refused.status).toBe(404);
    const groups = await send("/v1.0/groups?$filter=displayName eq 'Half made'", token);
    expect(JSON.parse(await groups.text()).value).toEqual([]);
  });
});
