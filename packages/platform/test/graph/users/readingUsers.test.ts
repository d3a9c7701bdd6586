import { type Platform, startPlatform } from "@latchkey/platform";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Graph, graphAs, graphToken, graphWith, query } from "../../support/graph.ts";

let platform: Platform;
let graph: Graph;
let adele: string;
beforeAll(async () => {
  platform = await startPlatform();
  graph = await graphWith(platform, ["User.Read.All"]);
  adele = platform.directory.findUser(`adele.moreau@${platform.tenant.domain}`)?.id ?? "";
});
afterAll(() => platform.stop());

const defaults = [
  "businessPhones",
  "displayName",
  "givenName",
  "jobTitle",
  "mail",
  "mobilePhone",
  "officeLocation",
  "preferredLanguage",
  "surname",
  "userPrincipalName",
  "id",
];

test("a list has the eleven default properties in Graph's order, the id last", async () => {
  const { status, body } = await graph("/v1.0/users");
  expect(status).toBe(200);
  expect(Object.keys(body)).toEqual(["@odata.context", "value"]);
  expect(body["@odata.context"]).toBe(`${platform.url}/v1.0/$metadata#users`);
  expect(body.value).toHaveLength(30);
  for (const user of body.value) {
    expect(Object.keys(user)).toEqual(defaults);
  }
});

test("a user is read by object id", async () => {
  const { status, body } = await graph(`/v1.0/users/${adele}`);
  expect(status).toBe(200);
  expect(Object.keys(body)).toEqual(["@odata.context", ...defaults]);
  expect(body).toMatchObject({
    "@odata.context": `${platform.url}/v1.0/$metadata#users/$entity`,
    displayName: "Adele Moreau",
    jobTitle: "Retail Manager",
    officeLocation: "18/2111",
    id: adele,
  });
});

test.each([
  ["the sign-in name, whatever its letter case", "/v1.0/users/Adele.Moreau@Contoso.onmicrosoft.com"],
  ["a quoted key", "/v1.0/users('adele.moreau@contoso.onmicrosoft.com')"],
  ["segments in other letter case", "/v1.0/USERS/adele.moreau@contoso.onmicrosoft.com"],
  ["the beta version", "/beta/users/adele.moreau@contoso.onmicrosoft.com"],
])("a user is read by %s", async (_, path) => {
  expect((await graph(path)).body.id).toBe(adele);
});

test("a user principal name that starts with a dollar sign is found by its quoted key", async () => {
  const { id } = platform.directory.createUser({
    userPrincipalName: `$svc@${platform.tenant.domain}`,
    displayName: "Service account",
  });
  expect((await graph(`/v1.0/users('$svc@${platform.tenant.domain}')`)).body.id).toBe(id);
});

test("an apostrophe in a quoted key is doubled", async () => {
  const upn = `laura.o'brien@${platform.tenant.domain}`;
  const { id } = platform.directory.createUser({ userPrincipalName: upn, displayName: "Laura O'Brien" });
  expect((await graph(`/v1.0/users('${upn.replace("'", "''")}')`)).body.id).toBe(id);
});

test("$select returns only the selected properties, which the context lists", async () => {
  const { body } = await graph(`/v1.0/users/${adele}${query({ select: "displayName,accountEnabled" })}`);
  expect(body).toEqual({
    "@odata.context": `${platform.url}/v1.0/$metadata#users(displayName,accountEnabled)/$entity`,
    displayName: "Adele Moreau",
    accountEnabled: true,
  });
});

test("$select ignores case and returns the canonical names", async () => {
  const { body } = await graph(`/v1.0/users${query({ select: "DISPLAYNAME", top: 1 })}`);
  expect(Object.keys(body.value[0])).toEqual(["displayName"]);
  expect(body["@odata.context"]).toMatch(/#users\(displayName\)$/);
});

test("properties that no local user has set can be selected", async () => {
  const { body } = await graph(`/v1.0/users/${adele}${query({ select: "assignedLicenses,onPremisesSyncEnabled" })}`);
  expect(body).toMatchObject({ assignedLicenses: [], onPremisesSyncEnabled: null });
});

test("an unknown user is 404 with Graph's text", async () => {
  const { status, body } = await graph("/v1.0/users/nobody@contoso.onmicrosoft.com");
  expect(status).toBe(404);
  expect(body.error).toMatchObject({
    code: "Request_ResourceNotFound",
    message:
      "Resource 'nobody@contoso.onmicrosoft.com' does not exist or one of its queried reference-property objects are not present.",
  });
});

test("the context has the host that the caller used", async () => {
  const token = await graphToken(platform, ["User.Read.All"]);
  const origin = platform.url.replace("localhost", "127.0.0.1");
  const byAddress = graphAs(platform, `Bearer ${token}`, origin);
  const { body } = await byAddress("/v1.0/users?$top=2");
  expect(body["@odata.context"]).toBe(`${origin}/v1.0/$metadata#users`);
  expect(body["@odata.nextLink"].startsWith(`${origin}/v1.0/users?$top=2&$skiptoken=RFNwdA`)).toBe(true);
});

test("a success has Graph's headers", async () => {
  const { headers } = await graph("/v1.0/users");
  expect(headers.get("content-type")).toBe(
    "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8",
  );
  expect(headers.get("odata-version")).toBe("4.0");
  expect(headers.get("cache-control")).toBe("no-cache");
  expect(headers.get("vary")).toBe("Accept-Encoding");
  expect(headers.get("x-ms-resource-unit")).toBe("2");
  expect(JSON.parse(headers.get("x-ms-ags-diagnostic") ?? "")).toHaveProperty("ServerInfo");
  expect(headers.get("client-request-id")).toBe(headers.get("request-id"));
});

test("client-request-id is returned", async () => {
  const id = "5b0f4c1e-7b1f-4f0a-9b43-0d6a4f1f4a10";
  const { headers } = await graph("/v1.0/users", { headers: { "client-request-id": id } });
  expect(headers.get("client-request-id")).toBe(id);
  expect(headers.get("request-id")).not.toBe(id);
});
