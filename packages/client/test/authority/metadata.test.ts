import type { ConfidentialClientApplicationOptions } from "@latchkey/client";
import { describe, expect, test } from "vitest";
import { graph, makeDaemon } from "../support/daemon.ts";
import { authErrorOf } from "../support/failure.ts";
import { type ScriptedResponse, token } from "../support/scriptedService.ts";

type Options = Partial<ConfidentialClientApplicationOptions>;
const issuer = "https://id.example.test/realms/main";
const generic: Options = { oidcAuthority: issuer };
const b2c: Options = { authority: "https://contoso.b2clogin.com/contoso.onmicrosoft.com/b2c_1_sign" };
const externalId: Options = { authority: "https://contoso.ciamlogin.com/contoso.onmicrosoft.com" };
const adfs: Options = { authority: "https://fs.contoso.test/adfs" };
const guid = "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee";

function acquire(options: Options, metadata: ScriptedResponse) {
  const { app, service } = makeDaemon(
    (request, index) => (request.method === "GET" ? metadata : token(index)),
    options,
  );
  return { service, work: app.acquireTokenForClient({ scopes: [graph] }) };
}

function document(documentIssuer: string, tokenEndpoint: string): ScriptedResponse {
  return { body: { issuer: documentIssuer, token_endpoint: tokenEndpoint } };
}

describe("metadata is trusted", () => {
  test.each<[string, Options, string, string]>([
    ["from the issuer itself", generic, issuer, `${issuer}/token`],
    ["with a final slash in the issuer", generic, `${issuer}/`, `${issuer}/token`],
    [
      "from B2C, whose issuer carries the tenant's id",
      b2c,
      `https://contoso.b2clogin.com/${guid}/v2.0/`,
      "https://contoso.b2clogin.com/contoso.onmicrosoft.com/b2c_1_sign/oauth2/v2.0/token",
    ],
    [
      "from B2C with the policy in the issuer",
      b2c,
      `https://contoso.b2clogin.com/tfp/${guid}/b2c_1_sign/v2.0/`,
      "https://contoso.b2clogin.com/t/oauth2/v2.0/token",
    ],
    [
      "from External ID, whose issuer's host is the tenant's id",
      externalId,
      `https://${guid}.ciamlogin.com/${guid}/v2.0`,
      "https://contoso.ciamlogin.com/t/oauth2/v2.0/token",
    ],
    [
      "from AD FS, whose issuer is http and its trust service",
      adfs,
      "http://fs.contoso.test/adfs/services/trust",
      "https://fs.contoso.test/adfs/oauth2/token",
    ],
  ])("%s", async (_, options, documentIssuer, endpoint) => {
    const { service, work } = acquire(options, document(documentIssuer, endpoint));
    await expect(work).resolves.toMatchObject({ accessToken: "token-1" });
    expect(service.requests[1]?.url.href).toBe(endpoint);
  });

  test("when its token endpoint is on a host in knownAuthorities", async () => {
    const options = { ...generic, knownAuthorities: ["tokens.example.test"] };
    const { work } = acquire(options, document(issuer, "https://tokens.example.test/token"));
    await expect(work).resolves.toMatchObject({ accessToken: "token-1" });
  });
});

