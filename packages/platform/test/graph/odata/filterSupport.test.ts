import { type Platform, startPlatform } from "@latchkey/platform";
import { afterAll, beforeAll, expect, test } from "vitest";
import { advanced, type Graph, graphWith, query } from "../../support/graph.ts";

let platform: Platform;
let graph: Graph;
beforeAll(async () => {
  platform = await startPlatform();
  graph = await graphWith(platform, ["User.Read.All", "Application.Read.All"]);
  platform.directory.createUser({
    userPrincipalName: `guest@${platform.tenant.domain}`,
    displayName: "Zoë Øst",
    userType: "Guest",
    otherMails: ["zoe@fabrikam.example", "z@proseware.example"],
    department: null,
  });
});
afterAll(() => platform.stop());

async function names(filter: string, headers: Record<string, string> = {}, more: Record<string, string> = {}) {
  const { status, body } = await graph(`/v1.0/users${query({ filter, ...more })}`, { headers });
  return status === 200 ? body.value.map(({ displayName }: { displayName: string }) => displayName) : body.error;
}

const count = { count: "true" };

test.each([
  ["displayName eq 'Adele Moreau'", ["Adele Moreau"]],
  ["DISPLAYNAME EQ 'adele MOREAU'", ["Adele Moreau"]],
  ["displayName eq 'Laura O''Neill'", ["Laura O'Neill"]],
  ["displayName eq 'ZOË øst'", ["Zoë Øst"]],
  ["startswith(displayName,'ad')", ["Ada Winters", "Adele Moreau"]],
  ["startsWith( displayName , 'A' ) and department eq 'Retail'", ["Adele Moreau"]],
  ["surname in ('Moreau', 'Ricci')", ["Adele Moreau", "Bianca Ricci"]],
  ["userPrincipalName eq 'ADMIN@contoso.onmicrosoft.com'", ["Ada Winters"]],
  ["mail eq 'adele.moreau@contoso.onmicrosoft.com'", ["Adele Moreau"]],
  ["id eq 'A1DE0000-0000-4000-8000-000000000002'", ["Adele Moreau"]],
  [
    "id in ('a1de0000-0000-4000-8000-000000000001','a1de0000-0000-4000-8000-000000000002')",
    ["Ada Winters", "Adele Moreau"],
  ],
  ["userType eq 'Guest'", ["Zoë Øst"]],
  ["otherMails/any(m:m eq 'zoe@fabrikam.example')", ["Zoë Øst"]],
  ["otherMails/any(m:startswith(m,'z@'))", ["Zoë Øst"]],
  ["createdDateTime le 2021-03-16T09:00:00Z", ["Ada Winters", "Adele Moreau"]],
  ["createdDateTime ge 2021-03-16 and createdDateTime le 2021-03-17T09:00:00+00:00", ["Adele Moreau", "Alex Ferreira"]],
  ["(surname eq 'Moreau' or surname eq 'Ricci') and givenName eq 'Bianca'", ["Bianca Ricci"]],
  ["surname eq 'Moreau' or surname eq 'Ricci' and givenName eq 'Nobody'", ["Adele Moreau"]],
  ["givenName ge 'yara'", ["Yara de Vries"]],
])("%s needs no advanced parameters", async (filter, expected) => {
  expect((await names(filter)).sort()).toEqual([...expected].sort());
});

test("accountEnabled is compared with true and false", async () => {
  expect(await names("accountEnabled eq false")).toEqual(["Tomás Silva"]);
  expect(await names("accountEnabled eq true")).toHaveLength(30);
});

test.each([
  ["displayName ne 'Adele Moreau' and startswith(displayName,'ad')", ["Ada Winters"]],
  ["not(startswith(displayName,'Ada')) and startswith(displayName,'Ad')", ["Adele Moreau"]],
  ["NOT startswith(displayName,'Ada') and startswith(displayName,'Ad')", ["Adele Moreau"]],
  ["endsWith(mail,'MOREAU@contoso.onmicrosoft.com')", ["Adele Moreau"]],
  ["endswith(userPrincipalName,'t@contoso.onmicrosoft.com') and userType eq 'Guest'", ["Zoë Øst"]],
  ["otherMails/any(m:endswith(m,'@proseware.example'))", ["Zoë Øst"]],
  ["department eq null", ["Zoë Øst"]],
  ["officeLocation eq '18/2111'", ["Adele Moreau"]],
  ["not(otherMails/any(m:m eq 'zoe@fabrikam.example')) and startswith(displayName,'Adele')", ["Adele Moreau"]],
])("%s works in an advanced query", async (filter, expected) => {
  expect((await names(filter, advanced, count)).sort()).toEqual([...expected].sort());
});

const unsupported = (property: string) =>
  `Unsupported or invalid query filter clause specified for property '${property}' of resource 'User'.`;
const needsAdvanced = (operator: string) =>
  `Operator '${operator}' is not supported because the required parameters might be missing. Try adding $count=true query parameter and ConsistencyLevel:eventual header. Refer to https://aka.ms/graph-docs/advanced-queries for more information`;

test.each([
  ["displayName ne 'x'", "Filter operator 'NotEqualsMatch' is not supported."],
  ["not startswith(displayName,'x')", needsAdvanced("not")],
  ["endswith(mail,'x')", needsAdvanced("endsWith")],
  ["officeLocation eq '18/2111'", unsupported("officeLocation")],
  ["department eq null", unsupported("department")],
])("%s without advanced parameters is an unsupported query", async (filter, message) => {
  expect(await names(filter)).toMatchObject({ code: "Request_UnsupportedQuery", message });
});

