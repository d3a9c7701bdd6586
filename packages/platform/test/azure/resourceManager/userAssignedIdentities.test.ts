import { type Platform, startPlatform } from "@latchkey/platform";
import { decodeJwt } from "jose";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { azureCliAppId } from "../../../src/directory/wellKnown.ts";
import { postForm, registerDaemon, type TokenResponse, tokenForm, tokenPath } from "../../support/daemon.ts";
import { addUser, password } from "../../support/signIn.ts";

const subscription = "/subscriptions/5d2f8a12-0000-4000-8000-000000000001";
const type = "Microsoft.ManagedIdentity/userAssignedIdentities";
const scope = "https://management.core.windows.net//.default";

let platform: Platform;
let administrator: string;
beforeAll(async () => {
  platform = await startPlatform();
  const { userPrincipalName, password: secret } = platform.tenant.administrator;
  administrator = await userToken(userPrincipalName, secret);
});
afterAll(() => platform.stop());

async function userToken(username: string, secret: string): Promise<string> {
  const form = { grant_type: "password", client_id: azureCliAppId, username, password: secret, scope };
  return (await postForm(platform, tokenPath(platform), form)).body.access_token;
}

async function send(method: string, path: string, body?: unknown, bearer = administrator): Promise<TokenResponse> {
  const headers = { authorization: `Bearer ${bearer}`, "content-type": "application/json" };
  const text = body === undefined || typeof body === "string" ? body : JSON.stringify(body);
  const url = `${platform.url}${path}?api-version=2023-01-31`;
  const response = await platform.fetch(
    new Request(url, { method, headers, ...(text === undefined ? {} : { body: text }) }),
  );
  const responseText = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    text: responseText,
    body: JSON.parse(responseText || "null"),
  };
}

/** A new resource group. */
async function addGroup(name: string): Promise<string> {
  const path = `${subscription}/resourceGroups/${name}`;
  expect((await send("PUT", path, { location: "West Europe" })).status).toBe(201);
  return path;
}

describe("a resource group", () => {
  test("is created, found in any letter case, listed, updated and deleted", async () => {
    const path = await addGroup("Apps");
    const group = {
      id: path,
      name: "Apps",
      type: "Microsoft.Resources/resourceGroups",
      location: "westeurope",
      tags: {},
      properties: { provisioningState: "Succeeded" },
    };
    expect((await send("GET", `${subscription}/resourcegroups/APPS`)).body).toEqual(group);
    expect((await send("HEAD", path)).status).toBe(204);
    const changed = await send("PUT", path.toLowerCase(), { location: "westeurope", tags: { team: "orders" } });
    expect([changed.status, changed.body]).toEqual([200, { ...group, tags: { team: "orders" } }]);
    expect((await send("GET", `${subscription}/resourceGroups`)).body).toEqual({ value: [changed.body] });
    expect((await send("DELETE", path)).status).toBe(200);
    expect((await send("HEAD", path)).status).toBe(404);
    expect((await send("GET", path)).body.error.code).toBe("ResourceGroupNotFound");
    expect((await send("DELETE", path)).status).toBe(404);
  });

  test("is deleted with its identities, and with no others", async () => {
    const [path, neighbour] = [await addGroup("short"), await addGroup("short-lived")];
    const created = await send("PUT", `${path}/providers/${type}/robot`, { location: "westeurope" });
    const other = await send("PUT", `${neighbour}/providers/${type}/robot`, { location: "westeurope" });
    await send("DELETE", path);
    expect((await send("GET", created.body.id)).body.error.code).toBe("ResourceNotFound");
    expect((await send("GET", other.body.id)).status).toBe(200);
  });

  test.each([
    ["a.", { location: "westeurope" }, "InvalidResourceGroupName"],
    ["without-place", {}, "LocationRequired"],
    ["odd-tags", { location: "westeurope", tags: { team: 1 } }, "InvalidRequestContent"],
    ["list", [], "InvalidRequestContent"],
    ["no-json", "{", "InvalidRequestContent"],
  ])("is not created as %s with %j", async (name, body, code) => {
    const { status, body: response } = await send("PUT", `${subscription}/resourceGroups/${name}`, body);
    expect([status, response.error.code]).toEqual([400, code]);
    expect((await send("HEAD", `${subscription}/resourceGroups/${name}`)).status).toBe(404);
  });

  test("cannot be moved", async () => {
    const path = await addGroup("settled");
    const { status, body } = await send("PUT", path, { location: "northeurope" });
    expect([status, body.error.code]).toEqual([409, "InvalidResourceLocation"]);
  });
});

