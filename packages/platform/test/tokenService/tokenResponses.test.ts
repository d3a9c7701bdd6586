import { type Platform, startPlatform } from "@latchkey/platform";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Daemon, postForm, registerDaemon, tokenForm, tokenPath } from "../support/daemon.ts";

let platform: Platform;
let daemon: Daemon;
beforeAll(async () => {
  platform = await startPlatform();
  daemon = registerDaemon(platform);
});
afterAll(() => platform.stop());

const correlationId = "0a0a0a0a-1b1b-4c2c-8d3d-4e4e4e4e4e4e";
const wrong = (): ReturnType<typeof tokenForm> => tokenForm(daemon, { client_secret: "wrong" });

describe("a token response", () => {
  test("of v2.0 has numbers, and neither scope nor refresh token", async () => {
    const { body } = await postForm(platform, tokenPath(platform), tokenForm(daemon));
    expect(Object.keys(body)).toEqual(["token_type", "expires_in", "ext_expires_in", "access_token"]);
    expect(body).toMatchObject({ token_type: "Bearer", ext_expires_in: body.expires_in });
    expect(body.expires_in).toEqual(expect.any(Number));
  });

  test("of v1 writes every number as text and has the resource", async () => {
    const form = tokenForm(daemon, { scope: undefined, resource: "https://graph.microsoft.com" });
    const { body } = await postForm(platform, tokenPath(platform, 1), form);
    expect(Object.keys(body)).toEqual([
      ...["token_type", "expires_in", "ext_expires_in", "expires_on", "not_before", "resource", "access_token"],
    ]);
    expect(body.expires_in).toMatch(/^\d{4}$/);
    expect(body.expires_on).toMatch(/^\d{10}$/);
    expect(Number(body.expires_on) - Number(body.not_before)).toBe(Number(body.expires_in) + 300);
    expect(body.resource).toBe("https://graph.microsoft.com");
  });

  test("must not be stored, and has the ids of the exchange", async () => {
    const { headers } = await postForm(platform, tokenPath(platform), tokenForm(daemon));
    expect(headers.get("cache-control")).toBe("no-store, no-cache");
    expect(headers.get("pragma")).toBe("no-cache");
    expect(headers.get("content-type")).toBe("application/json; charset=utf-8");
    expect(headers.get("x-ms-request-id")).toMatch(/^[\da-f-]{36}$/);
    expect(headers.getSetCookie().map((cookie) => cookie.split("=")[0])).toEqual([
      ...["fpc", "x-ms-gateway-slice", "stsservicecookie"],
    ]);
  });

  test("never makes browsers use https on every port of localhost", async () => {
    const { headers } = await postForm(platform, tokenPath(platform), tokenForm(daemon));
    expect(headers.get("strict-transport-security")).toBeNull();
  });

  test("to a browser script is a refusal that it cannot read: AADSTS9002326", async () => {
    const headers = { origin: "https://spa.example" };
    const password = { ...tokenForm(daemon), grant_type: "password", username: "ada@contoso.example", password: "x" };
    for (const form of [tokenForm(daemon), password]) {
      const answer = await postForm(platform, tokenPath(platform), form, headers);
      expect(answer.status).toBe(400);
      expect(answer.body).toMatchObject({ error: "invalid_request", error_codes: [9002326] });
      expect(answer.headers.get("access-control-allow-origin")).toBeNull();
    }
  });

  test("to a client with telemetry has x-ms-clitelem", async () => {
    const telemetry = { "x-client-current-telemetry": "4|730,2|" };
    const good = await postForm(platform, tokenPath(platform), tokenForm(daemon), telemetry);
    const bad = await postForm(platform, tokenPath(platform), wrong(), telemetry);
    expect(good.headers.get("x-ms-clitelem")).toBe("1,0,0,,");
    expect(bad.headers.get("x-ms-clitelem")).toBe("1,7000215,0,,");
  });
});

