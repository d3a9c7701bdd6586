import { type FaultRule, type Platform, seededRandom, startPlatform } from "@latchkey/platform";
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

const tokenStatus = async (client: Daemon = daemon) =>
  (await postForm(platform, tokenPath(platform), tokenForm(client))).status;
const statuses = async (count: number) => {
  const found: number[] = [];
  for (let index = 0; index < count; index++) {
    found.push(await tokenStatus());
  }
  return found;
};

test("applies as often as the rule says", async () => {
  platform.faults.add({ status: 503, count: 2 });
  expect(await statuses(3)).toEqual([503, 503, 200]);
});

test("lets the first requests succeed", async () => {
  platform.faults.add({ status: 503, skip: 1, count: 1 });
  expect(await statuses(3)).toEqual([200, 503, 200]);
});

test("applies the rules one after the other", async () => {
  platform.faults.add({ status: 500, count: 1 });
  platform.faults.add({ status: 503, count: 1 });
  expect(await statuses(3)).toEqual([500, 503, 200]);
});

test("applies to one client only", async () => {
  const other = registerDaemon(platform);
  platform.faults.add({ status: 503, clientId: other.appId.toUpperCase() });
  expect([await tokenStatus(), await tokenStatus(other)]).toEqual([200, 503]);
});

test("recognises a client by its Basic header", async () => {
  platform.faults.add({ status: 503, clientId: daemon.appId });
  const basic = Buffer.from(`${daemon.appId}:${encodeURIComponent(daemon.secret)}`).toString("base64");
  const form = tokenForm(daemon, { client_id: undefined, client_secret: undefined });
  const { status } = await postForm(platform, tokenPath(platform), form, { authorization: `Basic ${basic}` });
  expect(status).toBe(503);
});

test("applies to one endpoint only", async () => {
  platform.faults.add({ status: 503, endpoint: "keys" });
  expect(await tokenStatus()).toBe(200);
  expect((await getJson(platform, `/${platform.tenant.id}/discovery/v2.0/keys`)).status).toBe(503);
});

test("matches requests that name a tenant by id when the rule names its domain", async () => {
  platform.faults.add({ status: 503, tenant: platform.tenant.domain });
  expect(await tokenStatus()).toBe(503);
});

test("leaves another tenant's requests alone", async () => {
  platform.faults.add({ status: 503, tenant: "common" });
  expect(await tokenStatus()).toBe(200);
});

test("applies to one grant only", async () => {
  platform.faults.add({ status: 503, grantType: "refresh_token" });
  expect(await tokenStatus()).toBe(200);
  platform.faults.add({ status: 503, grantType: "client_credentials" });
  expect(await tokenStatus()).toBe(503);
});

test("supports wildcards in paths", async () => {
  platform.faults.add({ status: 500, path: "/*/oauth2/token" });
  expect(await tokenStatus()).toBe(200);
  platform.faults.add({ status: 500, path: "/*/oauth2/v2.0/token" });
  expect(await tokenStatus()).toBe(500);
});

test("leaves Graph alone when the fault is an AADSTS error", async () => {
  platform.faults.add({ aadsts: 90033 });
  expect((await getJson(platform, "/v1.0/users")).status).toBe(401);
});

test("draws chances from the seeded random source", async () => {
  const run = async (seed: string) => {
    const withProbability = await startPlatform({
      random: seededRandom(seed),
      faults: [{ status: 503, probability: 0.5, endpoint: "instanceDiscovery" }],
    });
    const found: number[] = [];
    for (let index = 0; index < 24; index++) {
      found.push(
        (await getJson(withProbability, "/common/discovery/instance?authorization_endpoint=https://localhost/x"))
          .status,
      );
    }
    await withProbability.stop();
    return found;
  };
  const [first, again, other] = [await run("a"), await run("a"), await run("b")];
  expect(first).toEqual(again);
  expect(first).not.toEqual(other);
  expect(new Set(first)).toEqual(new Set([200, 503]));
});

test("lists active rules and how often each has fired", async () => {
  const { id } = platform.faults.add({ status: 503, count: 1 });
  await tokenStatus();
  expect(platform.faults.list()).toEqual([{ id, status: 503, count: 1, fired: 1 }]);
  expect(platform.faults.remove(id)).toBe(true);
  expect(platform.faults.remove(id)).toBe(false);
  expect(platform.faults.list()).toEqual([]);
});

test.each<[string, unknown, RegExp]>([
  ["no effect", { endpoint: "token" }, /has no effect; set one of aadsts, status/],
  ["an unknown field", { statsu: 503 }, /statsu is unknown; the fields are id, endpoint/],
  ["an unknown endpoint", { endpoint: "tokens", status: 500 }, /endpoint must be one of token, .*got "tokens"/],
  ["text for a number", { status: "503" }, /status must be a number \(an HTTP status\), got "503"/],
  ["a status out of range", { status: 999 }, /whole number from 200 to 599 .*got 999/],
  ["a probability above 1", { status: 500, probability: 2 }, /from 0 to 1 .*got 2/],
  ["a count of none", { status: 500, count: 0 }, /from 1 on .*got 0/],
  ["an unknown AADSTS number", { aadsts: 1 }, /aadsts 1 is not in the table, which has .*90033/],
  ["an AADSTS error for Graph", { endpoint: "graph", aadsts: 90033 }, /for graph use status/],
  ["claims without an error", { status: 503, claims: "{}" }, /claims is part of an error/],
  ["something that is not an object", "token", /must be an object, got "token"/],
])("refuses a rule with %s", (_, rule, message) => {
  expect(() => platform.faults.add(rule as FaultRule)).toThrow(message);
});

test("refuses an id that is already used", () => {
  platform.faults.add({ id: "busy", status: 503 });
  expect(() => platform.faults.add({ id: "busy", status: 500 })).toThrow(/"busy" is already used/);
});

test("refuses to start with an invalid rule, and leaves nothing open", async () => {
  const servers = () => process.getActiveResourcesInfo().filter((name) => name === "TCPServerWrap").length;
  const before = servers();
  await expect(startPlatform({ faults: [{ status: 1 }] })).rejects.toThrow(/status must be/);
  expect(servers()).toBe(before);
});