describe("a user-assigned identity", () => {
  test("is created, found, listed, tagged and deleted", async () => {
    const group = await addGroup("robots");
    const path = `${group}/providers/${type}/Robot`;
    const created = await send("PUT", path, { location: "westeurope", tags: { team: "orders" } });
    expect([created.status, created.body]).toEqual([
      201,
      {
        id: `${subscription}/resourcegroups/robots/providers/${type}/Robot`,
        name: "Robot",
        type,
        location: "westeurope",
        tags: { team: "orders" },
        properties: {
          tenantId: platform.tenant.id,
          principalId: expect.stringMatching(/^[0-9a-f-]{36}$/),
          clientId: expect.stringMatching(/^[0-9a-f-]{36}$/),
        },
      },
    ]);
    expect((await send("GET", path.toLowerCase())).body).toEqual(created.body);
    expect((await send("GET", `${group}/providers/${type}`)).body).toEqual({ value: [created.body] });
    const again = await send("PUT", path.replace("robots/", "ROBOTS/"), { location: "West Europe" });
    expect([again.status, again.body]).toEqual([200, { ...created.body, tags: {} }]);
    const tagged = await send("PATCH", path, { tags: { a: "b" } });
    expect(tagged.body).toEqual({ ...created.body, tags: { a: "b" } });
    expect((await send("DELETE", path)).status).toBe(200);
    expect((await send("DELETE", path)).status).toBe(204);
    expect((await send("GET", path)).body.error.code).toBe("ResourceNotFound");
  });

  test("is not inherited by a new one of the same name, nor confused with one that has the same prefix", async () => {
    const group = await addGroup("alike");
    const path = `${group}/providers/${type}/robot`;
    const { id } = (await send("PUT", path, { location: "northeurope", tags: { a: "b" } })).body;
    await send("PUT", `${path}-2`, { location: "westeurope" });
    await send("DELETE", path);
    expect((await send("GET", path)).status).toBe(404);
    platform.directory.registerManagedIdentity({ displayName: "robot", assignment: "user", resourceId: id });
    expect((await send("GET", path)).body).toMatchObject({ id, tags: {}, location: "westeurope" });
  });

  test("is the service principal for which IMDS issues a token", async () => {
    const path = `${await addGroup("hosts")}/providers/${type}/worker`;
    const { clientId, principalId } = (await send("PUT", path, { location: "westeurope" })).body.properties;
    const { AZURE_POD_IDENTITY_AUTHORITY_HOST: host } = await platform.managedIdentity("imds");
    const query = new URLSearchParams({
      "api-version": "2018-02-01",
      resource: "https://graph.microsoft.com/",
      msi_res_id: path.toUpperCase(),
    });
    const url = `${host}/metadata/identity/oauth2/token?${query}`;
    const requestToken = () => fetch(url, { headers: { metadata: "true" } });
    const response = (await (await requestToken()).json()) as { access_token: string };
    expect(decodeJwt(response.access_token)).toMatchObject({
      appid: clientId,
      oid: principalId,
      xms_mirid: `${subscription}/resourcegroups/hosts/providers/${type}/worker`,
    });
    await send("DELETE", path);
    expect((await requestToken()).status).toBe(400);
  });

  test("is listed in the subscription when a program registered it", async () => {
    const resourceId = `${subscription}/resourcegroups/registered/providers/${type}/registered`;
    const { clientId } = platform.directory.registerManagedIdentity({
      displayName: "registered",
      assignment: "user",
      resourceId,
    });
    platform.directory.registerManagedIdentity({
      displayName: "machine",
      assignment: "system",
      resourceId: `${subscription}/resourcegroups/registered/providers/Microsoft.Compute/virtualMachines/machine`,
    });
    const { value } = (await send("GET", `${subscription}/providers/${type}`)).body;
    const listed = value.filter(({ id }: { id: string }) => id.includes("/registered/"));
    expect(listed).toEqual([
      expect.objectContaining({ id: resourceId, properties: expect.objectContaining({ clientId }) }),
    ]);
  });

  test.each([
    ["robots-gone/providers/x/y", "NotFound"],
    [`no-such-group/providers/${type}/robot`, "ResourceGroupNotFound"],
  ])("is not created at %s", async (path, code) => {
    const { status, body } = await send("PUT", `${subscription}/resourceGroups/${path}`, { location: "westeurope" });
    expect([status, body.error.code]).toEqual([404, code]);
  });

  test.each(["ab", "-robot", "a.b", "x".repeat(129)])("cannot be named %s", async (name) => {
    const group = `${subscription}/resourceGroups/names`;
    const place = { location: "westeurope" };
    expect((await send("PUT", group, place)).body.name).toBe("names");
    const { status, body } = await send("PUT", `${group}/providers/${type}/${name}`, place);
    expect([status, body.error.code]).toEqual([400, "InvalidResourceName"]);
  });
});

