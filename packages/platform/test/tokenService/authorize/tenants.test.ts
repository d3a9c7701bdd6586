import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Platform, startPlatform, type User } from "@latchkey/platform";
import { decodeJwt } from "jose";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { randomGuid, seededRandom } from "../../../src/core/random.ts";
import { type Directory, openDirectory } from "../../../src/directory/directory.ts";
import { microsoftResources } from "../../../src/directory/provisioning/microsoftApplications.ts";
import {
  createServicePrincipal,
  findServicePrincipalByAppId,
} from "../../../src/directory/servicePrincipals/servicePrincipals.ts";
import { createTenant, getTenant } from "../../../src/directory/tenants/tenants.ts";
import { setUserPassword } from "../../../src/directory/users/userPasswords.ts";
import { createUser } from "../../../src/directory/users/users.ts";
import { openStorage } from "../../../src/storage/openStorage.ts";
import { type Browser, openBrowser } from "../../support/browser.ts";
import {
  addUser,
  addWebApp,
  answerOf,
  authorizePath,
  password,
  redeem,
  signIn,
  type WebApp,
} from "../../support/signIn.ts";

const fabrikamId = "fab00000-0000-4000-8000-000000000001";
let folder: string;
let platform: Platform;
/** The same directory over a separate connection, as another program on the machine would open it. */
let directory: Directory;
let browser: Browser;
let foreigner: User;
let shared: WebApp;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "latchkey-sign-in-"));
  platform = await startPlatform({ dataDirectory: folder });
  directory = openDirectory(openStorage(folder), { now: () => Date.now() }, seededRandom("sign-in tenants"));
  const profile = getTenant(directory, platform.tenant.id)?.profile;
  const [graph] = microsoftResources;
  if (profile === undefined || graph === undefined) {
    throw new Error("the seed is missing");
  }
  createTenant(directory, {
    id: fabrikamId,
    displayName: "Fabrikam",
    createdMs: 0,
    domains: [{ name: "fabrikam.example", isInitial: true, isDefault: true }],
    profile,
  });
  createServicePrincipal(directory, { ...graph, id: randomGuid(directory.random), tenantId: fabrikamId });
  foreigner = createUser(directory, {
    tenantId: fabrikamId,
    userPrincipalName: "fay@fabrikam.example",
    displayName: "Fay",
  });
  setUserPassword(directory, foreigner.id, password);
  shared = addWebApp(platform, { signInAudience: "AzureADMultipleOrgs", consent: false });
});
beforeEach(() => {
  browser = openBrowser(platform);
});
afterAll(async () => {
  directory.database.close();
  await platform.stop();
  rmSync(folder, { recursive: true });
});

describe("a user of another tenant", () => {
  test("cannot sign in to an application at the path of a tenant where they have no account: AADSTS50020", async () => {
    const { status, html } = await signIn(browser, authorizePath(platform, shared), foreigner);
    expect(status).toBe(400);
    expect(html).toContain("AADSTS50020");
    expect(html).toContain("Sign in with another account");
  });

  test("signs in over /organizations; the first consent adds the application to their tenant", async () => {
    const path = authorizePath(platform, shared, { tenant: "organizations" });
    expect(findServicePrincipalByAppId(directory, fabrikamId, shared.appId)).toBeUndefined();
    const { html } = await signIn(browser, path, foreigner);
    expect(html).toContain("<dd>Fabrikam</dd>");
    const { code } = answerOf(await browser.post(path, { token: browser.token, action: "accept" }));
    expect(findServicePrincipalByAppId(directory, fabrikamId, shared.appId)).toBeDefined();
    const { body } = await redeem(platform, shared, { code }, { tenant: "organizations" });
    expect(decodeJwt(body.id_token)).toMatchObject({
      tid: fabrikamId,
      iss: `${platform.url}/${fabrikamId}/v2.0`,
      preferred_username: "fay@fabrikam.example",
    });
  });

  test("their code is not redeemed at another tenant's path: AADSTS700005", async () => {
    const path = authorizePath(platform, shared, { tenant: "organizations" });
    await signIn(browser, path, foreigner);
    const { code } = answerOf(await browser.get(path));
    expect((await redeem(platform, shared, { code })).body).toMatchObject({
      error: "invalid_grant",
      error_codes: [700005],
    });
  });

  test("their refresh token is useless where they have no account: AADSTS50034", async () => {
    const path = authorizePath(platform, shared, { tenant: "organizations" });
    await signIn(browser, path, foreigner);
    const { code } = answerOf(await browser.get(path));
    const { body } = await redeem(platform, shared, { code }, { tenant: "common" });
    const refreshed = await redeem(platform, shared, { refresh_token: body.refresh_token });
    expect(refreshed.body.error_codes).toEqual([50034]);
  });
});

test("single sign-on over /common chooses among users of all tenants, a tenant's path among its own", async () => {
  const own = addUser(platform);
  platform.directory.grantAdminConsent(shared.appId);
  await signIn(browser, authorizePath(platform, shared, { tenant: "organizations" }), foreigner);
  await signIn(browser, authorizePath(platform, shared, { prompt: "login" }), own);
  expect(answerOf(await browser.get(authorizePath(platform, shared)))["code"]).toBeDefined();
  const { html } = await browser.get(authorizePath(platform, shared, { tenant: "common" }));
  expect(html).toContain("fay@fabrikam.example");
});
