import { generateKeyPairSync } from "node:crypto";
import { type Platform, startPlatform } from "@latchkey/platform";
import { afterAll, beforeAll, expect, test } from "vitest";
import { signAssertion } from "../../support/certificate.ts";
import { graphAs, graphToken } from "../../support/graph.ts";

let platform: Platform;
beforeAll(async () => {
  platform = await startPlatform();
});
afterAll(() => platform.stop());

function lastReason(): string | undefined {
  return platform.events.at(-1)?.why;
}

test.each([
  ["no Authorization header", undefined, "401: the request has no Authorization header"],
  ["an empty bearer", "Bearer ", "401: the Authorization header has no bearer token"],
  ["another scheme", "Basic YTpi", "401: the Authorization header has no bearer token"],
])("%s is an empty token", async (_, authorization, reason) => {
  const { status, body } = await graphAs(platform, authorization)("/v1.0/users");
  expect(status).toBe(401);
  expect(body.error).toMatchObject({ code: "InvalidAuthenticationToken", message: "Access token is empty." });
  expect(lastReason()).toBe(reason);
});

test("a bearer token without dots is refused: it is not a JWT", async () => {
  const { status, body } = await graphAs(platform, "Bearer abc")("/v1.0/users");
  expect(status).toBe(401);
  expect(body.error.code).toBe("InvalidAuthenticationToken");
  expect(body.error.message).toMatch(/^IDX14100: JWT is not well formed, there are no dots \(\.\)\.\nThe token needs/);
});

test("a bearer token with dots that cannot be decoded is refused", async () => {
  const { status, body } = await graphAs(platform, "Bearer a.b.c")("/v1.0/users");
  expect([status, body.error.code]).toEqual([401, "InvalidAuthenticationToken"]);
});

test("an expired token is refused by the platform's clock, and the log says when it expired", async () => {
  const graph = graphAs(platform, `Bearer ${await graphToken(platform, ["User.Read.All"])}`);
  const [, payload = ""] = (await graphToken(platform, [])).split(".");
  const { exp } = JSON.parse(Buffer.from(payload, "base64url").toString());
  const restMs = exp * 1000 - platform.clock.now();
  const span = restMs + 90 * 60_000;
  platform.clock.advance(span);
  try {
    const { status, body } = await graph("/v1.0/users");
    expect(status).toBe(401);
    expect(body.error.message).toBe("Lifetime validation failed, the token is expired.");
    expect(lastReason()).toMatch(/^401: the token expired \d+ (minutes|hours) ago; get a new one$/);
  } finally {
    platform.clock.advance(-span);
  }
});

test("a token for another API is refused, and the log names it", async () => {
  const token = await graphToken(platform, [], "https://vault.azure.net/.default");
  const { status, body } = await graphAs(platform, `Bearer ${token}`)("/v1.0/users");
  expect(status).toBe(401);
  expect(body.error.message).toBe("Access token validation failure. Invalid audience.");
  expect(lastReason()).toBe("401: the token is for https://vault.azure.net, not for Microsoft Graph");
});

test.each(["https://graph.microsoft.com//.default", "00000003-0000-0000-c000-000000000000/.default"])(
  "a token requested for %s is for Graph",
  async (scope) => {
    const token = await graphToken(platform, ["User.Read.All"], scope);
    expect((await graphAs(platform, `Bearer ${token}`)("/v1.0/users")).status).toBe(200);
  },
);

test("a token with another signature is refused after the original was accepted", async () => {
  const token = await graphToken(platform, ["User.Read.All"]);
  const other = token.slice(0, -4) + (token.endsWith("AAAA") ? "BBBB" : "AAAA");
  const statuses: number[] = [];
  for (const sent of [token, other, token, other]) {
    const headers = { authorization: `Bearer ${sent}` };
    statuses.push((await platform.fetch(new Request(`${platform.url}/v1.0/users`, { headers }))).status);
  }
  expect(statuses).toEqual([200, 401, 200, 401]);
});

test("a modified token has a wrong signature", async () => {
  const [header, payload = "", signature] = (await graphToken(platform, [])).split(".");
  const claims = { ...JSON.parse(Buffer.from(payload, "base64url").toString()), roles: ["User.Read.All"] };
  const forged = `${header}.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.${signature}`;
  const { status, body } = await graphAs(platform, `Bearer ${forged}`)("/v1.0/users");
  expect(status).toBe(401);
  expect(body.error.message).toBe("Access token validation failure. Invalid signature.");
});

test("an unsigned token is refused", async () => {
  const [, payload] = (await graphToken(platform, ["User.Read.All"])).split(".");
  const header = Buffer.from(JSON.stringify({ alg: "none" })).toString("base64url");
  expect((await graphAs(platform, `Bearer ${header}.${payload}.`)("/v1.0/users")).status).toBe(401);
});

test("a token of another issuer is refused, and the log names that issuer", async () => {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const token = await signAssertion(
    privateKey,
    { alg: "RS256", kid: "foreign" },
    { iss: "https://sts.windows.net/other/", aud: "https://graph.microsoft.com" },
  );
  expect((await graphAs(platform, `Bearer ${token}`)("/v1.0/users")).status).toBe(401);
  expect(lastReason()).toBe(
    "401: the token's signature was not made by this platform; its issuer claim is https://sts.windows.net/other/",
  );
});

test("a 401 has the challenge header, plain JSON, and the same ids as its headers", async () => {
  const { headers, body, text } = await graphAs(platform, undefined)("/v1.0/users");
  expect(headers.get("www-authenticate")).toBe(
    `Bearer realm="", authorization_uri="${platform.url}/common/oauth2/authorize", client_id="00000003-0000-0000-c000-000000000000"`,
  );
  expect(headers.get("content-type")).toBe("application/json");
  expect(headers.get("odata-version")).toBeNull();
  expect(Object.keys(body.error)).toEqual(["code", "message", "innerError"]);
  expect(Object.keys(body.error.innerError)).toEqual(["date", "request-id", "client-request-id"]);
  expect(body.error.innerError.date).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/);
  expect(body.error.innerError["request-id"]).toBe(headers.get("request-id"));
  expect(body.error.innerError["client-request-id"]).toBe(headers.get("client-request-id"));
  expect(text).toBe(JSON.stringify(body));
});

test("no part of a refused token is in any event", async () => {
  await graphAs(platform, "Bearer canary1-not-a-jwt")("/v1.0/users");
  await graphAs(platform, "Bearer canary2.canary3.canary4")("/v1.0/users");
  expect(JSON.stringify(platform.events)).not.toMatch(/canary/);
});