describe("a user who is not a Global Administrator", () => {
  test("may read, and gets an error with the role that writing requires", async () => {
    const group = await addGroup("closed");
    const person = addUser(platform);
    const bearers = [await userToken(person.userPrincipalName, password)];
    const daemon = tokenForm(registerDaemon(platform), { scope });
    bearers.push((await postForm(platform, tokenPath(platform), daemon)).body.access_token);
    for (const bearer of bearers) {
      expect((await send("GET", group, undefined, bearer)).status).toBe(200);
      for (const [method, path, action] of [
        ["DELETE", group, "Microsoft.Resources/resourceGroups/delete"],
        ["PUT", `${group}/providers/${type}/robot`, `${type}/write`],
      ] as const) {
        const { status, body } = await send(method, path, { location: "westeurope" }, bearer);
        expect([status, body.error.code]).toEqual([403, "AuthorizationFailed"]);
        expect(body.error.message).toContain(`'${action}' over scope '${path}'`);
      }
    }
    expect((await send("GET", group)).status).toBe(200);
  });
});

test("an unknown subscription has no resources", async () => {
  const { status, body } = await send("GET", "/subscriptions/other/resourceGroups");
  expect([status, body.error.code]).toEqual([404, "SubscriptionNotFound"]);
});

test("the identity of a host is returned at the host's own path", async () => {
  const host = `${subscription}/resourceGroups/hosts/providers/Microsoft.Compute/virtualMachines/vm1`;
  const path = (of: string) => `${of}/providers/Microsoft.ManagedIdentity/identities/default`;
  const identity = platform.directory.registerManagedIdentity({
    displayName: "vm1",
    assignment: "system",
    resourceId: host,
  });
  const { status, body } = await send("GET", path(host.toUpperCase().replace("/SUBSCRIPTIONS", "/subscriptions")));
  expect([status, body]).toEqual([
    200,
    {
      id: path(host),
      name: "default",
      type: "Microsoft.ManagedIdentity/identities",
      properties: { tenantId: platform.tenant.id, principalId: identity.objectId, clientId: identity.clientId },
    },
  ]);
  const robot = `${subscription}/resourceGroups/hosts/providers/${type}/robot`;
  platform.directory.registerManagedIdentity({ displayName: "robot", assignment: "user", resourceId: robot });
  for (const other of [host.replace("vm1", "vm2"), robot]) {
    expect((await send("GET", path(other))).body.error.code).toBe("ResourceNotFound");
  }
});
