import { expect, test } from "vitest";
import { openBareGraph } from "../support/bareGraph.ts";

test.each(["/users", "/v2.0/users", "/"])("the path %s has no version", async (path) => {
  const graph = openBareGraph("https://graph.microsoft.com");
  const response = await graph.request(`https://graph.microsoft.com${path}`);
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({ error: { code: "BadRequest", message: "Invalid version." } });
  graph.close();
});

test("at Graph's real host, contexts, links and the challenge have real hosts", async () => {
  const graph = openBareGraph("https://localhost:8443");
  graph.claims({ roles: ["User.Read.All"] });
  const body = await (await graph.request("https://graph.microsoft.com/v1.0/users?$top=1")).json();
  expect(body["@odata.context"]).toBe("https://graph.microsoft.com/v1.0/$metadata#users");
  expect(body["@odata.nextLink"]).toMatch(/^https:\/\/graph\.microsoft\.com\/v1\.0\/users\?\$top=1&\$skiptoken=RFNwdA/);
  graph.claims({ exp: 0 });
  const refused = await graph.request("https://graph.microsoft.com/v1.0/users");
  expect(refused.headers.get("www-authenticate")).toBe(
    'Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize", client_id="00000003-0000-0000-c000-000000000000"',
  );
  graph.close();
});

test("an internal failure is 500 in Graph's format, and the log has the reason", async () => {
  const graph = openBareGraph("https://localhost:8443");
  graph.claims({ roles: ["User.Read.All"] });
  graph.close();
  const response = await graph.request("https://localhost:8443/v1.0/users");
  expect(response.status).toBe(500);
  expect(await response.json()).toHaveProperty("error.innerError.request-id");
  expect(graph.events.at(-1)?.why).toMatch(/^500: the platform itself failed: .+; please report it$/);
});
