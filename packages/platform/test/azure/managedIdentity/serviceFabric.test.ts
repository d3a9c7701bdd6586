import { request } from "node:https";
import type { TLSSocket } from "node:tls";
import { type ManagedIdentity, type Platform, startPlatform } from "@latchkey/platform";
import { decodeJwt } from "jose";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { nowMs, startWithIdentities } from "./support/identityHost.ts";

let platform: Platform;
let system: ManagedIdentity;
let user: ManagedIdentity;
beforeEach(async () => {
  ({ platform, system, user } = await startWithIdentities());
});
afterEach(() => platform.stop());

interface Options {
  readonly query?: Record<string, string>;
  readonly secret?: string;
  readonly identity?: string;
  readonly from?: Platform;
}

/** Uses `node:https`, because `fetch` does not expose the server's certificate. */
async function requestToken({ query = {}, secret, identity, from = platform }: Options = {}) {
  const variables = await from.managedIdentity("serviceFabric", { identity });
  const { IDENTITY_ENDPOINT = "", IDENTITY_HEADER = "", IDENTITY_API_VERSION = "" } = variables;
  const all = { "api-version": IDENTITY_API_VERSION, resource: "https://graph.microsoft.com", ...query };
  return new Promise<{ status: number | undefined; body: Record<string, string>; fingerprint: string }>(
    (resolve, reject) => {
      const options = { ca: from.caCertificate, headers: { Secret: secret ?? IDENTITY_HEADER } };
      request(`${IDENTITY_ENDPOINT}?${new URLSearchParams(all)}`, options, async (response) => {
        const { fingerprint } = (response.socket as TLSSocket).getPeerCertificate();
        const body = JSON.parse(Buffer.concat(await response.toArray()).toString());
        resolve({ status: response.statusCode, body, fingerprint });
      })
        .on("error", reject)
        .end();
    },
  );
}

describe("Service Fabric", () => {
  test("responds over https, in the documented format", async () => {
    const { status, body } = await requestToken();
    const { access_token: token = "", ...rest } = body;
    expect([status, Object.entries(rest)]).toEqual([
      200,
      [
        ["token_type", "Bearer"],
        ["expires_on", nowMs / 1000 + 86_400],
        ["resource", "https://graph.microsoft.com"],
      ],
    ]);
    expect(decodeJwt(token)["appid"]).toBe(system.clientId);
  });

  test("uses the certificate with the thumbprint in its variable", async () => {
    const { IDENTITY_SERVER_THUMBPRINT } = await platform.managedIdentity("serviceFabric");
    expect(IDENTITY_SERVER_THUMBPRINT).toMatch(/^[0-9A-F]{40}$/);
    expect((await requestToken()).fingerprint.replaceAll(":", "")).toBe(IDENTITY_SERVER_THUMBPRINT);
  });

  test("uses the configured identity, whatever a request says", async () => {
    const { body } = await requestToken({ identity: user.clientId, query: { client_id: system.clientId } });
    expect(decodeJwt(body["access_token"] ?? "")["appid"]).toBe(user.clientId);
    const variables = await platform.managedIdentity("serviceFabric", { identity: user.clientId });
    expect(variables).not.toHaveProperty("AZURE_CLIENT_ID");
  });

  test.each([
    ["without its secret", { secret: "" }, 400, "SecretHeaderNotFound", "Secret is not found in the request headers."],
    [
      "without a resource",
      { query: { resource: "" } },
      400,
      "ArgumentNullOrEmpty",
      "The parameter 'resource' should not be null or empty string.",
    ],
    [
      "of another version",
      { query: { "api-version": "2018-02-01" } },
      400,
      "InvalidApiVersion",
      "The api-version '2018-02-01' is not supported. Supported version is '2019-07-01-preview'.",
    ],
    ["for an unknown API", { query: { resource: "api://none" } }, 500, "InternalServerError", "An error occurred."],
  ])("refuses a request %s", async (_, options, status, code, message) => {
    const correlationId = expect.stringMatching(/^[0-9a-f-]{36}$/);
    expect(await requestToken(options)).toMatchObject({ status, body: { error: { correlationId, code, message } } });
  });

  test("finds no identity in a tenant that has none", async () => {
    const empty = await startPlatform();
    try {
      const { status, body } = await requestToken({ from: empty });
      expect([status, body["error"]]).toEqual([404, expect.objectContaining({ code: "ManagedIdentityNotFound" })]);
    } finally {
      await empty.stop();
    }
  });
});
