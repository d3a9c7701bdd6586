import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Platform, startPlatform } from "@latchkey/platform";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { administrator } from "./support/administrator.ts";
import { startWebProgram, type WebProgram } from "./support/webProgram.ts";

let folder: string;
let platform: Platform;
let program: WebProgram;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "latchkey-simple-oauth2-"));
  platform = await startPlatform({ certificateDirectory: folder });
  const { directory, tenant, url: tokenHost } = platform;
  const { appId: id } = directory.registerApplication({
    displayName: "shop",
    redirectUris: ["http://localhost/back"],
    requiredResourceAccess: [{ name: "Microsoft Graph", permissions: ["User.Read.All"] }],
  });
  directory.grantAdminConsent(id);
  const settings = { tokenHost, tenantId: tenant.id, id, secret: directory.addPassword(id).secretText };
  program = await startWebProgram("simpleOauth2.ts", settings, platform.environment);
});

afterAll(async () => {
  await program?.stop();
  await platform?.stop();
  if (folder) await rm(folder, { recursive: true, force: true });
});

async function callGraph(token: string, path: string): Promise<unknown> {
  const headers = { authorization: `Bearer ${token}` };
  return (await platform.fetch(new Request(`${platform.url}/v1.0/${path}`, { headers }))).json();
}

describe("simple-oauth2 5.1.0", () => {
  it.each(["header", "body"])("gets an application's token with its secret in the %s", async (method) => {
    const token = (await (await fetch(`${program.origin}/daemon?method=${method}`)).json()) as { access_token: string };
    expect(await callGraph(token.access_token, "users")).toMatchObject({ value: { length: 30 } });
  });

  // It sends no scope with the code: what was asked for at the sign-in has to hold, the refresh token too.
  it("signs a user in and renews the token again and again", async () => {
    const { text } = await administrator(platform).visit(`${program.origin}/sign-in`);
    const tokens = JSON.parse(text) as string[];
    expect(new Set(tokens).size).toBe(3);
    const { userPrincipalName } = platform.tenant.administrator;
    for (const token of tokens) expect(await callGraph(token, "me")).toMatchObject({ userPrincipalName });
  });
});
