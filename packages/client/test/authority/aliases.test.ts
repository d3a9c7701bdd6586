import { describe, expect, test } from "vitest";
import { changedBlob, entriesOf } from "../support/blobs.ts";
import { graph, makeDaemon, tenantId } from "../support/daemon.ts";
import { authErrorOf } from "../support/failure.ts";
import { memoryStore } from "../support/memoryStore.ts";
import { type Responder, type ScriptedResponse, token } from "../support/scriptedService.ts";
import { idTokenResponse, makeTool } from "../support/tool.ts";

const hosts = { preferred_network: "login.newcloud.example", preferred_cache: "cache.newcloud.example" };
const aliasHost = "signin.newcloud.example";
const authority = `https://${aliasHost}/${tenantId}`;
const elsewhere = { ...hosts, aliases: ["login.other.example"] };

/** The response of Microsoft's instance discovery for a cloud that is newer than the library. */
function discovered(...metadata: object[]): ScriptedResponse {
  return {
    body: {
      tenant_discovery_endpoint: `${authority}/v2.0/.well-known/openid-configuration`,
      metadata: [elsewhere, ...metadata],
    },
  };
}

const newCloud = discovered({ ...hosts, aliases: [...Object.values(hosts), aliasHost] });
const answering =
  (discovery: ScriptedResponse, response: (index: number) => ScriptedResponse): Responder =>
  (request, index) =>
    request.method === "GET" ? discovery : response(index);

/** A store with a user whom an MSAL signed in, stored under this host. */
function storeUnder(environment: string) {
  const store = memoryStore();
  store.text = changedBlob((blob) => {
    for (const section of Object.values(blob)) {
      for (const entry of Object.values(section)) {
        if ("environment" in entry) {
          entry["environment"] = environment;
        }
      }
    }
  });
  return store;
}

describe("a cloud that only Microsoft's instance discovery knows", () => {
  test("receives token requests at its preferred network host", async () => {
    const { app, service } = makeDaemon(answering(newCloud, token), { authority });
    await app.acquireTokenForClient({ scopes: [graph] });
    expect(service.requests[1]?.url.href).toBe(`https://login.newcloud.example/${tenantId}/oauth2/v2.0/token`);
  });

  test.each([
    ["it is listed by itself", { preferred_network: aliasHost, preferred_cache: aliasHost, aliases: [aliasHost] }],
    ["no entry lists it", elsewhere],
    ["its entry contains no hosts", { aliases: [aliasHost] }],
    ["its entry contains invalid hosts", { ...hosts, preferred_network: "evil.example/x?", aliases: [aliasHost] }],
  ])("receives token requests at its own host, if %s", async (_, entry) => {
    const { app, service } = makeDaemon(answering(discovered(entry), token), { authority });
    await app.acquireTokenForClient({ scopes: [graph] });
    expect(service.requests[1]?.url.host).toBe(aliasHost);
  });

  test("stores tokens for other libraries under its preferred cache host", async () => {
    const { app } = makeDaemon(answering(newCloud, token), { authority });
    await app.acquireTokenForClient({ scopes: [graph] });
    const environmentIn = (dialect: "msal-node" | "msal-python") =>
      entriesOf(app.tokenCache.serialize({ dialect }), "AccessToken").map(({ environment }) => environment);
    expect(environmentIn("msal-node")).toEqual([hosts.preferred_cache]);
    expect(environmentIn("msal-python")).toEqual([hosts.preferred_network]);
  });

  test.each([aliasHost, ...Object.values(hosts)])("finds the users stored under %s", async (environment) => {
    const { app, service } = makeTool(
      answering(newCloud, () => idTokenResponse()),
      {
        authority,
        cachePlugin: storeUnder(environment),
      },
    );
    const [account] = await app.tokenCache.getAllAccounts();
    expect(account).toMatchObject({ environment: aliasHost });
    expect(service.requests.map(({ method }) => method)).toEqual(["GET"]);
    if (account) {
      await app.acquireTokenSilent({ scopes: ["User.Read"], account });
    }
    expect(service.requests.map(({ method }) => method)).toEqual(["GET"]);
  });

  test("does not touch entries stored under other hosts", async () => {
    const cachePlugin = storeUnder("login.other.example");
    const { app } = makeTool(
      answering(newCloud, () => idTokenResponse()),
      { authority, cachePlugin },
    );
    expect(await app.tokenCache.getAllAccounts()).toEqual([]);
  });

  test.each<[string, () => ScriptedResponse | Promise<never>]>([
    ["cannot be reached", () => Promise.reject(new TypeError("fetch failed"))],
    ["does not know the host", () => ({ status: 400, body: { error: "invalid_instance" } })],
  ])("still finds entries stored under its own name when discovery %s", async (_, discovery) => {
    const { app, service } = makeTool(discovery, { authority, cachePlugin: storeUnder(aliasHost) });
    expect(await app.tokenCache.getAllAccounts()).toHaveLength(1);
    await app.tokenCache.getAllAccounts();
    expect(service.requests).toHaveLength(1);
  });

  test("may issue ID tokens under any of its hosts", async () => {
    const response = (host: string) => () => idTokenResponse({ iss: `https://${host}/${tenantId}/v2.0` });
    const signIn = (host: string) =>
      makeTool(answering(newCloud, response(host)), { authority }).app.acquireTokenByRefreshToken({
        scopes: ["User.Read"],
        refreshToken: "r",
      });
    for (const host of [aliasHost, ...Object.values(hosts)]) {
      await expect(signIn(host)).resolves.toBeDefined();
    }
    expect(await authErrorOf(signIn("login.other.example"))).toMatchObject({ code: "invalid_id_token" });
  });
});