describe("metadata is refused, and no credential sent", () => {
  test.each<[string, Options, ScriptedResponse, string]>([
    [
      "when it names another issuer",
      generic,
      document("https://id.example.test/realms/other", `${issuer}/token`),
      "issuer_mismatch",
    ],
    [
      "when it names another host",
      generic,
      document("https://evil.test/realms/main", `${issuer}/token`),
      "issuer_mismatch",
    ],
    ["when its issuer is not a URL", generic, document("main", `${issuer}/token`), "issuer_mismatch"],
    [
      "when B2C's issuer has another host",
      b2c,
      document(`https://fabrikam.b2clogin.com/${guid}/v2.0/`, "https://contoso.b2clogin.com/t"),
      "issuer_mismatch",
    ],
    [
      "when External ID's issuer names two tenants",
      externalId,
      document(`https://${guid}.ciamlogin.com/other/v2.0`, "https://contoso.ciamlogin.com/t"),
      "issuer_mismatch",
    ],
    [
      "when External ID's issuer is a look-alike",
      externalId,
      document(`https://${guid}.ciamlogin.com.evil.test/${guid}/v2.0`, "https://contoso.ciamlogin.com/t"),
      "issuer_mismatch",
    ],
    [
      "when AD FS's issuer is elsewhere",
      adfs,
      document("http://fs.evil.test/adfs/services/trust", "https://fs.contoso.test/adfs/oauth2/token"),
      "issuer_mismatch",
    ],
    [
      "when its token endpoint is http",
      generic,
      document(issuer, "http://id.example.test/token"),
      "untrusted_authority",
    ],
    [
      "when its token endpoint is another host's",
      generic,
      document(issuer, "https://evil.test/token"),
      "untrusted_authority",
    ],
    [
      "when its token endpoint has another port",
      generic,
      document(issuer, "https://id.example.test:8443/token"),
      "untrusted_authority",
    ],
    ["when its token endpoint is not a URL", generic, document(issuer, "/token"), "untrusted_authority"],
    ["when it has no token endpoint", generic, { body: { issuer } }, "invalid_authority"],
    ["when it is not found", generic, { status: 404, body: { error: "none" } }, "invalid_authority"],
    ["when a 404 page is returned", generic, { status: 404, body: "<html>" }, "invalid_authority"],
    ["when it is not JSON", generic, { body: "<html>", headers: { "content-type": "text/html" } }, "invalid_response"],
    ["when it is a list", generic, { body: [] }, "invalid_response"],
    [
      "when it is a redirect",
      generic,
      { status: 302, body: "", headers: { location: "https://evil.test/" } },
      "invalid_response",
    ],
  ])("%s", async (_, options, metadata, code) => {
    const { service, work } = acquire(options, metadata);
    const error = await authErrorOf(work);
    expect(error).toMatchObject({ code, correlationId: expect.stringMatching(/^[0-9a-f-]{36}$/) });
    expect(service.requests.map(({ method }) => method)).toEqual(["GET"]);
  });

  test("when its token endpoint is http, even on a host in knownAuthorities", async () => {
    const options = { ...generic, knownAuthorities: ["id.example.test"] };
    const { service, work } = acquire(options, document(issuer, "http://id.example.test/realms/main/token"));
    const error = await authErrorOf(work);
    expect(error).toMatchObject({ code: "untrusted_authority" });
    expect(error.remedy).toContain("https");
    expect(service.requests).toHaveLength(1);
  });

  test("with the foreign host in the remedy, ready for knownAuthorities", async () => {
    const { work } = acquire(generic, document(issuer, "https://tokens.example.test/token"));
    expect((await authErrorOf(work)).remedy).toContain('"tokens.example.test"');
  });

  test("and is requested again by the next acquisition", async () => {
    const { app, service } = makeDaemon((request, index) => {
      if (request.method === "POST") {
        return token(index);
      }
      return index === 0 ? { status: 503, body: "busy" } : document(issuer, `${issuer}/token`);
    }, generic);
    expect(await authErrorOf(app.acquireTokenForClient({ scopes: ["read"] }))).toMatchObject({ retryable: true });
    await app.acquireTokenForClient({ scopes: ["read"] });
    expect(service.requests.map(({ method }) => method)).toEqual(["GET", "GET", "POST"]);
  });
});

describe("metadata that several acquisitions wait for", () => {
  test("is requested once", async () => {
    const { app, service } = makeDaemon(
      (request, index) => (request.method === "GET" ? document(issuer, `${issuer}/token`) : token(index)),
      generic,
    );
    await Promise.all([app.acquireTokenForClient({ scopes: ["a"] }), app.acquireTokenForClient({ scopes: ["b"] })]);
    await app.acquireTokenForClient({ scopes: ["c"] });
    expect(service.requests.map(({ method }) => method).sort()).toEqual(["GET", "POST", "POST", "POST"]);
  });

  test("arrives for the others after the first caller has given up", async () => {
    let response = (_: ScriptedResponse): void => {};
    const metadata = new Promise<ScriptedResponse>((resolve) => {
      response = resolve;
    });
    const { app, service } = makeDaemon(
      (request, index) => (request.method === "GET" ? metadata : token(index)),
      generic,
    );
    const impatient = new AbortController();
    const first = app.acquireTokenForClient({ scopes: ["a"], signal: impatient.signal });
    const second = app.acquireTokenForClient({ scopes: ["b"] });
    await service.received(1);
    impatient.abort(new Error("enough"));
    await expect(first).rejects.toThrow("enough");
    response(document(issuer, `${issuer}/token`));
    await expect(second).resolves.toMatchObject({ source: "network" });
    expect(service.requests.map(({ method }) => method)).toEqual(["GET", "POST"]);
  });
});
