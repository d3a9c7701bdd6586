import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { modes, startWebProgram, type WebProgram } from "./support/webProgram.ts";

const tries = ["@azure/identity", "@latchkey/client"].flatMap((library) => modes.map((mode) => ({ library, ...mode })));

describe.each(tries)("microsoft-graph-client with $library and the platform in $mode mode$reason", (each) => {
  const { library, mode, reason } = each;
  let program: WebProgram;

  beforeAll(async () => {
    if (reason !== "") {
      return;
    }
    program = await startWebProgram(mode, "graphClient.ts", ({ directory, tenant, url }) => {
      const register = (permissions: object, more: object = {}) => {
        const requiredResourceAccess = [{ name: "Microsoft Graph", ...permissions }];
        const { appId } = directory.registerApplication({ displayName: "report", requiredResourceAccess, ...more });
        directory.grantAdminConsent(appId);
        return appId;
      };
      const clientId = register({
        permissions: [
          "User.Read.All",
          "Application.ReadWrite.All",
          "AppRoleAssignment.ReadWrite.All",
          "DelegatedPermissionGrant.ReadWrite.All",
        ],
      });
      return {
        library,
        ...(mode === "own-host" ? { ownHost: url } : {}),
        tenantId: tenant.id,
        clientId,
        secret: directory.addPassword(clientId).secretText,
        publicClientId: register({ delegatedPermissions: ["User.Read"] }, { allowPublicClient: true }),
        username: tenant.administrator.userPrincipalName,
        password: tenant.administrator.password,
      };
    });
  });
  afterAll(() => program?.stop());

  async function page(path: string): Promise<unknown> {
    return (await fetch(program.origin + path)).json();
  }

  test.skipIf(reason)("reads all users, page after page", async () => {
    const { names, isComplete } = (await page("/users")) as { names: string[]; isComplete: boolean };
    expect(isComplete).toBe(true);
    expect(new Set(names).size).toBe(30);
    // Nine at a time.
    expect(program.platform.events.filter(({ type, path }) => type === "graph" && path === "/v1.0/users")).toHaveLength(
      4,
    );
  });

  test.skipIf(reason)("searches and counts", async () => {
    expect(await page("/search")).toMatchObject({ "@odata.count": 1, value: [{ displayName: "Ada Winters" }] });
  });

  test.skipIf(reason)("returns who the user is", async () => {
    const { userPrincipalName } = program.platform.tenant.administrator;
    expect(await page("/me")).toMatchObject({ userPrincipalName });
  });

  test.skipIf(reason)("registers a daemon, grants its permissions, and lists the users as that daemon", async () => {
    expect(await page("/register")).toEqual({ users: 30, passwordsLeft: 0 });
  });

  test.skipIf(reason)("gets an error code for what is not allowed", async () => {
    expect(await page("/refused")).toEqual({
      isGraphError: true,
      statusCode: 403,
      code: "Authorization_RequestDenied",
      requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
  });
});
