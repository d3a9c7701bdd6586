import type { Account } from "@latchkey/client";
import { describe, expect, test } from "vitest";
import {
  changedBlob,
  entriesOf,
  entryOf,
  goldenBlob,
  parseBlob,
  toolWith,
  userTokenEntry,
} from "../../support/blobs.ts";
import { tenantId } from "../../support/daemon.ts";
import { homeAccountId, idTokenResponse, makeTool, userId } from "../../support/tool.ts";

const scopes = ["User.Read"];
const otherTenant = "99999999-0000-4000-8000-000000000000";

describe("users in a blob", () => {
  test.each([42, true, null, {}, { toString: "x" }].map((invalid) => [invalid]))(
    "are not called %j, whatever the entries say",
    async (invalid) => {
      const text = changedBlob((blob) => {
        blob.IdToken = {};
        for (const entry of Object.values(blob.Account)) {
          Object.assign(entry, {
            username: invalid,
            name: invalid,
            local_account_id: invalid,
            tenantProfiles: invalid,
          });
        }
      });
      const { app } = await toolWith(text);
      expect(await app.tokenCache.getAllAccounts()).toMatchObject([
        { homeAccountId, localAccountId: "", username: "", name: undefined },
      ]);
      expect(await app.tokenCache.getAccountsByUsername("grace@contoso.example")).toEqual([]);
    },
  );

  test("are known through a family in each tenant of their MSAL Node profiles", async () => {
    const text = changedBlob((blob) => {
      Object.assign(blob, { IdToken: {}, AccessToken: {} });
      for (const entry of Object.values(blob.RefreshToken)) {
        entry["family_id"] = "1";
      }
      for (const entry of Object.values(blob.Account)) {
        const guest = {
          tenantId: otherTenant,
          localAccountId: "guest",
          name: "G. H.",
          username: "guest@fabrikam.example",
        };
        entry["tenantProfiles"] = [...(entry["tenantProfiles"] as string[]), JSON.stringify(guest), "{", 7];
      }
    });
    const { app } = await toolWith(text);
    expect(await app.tokenCache.getAllAccounts()).toMatchObject([
      { homeAccountId, tenantId, localAccountId: userId, username: "grace@contoso.example", name: "Grace Hopper" },
      {
        homeAccountId,
        tenantId: otherTenant,
        localAccountId: "guest",
        username: "guest@fabrikam.example",
        name: "G. H.",
      },
    ]);
  });

  test("are of their home tenant if nothing says otherwise", async () => {
    const text = changedBlob((blob) => {
      Object.assign(blob, { IdToken: {}, AccessToken: {} });
      for (const entry of Object.values(blob.Account)) {
        entry["realm"] = "organizations";
      }
    }, "msalPython");
    expect((await toolWith(text)).account).toMatchObject({ homeAccountId, tenantId });
  });

  test("are guests if their ID token says so, whatever the realm is called", async () => {
    const text = changedBlob((blob) => {
      const claims = JSON.parse(Buffer.from(goldenIdToken().split(".")[1] ?? "", "base64url").toString());
      const guest = { ...claims, tid: otherTenant, oid: "guest" };
      const secret = ["e30", Buffer.from(JSON.stringify(guest)).toString("base64url"), "s"].join(".");
      for (const section of ["IdToken", "AccessToken", "Account"] as const) {
        for (const entry of Object.values(blob[section])) {
          entry["realm"] = "fabrikam.example";
        }
      }
      for (const entry of Object.values(blob.IdToken)) {
        entry["secret"] = secret;
      }
    }, "msalGo");
    const { app, account } = await toolWith(text, { authority: "https://login.microsoftonline.com/fabrikam.example" });
    expect(account).toMatchObject({ tenantId: otherTenant, localAccountId: "guest" });
    expect((await app.acquireTokenSilent({ scopes, account })).accessToken).toBe("user-token");
  });

  test("are removed with the tokens that have extra parameters", async () => {
    const special = userTokenEntry({ additionalCacheKeyComponents: { client_claims: "{}" } });
    const { app, account } = await toolWith(changedBlob(({ AccessToken }) => Object.assign(AccessToken, { special })));
    expect(app.tokenCache.statistics.userTokens).toBe(2);
    await app.tokenCache.removeAccount(account);
    expect(app.tokenCache.statistics.userTokens).toBe(0);
  });

  test("are known by the refresh token of a family from another application", async () => {
    const text = changedBlob((blob) => {
      Object.assign(blob, { IdToken: {}, AccessToken: {} });
      for (const entry of Object.values(blob.RefreshToken)) {
        Object.assign(entry, { client_id: "sibling", family_id: "1" });
      }
    });
    const { app, account, service } = await toolWith(text);
    expect(account).toMatchObject({ homeAccountId, tenantId, username: "grace@contoso.example" });
    expect(entryOf(app.tokenCache.serialize(), "RefreshToken", "refresh-token")).toMatchObject({
      client_id: "sibling",
      family_id: "1",
    });
    await app.acquireTokenSilent({ scopes, account });
    expect(service.requests[0]?.form.get("refresh_token")).toBe("refresh-token");
  });

  test("are not this application's when only another one knows them", async () => {
    const text = changedBlob((blob) => {
      for (const section of ["IdToken", "AccessToken", "RefreshToken"] as const) {
        for (const entry of Object.values(blob[section])) {
          entry["client_id"] = "other";
        }
      }
    });
    const { app, account } = await toolWith(text);
    expect(account).toBeUndefined();
    expect(parseBlob(app.tokenCache.serialize())).toEqual(parseBlob(text));
  });

  test.each(["common", "organizations", "contoso.example"])(
    "are found if their entries have the realm %s",
    async (realm) => {
      const text = changedBlob((blob) => {
        for (const section of ["Account", "IdToken", "AccessToken"] as const) {
          for (const entry of Object.values(blob[section])) {
            entry["realm"] = realm;
          }
        }
      }, "msalPython");
      const { app, account, service } = await toolWith(text, {
        authority: `https://login.microsoftonline.com/${realm}`,
      });
      expect(account.tenantId).toBe(tenantId);
      expect((await app.acquireTokenSilent({ scopes, account })).accessToken).toBe("user-token");
      expect(service.requests).toEqual([]);
      expect(entryOf(app.tokenCache.serialize(), "AccessToken", "user-token")).toMatchObject({ realm: tenantId });
    },
  );

  test("are found under a domain though their entries have the tenant's id", async () => {
    const authority = "https://login.microsoftonline.com/contoso.example";
    const { app, account, service } = await toolWith(goldenBlob("msalNode7"), { authority });
    expect((await app.acquireTokenSilent({ scopes, account })).accessToken).toBe("user-token");
    expect(service.requests).toEqual([]);
  });

  test("of a user flow are found though MSAL takes the flow's name for the tenant", async () => {
    const home = `${userId}-b2c_1_signin.${tenantId}`;
    const claims = JSON.parse(Buffer.from(goldenIdToken().split(".")[1] ?? "", "base64url").toString());
    const { tid: _, ...others } = claims;
    const secret = [
      "e30",
      Buffer.from(JSON.stringify({ ...others, tfp: "b2c_1_signin" })).toString("base64url"),
      "s",
    ].join(".");
    const text = changedBlob((blob) => {
      for (const entries of Object.values(blob)) {
        for (const entry of Object.values(entries)) {
          Object.assign(entry, { environment: "contoso.b2clogin.com", home_account_id: home });
          if ("realm" in entry) {
            entry["realm"] = "b2c_1_signin";
          }
          if (entry["credential_type"] === "IdToken") {
            entry["secret"] = secret;
          }
        }
      }
      for (const entry of Object.values(blob.Account)) {
        entry["realm"] = tenantId;
      }
    });
    const authority = "https://contoso.b2clogin.com/contoso.onmicrosoft.com/b2c_1_signin";
    const { app, account, service } = await toolWith(text, { authority });
    // As a sign-in of this library writes the tenant.
    expect(account.tenantId).toBe("contoso.onmicrosoft.com");
    expect((await app.acquireTokenSilent({ scopes, account })).accessToken).toBe("user-token");
    expect(service.requests).toEqual([]);
    expect(entryOf(app.tokenCache.serialize(), "AccessToken", "user-token")).toMatchObject({ realm: "b2c_1_signin" });
  });

  test("have a profile in each tenant that they signed in to", async () => {
    const guest = { iss: `https://login.microsoftonline.com/${otherTenant}/v2.0`, tid: otherTenant, oid: "guest" };
    const first = makeTool((_, index) => (index === 0 ? idTokenResponse() : idTokenResponse(guest, 2)));
    const { account } = await first.app.acquireTokenByRefreshToken({ refreshToken: "rt", scopes });
    await first.app.acquireTokenSilent({ scopes, account: account as Account, tenantId: otherTenant });
    const people = await first.app.tokenCache.getAllAccounts();
    expect(people).toHaveLength(2);
    for (const dialect of ["msal-node", "msal-python"] as const) {
      const { app, service } = await toolWith(first.app.tokenCache.serialize({ dialect }));
      expect(await app.tokenCache.getAllAccounts()).toEqual(people);
      for (const [index, user] of people.entries()) {
        const options = { scopes, account: user, tenantId: user.tenantId };
        expect((await app.acquireTokenSilent(options)).accessToken).toBe(`token-${index + 1}`);
      }
      expect(service.requests).toEqual([]);
    }
  });

  test("are no accounts if unknown apart from their token, and their token stays", async () => {
    const stray = userTokenEntry({ home_account_id: "stray.tenant" });
    const { app } = await toolWith(changedBlob(({ AccessToken }) => Object.assign(AccessToken, { stray })));
    expect(await app.tokenCache.getAllAccounts()).toHaveLength(1);
    expect(parseBlob(app.tokenCache.serialize()).AccessToken["stray"]).toEqual(stray);
  });
});

function goldenIdToken(): string {
  return String(entriesOf(goldenBlob("msalNode7"), "IdToken")[0]?.["secret"]);
}
