import { type Platform, startPlatform } from "@latchkey/platform";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { type Daemon, getJson, postForm, registerDaemon, tokenForm, tokenPath } from "../../support/daemon.ts";

let platform: Platform;
let daemon: Daemon;
beforeAll(async () => {
  platform = await startPlatform();
  daemon = registerDaemon(platform);
});
afterAll(() => platform.stop());
beforeEach(() => platform.faults.clear());

const requestToken = () => postForm(platform, tokenPath(platform), tokenForm(daemon));

test("changes a member of a JSON response", async () => {
  platform.once("beforeResponse", ({ body }) => {
    if (typeof body === "object") {
      body["expires_in"] = 5;
    }
  });
  const { status, body } = await requestToken();
  expect([status, body.expires_in, body.token_type]).toEqual([200, 5, "Bearer"]);
});

test("changes status and headers, and keeps the others", async () => {
  platform.once("beforeResponse", (response) => {
    response.status = 503;
    response.headers.set("Retry-After", "9");
    response.headers.delete("pragma");
  });
  const { status, headers } = await requestToken();
  expect([status, headers.get("retry-after"), headers.get("pragma")]).toEqual([503, "9", null]);
  expect(headers.getSetCookie()).toHaveLength(3);
  expect(headers.get("content-type")).toBe("application/json; charset=utf-8");
});

test("replaces the body with any text", async () => {
  platform.once("beforeResponse", (response) => {
    response.body = "<html>";
  });
  const response = await platform.fetch(
    new Request(`${platform.url}/${platform.tenant.id}/v2.0/.well-known/openid-configuration`),
  );
  expect(await response.text()).toBe("<html>");
});

test("passes the listener the request and its caller", async () => {
  const seen: unknown[] = [];
  platform.once("beforeResponse", ({ headers: _, body: __, ...rest }) => {
    seen.push(rest);
  });
  await requestToken();
  expect(seen).toEqual([
    {
      method: "POST",
      path: tokenPath(platform),
      endpoint: "token",
      clientId: daemon.appId,
      tenantId: platform.tenant.id,
      grantType: "client_credentials",
      status: 200,
    },
  ]);
});

test("passes pages as text", async () => {
  const seen: unknown[] = [];
  platform.once("beforeResponse", ({ body }) => {
    seen.push(typeof body);
  });
  await platform.fetch(new Request(`${platform.url}/${platform.tenant.id}/adminconsent?client_id=${daemon.appId}`));
  expect(seen).toEqual(["string"]);
});

test("runs after a fault, and receives its response", async () => {
  platform.faults.add({ status: 500, count: 1 });
  const seen: number[] = [];
  platform.once("beforeResponse", ({ status }) => {
    seen.push(status);
  });
  await requestToken();
  expect(seen).toEqual([500]);
});

test("awaits the listeners in the order in which they were added", async () => {
  const order: number[] = [];
  platform.once("beforeResponse", async () => {
    await new Promise(setImmediate);
    order.push(1);
  });
  platform.once("beforeResponse", () => {
    order.push(2);
  });
  await getJson(platform, "/common/discovery/instance?authorization_endpoint=https://localhost/x");
  expect(order).toEqual([1, 2]);
});

test("answers 500 and names the listener when it throws", async () => {
  platform.once("beforeResponse", () => {
    throw new Error("the test is wrong");
  });
  expect((await requestToken()).status).toBe(500);
  expect(platform.events.at(-1)?.why).toBe("the beforeResponse listener of this program failed: the test is wrong");
});

test("shows the failure as a page in a browser", async () => {
  platform.once("beforeResponse", () => {
    throw new Error("the test is wrong");
  });
  const request = new Request(`${platform.url}/devicelogin`, { headers: { accept: "text/html,*/*" } });
  const response = await platform.fetch(request);
  expect(response.status).toBe(500);
  expect(await response.text()).toMatch(/AADSTS50000.*In plain words: the beforeResponse listener/s);
});
