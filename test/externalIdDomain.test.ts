import { ConfidentialClientApplication, clientSecret } from "@latchkey/client";
import { createFetch } from "@latchkey/client/node";
import { type Platform, startPlatform } from "@latchkey/platform";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { serverCertificate } from "../packages/client/test/support/keys.ts";
import { bodyOf, type LocalServer, startProxy, startServer } from "../packages/client/test/support/localServer.ts";
import { signInAs } from "./support/signInAs.ts";

const domain = "login.contoso.test";
const redirectUri = "https://shop.contoso.test/back";
const scopes = ["User.Read"];

let platform: Platform;
/** What is in front of the tenant under its custom domain, as a content delivery network is. */
let front: LocalServer;
let proxy: LocalServer;
let fetch: ReturnType<typeof createFetch>;
let app: { readonly clientId: string; readonly secret: string };
const paths: string[] = [];

beforeAll(async () => {
  platform = await startPlatform({ allowedHosts: [domain] });
  const { directory } = platform;
  directory.setPolicy({ isExternalId: true });
  const { appId: clientId } = directory.registerApplication({
    displayName: "shop",
    redirectUris: [redirectUri],
    requiredResourceAccess: [{ name: "Microsoft Graph", delegatedPermissions: ["User.Read"] }],
  });
  directory.grantAdminConsent(clientId);
  app = { clientId, secret: directory.addPassword(clientId).secretText };
  const certificate = await serverCertificate(domain);
  front = await startServer(async (request, response) => {
    const { method = "GET", url = "", headers } = request;
    paths.push(`${method} ${url}`);
    const body = method === "POST" ? { body: await bodyOf(request) } : {};
    const sent = { "content-type": headers["content-type"] ?? "text/plain" };
    const answer = await platform.fetch(
      new Request(`https://${headers.host}${url}`, { method, headers: sent, ...body }),
    );
    response.writeHead(answer.status, Object.fromEntries(answer.headers)).end(await answer.text());
  }, certificate);
  proxy = await startProxy(() => front.port);
  fetch = createFetch({
    certificateAuthorities: [certificate.certificate],
    environment: { HTTPS_PROXY: proxy.origin },
  });
});
afterAll(async () => {
  await proxy?.close();
  await front?.close();
  await platform?.stop();
});

function makeShop(tenant: string): ConfidentialClientApplication {
  return new ConfidentialClientApplication({
    clientId: app.clientId,
    authority: `https://${domain}/${tenant}`,
    knownAuthorities: [domain],
    clientCredential: clientSecret(app.secret),
    fetch,
  });
}

describe.each(["id", "domain"] as const)(
  "External ID under a custom domain, with its tenant given by its %s",
  (name) => {
    test("signs a user in, caches and refreshes the tokens, and requests no metadata", async () => {
      const tenant = platform.tenant[name];
      const shop = makeShop(tenant);
      const person = { userPrincipalName: `${name}@${platform.tenant.domain}`, password: "Right-1-right" };
      platform.directory.createUser({ ...person, displayName: name });
      paths.length = 0;

      const request = await shop.getAuthorizationUrl({ scopes, redirectUri });
      expect(request.url.split("?")[0]).toBe(`https://${domain}/${tenant}/oauth2/v2.0/authorize`);
      const response = await signInAs(platform, request.url, person);
      const { account, idTokenClaims } = await shop.acquireTokenByAuthorizationCode({ request, response });
      const { id } = platform.tenant;
      expect(idTokenClaims?.iss).toBe(`https://${id}.ciamlogin.com/${id}/v2.0`);
      expect(account).toMatchObject({ environment: domain, tenantId: id, username: person.userPrincipalName });
      if (account === undefined) {
        throw new Error("no user signed in");
      }

      expect(await shop.acquireTokenSilent({ scopes, account })).toMatchObject({ source: "cache" });
      expect(await shop.acquireTokenSilent({ scopes, account, forceRefresh: true })).toMatchObject({
        source: "network",
        account,
      });
      expect(await shop.tokenCache.getAllAccounts()).toEqual([account]);

      // Another process that shares the store finds the same user.
      const again = makeShop(tenant);
      again.tokenCache.deserialize(shop.tokenCache.serialize());
      expect(await again.acquireTokenSilent({ scopes, account })).toMatchObject({ source: "cache", account });

      expect(new URL(await shop.getSignOutUrl({ account })).href.split("?")[0]).toBe(
        `https://${domain}/${tenant}/oauth2/v2.0/logout`,
      );
      expect(shop.getAdminConsentUrl()).toMatch(`https://${domain}/${tenant}/adminconsent?client_id=${app.clientId}`);
      expect(new Set(paths)).toEqual(new Set([`POST /${tenant}/oauth2/v2.0/token`]));
    });

    test("gets the application its own token, for one resource's .default", async () => {
      const shop = makeShop(platform.tenant[name]);
      const scopes = ["https://graph.microsoft.com/.default"];
      expect((await shop.acquireTokenForClient({ scopes })).source).toBe("network");
      await expect(shop.acquireTokenForClient({ scopes: ["User.Read.All"] })).rejects.toMatchObject({
        code: "invalid_scope",
      });
    });
  },
);
