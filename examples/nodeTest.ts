// A local platform for node:test, called like any OAuth service: `node --test examples/nodeTest.ts`.
import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { type Platform, startPlatform } from "@latchkey/platform";

let platform: Platform;
before(async () => {
  platform = await startPlatform({ seed: new URL("seed.yaml", import.meta.url) });
});
beforeEach(() => platform.reset());
after(() => platform.stop());

/** One token request, without a socket. Pass `platform.fetch` to the code under test, or its URL and CA certificate. */
async function askToken(scope: string): Promise<{ status: number; body: Record<string, unknown> }> {
  const response = await platform.fetch(
    new Request(`${platform.url}/${platform.tenant.id}/oauth2/v2.0/token`, {
      method: "POST",
      body: new URLSearchParams({
        grant_type: "client_credentials",
        client_id: "7b1c9a52-0d3e-4f68-9a1b-2c3d4e5f6071",
        client_secret: "a-secret-for-tests-only-0123456789",
        scope,
      }),
    }),
  );
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

async function listUsers(token: unknown): Promise<Response> {
  const headers = { authorization: `Bearer ${token}` };
  return platform.fetch(new Request(`${platform.url}/v1.0/users`, { headers }));
}

test("the daemon lists the users of the directory", async () => {
  const { body } = await askToken("https://graph.microsoft.com/.default");
  const users = await listUsers(body["access_token"]);
  assert.equal(users.status, 200);
  assert.match(await users.text(), /Ada Lovelace/);
});

test("Graph refuses a token that has expired", async () => {
  const { body } = await askToken("https://graph.microsoft.com/.default");
  platform.clock.advance(2 * 3_600_000);
  assert.equal((await listUsers(body["access_token"])).status, 401);
});

test("Graph throttles two requests", async () => {
  const { body } = await askToken("https://graph.microsoft.com/.default");
  platform.faults.add({ endpoint: "graph", status: 429, retryAfterSeconds: 1, count: 2 });
  const statuses = [];
  for (let call = 0; call < 3; call++) {
    statuses.push((await listUsers(body["access_token"])).status);
  }
  assert.deepEqual(statuses, [429, 429, 200]);
});

test("the token service sends half a body", async () => {
  platform.faults.add({ endpoint: "token", body: "truncated", count: 1 });
  await assert.rejects(askToken("api://orders/.default"), SyntaxError);
});

test("what one test adds is absent in the next", async () => {
  const snapshot = await platform.snapshot();
  platform.directory.setEnabled("7b1c9a52-0d3e-4f68-9a1b-2c3d4e5f6071", false);
  assert.equal((await askToken("api://orders/.default")).status, 400);
  await platform.restore(snapshot);
  assert.equal((await askToken("api://orders/.default")).status, 200);
});