describe("a client secret", () => {
  const basic = (id: string, secret: string): Record<string, string> => ({
    authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString("base64")}`,
  });

  test("may be sent by HTTP Basic, form-encoded", async () => {
    const encoded = basic(encodeURIComponent(daemon.appId), encodeURIComponent(daemon.secret).replaceAll("~", "%7E"));
    const form = tokenForm(daemon, { client_id: undefined, client_secret: undefined });
    expect((await postForm(platform, tokenPath(platform), form, encoded)).status).toBe(200);
  });

  test("is refused by HTTP Basic as in the body", async () => {
    const form = tokenForm(daemon, { client_id: undefined, client_secret: undefined });
    const answer = await postForm(platform, tokenPath(platform), form, basic(daemon.appId, "100%"));
    expect(answer.body.error_codes).toEqual([7000215]);
  });

  test("looks local: 40 characters starting with loc8L~", () => {
    expect(daemon.secret).toMatch(/^loc8L~[\w.~-]{34}$/);
  });

  test("stays valid beside a newer one until it is removed", async () => {
    const second = platform.directory.addPassword(daemon.appId);
    const form = tokenForm(daemon, { client_secret: second.secretText });
    expect((await postForm(platform, tokenPath(platform), tokenForm(daemon))).status).toBe(200);
    expect((await postForm(platform, tokenPath(platform), form)).status).toBe(200);
    platform.directory.removePassword(daemon.appId, second.keyId);
    expect((await postForm(platform, tokenPath(platform), form)).body.error_codes).toEqual([7000215]);
  });

  test("expires when the clock passes its end, two years later", async () => {
    platform.clock.advance(732 * 86_400_000);
    const answer = await postForm(platform, tokenPath(platform), tokenForm(daemon));
    platform.clock.advance(-732 * 86_400_000);
    expect(answer.body.error_codes).toEqual([7000222]);
  });
});

describe("an error body", () => {
  test("has the members of the real one, in the same order", async () => {
    const { body } = await postForm(platform, tokenPath(platform), wrong());
    expect(Object.keys(body)).toEqual([
      ...["error", "error_description", "error_codes", "timestamp", "trace_id", "correlation_id", "error_uri"],
    ]);
  });

  test("ends its description with trace id, correlation id and time, a single space apart", async () => {
    const { body } = await postForm(platform, tokenPath(platform), wrong());
    const trailer = `. Trace ID: ${body.trace_id} Correlation ID: ${body.correlation_id} Timestamp: ${body.timestamp}`;
    expect(body.error_description.endsWith(trailer.slice(1))).toBe(true);
    expect(body.timestamp).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ$/);
  });

  test("has line breaks there in the profile of 2023", async () => {
    const older = await startPlatform({ wireProfile: { errorTrailerSeparator: "\r\n" } });
    const { body } = await postForm(older, tokenPath(older), { grant_type: "client_credentials" });
    await older.stop();
    expect(body.error_description).toMatch(/\r\nTrace ID: .*\r\nCorrelation ID: .*\r\nTimestamp: /);
  });

  test("repeats the correlation id of the header, the body or the query", async () => {
    const path = tokenPath(platform);
    const name = "client-request-id";
    const byHeader = await postForm(platform, path, wrong(), { [name]: correlationId });
    const byBody = await postForm(platform, path, { ...wrong(), [name]: correlationId });
    const byQuery = await postForm(platform, `${path}?${name}=${correlationId}`, wrong());
    for (const { body } of [byHeader, byBody, byQuery]) {
      expect(body.correlation_id).toBe(correlationId);
    }
  });

  test("does not repeat a correlation id that is not a GUID", async () => {
    const { text } = await postForm(platform, tokenPath(platform), wrong(), { "client-request-id": "<script>" });
    expect(text).not.toContain("<script>");
  });

  test("links to the requested host", async () => {
    const url = platform.url.replace("localhost", "127.0.0.1");
    const response = await platform.fetch(new Request(`${url}${tokenPath(platform)}`, { method: "POST" }));
    expect(await response.json()).toMatchObject({ error_uri: `${url}/error?code=900144` });
  });

  test("has its correlation id in a header only if requested", async () => {
    const idHeaders = { "client-request-id": correlationId, "return-client-request-id": "true" };
    const { headers } = await postForm(platform, tokenPath(platform), wrong(), idHeaders);
    expect(headers.get("client-request-id")).toBe(correlationId);
    expect((await postForm(platform, tokenPath(platform), wrong())).headers.get("client-request-id")).toBeNull();
  });
});

test("unknown parameters are no error: every MSAL sends some", async () => {
  const form = tokenForm(daemon, { client_info: "1", "x-client-SKU": "MSAL.Python", claims: "{}" });
  expect((await postForm(platform, tokenPath(platform), form)).status).toBe(200);
});

test("openid, profile and offline_access are accepted beside one resource", async () => {
  const scope = "https://graph.microsoft.com/.default openid profile offline_access";
  expect((await postForm(platform, tokenPath(platform), tokenForm(daemon, { scope }))).status).toBe(200);
});

test("the tenant may be named by any of its domains", async () => {
  for (const domain of ["contoso.onmicrosoft.com", "CONTOSO.example"]) {
    expect((await postForm(platform, `/${domain}/oauth2/v2.0/token`, tokenForm(daemon))).status).toBe(200);
  }
});

test("reserved first path segments are never tenants", async () => {
  const response = await platform.fetch(new Request(`${platform.url}/portal/oauth2/v2.0/token`, { method: "POST" }));
  expect(response.status).toBe(404);
});
