import { request } from "node:http";
import { type ManagedIdentity, type Platform, startPlatform } from "@latchkey/platform";
import { decodeJwt } from "jose";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { machine, nowMs, startWithIdentities, userAssigned } from "./support/identityHost.ts";

const graph = "https://graph.microsoft.com";
let platform: Platform;
let system: ManagedIdentity;
let user: ManagedIdentity;
beforeEach(async () => {
  ({ platform, system, user } = await startWithIdentities());
});
afterEach(() => platform.stop());

interface TokenResponse {
  readonly status: number;
  readonly type: string | undefined;
  readonly server: string | string[] | undefined;
  readonly body: Record<string, string>;
}

/** Uses `node:http`, because `fetch` does not let a program set `Host`. */
function get(url: string, headers: Record<string, string>): Promise<TokenResponse> {
  return new Promise((resolve, reject) => {
    request(url, { headers }, async (response) => {
      const text = Buffer.concat(await response.toArray()).toString();
      const { "content-type": type, server } = response.headers;
      resolve({ status: response.statusCode ?? 0, type, server, body: JSON.parse(text) });
    })
      .on("error", reject)
      .end();
  });
}

describe("IMDS", () => {
  async function requestToken(query: Record<string, string>, headers: Record<string, string> = { Metadata: "true" }) {
    const { AZURE_POD_IDENTITY_AUTHORITY_HOST: url } = await platform.managedIdentity("imds");
    const all = new URLSearchParams({ "api-version": "2018-02-01", resource: graph, ...query });
    return get(`${url}/metadata/identity/oauth2/token?${all}`, headers);
  }

  test("returns strings in the real order, with a token valid for a day", async () => {
    const { status, body, type } = await requestToken({});
    expect([status, type]).toEqual([200, "application/json; charset=utf-8"]);
    const { access_token: token = "", ...rest } = body;
    expect(Object.entries(rest)).toEqual([
      ["client_id", system.clientId],
      ["expires_in", "86400"],
      ["expires_on", String(nowMs / 1000 + 86_400)],
      ["ext_expires_in", "86399"],
      ["not_before", String(nowMs / 1000 - 300)],
      ["resource", graph],
      ["token_type", "Bearer"],
    ]);
    expect(decodeJwt(token)).toMatchObject({
      ...{ aud: graph, appid: system.clientId, oid: system.objectId, sub: system.objectId, idtyp: "app" },
      ...{ appidacr: "2", roles: ["User.Read.All"], xms_mirid: machine, exp: nowMs / 1000 + 86_400, ver: "1.0" },
    });
  });

  test("returns a token that Graph accepts, with the identity's roles", async () => {
    const call = async (query: Record<string, string>) => {
      const headers = { authorization: `Bearer ${(await requestToken(query)).body["access_token"]}` };
      return (await platform.fetch(new Request(`${platform.url}/v1.0/users`, { headers }))).status;
    };
    expect([await call({}), await call({ client_id: user.clientId })]).toEqual([200, 403]);
  });

  test.each([
    ["client_id", () => user.clientId.toUpperCase()],
    ["object_id", () => user.objectId],
    ["msi_res_id", () => userAssigned.toUpperCase()],
  ])("finds a user-assigned identity by %s", async (parameter, value) => {
    expect((await requestToken({ [parameter]: value() })).body["client_id"]).toBe(user.clientId);
  });

  test("does not find an identity that is not in the tenant", async () => {
    const { status, body } = await requestToken({ client_id: "1de40000-0000-4000-8000-00000000000f" });
    expect([status, body]).toEqual([400, { error: "invalid_request", error_description: "Identity not found" }]);
  });

  test.each([
    ["without the Metadata header", {}, {}, "Required metadata header not specified"],
    ["without a resource", { resource: "" }, { Metadata: "true" }, "Required query variable 'resource' is missing"],
  ])("refuses a request %s", async (_, query, headers, error_description) => {
    const { status, body } = await requestToken(query, headers);
    expect([status, body]).toEqual([400, { error: "invalid_request", error_description }]);
  });

  test("reports an unknown API as an invalid resource", async () => {
    const { status, body } = await requestToken({ resource: "api://none" });
    expect([status, body]).toEqual([
      400,
      {
        error: "invalid_resource",
        error_description: expect.stringMatching(
          /^AADSTS500011: .* Trace ID: [0-9a-f-]{36} Correlation ID: [0-9a-f-]{36} Timestamp: 2026-01-01 00:00:00Z$/,
        ),
        error_codes: [500011],
        timestamp: "2026-01-01 00:00:00Z",
        trace_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        correlation_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        error_uri: `${platform.url}/error?code=500011`,
      },
    ]);
  });

  test("sends its Server header with tokens and with errors", async () => {
    const servers = [(await requestToken({})).server, (await requestToken({ resource: "" })).server];
    expect(servers).toEqual(["IMDS/150.870.65.1015", "IMDS/150.870.65.1015"]);
  });

  test("issues no token for a disabled identity", async () => {
    platform.directory.setEnabled(system.clientId, false);
    expect(await requestToken({})).toMatchObject({ status: 400, body: { error_codes: [7000112] } });
  });

  test("issues no token for an unassigned identity and an API that requires assignment", async () => {
    const { appId } = platform.directory.registerApplication({ displayName: "Api", identifierUris: ["api://closed"] });
    platform.directory.setAssignmentRequired(appId, true);
    expect(await requestToken({ resource: "api://closed" })).toMatchObject({
      status: 400,
      body: { error_codes: [501051] },
    });
  });

  test("requires a name when there are only several user-assigned identities", async () => {
    const other = await startPlatform();
    const add = (name: string) =>
      other.directory.registerManagedIdentity({
        displayName: name,
        assignment: "user",
        resourceId: `${userAssigned}${name}`,
      });
    try {
      add("b");
      add("c");
      const { AZURE_POD_IDENTITY_AUTHORITY_HOST: url } = await other.managedIdentity("imds");
      const query = new URLSearchParams({ "api-version": "2018-02-01", resource: graph });
      const { status, body } = await get(`${url}/metadata/identity/oauth2/token?${query}`, { Metadata: "true" });
      expect([status, body["error_description"]]).toEqual([
        400,
        "Multiple user assigned identities exist, please specify the clientId / resourceId of the identity in the token request",
      ]);
    } finally {
      await other.stop();
    }
  });

  test("refuses a foreign Host", async () => {
    expect((await requestToken({}, { Metadata: "true", Host: "evil.example" })).status).toBe(421);
  });
});

