import { type Platform, startPlatform } from "@latchkey/platform";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Graph, graphWith } from "../../support/graph.ts";

let platform: Platform;
let graph: Graph;
beforeAll(async () => {
  platform = await startPlatform();
  graph = await graphWith(platform, ["User.ReadWrite.All"]);
});
afterAll(() => platform.stop());

const password = "canary-Passw0rd";

function newUser(name: string, changes: Record<string, unknown> = {}) {
  return {
    accountEnabled: true,
    displayName: `New ${name}`,
    mailNickname: name,
    userPrincipalName: `${name}@${platform.tenant.domain}`,
    passwordProfile: { password, forceChangePasswordNextSignIn: false },
    ...changes,
  };
}

async function add(name: string, changes: Record<string, unknown> = {}): Promise<string> {
  const { status, body } = await graph("/v1.0/users", { method: "POST", body: newUser(name, changes) });
  expect(status).toBe(201);
  return body.id;
}

test("a new user is returned with 201, its location, and the id first", async () => {
  const { status, headers, body } = await graph("/v1.0/users", { method: "POST", body: newUser("first") });
  expect(status).toBe(201);
  expect(Object.keys(body)).toEqual([
    "@odata.context",
    "id",
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
  ]);
  expect(body["@odata.context"]).toBe(`${platform.url}/v1.0/$metadata#users/$entity`);
  expect(headers.get("location")).toBe(
    `${platform.url}/v2/${platform.tenant.id}/directoryObjects/${body.id}/Microsoft.DirectoryServices.User`,
  );
  expect((await graph(`/v1.0/users/${body.id}`)).body.displayName).toBe("New first");
});

test("a change is 204 without a body and takes effect at once", async () => {
  const id = await add("changed");
  const change = await graph(`/v1.0/users/${id}`, {
    method: "PATCH",
    body: {
      jobTitle: "Tester",
      businessPhones: ["+1 555 0100"],
      otherMails: ["t@fabrikam.example"],
      accountEnabled: false,
    },
  });
  expect([change.status, change.text]).toEqual([204, ""]);
  expect(change.headers.get("content-type")).toBeNull();
  expect(change.headers.get("odata-version")).toBeNull();
  const { body } = await graph(
    `/v1.0/users/${id}?$select=jobTitle,businessPhones,otherMails,accountEnabled,displayName`,
  );
  expect(body).toMatchObject({
    jobTitle: "Tester",
    businessPhones: ["+1 555 0100"],
    otherMails: ["t@fabrikam.example"],
    accountEnabled: false,
    displayName: "New changed",
  });
});

test("a deleted user is gone", async () => {
  const id = await add("deleted");
  expect((await graph(`/v1.0/users/${id}`, { method: "DELETE" })).status).toBe(204);
  expect((await graph(`/v1.0/users/${id}`)).status).toBe(404);
  expect((await graph(`/v1.0/users/${id}`, { method: "DELETE" })).status).toBe(404);
});

test.each(["accountEnabled", "displayName", "mailNickname", "userPrincipalName", "passwordProfile"])(
  "%s is required",
  async (property) => {
    const { status, body } = await graph("/v1.0/users", { method: "POST", body: newUser("r", { [property]: null }) });
    expect(status).toBe(400);
    expect(body.error).toMatchObject({
      code: "Request_BadRequest",
      message: `A value is required for property '${property}' of resource 'User'.`,
    });
  },
);

test.each([
  ["displayName", ""],
  ["displayName", 7],
  ["accountEnabled", "true"],
  ["mailNickname", "with space"],
  ["mailNickname", "a@b"],
  ["userPrincipalName", "no-at-sign"],
  ["userPrincipalName", "spa ce@contoso.onmicrosoft.com"],
  ["usageLocation", "USA"],
  ["businessPhones", ["1", "2"]],
  ["businessPhones", "1"],
  ["otherMails", ["not an address"]],
  ["userType", "Robot"],
  ["passwordProfile", { password, unknown: true }],
])("%s = %j is an invalid value", async (property, value) => {
  const { status, body } = await graph("/v1.0/users", { method: "POST", body: newUser("v", { [property]: value }) });
  expect(status).toBe(400);
  expect(body.error).toMatchObject({
    code: "Request_BadRequest",
    message: `Invalid value specified for property '${property}' of resource 'User'.`,
  });
});

test("an unknown property is refused", async () => {
  const { status, body } = await graph("/v1.0/users", { method: "POST", body: newUser("u", { shoeSize: 43 }) });
  expect([status, body.error.message]).toEqual([400, "Invalid property 'shoeSize'."]);
});

test.each(["id", "createdDateTime", "proxyAddresses"])("%s cannot be set", async (property) => {
  const { body } = await graph("/v1.0/users", { method: "POST", body: newUser("ro", { [property]: "x" }) });
  expect(body.error.message).toBe(`Property '${property}' is read-only and cannot be set.`);
});

test.each(["short1A", "alllowercase", "UPPER1234", "        "])("the password %s is too weak", async (weak) => {
  const { status, body } = await graph("/v1.0/users", {
    method: "POST",
    body: newUser("w", { passwordProfile: { password: weak } }),
  });
  expect(status).toBe(400);
  expect(body.error.message).toBe(
    "The specified password does not comply with password complexity requirements. Please provide a different password.",
  );
});

test("a taken user principal name is 400 with both details before innerError", async () => {
  const id = await add("taken");
  const { status, body } = await graph("/v1.0/users", {
    method: "POST",
    body: newUser("other", { userPrincipalName: `TAKEN@${platform.tenant.domain}` }),
  });
  const message = "Another object with the same value for property userPrincipalName already exists.";
  expect(status).toBe(400);
  expect(Object.keys(body.error)).toEqual(["code", "message", "details", "innerError"]);
  expect(body.error).toMatchObject({
    code: "Request_BadRequest",
    message,
    details: [
      { code: "ObjectConflict", message, target: "userPrincipalName" },
      { code: "ConflictingObjects", message, target: `User_${id}` },
    ],
  });
});

test("a user may keep its own user principal name", async () => {
  const id = await add("same");
  const body = { userPrincipalName: `same@${platform.tenant.domain}` };
  expect((await graph(`/v1.0/users/${id}`, { method: "PATCH", body })).status).toBe(204);
});

test("a user principal name needs a verified domain", async () => {
  const { status, body } = await graph("/v1.0/users", {
    method: "POST",
    body: newUser("d", { userPrincipalName: "d@fabrikam.example" }),
  });
  expect(status).toBe(400);
  expect(body.error.message).toBe(
    "The domain portion of the userPrincipalName property is invalid. You must use one of the verified domain names in your organization.",
  );
  expect(body.error.details).toMatchObject([{ code: "InvalidValue", target: "userPrincipalName" }]);
});

test("annotations in a body are ignored", async () => {
  expect(await add("annotated", { "@odata.type": "#microsoft.graph.user" })).toBeTruthy();
});

test("no password is in any response or event", async () => {
  const id = await add("secretive");
  await graph(`/v1.0/users/${id}`, { method: "PATCH", body: { passwordProfile: { password: "canary-Second1" } } });
  const { text } = await graph(`/v1.0/users/${id}?$select=passwordProfile,displayName`);
  expect(text + JSON.stringify(platform.events)).not.toContain("canary");
});
