import { Agent, request as httpsRequest } from "node:https";
import { type Platform, startPlatform } from "@latchkey/platform";
import { afterAll, beforeAll, expect, test } from "vitest";

let platform: Platform;
beforeAll(async () => {
  platform = await startPlatform();
});
afterAll(() => platform.stop());

function get(agent: Agent, path: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const request = httpsRequest(`${platform.url}${path}`, { agent, ca: platform.caCertificate }, (response) => {
      response.resume();
      response.on("end", () => resolve(response.statusCode ?? 0));
    });
    request.on("error", reject);
    request.end();
  });
}

test("resets the TCP connection of one request only", async () => {
  const path = `/${platform.tenant.id}/v2.0/.well-known/openid-configuration`;
  const [unaffected, faulty] = [
    new Agent({ keepAlive: true, maxSockets: 1 }),
    new Agent({ keepAlive: true, maxSockets: 1 }),
  ];
  expect([await get(unaffected, path), await get(faulty, path)]).toEqual([200, 200]);
  platform.faults.add({ endpoint: "discovery", connection: "reset", count: 1 });
  await expect(get(faulty, path)).rejects.toMatchObject({ code: "ECONNRESET", syscall: "read" });
  expect(await get(unaffected, path)).toBe(200);
  expect(await get(faulty, path)).toBe(200);
  expect(platform.events.find(({ type }) => type === "fault")).toMatchObject({ status: 0 });
  unaffected.destroy();
  faulty.destroy();
});
