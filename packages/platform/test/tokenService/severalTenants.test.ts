import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Platform, startPlatform } from "@latchkey/platform";
import { decodeJwt } from "jose";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { seededRandom } from "../../src/core/random.ts";
import { updateApplication } from "../../src/directory/applications/applicationChanges.ts";
import { getApplication } from "../../src/directory/applications/applications.ts";
import { type RegisteredApplication, registerApplication } from "../../src/directory/applications/registration.ts";
import { addPassword } from "../../src/directory/credentials/passwordCredentials.ts";
import { type Directory, openDirectory } from "../../src/directory/directory.ts";
import { createGroup } from "../../src/directory/groups/groups.ts";
import { createServicePrincipalFor } from "../../src/directory/servicePrincipals/servicePrincipals.ts";
import { createTenant, getTenant } from "../../src/directory/tenants/tenants.ts";
import { setUserPassword } from "../../src/directory/users/userPasswords.ts";
import { createUser } from "../../src/directory/users/users.ts";
import { azureCliAppId, portalServiceAppId } from "../../src/directory/wellKnown.ts";
import { openStorage } from "../../src/storage/openStorage.ts";
import { type Browser, openBrowser } from "../support/browser.ts";
import { makeCertificate, signAssertion } from "../support/certificate.ts";
import { graphScope, postForm, type TokenResponse, tokenPath } from "../support/daemon.ts";
import { graphWith } from "../support/graph.ts";

const fabrikamId = "fab00000-0000-4000-8000-000000000001";
let folder: string;
let platform: Platform;
/** The same directory over a separate connection, as another program on the machine would open it. */
let directory: Directory;
let browser: Browser;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "latchkey-tenants-"));
  platform = await startPlatform({ dataDirectory: folder });
  directory = openDirectory(openStorage(folder), { now: () => Date.now() }, seededRandom("tenants"));
  const profile = getTenant(directory, platform.tenant.id)?.profile;
  if (profile === undefined) {
    throw new Error("the seeded tenant is missing");
  }
  createTenant(directory, {
    id: fabrikamId,
    displayName: "Fabrikam",
    createdMs: 0,
    domains: [{ name: "fabrikam.example", isInitial: true, isDefault: true }],
    profile,
  });
});
beforeEach(() => {
  browser = openBrowser(platform);
});
afterAll(async () => {
  directory.database.close();
  await platform.stop();
  rmSync(folder, { recursive: true });
});

function fabrikamApplication(signInAudience: "AzureADMyOrg" | "AzureADMultipleOrgs"): RegisteredApplication {
  return registerApplication(directory, fabrikamId, { displayName: "Fabrikam Sync", signInAudience });
}

function ask(appId: string, secret: string, path = tokenPath(platform)): Promise<TokenResponse> {
  const form = { grant_type: "client_credentials", client_id: appId, client_secret: secret, scope: graphScope };
  return postForm(platform, path, form);
}

async function signInAsAdministrator(path: string): Promise<void> {
  const { userPrincipalName, password } = platform.tenant.administrator;
  await browser.signIn(path, userPrincipalName, password);
}

describe("an application of another tenant", () => {
  test("gets tokens with a secret of its service principal in that tenant only", async () => {
    const { appId, id } = fabrikamApplication("AzureADMultipleOrgs");
    const application = getApplication(directory, id);
    if (application === undefined) {
      throw new Error("the application is missing");
    }
    const principal = createServicePrincipalFor(directory, platform.tenant.id, application);
    const { secretText } = addPassword(directory, principal.id, {}, "servicePrincipal");
    expect((await ask(appId, secretText)).status).toBe(200);
    expect((await ask(appId, secretText, `/${fabrikamId}/oauth2/v2.0/token`)).body.error_codes).toEqual([7000215]);
  });

  test("gets no token before consent and one afterwards, with the consenting tenant's id", async () => {
    const { appId, id } = fabrikamApplication("AzureADMultipleOrgs");
    const { secretText } = addPassword(directory, id, {});
    expect((await ask(appId, secretText)).body.error_codes).toEqual([700016]);
    expect(platform.events.at(-1)?.why).toContain("has no consent in this one");
    const path = `/${platform.tenant.id}/adminconsent?client_id=${appId}`;
    await signInAsAdministrator(path);
    await browser.get(path);
    await browser.post(path, { action: "accept", token: browser.token });
    const { body } = await ask(appId, secretText);
    expect(decodeJwt(body.access_token)["tid"]).toBe(platform.tenant.id);
  });

  test("that is for its own tenant only gets no consent through the portal's service", async () => {
    const { userPrincipalName: username, password } = platform.tenant.administrator;
    const scope = `${portalServiceAppId}/.default`;
    const form = { client_id: azureCliAppId, grant_type: "password", username, password, scope };
    const { access_token } = (await postForm(platform, tokenPath(platform), form)).body;
    const headers = { authorization: `Bearer ${access_token}` };
    const statuses = await Promise.all(
      (["AzureADMyOrg", "AzureADMultipleOrgs"] as const).map(async (audience) => {
        const path = `/api/RegisteredApplications/${fabrikamApplication(audience).appId}/Consent?onBehalfOfAll=true`;
        return (await platform.fetch(new Request(`${platform.url}${path}`, { method: "POST", headers }))).status;
      }),
    );
    expect(statuses).toEqual([404, 204]);
  });

  test("is shown with the tenant that published it", async () => {
    const { appId } = fabrikamApplication("AzureADMultipleOrgs");
    const path = `/organizations/adminconsent?client_id=${appId}`;
    await signInAsAdministrator(path);
    expect((await browser.get(path)).html).toContain("Fabrikam (fabrikam.example)");
  });

  test("that is for its own tenant only cannot be consented to: AADSTS700016", async () => {
    const { appId } = fabrikamApplication("AzureADMyOrg");
    const { html } = await browser.get(`/${platform.tenant.id}/adminconsent?client_id=${appId}`);
    expect(html).toContain("AADSTS700016");
  });

  test("nor through /organizations, where the tenant is that of the signed-in user", async () => {
    const { appId } = fabrikamApplication("AzureADMyOrg");
    const path = `/organizations/adminconsent?client_id=${appId}`;
    await signInAsAdministrator(path);
    expect((await browser.get(path)).html).toContain("AADSTS700016");
  });
});

