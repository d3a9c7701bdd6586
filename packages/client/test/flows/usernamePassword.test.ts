import type { AcquireTokenByUsernamePasswordOptions } from "@latchkey/client";
import { describe, expect, test } from "vitest";
import { clientId, entra, makeDaemon, secret } from "../support/daemon.ts";
import { authErrorOf } from "../support/failure.ts";
import { aadstsError } from "../support/scriptedService.ts";
import { homeAccountId, makeTool } from "../support/tool.ts";

const scopes = ["User.Read"];
const username = "grace@contoso.example";
const password = "pä$$ w&rd";

describe("a sign-in by user name and password", () => {
  test("sends both, and caches the account", async () => {
    const { app, service } = makeTool();
    const { account } = await app.acquireTokenByUsernamePassword({ scopes, username, password });
    expect(account?.homeAccountId).toBe(homeAccountId);
    expect(service.requests[0]?.url.href).toBe(`${entra}/oauth2/v2.0/token`);
    expect(Object.fromEntries(service.requests[0]?.form ?? [])).toMatchObject({
      client_id: clientId,
      grant_type: "password",
      username,
      password,
      scope: "User.Read openid profile offline_access",
      client_info: "1",
    });
    expect(await app.tokenCache.getAllAccounts()).toEqual([account]);
    if (account === undefined) {
      throw new Error("nobody signed in");
    }
    expect((await app.acquireTokenSilent({ scopes, account })).source).toBe("cache");
  });

  test("sends the credential of an application that has one", async () => {
    const { app, service } = makeDaemon();
    await app.acquireTokenByUsernamePassword({ scopes, username, password });
    expect(service.requests[0]?.form.get("client_secret")).toBe(secret);
  });

  test("is one request for equal concurrent calls", async () => {
    const { app, service } = makeTool();
    const signIn = (more: Partial<AcquireTokenByUsernamePasswordOptions> = {}) =>
      app.acquireTokenByUsernamePassword({ scopes, username, password, ...more });
    await Promise.all([signIn(), signIn(), signIn({ password: "another" }), signIn({ username: "ada" })]);
    expect(service.requests).toHaveLength(3);
  });

  test("reports the missing option without a request", async () => {
    for (const [name, value] of [
      ["username", ""],
      ["password", undefined],
    ] as const) {
      const { app, service } = makeTool();
      const options = { scopes, username, password, [name]: value } as AcquireTokenByUsernamePasswordOptions;
      expect(await authErrorOf(app.acquireTokenByUsernamePassword(options))).toMatchObject({
        code: "invalid_options",
        message: `${name} is empty or not a string.`,
      });
      expect(service.requests).toHaveLength(0);
    }
  });

  test.each<[number, string, string, object]>([
    [50126, "invalid_grant", "invalid_user_credential", { name: "ServerError" }],
    [50076, "interaction_required", "interaction_required", { name: "InteractionRequiredError" }],
    [9001023, "invalid_request", "tenant_required", { name: "ServerError" }],
  ])("refused with AADSTS%d %s is %s", async (number, error, code, more) => {
    const { app } = makeTool(() => aadstsError(number, "x", { error }, 400));
    expect(await authErrorOf(app.acquireTokenByUsernamePassword({ scopes, username, password }))).toMatchObject({
      code,
      aadsts: number,
      ...more,
    });
  });

  test("shows the password nowhere, however short it is", async () => {
    const { app, logged } = makeDaemon((request) => aadstsError(1, request.form.get("password") ?? "", {}, 400));
    const error = await authErrorOf(app.acquireTokenByUsernamePassword({ scopes, username, password: "§7!" }));
    expect(error.message).toContain("***");
    expect(JSON.stringify([error, logged])).not.toContain("§7!");
  });
});
