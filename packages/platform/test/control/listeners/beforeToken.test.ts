import { type Platform, startPlatform } from "@latchkey/platform";
import { decodeJwt, decodeProtectedHeader } from "jose";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Daemon, getJson, postForm, registerDaemon, tokenForm, tokenPath } from "../../support/daemon.ts";

let platform: Platform;
let daemon: Daemon;
beforeAll(async () => {
  platform = await startPlatform();
  daemon = registerDaemon(platform, ["User.Read.All"]);
});
afterAll(() => platform.stop());

const requestToken = async (): Promise<string> =>
  (await postForm(platform, tokenPath(platform), tokenForm(daemon))).body.access_token;

test("changes the claims of the next token only", async () => {
  platform.once("beforeToken", ({ claims }) => {
    claims["roles"] = ["Changed"];
    delete claims["idtyp"];
  });
  const [first, second] = [decodeJwt(await requestToken()), decodeJwt(await requestToken())];
  expect(first).toMatchObject({ roles: ["Changed"] });
  expect(first).not.toHaveProperty("idtyp");
  expect(second).toMatchObject({ roles: ["User.Read.All"], idtyp: "app" });
});

test("receives exactly the claims of the token", async () => {
  const shown: string[] = [];
  platform.once("beforeToken", ({ claims }) => {
    shown.push(...Object.keys(claims));
  });
  const claimNames = Object.keys(decodeJwt(await requestToken()));
  expect(shown).toEqual(claimNames);
  expect(claimNames).not.toContain("xms_cc");
});

test("changes the header, for tokens signed with an unpublished key", async () => {
  platform.once("beforeToken", ({ header }) => {
    header["kid"] = "unknown";
  });
  expect(decodeProtectedHeader(await requestToken())["kid"]).toBe("unknown");
});

test("awaits an asynchronous listener", async () => {
  platform.once("beforeToken", async ({ claims }) => {
    await new Promise(setImmediate);
    claims["late"] = true;
  });
  expect(decodeJwt(await requestToken())["late"]).toBe(true);
});

test("receives the client, the user and the tenant of the token", async () => {
  const seen: unknown[] = [];
  platform.once("beforeToken", ({ header, claims, ...rest }) => {
    seen.push(rest, header["alg"], claims["aud"]);
  });
  await requestToken();
  expect(seen).toEqual([
    { kind: "access", version: 1, tenantId: platform.tenant.id, clientId: daemon.appId, userId: undefined },
    "RS256",
    "https://graph.microsoft.com",
  ]);
});

test("calls a listener every time until it is removed", async () => {
  let calls = 0;
  const off = platform.on("beforeToken", () => {
    calls++;
  });
  await requestToken();
  await requestToken();
  off();
  await requestToken();
  expect(calls).toBe(2);
});

test("signs the listener's changes, so that the token still verifies", async () => {
  platform.once("beforeToken", ({ claims }) => {
    claims["roles"] = ["User.ReadWrite.All"];
  });
  const token = await requestToken();
  const response = await platform.fetch(
    new Request(`${platform.url}/v1.0/organization`, { headers: { authorization: `Bearer ${token}` } }),
  );
  expect(response.status).toBe(403);
});

test("answers AADSTS50000 with 500 and names the listener when it throws", async () => {
  platform.once("beforeToken", () => {
    throw new Error("no such user in the fixture");
  });
  const { status, body } = await postForm(platform, tokenPath(platform), tokenForm(daemon));
  expect(status).toBe(500);
  expect(body).toMatchObject({ error: "server_error", error_codes: [50000] });
  expect(platform.events.at(-1)?.why).toBe(
    "the beforeToken listener of this program failed: no such user in the fixture",
  );
});

test("leaves published documents alone", async () => {
  const off = platform.on("beforeToken", () => {
    throw new Error("no token is issued here");
  });
  expect((await getJson(platform, `/${platform.tenant.id}/discovery/v2.0/keys`)).status).toBe(200);
  off();
});