test("an administrator of one tenant cannot decide in another: AADSTS50020", async () => {
  const { appId } = fabrikamApplication("AzureADMultipleOrgs");
  const path = `/${fabrikamId}/adminconsent?client_id=${appId}`;
  await signInAsAdministrator(path);
  const { html } = await browser.get(path);
  expect(html).toContain("AADSTS50020");
  expect(html).toContain("Sign in with another account");
});

test("a user of another tenant cannot decide here either", async () => {
  const user = { tenantId: fabrikamId, userPrincipalName: "eve@fabrikam.example", displayName: "Eve" };
  setUserPassword(directory, createUser(directory, user).id, "Right-1-right");
  const { appId } = platform.directory.registerApplication({ displayName: "Ours" });
  const path = `/${platform.tenant.id}/adminconsent?client_id=${appId}`;
  await browser.signIn(path, user.userPrincipalName, "Right-1-right");
  expect((await browser.get(path)).html).toContain("AADSTS50020");
});

test("groups of another tenant are neither shown nor joined, and its users cannot join any here", async () => {
  const theirs = createGroup(directory, { tenantId: fabrikamId, displayName: "Theirs" });
  const ours = platform.directory.createGroup({ displayName: "Ours" });
  const graph = await graphWith(platform, ["Group.Read.All"]);
  expect((await graph("/v1.0/groups?$select=displayName")).body.value).toEqual([{ displayName: "Ours" }]);
  expect((await graph(`/v1.0/groups/${theirs.id}`)).status).toBe(404);
  const user = { tenantId: fabrikamId, userPrincipalName: "mallory@fabrikam.example", displayName: "Mallory" };
  const { id } = createUser(directory, user);
  expect(() => platform.directory.addGroupMember(ours.id, id)).toThrow("The tenant has no user");
  expect(() => platform.directory.addGroupMember(theirs.id, ours.id)).toThrow("The tenant has no group");
});

test("an assertion made for another tenant is refused: AADSTS700023", async () => {
  const { appId } = platform.directory.registerApplication({ displayName: "Daemon" });
  const certificate = makeCertificate(Date.now() - 86_400_000, Date.now() + 86_400_000);
  platform.directory.addCertificate(appId, certificate.pem);
  const exp = Math.floor(Date.now() / 1000) + 600;
  const claims = { aud: `${platform.url}/${fabrikamId}/oauth2/v2.0/token`, iss: appId, sub: appId, exp };
  const header = { alg: "PS256", "x5t#S256": certificate.sha256 };
  const response = await postForm(platform, tokenPath(platform), {
    grant_type: "client_credentials",
    client_id: appId,
    client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
    client_assertion: await signAssertion(certificate.privateKey, header, claims),
    scope: graphScope,
  });
  expect(response.body.error_codes).toEqual([700023]);
});

test("a role that its API disabled is in no new token", async () => {
  const api = platform.directory.registerApplication({
    displayName: "Orders",
    identifierUris: ["api://orders"],
    appRoles: [{ value: "Orders.Read" }],
  });
  const client = platform.directory.registerApplication({
    displayName: "Client",
    requiredResourceAccess: [{ name: "api://orders", permissions: ["Orders.Read"] }],
  });
  const { secretText } = platform.directory.addPassword(client.appId);
  platform.directory.grantAdminConsent(client.appId);
  const roles = async (): Promise<unknown> => {
    const form = { grant_type: "client_credentials", client_id: client.appId, client_secret: secretText };
    const { body } = await postForm(platform, tokenPath(platform), { ...form, scope: "api://orders/.default" });
    return decodeJwt(body.access_token)["roles"];
  };
  expect(await roles()).toEqual(["Orders.Read"]);
  const off = getApplication(directory, api.id)?.appRoles.map((role) => ({ ...role, isEnabled: false }));
  updateApplication(directory, api.id, { appRoles: off ?? [] });
  expect(await roles()).toBeUndefined();
});
