import { type Platform, startPlatform } from "@latchkey/platform";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Graph, graphWith } from "../../support/graph.ts";

let platform: Platform;
let graph: Graph;
beforeAll(async () => {
  platform = await startPlatform();
  graph = await graphWith(platform, ["Directory.ReadWrite.All", "Application.ReadWrite.All"]);
});
afterAll(() => platform.stop());

const badJson =
  "Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format.";

test.each([
  ["/v1.0/devices", "devices"],
  ["/v1.0/domains/delta", "delta"],
  ["/v1.0/domains/microsoft.graph.delta", "microsoft.graph.delta"],
  ["/v1.0/users/a1de0000-0000-4000-8000-000000000002/photos/$ref", "photos"],
  ["/v1.0/users/$value", "$value"],
  ["/v1.0/", ""],
])("%s: an unknown or unsupported segment is 400", async (path, segment) => {
  const { status, body } = await graph(path);
  expect(status).toBe(400);
  expect(body.error).toMatchObject({
    code: "BadRequest",
    message: `Resource not found for the segment '${segment}'.`,
  });
});

test.each([
  ["PUT", "/v1.0/users"],
  ["DELETE", "/v1.0/users"],
  ["POST", "/v1.0/users/$count"],
  ["POST", "/v1.0/organization"],
  ["GET", "/v1.0/$batch"],
  ["GET", "/v1.0/applications/a1de0000-0000-4000-8000-000000000002/addPassword"],
])("%s %s is 405", async (method, path) => {
  const { status, body } = await graph(path, { method });
  expect(status).toBe(405);
  expect(body.error).toMatchObject({
    code: "Request_BadRequest",
    message: "Specified HTTP method is not allowed for the request target.",
  });
});

test("an appRoleAssignment cannot be queried directly", async () => {
  const { status, body } = await graph("/v1.0/appRoleAssignments/abc");
  expect([status, body.error.code]).toEqual([400, "Request_UnsupportedQuery"]);
  expect(body.error.message).toBe("Direct queries to this resource type are not supported.");
});

test.each([
  ["broken JSON", '{"displayName":', "application/json"],
  ["an array", "[]", "application/json"],
  ["a text", '"x"', "application/json"],
  ["another content type", "{}", "text/plain"],
])("a body that is %s is 400", async (_, body, contentType) => {
  const answer = await graph("/v1.0/applications", { method: "POST", body, headers: { "content-type": contentType } });
  expect(answer.status).toBe(400);
  expect(answer.body.error).toMatchObject({ code: "BadRequest", message: badJson });
});

test("a missing body is 400", async () => {
  const { status, body } = await graph("/v1.0/applications", { method: "POST" });
  expect([status, body.error.message]).toEqual([400, "Empty Payload. JSON content expected."]);
});

test.each([
  ["?$skip=1", "Request_BadRequest", "'$skip' is not supported by the service."],
  ["?$top=0", "Request_UnsupportedQuery", "Invalid page size specified: '0'. Must be between 1 and 999 inclusive."],
  [
    "?$top=1000",
    "Request_UnsupportedQuery",
    "Invalid page size specified: '1000'. Must be between 1 and 999 inclusive.",
  ],
  [
    "?$top=ten",
    "BadRequest",
    "Invalid value 'ten' for $top query option found. The $top query option requires a non-negative integer value.",
  ],
  [
    "?$top=-1",
    "BadRequest",
    "Invalid value '-1' for $top query option found. The $top query option requires a non-negative integer value.",
  ],
  ["?$format=xml", "Request_BadRequest", "Unrecognized query argument specified: '$format'."],
  ["?select=id", "Request_BadRequest", "Unrecognized query argument specified: 'select'."],
  [
    "?$top=1&$TOP=2",
    "BadRequest",
    "Query option '$top' was specified more than once, but it must be specified at most once.",
  ],
  [
    "?$select=nothing",
    "BadRequest",
    "Parsing OData Select and Expand failed: Could not find a property named 'nothing' on type 'microsoft.graph.user'.",
  ],
  [
    "?$select=displayName,tenantId",
    "BadRequest",
    "Parsing OData Select and Expand failed: Could not find a property named 'tenantId' on type 'microsoft.graph.user'.",
  ],
  [
    "?$expand=photos($select=id)",
    "BadRequest",
    "Parsing OData Select and Expand failed: Could not find a property named 'photos' on type 'microsoft.graph.user'.",
  ],
  ["?$skiptoken=nonsense", "Directory_ExpiredPageToken", expect.stringContaining("page token")],
])("the query %s is 400", async (options, code, message) => {
  const { status, body } = await graph(`/v1.0/users${options}`);
  expect(status).toBe(400);
  expect(body.error).toMatchObject({ code, message });
});

test("beta accepts query options without the dollar sign", async () => {
  expect((await graph("/beta/users?select=id&top=2")).body.value).toHaveLength(2);
});

test("a profile property is 501 on a list", async () => {
  const { status, body } = await graph("/v1.0/users?$select=aboutMe");
  expect(status).toBe(501);
  expect(body.error).toMatchObject({
    code: "NotImplemented",
    message: "This operation target is not yet supported.",
  });
});

test("query options for collections are refused for a single object", async () => {
  const { status, body } = await graph("/v1.0/users/a1de0000-0000-4000-8000-000000000002?$top=1");
  expect([status, body.error.code]).toEqual([400, "BadRequest"]);
  expect(body.error.message).toMatch(/The requested resource is not a collection\./);
});

test("invalid percent-encoding in the path is 400", async () => {
  expect((await graph("/v1.0/users/%E0%A4%A")).status).toBe(400);
});

test.each(["/v1.0/users", "/oidc/userinfo"])("a browser's preflight to %s is answered", async (path) => {
  const response = await platform.fetch(new Request(platform.url + path, { method: "OPTIONS" }));
  expect(response.status).toBe(204);
  const allowed = response.headers.get("access-control-allow-headers")?.split(", ");
  // What Microsoft's own Graph library sends from a browser.
  expect(allowed).toEqual(expect.arrayContaining(["Authorization", "SdkVersion", "client-request-id"]));
});
