import { afterAll, expect, test } from "vitest";
import { addRoleMember } from "../../../src/directory/directoryRoles/directoryRoles.ts";
import { globalAdministrator } from "../../../src/directory/directoryRoles/roleTemplates.ts";
import { openBareGraph } from "../../support/bareGraph.ts";

const origin = "https://localhost:8443";
const graph = openBareGraph(origin);
afterAll(() => graph.close());

const administrator = "a1de0000-0000-4000-8000-000000000001";
const adele = "a1de0000-0000-4000-8000-000000000002";

async function as(
  oid: string,
  scp: string,
  path: string,
  init: RequestInit = {},
): Promise<{ status: number; body: unknown }> {
  graph.claims({ oid, scp, appid: "04b07795-8ddb-461a-bbee-02f9e1bf7b46" });
  const response = await graph.request(`${origin}/v1.0${path}`, {
    ...init,
    headers: { "content-type": "application/json" },
  });
  const text = await response.text();
  return { status: response.status, body: text === "" ? undefined : JSON.parse(text) };
}

test("/me is the signed-in user", async () => {
  const { status, body } = await as(adele, "User.Read", "/me");
  expect(status).toBe(200);
  expect(body).toMatchObject({ displayName: "Adele Moreau", id: adele });
});

test("User.Read covers the user's own object only", async () => {
  expect((await as(adele, "User.Read", `/users/${adele}`)).status).toBe(200);
  expect((await as(adele, "User.Read", `/users/${administrator}`)).status).toBe(403);
  expect((await as(adele, "User.Read", "/users")).status).toBe(403);
});

test("delegated permissions are checked against their own list", async () => {
  expect((await as(adele, "openid User.ReadBasic.All", "/users")).status).toBe(200);
});

test("a change requires a directory role of the user beside the scope", async () => {
  const change = { method: "PATCH", body: JSON.stringify({ jobTitle: "Buyer" }) };
  expect((await as(adele, "User.ReadWrite.All", `/users/${administrator}`, change)).status).toBe(403);
  expect(graph.events.at(-1)).toMatchObject({
    why: "403: the signed-in user has no directory role that allows PATCH /users/{id}",
    userId: adele,
  });
  addRoleMember(graph.directory, globalAdministrator.templateId, adele);
  expect((await as(adele, "User.ReadWrite.All", `/users/${administrator}`, change)).status).toBe(204);
});

test("without the scope, the log names the scopes", async () => {
  await as(administrator, "User.Read", "/applications");
  expect(graph.events.at(-1)?.why).toBe(
    "403: the token's scopes are User.Read; GET /applications needs one of Application.Read.All, " +
      "Application.ReadWrite.All, Directory.Read.All, Directory.ReadWrite.All",
  );
});
