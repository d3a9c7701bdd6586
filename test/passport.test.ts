import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { administrator } from "./support/administrator.ts";
import { modes, startWebProgram, type WebProgram } from "./support/webProgram.ts";

/** passport-azure-ad 4.3.5 expects a posted code and ID token, passport-openidconnect 0.1.2 only a code. */
const strategies = ["azuread", "openidconnect"];

describe.each(modes)("passport 0.7.0 and the platform in $mode mode$reason", ({ mode, reason }) => {
  let program: WebProgram;
  let authority: string;

  beforeAll(async () => {
    if (reason !== "") {
      return;
    }
    program = await startWebProgram(mode, "passport.ts", ({ directory, tenant }, { login, graph }) => {
      authority = `${login}/${tenant.id}`;
      const { appId: clientID } = directory.registerApplication({
        displayName: "shop",
        redirectUris: strategies.map((strategy) => `http://localhost/${strategy}/back`),
        implicitGrant: { idTokens: true },
      });
      return { authority, graph, clientID, clientSecret: directory.addPassword(clientID).secretText };
    });
  });
  afterAll(() => program?.stop());

  async function visit(strategy: string, declines = false): Promise<unknown> {
    const person = administrator(program.platform, { declines });
    return JSON.parse((await person.visit(`${program.origin}/${strategy}`)).text);
  }

  test.skipIf(reason).each(strategies)("reports by %s that the user has declined", async (strategy) => {
    expect(await visit(strategy, true)).toEqual({ refused: "consent_required" });
  });

  test.skipIf(reason).each(strategies)("signs a user in by %s", async (strategy) => {
    const { accessToken, ...signedIn } = (await visit(strategy)) as { accessToken: string };
    expect(signedIn).toMatchObject({ iss: `${authority}/v2.0`, profile: { displayName: "Ada Winters" } });
    const { url, tenant, fetch: send } = program.platform;
    const headers = { authorization: `Bearer ${accessToken}` };
    const me = await send(new Request(`${url}/v1.0/me`, { headers }));
    expect(await me.json()).toMatchObject({ userPrincipalName: tenant.administrator.userPrincipalName });
  });
});
