import { request } from "node:http";
import { request as httpsRequest } from "node:https";
import type { ManagedIdentity, ManagedIdentitySourceName, Platform } from "@latchkey/platform";
import { decodeJwt } from "jose";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { startWithIdentities } from "./support/identityHost.ts";

const resource = "https://graph.microsoft.com";
const guid = expect.stringMatching(/^[0-9a-f-]{36}$/);

let platform: Platform;
let system: ManagedIdentity;
let user: ManagedIdentity;
beforeAll(async () => {
  ({ platform, system, user } = await startWithIdentities());
});
afterAll(() => platform.stop());
beforeEach(() => platform.faults.clear());

interface TokenResponse {
  readonly status: number;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly text: string;
}

/** Requests a token as the clients of this kind of host do, by http or https. */
async function requestToken(
  source: ManagedIdentitySourceName,
  query: Record<string, string> = {},
): Promise<TokenResponse> {
  const variables = await platform.managedIdentity(source);
  const { AZURE_POD_IDENTITY_AUTHORITY_HOST: host, IDENTITY_ENDPOINT, MSI_ENDPOINT } = variables;
  const endpoint = IDENTITY_ENDPOINT ?? MSI_ENDPOINT ?? `${host}/metadata/identity/oauth2/token`;
  const secret = variables["IDENTITY_HEADER"] ?? variables["MSI_SECRET"] ?? "";
  const version = { imds: "2018-02-01", appService: "2019-08-01", machineLearning: "2017-09-01" };
  const parameters = new URLSearchParams({
    resource,
    "api-version": source in version ? version[source as keyof typeof version] : "2019-07-01-preview",
    ...query,
  });
  const usesForm = source === "cloudShell";
  const send = endpoint.startsWith("https:") ? httpsRequest : request;
  return new Promise((resolve, reject) => {
    const outgoing = send(
      usesForm ? endpoint : `${endpoint}?${parameters}`,
      {
        method: usesForm ? "POST" : "GET",
        headers: { Metadata: "true", Secret: secret, "X-IDENTITY-HEADER": secret },
        ca: platform.caCertificate,
      },
      async (response) => {
        const text = Buffer.concat(await response.toArray()).toString();
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text });
      },
    );
    outgoing.on("error", reject).end(usesForm ? parameters.toString() : undefined);
  });
}

const json = ({ status, text }: TokenResponse) => [status, JSON.parse(text)];
const sources = ["imds", "appService", "machineLearning", "serviceFabric", "cloudShell"] as const;

describe("a fault rule for managedIdentity", () => {
  test.each([
    ["imds", 404, { error: "not_found", error_description: expect.stringMatching(/updated/) }],
    ["imds", 410, { error: "gone", error_description: expect.stringMatching(/70 seconds/) }],
    ["imds", 429, { error: "too_many_requests", error_description: expect.any(String) }],
    ["imds", 500, { error: "unknown", error_description: expect.any(String) }],
    ["imds", 503, { error: "unknown", error_description: expect.any(String) }],
    ["appService", 429, { statusCode: 429, message: "Too many requests.", correlationId: guid }],
    [
      "machineLearning",
      500,
      {
        statusCode: 500,
        message: "An unexpected error occured while fetching the AAD Token.",
        correlationId: guid,
      },
    ],
    ["serviceFabric", 429, { error: { correlationId: guid, code: "TooManyRequests", message: "Too many requests." } }],
    [
      "serviceFabric",
      503,
      { error: { correlationId: guid, code: "InternalServerError", message: "An error occurred." } },
    ],
    ["cloudShell", 500, { error: { code: "unknown", message: expect.any(String) } }],
  ] as const)("makes %s return %i in its own format, and then a token", async (source, status, body) => {
    platform.faults.add({ endpoint: "managedIdentity", status, count: 1 });
    expect(json(await requestToken(source))).toEqual([status, body]);
    expect(json(await requestToken(source))).toMatchObject([200, { access_token: expect.any(String) }]);
  });

  test.each(sources)("resets the connection to %s", async (source) => {
    await requestToken(source);
    platform.faults.add({ endpoint: "managedIdentity", connection: "reset", count: 1 });
    await expect(requestToken(source)).rejects.toMatchObject({ code: "ECONNRESET", syscall: "read" });
    expect((await requestToken(source)).status).toBe(200);
  });

  test("delays a response on the platform's clock", async () => {
    await requestToken("imds");
    platform.faults.add({ endpoint: "managedIdentity", delayMs: 60_000, count: 1 });
    const earlier = platform.clock.now();
    const response = requestToken("imds");
    while (platform.faults.list()[0]?.fired === 0) {
      await new Promise(setImmediate);
    }
    platform.clock.advance(60_000);
    const { not_before } = JSON.parse((await response).text);
    expect(Number(not_before)).toBe((earlier + 60_000) / 1000 - 300);
  });

  test("adds Retry-After to a normal response", async () => {
    platform.faults.add({ endpoint: "managedIdentity", retryAfterSeconds: 7 });
    const { status, headers } = await requestToken("appService");
    expect([status, headers["retry-after"]]).toEqual([200, "7"]);
  });

  test("truncates a token, or replaces it with a proxy's page", async () => {
    platform.faults.add({ endpoint: "managedIdentity", body: "truncated", count: 1 });
    platform.faults.add({ endpoint: "managedIdentity", body: "html", count: 1 });
    const { status, text } = await requestToken("imds");
    expect([status, text.startsWith('{"access_token"')]).toEqual([200, true]);
    expect(() => JSON.parse(text)).toThrow(SyntaxError);
    expect((await requestToken("imds")).headers["content-type"]).toMatch(/^text\/html/);
  });

  test("makes IMDS pass on an error of the token service", async () => {
    platform.faults.add({ endpoint: "managedIdentity", aadsts: 53003 });
    expect(json(await requestToken("imds"))).toMatchObject([
      400,
      {
        error: "interaction_required",
        error_codes: [53003],
        error_description: expect.stringMatching(/^AADSTS53003: /),
      },
    ]);
    expect(platform.events.at(-1)).toMatchObject({
      ...{ type: "fault", aadsts: 53003, clientId: system.clientId, tenantId: platform.tenant.id },
      ...{ method: "GET", path: "/metadata/identity/oauth2/token", status: 400 },
    });
  });

  test("applies to the requests of one identity only", async () => {
    platform.faults.add({ endpoint: "managedIdentity", clientId: user.clientId, status: 500 });
    const statuses = [
      (await requestToken("imds")).status,
      (await requestToken("imds", { client_id: user.clientId })).status,
    ];
    expect(statuses).toEqual([200, 500]);
  });

  test("applies to Cloud Shell by the client id of its tokens", async () => {
    const shell = decodeJwt(JSON.parse((await requestToken("cloudShell")).text).access_token)["appid"];
    platform.faults.add({ endpoint: "managedIdentity", clientId: String(shell), status: 500 });
    expect([(await requestToken("cloudShell")).status, (await requestToken("imds")).status]).toEqual([500, 200]);
  });
});

test("a fault rule for the token service leaves managed identities alone; a rule for every endpoint does not", async () => {
  platform.faults.add({ endpoint: "token", status: 503 });
  expect((await requestToken("imds")).status).toBe(200);
  platform.faults.add({ status: 503 });
  expect((await requestToken("imds")).status).toBe(503);
});
