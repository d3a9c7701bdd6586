import { inspect } from "node:util";
import type { Account, AcquireTokenByGrantOptions } from "@latchkey/client";
import { describe, expect, test } from "vitest";
import { clientId, makeDaemon, secret } from "../support/daemon.ts";
import { authErrorOf } from "../support/failure.ts";
import { token } from "../support/scriptedService.ts";
import { homeAccountId, idTokenResponse, makeTool } from "../support/tool.ts";

const tokenType = (name: string): string => `urn:ietf:params:oauth:token-type:${name}`;
const grantType = "urn:ietf:params:oauth:grant-type:token-exchange";
const parameters = {
  subject_token: "canary-subject-token",
  subject_token_type: tokenType("access_token"),
  audience: "orders",
};
const exchange: AcquireTokenByGrantOptions = { grantType, parameters };

/** An API that exchanges tokens at an issuer other than Microsoft. */
function makeExchanger(more: object = {}) {
  const issuer = "https://id.example.test";
  return makeDaemon(
    ({ method }, index) =>
      method === "GET"
        ? { body: { issuer, token_endpoint: `${issuer}/token` } }
        : token(index, { issued_token_type: tokenType("jwt"), ...more }),
    { oidcAuthority: issuer },
  );
}

describe("a token by an extension grant", () => {
  test("is requested with the caller's parameters and the application's credential, and only the caller's scopes", async () => {
    const { app, service } = makeExchanger();
    await app.acquireTokenByGrant(exchange);
    await app.acquireTokenByGrant({ ...exchange, scopes: ["read", "write"] });
    const sent = { client_id: clientId, client_secret: secret, grant_type: grantType, ...parameters };
    expect(service.requests.slice(1).map(({ form }) => Object.fromEntries(form))).toEqual([
      sent,
      { ...sent, scope: "read write" },
    ]);
  });

  test("contains the type of the issued token, and no account", async () => {
    const { app } = makeExchanger({ token_type: "N_A", scope: "read" });
    expect(await app.acquireTokenByGrant(exchange)).toMatchObject({
      accessToken: "token-1",
      issuedTokenType: tokenType("jwt"),
      tokenType: "N_A",
      scopes: ["read"],
      source: "network",
      account: undefined,
    });
  });

  test("is hidden from consoles", async () => {
    const { app } = makeExchanger();
    const shown = inspect(await app.acquireTokenByGrant(exchange));
    expect(shown).not.toContain("token-1");
    expect(shown).toContain(tokenType("jwt"));
  });

  test("is not cached", async () => {
    const { app, service } = makeDaemon(() => idTokenResponse());
    expect(await app.acquireTokenByGrant(exchange)).toMatchObject({ account: undefined, idToken: undefined });
    await app.acquireTokenByGrant(exchange);
    expect(service.requests).toHaveLength(2);
    expect(await app.tokenCache.getAllAccounts()).toEqual([]);
  });

  test("is cached with its account if the caller says that the grant signs a user in", async () => {
    const { app, service } = makeTool();
    const scopes = ["User.Read"];
    const { account } = await app.acquireTokenByGrant({ ...exchange, scopes, keepAccount: true });
    expect(account?.homeAccountId).toBe(homeAccountId);
    expect(service.requests[0]?.form.get("scope")).toBe("User.Read openid profile offline_access");
    expect(await app.acquireTokenSilent({ scopes, account: account as Account })).toMatchObject({ source: "cache" });
  });

  test("is requested once for equal concurrent calls, and separately for different ones", async () => {
    const { app, service } = makeDaemon();
    const results = await Promise.all([
      app.acquireTokenByGrant(exchange),
      app.acquireTokenByGrant({ ...exchange }),
      app.acquireTokenByGrant({ ...exchange, parameters: { ...parameters, audience: "bills" } }),
      app.acquireTokenByGrant({ ...exchange, scopes: ["read"] }),
      app.acquireTokenByGrant({ ...exchange, grantType: "urn:example:grant" }),
      app.acquireTokenByGrant({ ...exchange, extraBodyParameters: { slice: "a" } }),
      app.acquireTokenByGrant({ ...exchange, keepAccount: true }),
    ]);
    expect(service.requests).toHaveLength(6);
    expect(results[0]).toEqual({ ...results[1] });
    expect(results[0]).not.toBe(results[1]);
  });

  test.each(["client_id", "client_secret", "client_assertion", "grant_type", "scope"])(
    "is refused when the parameters contain %s",
    async (name) => {
      const { app, service } = makeDaemon();
      const failure = await authErrorOf(
        app.acquireTokenByGrant({ grantType, parameters: { ...parameters, [name]: "x" } }),
      );
      expect(failure).toMatchObject({ code: "invalid_options", message: expect.stringContaining(name) });
      expect(service.requests).toHaveLength(0);
    },
  );

  test("is refused without a grant type, and with an invalid list of scopes", async () => {
    const { app } = makeDaemon();
    expect(await authErrorOf(app.acquireTokenByGrant({ grantType: "" }))).toMatchObject({ code: "invalid_options" });
    const scopes = "read" as unknown as string[];
    expect(await authErrorOf(app.acquireTokenByGrant({ grantType, scopes }))).toMatchObject({ code: "invalid_scope" });
  });

  test("shows token types in the service's refusal, and hides the tokens", async () => {
    const { app, logged } = makeDaemon(({ form }) => ({
      status: 400,
      body: { error: "invalid_request", error_description: form.toString() },
    }));
    const error = await authErrorOf(app.acquireTokenByGrant(exchange));
    expect(error.message).toContain(encodeURIComponent(tokenType("access_token")));
    expect(JSON.stringify([error, logged])).not.toContain("canary");
  });
});
