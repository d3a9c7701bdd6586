import { type Clock, ConfidentialClientApplication, clientSecret, protectedApi } from "@latchkey/client";
import { createFetch } from "@latchkey/client/node";
import { type Platform, startPlatform } from "@latchkey/platform";
import { afterAll, beforeAll, expect, test } from "vitest";

let platform: Platform;
beforeAll(async () => {
  const standing = { now: () => Date.UTC(2026, 5, 1, 12) };
  platform = await startPlatform({ throttling: true, clock: standing });
});
afterAll(() => platform.stop());

const shortestDeadlineMs = 30_000;
const limit = 3_500;
const unitsPerBatch = 20 * 5;

test("waits as long as a throttled Graph says, by the platform's clock, and then succeeds", async () => {
  const { directory, url, tenant, caCertificate } = platform;
  const { appId } = directory.registerApplication({
    displayName: "eager daemon",
    requiredResourceAccess: [{ name: "Microsoft Graph", permissions: ["User.Read.All", "GroupMember.Read.All"] }],
  });
  directory.grantAdminConsent(appId);
  const waits: number[] = [];
  const clock: Clock = {
    now: platform.clock.now,
    sleep(ms, signal) {
      const sleeping = platform.clock.sleep(ms, signal);
      // Longer ones are deadlines.
      if (ms < shortestDeadlineMs) {
        waits.push(ms);
        platform.clock.advance(ms);
      }
      return sleeping;
    },
  };
  const fetch = createFetch({ certificateAuthorities: [caCertificate] });
  const app = new ConfidentialClientApplication({
    clientId: appId,
    authority: `${url}/${tenant.id}`,
    clientCredential: clientSecret(directory.addPassword(appId).secretText),
    clock,
    fetch,
  });
  const api = protectedApi(app, {
    baseUrl: `${url}/v1.0/`,
    scopes: ["https://graph.microsoft.com/.default"],
    clock,
    fetch,
  });
  const requests = Array.from({ length: 20 }, (_, id) => ({
    id: String(id),
    method: "GET",
    url: "/groups/a1de0000-0000-4000-8000-00000000ffff/transitiveMembers",
  }));
  for (let spent = 0; spent < limit; spent += unitsPerBatch) {
    const headers = { "content-type": "application/json" };
    await api.json("$batch", { method: "POST", headers, body: JSON.stringify({ requests }) });
  }
  expect(waits).toEqual([]);
  const { value } = await api.json<{ readonly value: readonly object[] }>("users");
  expect(value).toHaveLength(30);
  expect(waits).toEqual([1_000]);
  const statuses = platform.events.filter(({ path }) => path === "/v1.0/users").map(({ status }) => status);
  expect(statuses).toEqual([429, 200]);
});
