import { type Platform, startPlatform } from "@latchkey/platform";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type Daemon,
  type Form,
  graphScope,
  postForm,
  registerDaemon,
  tokenForm,
  tokenPath,
} from "../support/daemon.ts";

let platform: Platform;
let daemon: Daemon;
let disabled: Daemon;
let expired: string;
let publicClientId: string;
let unconsentedId: string;
beforeAll(async () => {
  platform = await startPlatform();
  daemon = registerDaemon(platform);
  disabled = registerDaemon(platform);
  platform.directory.setEnabled(disabled.appId, false);
  expired = platform.directory.addPassword(daemon.appId, { startMs: 0, endMs: 1 }).secretText;
  publicClientId = "04b07795-8ddb-461a-bbee-02f9e1bf7b46";
  unconsentedId = platform.directory.registerApplication({ displayName: "Alone", servicePrincipal: false }).appId;
  platform.directory.registerApplication({
    displayName: "Closed API",
    identifierUris: ["api://closed"],
    appRoles: [{ value: "Enter" }],
  });
  const closed = platform.directory.registerApplication({
    displayName: "Closed Shop",
    identifierUris: ["api://shop"],
  });
  platform.directory.setAssignmentRequired(closed.appId, true);
  const off = platform.directory.registerApplication({ displayName: "Off", identifierUris: ["api://off"] });
  platform.directory.setEnabled(off.appId, false);
});
afterAll(() => platform.stop());

interface Row {
  readonly refuses: string;
  readonly code: number;
  readonly status: number;
  readonly error: string;
  readonly text: RegExp;
  readonly hasErrorUri?: boolean;
  readonly path?: () => string;
  readonly form: () => Form;
}

const unknownTenantId = "11111111-2222-3333-4444-555555555555";

