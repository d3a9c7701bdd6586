import type { ManagedIdentity, Platform } from "@latchkey/platform";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { nowMs, startWithIdentities } from "./support/identityHost.ts";

const guid = expect.stringMatching(/^[0-9a-f-]{36}$/);

let platform: Platform;
let system: ManagedIdentity;
let user: ManagedIdentity;
beforeEach(async () => {
  ({ platform, system, user } = await startWithIdentities());
});
afterEach(() => platform.stop());

async function requestToken(query: Record<string, string>, secret?: string) {
  const { MSI_ENDPOINT: url, MSI_SECRET = "" } = await platform.managedIdentity("machineLearning");
  const all = new URLSearchParams({ "api-version": "2017-09-01", resource: "https://graph.microsoft.com", ...query });
  const response = await fetch(`${url}?${all}`, { headers: { secret: secret ?? MSI_SECRET } });
  return [response.status, await response.json()];
}

describe("Machine Learning", () => {
  test("returns a token of the identity that clientid names", async () => {
    expect(await requestToken({ clientid: user.clientId })).toEqual([
      200,
      {
        access_token: expect.stringMatching(/^ey/),
        expires_on: String(nowMs / 1000 + 86_400),
        resource: "https://graph.microsoft.com",
        token_type: "Bearer",
        client_id: user.clientId.toUpperCase(),
      },
    ]);
  });

  test("sets a variable to the client id of the host's own identity", async () => {
    const own = await platform.managedIdentity("machineLearning");
    const configured = await platform.managedIdentity("machineLearning", { identity: user.clientId });
    expect(own).toMatchObject({ DEFAULT_IDENTITY_CLIENT_ID: system.clientId });
    expect(own).not.toHaveProperty("AZURE_CLIENT_ID");
    expect(configured).toMatchObject({
      DEFAULT_IDENTITY_CLIENT_ID: user.clientId,
      AZURE_CLIENT_ID: user.clientId,
    });
  });

  test.each([
    ["a wrong secret", {}, "wrong", 401, "The secret header is missing or wrong."],
    ["another version", { "api-version": "2019-08-01" }, undefined, 400, /api-version/],
    [
      "an unknown identity",
      { clientid: "none" },
      undefined,
      400,
      /^No User Assigned or Delegated Managed Identity found/,
    ],
  ])("refuses %s in App Service's format, which clients can read", async (_, query, secret, status, message) => {
    const body = { statusCode: status, message: expect.stringMatching(message), correlationId: guid };
    expect(await requestToken(query, secret)).toEqual([status, body]);
  });
});

describe("a host with a configured identity", () => {
  test("returns its token for a request without a name, and another identity's token for a request with its name", async () => {
    const { IDENTITY_ENDPOINT: url, IDENTITY_HEADER = "" } = await platform.managedIdentity("appService", {
      identity: user.clientId,
    });
    const clientOf = async (query: string) => {
      const path = `${url}?api-version=2019-08-01&resource=https://graph.microsoft.com${query}`;
      const response = await fetch(path, { headers: { "X-IDENTITY-HEADER": IDENTITY_HEADER } });
      return (await response.json()).client_id;
    };
    expect([await clientOf(""), await clientOf(`&client_id=${system.clientId}`)]).toEqual([
      user.clientId.toUpperCase(),
      system.clientId.toUpperCase(),
    ]);
  });

  test("is refused with an unknown identity", async () => {
    const opening = platform.managedIdentity("imds", { identity: "1de40000-0000-4000-8000-00000000000f" });
    await expect(opening).rejects.toThrow(/identity is 1de40000-0000-4000-8000-00000000000f.*registerManagedIdentity/);
  });
});