test.each([
  ["the header alone", advanced, {}],
  ["$count=true alone", {}, count],
])("%s does not make a query advanced", async (_, headers, more) => {
  expect(await names("displayName ne 'x'", headers, more)).toMatchObject({ code: "Request_UnsupportedQuery" });
});

test.each([
  ["contains(displayName,'x')", "Filter operator 'Contains' is not supported."],
  ["endswith(displayName,'x')", unsupported("displayName")],
  ["createdDateTime gt 2021-01-01T00:00:00Z", unsupported("createdDateTime")],
  ["displayName lt 'x'", unsupported("displayName")],
  ["assignedLicenses/any()", unsupported("assignedLicenses")],
  ["employeeType eq 'x'", unsupported("employeeType")],
])("%s is not supported, even in an advanced query", async (filter, message) => {
  expect(await names(filter, advanced, count)).toMatchObject({ code: "Request_UnsupportedQuery", message });
});

const syntax = (reason: string) => `Invalid filter clause: ${reason}`;
const types = (left: string, right: string) =>
  syntax(
    `A binary operator with incompatible types was detected. Found operand types '${left}' and '${right}' for operator kind 'Equal'.`,
  );

test.each([
  ["nothing eq 'x'", syntax("Could not find a property named 'nothing' on type 'microsoft.graph.user'.")],
  ["displayName eq", syntax("Syntax error at position 14 in 'displayName eq'.")],
  ["displayName 'x'", syntax("Syntax error at position 12 in 'displayName 'x''.")],
  ["displayName eq 'x", syntax("There is an unterminated string literal at position 17 in 'displayName eq 'x'.")],
  ["(displayName eq 'x'", syntax("Syntax error at position 19 in '(displayName eq 'x''.")],
  ["displayName eq 'x' and", syntax("Syntax error at position 22 in 'displayName eq 'x' and'.")],
  ["displayName eq 'x';", syntax("Syntax error: character ';' is not valid at position 18 in 'displayName eq 'x';'.")],
  ["not displayName eq 'x'", syntax("Syntax error at position 22 in 'not displayName eq 'x''.")],
  ["'x' eq displayName", syntax("Syntax error at position 0 in ''x' eq displayName'.")],
  ["length(displayName) eq 3", syntax("Syntax error at position 0 in 'length(displayName) eq 3'.")],
  ["otherMails/all(m:m eq 'x')", syntax("Syntax error at position 11 in 'otherMails/all(m:m eq 'x')'.")],
  ["", syntax("Syntax error at position 0 in ''.")],
  ["displayName eq 3", types("Edm.String", "Edm.Int32")],
  ["accountEnabled eq 'true'", types("Edm.Boolean", "Edm.String")],
  ["createdDateTime eq '2021-01-01'", types("Edm.DateTimeOffset", "Edm.String")],
  ["otherMails eq 'x'", types("Collection(Edm.String)", "Edm.String")],
  ["id eq a1de0000-0000-4000-8000-000000000002", types("Edm.String", "Edm.Guid")],
])("%s is an invalid clause", async (filter, message) => {
  const { status, body } = await graph(`/v1.0/users${query({ filter, count: "true" })}`, { headers: advanced });
  expect(status).toBe(400);
  expect(body.error).toMatchObject({ code: "BadRequest", message });
});

test("deep nesting is refused without overflowing the stack", async () => {
  const filter = `${"(".repeat(5000)}accountEnabled eq true${")".repeat(5000)}`;
  expect(await names(filter)).toMatchObject({ code: "BadRequest" });
});

test("sixteen alternatives are too many by default and allowed in an advanced query", async () => {
  const ids = Array.from({ length: 16 }, (_, index) => `'a1de0000-0000-4000-8000-0000000000${10 + index}'`);
  expect(await names(`id in (${ids})`)).toMatchObject({
    code: "Request_UnsupportedQuery",
    message:
      "Too many child clauses specified in search filter expression containing 'OR' operators: 16. Max allowed: 15.",
  });
  expect(await names(`id in (${ids})`, advanced, count)).toHaveLength(16);
});

test.each([
  ["applications", "appId eq '04b07795-8ddb-461a-bbee-02f9e1bf7b46'", 0],
  ["servicePrincipals", "appId eq '00000003-0000-0000-C000-000000000000'", 1],
  ["servicePrincipals", "servicePrincipalNames/any(c:c eq 'https://GRAPH.microsoft.com')", 1],
  ["servicePrincipals", "servicePrincipalNames/any(c:c eq 'https://nobody.example')", 0],
  [
    "servicePrincipals",
    "appOwnerOrganizationId eq f8cdef31-a31e-4b4a-93e4-5f571e91255a and startswith(displayName,'Azure')",
    3,
  ],
  ["servicePrincipals", "servicePrincipalType eq 'ManagedIdentity'", 0],
  ["applications", "startswith(displayName,'Daem')", 1],
  ["applications", "identifierUris/any(s:s eq 'api://nothing')", 0],
])("the requests of Azure CLI work: /%s with %s", async (set, filter, expected) => {
  const { status, body } = await graph(`/v1.0/${set}${query({ filter })}`);
  expect(status).toBe(200);
  expect(body.value).toHaveLength(expected);
});

test("parentheses, quotes and commas may be raw or percent-encoded", async () => {
  const raw = await graph("/v1.0/users?$filter=startswith(displayName,'Adele')");
  const encoded = await graph("/v1.0/users?%24filter=startswith%28displayName%2C%27Adele%27%29");
  const plus = await graph("/v1.0/users?$filter=surname+eq+'Moreau'");
  for (const { body } of [raw, encoded, plus]) {
    expect(body.value).toHaveLength(1);
  }
});