const rows: readonly Row[] = [
  {
    refuses: "a body without grant_type",
    code: 900144,
    status: 400,
    error: "invalid_request",
    text: /^AADSTS900144: The request body must contain the following parameter: 'grant_type'\. Trace ID/,
    form: () => tokenForm(daemon, { grant_type: undefined }),
  },
  {
    refuses: "an unknown grant type",
    code: 70003,
    status: 400,
    error: "unsupported_grant_type",
    text: /The app requested an unsupported grant type 'magic'\./,
    form: () => tokenForm(daemon, { grant_type: "magic" }),
  },
  {
    refuses: "a body without client_id",
    code: 900144,
    status: 400,
    error: "invalid_request",
    text: /parameter: 'client_id'/,
    form: () => tokenForm(daemon, { client_id: undefined }),
  },
  {
    refuses: "a request without scope, with a code of its own",
    code: 90014,
    status: 400,
    error: "invalid_request",
    text: /The required field 'scope' is missing from the credential\./,
    form: () => tokenForm(daemon, { scope: undefined }),
  },
  {
    refuses: "resource at the v2.0 endpoint",
    code: 901002,
    status: 400,
    error: "invalid_request",
    text: /The 'resource' request parameter is not supported\./,
    form: () => tokenForm(daemon, { resource: "https://graph.microsoft.com" }),
  },
  {
    refuses: "a v1 request without resource",
    code: 50001,
    status: 400,
    error: "invalid_resource",
    text: /Resource identifier is not provided\./,
    path: () => tokenPath(platform, 1),
    form: () => tokenForm(daemon),
  },
  {
    refuses: "an unknown tenant id",
    code: 90002,
    status: 400,
    error: "invalid_request",
    text: new RegExp(`Tenant '${unknownTenantId}' not found\\.`),
    path: () => `/${unknownTenantId}/oauth2/v2.0/token`,
    form: () => tokenForm(daemon),
  },
  {
    refuses: "a domain that no tenant verified",
    code: 90002,
    status: 400,
    error: "invalid_request",
    text: /Tenant 'fabrikam\.example' not found\./,
    path: () => "/fabrikam.example/oauth2/v2.0/token",
    form: () => tokenForm(daemon),
  },
  {
    refuses: "a tenant that is neither GUID nor domain",
    code: 900023,
    status: 400,
    error: "invalid_request",
    text: /Specified tenant identifier 'invalid_tenant' is neither a valid DNS name, nor a valid external domain\./,
    path: () => "/invalid_tenant/oauth2/v2.0/token",
    form: () => tokenForm(daemon),
  },
  ...["common", "organizations", "consumers"].map((alias) => ({
    refuses: `an application's token at /${alias}`,
    code: 50059,
    status: 400,
    error: "invalid_request",
    text: /No tenant-identifying information found/,
    path: () => `/${alias}/oauth2/v2.0/token`,
    form: () => tokenForm(daemon),
  })),
  {
    refuses: "an unknown application, naming the tenant by display name",
    code: 700016,
    status: 400,
    error: "unauthorized_client",
    text: /Application with identifier '6a5b.*' was not found in the directory 'Contoso'\./,
    form: () => tokenForm(daemon, { client_id: "6a5b4c3d-0000-4000-8000-000000000000" }),
  },
  {
    refuses: "an application without service principal in its own tenant",
    code: 7000229,
    status: 400,
    error: "unauthorized_client",
    text: /is missing service principal in the tenant/,
    form: () => tokenForm(daemon, { client_id: unconsentedId }),
  },
  {
    refuses: "a disabled application",
    code: 7000112,
    status: 400,
    error: "unauthorized_client",
    text: /Application '[^']+'\(Daemon\) is disabled\./,
    form: () => tokenForm(disabled),
  },
  {
    refuses: "a request without credential",
    code: 7000216,
    status: 401,
    error: "invalid_client",
    text: /'client_assertion', 'client_secret' or 'request' is required for the 'client_credentials' grant type\./,
    form: () => tokenForm(daemon, { client_secret: undefined }),
  },
  {
    refuses: "an empty secret as no credential",
    code: 7000216,
    status: 401,
    error: "invalid_client",
    text: /'client_assertion', 'client_secret' or 'request' is required/,
    form: () => tokenForm(daemon, { client_secret: "" }),
  },
  {
    refuses: "a public client that sends a secret",
    code: 700025,
    status: 401,
    error: "invalid_client",
    text: /Client is public so neither 'client_assertion' nor 'client_secret' should be presented\./,
    form: () => tokenForm(daemon, { client_id: publicClientId }),
  },
  {
    refuses: "a wrong secret",
    code: 7000215,
    status: 401,
    error: "invalid_client",
    text: /Invalid client secret provided\. Ensure the secret being sent in the request is the client secret value/,
    form: () => tokenForm(daemon, { client_secret: "wrong" }),
  },
  {
    refuses: "the id of a secret instead of its value",
    code: 7000215,
    status: 401,
    error: "invalid_client",
    text: /not the client secret ID, for a secret added to app/,
    form: () => tokenForm(daemon, { client_secret: daemon.secretId }),
  },
  {
    refuses: "an expired secret",
    code: 7000222,
    status: 401,
    error: "invalid_client",
    text: /The provided client secret keys for app '[^']+' are expired\. Visit the Azure portal/,
    form: () => tokenForm(daemon, { client_secret: expired }),
  },
  ...["User.Read", "openid profile offline_access", "https://graph.microsoft.com/User.Read", "all-apis"].map(
    (scope) => ({
      refuses: `the scope ${scope}`,
      code: 1002012,
      status: 400,
      error: "invalid_scope",
      text: /Client credential flows must have a scope value with \/\.default suffixed/,
      hasErrorUri: false,
      form: () => tokenForm(daemon, { scope }),
    }),
  ),
  {
    refuses: "/.default after something that is not an identifier",
    code: 70011,
    status: 400,
    error: "invalid_scope",
    text: /must include a 'scope' input parameter\. .* The scope user\.read\/\.default is not valid\./,
    hasErrorUri: false,
    form: () => tokenForm(daemon, { scope: "user.read/.default" }),
  },
  {
    refuses: "two resources in one request",
    code: 28000,
    status: 400,
    error: "invalid_scope",
    text: /because it contains more than one resource\. Scope .*vault.* is not valid\./,
    form: () => tokenForm(daemon, { scope: `${graphScope} https://vault.azure.net/.default` }),
  },
  {
    refuses: "a resource unknown in the tenant",
    code: 500011,
    status: 400,
    error: "invalid_resource",
    text: /The resource principal named https:\/\/graph\.microsoft\.com\/user\.read was not found in the tenant named Contoso\./,
    form: () => tokenForm(daemon, { scope: "https://graph.microsoft.com/user.read/.default" }),
  },
  {
    refuses: "a resource whose service principal is disabled",
    code: 500014,
    status: 400,
    error: "invalid_resource",
    text: /The service principal for resource 'api:\/\/off' is disabled\./,
    form: () => tokenForm(daemon, { scope: "api://off/.default" }),
  },
  {
    refuses: "an unassigned application where assignment is required",
    code: 501051,
    status: 400,
    error: "invalid_grant",
    text: /Application '[^']+'\(Daemon\) is not assigned to a role for the application 'api:\/\/shop'\(Closed Shop\)\./,
    form: () => tokenForm(daemon, { scope: "api://shop/.default" }),
  },
  {
    refuses: "an application that is assigned, but on another API",
    code: 501051,
    status: 400,
    error: "invalid_grant",
    text: /is not assigned to a role for the application 'api:\/\/shop'/,
    form: () => tokenForm(registerDaemon(platform, ["User.Read.All"]), { scope: "api://shop/.default" }),
  },
];

