import { accessSync, constants, existsSync, readFileSync, statSync } from "node:fs";
import { dirname } from "node:path";
import type { ManagedIdentity, Platform } from "@latchkey/platform";
import { decodeJwt } from "jose";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { startWithIdentities } from "./support/identityHost.ts";

const folder = "/var/opt/azcmagent/tokens/";

/** Clients read keys from this folder only, so these tests need an account that can create it and write to it. */
const canWriteKeys = process.platform === "linux" && isWritable(folder);

function isWritable(path: string): boolean {
  if (!existsSync(path)) {
    return isWritable(dirname(path));
  }
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

let platform: Platform;
let system: ManagedIdentity;
let user: ManagedIdentity;
beforeEach(async () => {
  ({ platform, system, user } = await startWithIdentities());
});
afterEach(() => platform.stop());

async function requestToken(headers: Record<string, string>, query: Record<string, string> = {}) {
  const { IDENTITY_ENDPOINT: url } = await platform.managedIdentity("azureArc");
  const all = new URLSearchParams({ "api-version": "2020-06-01", resource: "https://graph.microsoft.com", ...query });
  return fetch(`${url}?${all}`, { headers });
}

async function keyFile(): Promise<string> {
  const challenge = (await requestToken({ Metadata: "true" })).headers.get("www-authenticate") ?? "";
  return challenge.replace("Basic realm=", "");
}

describe.skipIf(!canWriteKeys)(`Azure Arc, where this account can write to ${folder}`, () => {
  test("answers a request without a key with the path of a file that only this account can read", async () => {
    const { status, headers } = await requestToken({ Metadata: "true" });
    expect(status).toBe(401);
    const [, path = ""] =
      /^Basic realm=(\/var\/opt\/azcmagent\/tokens\/[0-9a-f-]{36}\.key)$/.exec(headers.get("www-authenticate") ?? "") ??
      [];
    const { mode, size } = statSync(path);
    expect([mode & 0o777, size <= 4096]).toEqual([0o600, true]);
  });

  test("returns the token of the host's own identity for the key, whatever identity is named", async () => {
    const headers = { Metadata: "true", Authorization: `Basic ${readFileSync(await keyFile(), "utf8")}` };
    for (const query of [{}, { client_id: user.clientId }]) {
      const body = await (await requestToken(headers, query)).json();
      expect(body.client_id).toBe(system.clientId);
      expect(decodeJwt(body.access_token)["appid"]).toBe(system.clientId);
      expect(Object.keys(body)).toContain("ext_expires_in");
    }
  });

  test("returns no token for a wrong key, or for the key without Metadata", async () => {
    const key = readFileSync(await keyFile(), "utf8");
    const statuses = [
      (await requestToken({ Metadata: "true", Authorization: "Basic wrong" })).status,
      (await requestToken({ Authorization: `Basic ${key}` })).status,
    ];
    expect(statuses).toEqual([401, 401]);
    expect(JSON.stringify(platform.events)).not.toContain(key);
  });

  test("refuses requests as IMDS does once the key is correct", async () => {
    const headers = { Metadata: "true", Authorization: `Basic ${readFileSync(await keyFile(), "utf8")}` };
    const response = await requestToken(headers, { resource: "" });
    expect([response.status, (await response.json()).error]).toEqual([400, "invalid_request"]);
  });

  test("deletes the key when the platform stops", async () => {
    const path = await keyFile();
    expect(existsSync(path)).toBe(true);
    await platform.stop();
    expect(existsSync(path)).toBe(false);
  });

  test("cannot be set up with a user-assigned identity", async () => {
    const opening = platform.managedIdentity("azureArc", { identity: user.clientId });
    await expect(opening).rejects.toThrow(/azureArc has no such identity.*system-assigned/);
  });
});

describe.skipIf(canWriteKeys)(`Azure Arc, where this account cannot write to ${folder}`, () => {
  test("is refused with an error that has the folder and the remedy", async () => {
    await expect(platform.managedIdentity("azureArc")).rejects.toMatchObject({
      code: "key_folder_unusable",
      message: expect.stringContaining(folder),
      remedy: expect.stringMatching(/root/),
    });
  });
});