describe("App Service", () => {
  async function requestToken(query: Record<string, string>, secret?: string) {
    const { IDENTITY_ENDPOINT: url, IDENTITY_HEADER = "" } = await platform.managedIdentity("appService");
    const all = new URLSearchParams({ "api-version": "2019-08-01", resource: graph, ...query });
    return get(`${url}?${all}`, { "X-IDENTITY-HEADER": secret ?? IDENTITY_HEADER });
  }

  test("returns no expires_in, and the client id in upper case", async () => {
    const { status, body } = await requestToken({ principal_id: user.objectId });
    const { access_token: _, ...rest } = body;
    expect([status, Object.entries(rest)]).toEqual([
      200,
      [
        ["expires_on", String(nowMs / 1000 + 86_400)],
        ["resource", graph],
        ["token_type", "Bearer"],
        ["client_id", user.clientId.toUpperCase()],
      ],
    ]);
  });

  test("refuses a wrong secret and does not log it", async () => {
    expect((await requestToken({}, "wrong-secret")).status).toBe(401);
    expect(platform.events.at(-1)).toMatchObject({ type: "token", status: 401 });
    expect(JSON.stringify(platform.events)).not.toContain("wrong-secret");
  });

  test("cannot choose when an identity is named twice", async () => {
    const { status, body } = await requestToken({ client_id: user.clientId, mi_res_id: userAssigned });
    expect([status, body["message"]]).toEqual([400, "Unable to load the proper Managed Identity."]);
  });
});