describe("the token endpoint refuses", () => {
  test.each(rows)("$refuses: AADSTS$code", async ({ code, status, error, text, hasErrorUri = true, path, form }) => {
    const answer = await postForm(platform, path?.() ?? tokenPath(platform), form());
    expect(answer.body.error_description).toMatch(text);
    expect(answer.body.error_codes).toEqual([code]);
    expect(answer.body.error).toBe(error);
    expect(answer.status).toBe(status);
    expect(answer.body.error_uri).toBe(hasErrorUri ? `${platform.url}/error?code=${code}` : undefined);
  });

  test("GET: AADSTS900561", async () => {
    const response = await platform.fetch(new Request(`${platform.url}${tokenPath(platform)}`));
    expect(response.status).toBe(400);
    expect((await response.json()) as object).toMatchObject({
      error_codes: [900561],
      error_description: expect.stringMatching(/only accepts POST, OPTIONS requests\. Received a GET request\./),
    });
  });

  test("GET from a browser, with a page", async () => {
    const request = new Request(`${platform.url}${tokenPath(platform)}`, { headers: { accept: "text/html" } });
    const response = await platform.fetch(request);
    expect(response.headers.get("content-type")).toMatch("text/html");
    expect(await response.text()).toContain("AADSTS900561");
  });

  test("a JSON body as one without grant_type", async () => {
    const body = JSON.stringify(tokenForm(daemon));
    const answer = await postForm(platform, tokenPath(platform), body, { "content-type": "application/json" });
    expect(answer.body.error_codes).toEqual([900144]);
  });

  test("a body over a megabyte", async () => {
    const response = await platform.fetch(
      new Request(`${platform.url}${tokenPath(platform)}`, {
        method: "POST",
        headers: { "content-type": "application/x-www-form-urlencoded", "content-length": "2000000" },
        body: "a".repeat(2_000_000),
      }),
    );
    expect(response.status).toBe(413);
  });
});

describe("with two faults it reports", () => {
  test("the missing scope before the unknown tenant", async () => {
    const form = tokenForm(daemon, { scope: undefined });
    expect((await postForm(platform, `/${unknownTenantId}/oauth2/v2.0/token`, form)).body.error_codes).toEqual([90014]);
  });

  test("the unknown tenant before the unknown application", async () => {
    const form = tokenForm(daemon, { client_id: unknownTenantId });
    expect((await postForm(platform, `/${unknownTenantId}/oauth2/v2.0/token`, form)).body.error_codes).toEqual([90002]);
  });

  test("the wrong secret before the bad scope", async () => {
    const form = tokenForm(daemon, { client_secret: "wrong", scope: "User.Read" });
    expect((await postForm(platform, tokenPath(platform), form)).body.error_codes).toEqual([7000215]);
  });

  test("the bad scope before the unknown resource", async () => {
    const form = tokenForm(daemon, { scope: "user.read/.default" });
    expect((await postForm(platform, tokenPath(platform), form)).body.error_codes).toEqual([70011]);
  });
});
