import { type ClientSecretOptions, type ConfidentialClientApplicationOptions, clientSecret } from "@latchkey/client";
import { describe, expect, test } from "vitest";
import { clientId, graph, makeDaemon, secret } from "../support/daemon.ts";
import { authErrorOf, failureOf } from "../support/failure.ts";
import { silence, token } from "../support/scriptedService.ts";

const issuer = "https://id.example.test";

describe("a client secret", () => {
  test("is sent in the body", async () => {
    const { app, service } = makeDaemon();
    await app.acquireTokenForClient({ scopes: [graph] });
    const [request] = service.requests;
    expect(Object.fromEntries(request?.form ?? [])).toEqual({
      client_id: clientId,
      client_secret: secret,
      grant_type: "client_credentials",
      scope: graph,
    });
    expect(request?.headers).not.toHaveProperty("authorization");
  });

  test("is sent as HTTP Basic if requested, both halves form-encoded first", async () => {
    const metadata = { issuer, token_endpoint: `${issuer}/token` };
    const { app, service } = makeDaemon((request) => (request.method === "GET" ? { body: metadata } : token(1)), {
      oidcAuthority: issuer,
      clientId: "daemon one",
      clientCredential: clientSecret("p:w +ä%", { method: "client_secret_basic" }),
    });
    await app.acquireTokenForClient({ scopes: ["api"] });
    const request = service.requests.at(-1);
    const [scheme, value = ""] = request?.headers["authorization"]?.split(" ") ?? [];
    expect(scheme).toBe("Basic");
    expect(Buffer.from(value, "base64").toString("utf8")).toBe("daemon+one:p%3Aw+%2B%C3%A4%25");
    expect(request?.form.has("client_secret")).toBe(false);
  });

  test.each<[string, unknown, ClientSecretOptions["method"], string]>([
    ["lists it alone", ["client_secret_basic"], undefined, "header"],
    ["lists it, and not the body", ["private_key_jwt", "client_secret_basic"], undefined, "header"],
    ["lists both", ["client_secret_basic", "client_secret_post"], undefined, "body"],
    ["lists neither", ["private_key_jwt"], undefined, "body"],
    ["lists nothing", undefined, undefined, "body"],
    ["has no list", "client_secret_basic", undefined, "body"],
    ["lists it only, and the body is requested", ["client_secret_basic"], "client_secret_post", "body"],
    ["lists the body only, and HTTP Basic is requested", ["client_secret_post"], "client_secret_basic", "header"],
  ])("is sent as HTTP Basic to an issuer that accepts nothing else: one that %s", async (_, methods, method, place) => {
    const metadata = { issuer, token_endpoint: `${issuer}/token`, token_endpoint_auth_methods_supported: methods };
    const { app, service } = makeDaemon((request) => (request.method === "GET" ? { body: metadata } : token(1)), {
      oidcAuthority: issuer,
      clientCredential: clientSecret("z/t+Z:%1é &=", { method }),
    });
    await app.acquireTokenForClient({ scopes: ["api"] });
    const { headers, form } = service.requests[1] ?? {};
    const given = place === "body" ? form?.get("client_secret") : headers?.["authorization"];
    const pair = `${clientId}:z%2Ft%2BZ%3A%251%C3%A9+%26%3D`;
    expect(given).toBe(place === "body" ? "z/t+Z:%1é &=" : `Basic ${Buffer.from(pair).toString("base64")}`);
    expect([form?.has("client_secret"), headers?.["authorization"] !== undefined]).toEqual([
      place === "body",
      place === "header",
    ]);
  });

  test("is sent in the body to AD FS, whatever its metadata lists", async () => {
    const authority = "https://fs.example.test/adfs";
    const methods = ["client_secret_basic"];
    const metadata = {
      issuer: authority,
      token_endpoint: `${authority}/oauth2/token`,
      token_endpoint_auth_methods_supported: methods,
    };
    const { app, service } = makeDaemon((request) => (request.method === "GET" ? { body: metadata } : token(1)), {
      authority,
    });
    await app.acquireTokenForClient({ scopes: ["api"] });
    expect(service.requests[1]?.form.get("client_secret")).toBe(secret);
  });

  test.each([
    ["empty", "", /is empty/],
    ["white space", " \n\t", /is empty/],
    ["missing", undefined, /undefined, not a string/],
    ["null", null, /null, not a string/],
    ["a number", 7, /number, not a string/],
    ["an object", { value: "x" }, /object, not a string/],
  ])("is refused at once when it is %s", async (_, value, message) => {
    const error = await authErrorOf(() => clientSecret(value as string));
    expect(error).toMatchObject({ name: "ConfigurationError", code: "invalid_credential" });
    expect(error.message).toMatch(message);
  });

  test("is refused as an option of its own, without being shown", async () => {
    const options = { clientCredential: secret } as unknown as Partial<ConfidentialClientApplicationOptions>;
    const error = await authErrorOf(() => makeDaemon(undefined, options));
    expect(error).toMatchObject({ code: "invalid_credential", message: "clientCredential is of type string." });
  });
});

describe("a client secret's provider", () => {
  test("is called when a request is sent, with its context, and not on a cache hit", async () => {
    const contexts: object[] = [];
    const { app } = makeDaemon(undefined, {
      clientCredential: clientSecret(async (context) => {
        contexts.push(context);
        return secret;
      }),
    });
    await app.acquireTokenForClient({ scopes: [graph], correlationId: "c1" });
    await app.acquireTokenForClient({ scopes: [graph] });
    expect(contexts).toEqual([
      expect.objectContaining({
        clientId,
        tokenEndpoint: expect.stringMatching(/oauth2\/v2\.0\/token$/),
        tenantId: expect.any(String),
        correlationId: "c1",
        signal: expect.any(AbortSignal),
      }),
    ]);
  });

  test.each([
    ["", /is empty/],
    [undefined, /undefined, not a string/],
  ])("is reported when it returns %j, and nothing is sent", async (value, message) => {
    const { app, service } = makeDaemon(undefined, { clientCredential: clientSecret(async () => value as string) });
    const error = await authErrorOf(app.acquireTokenForClient({ scopes: [graph] }));
    expect(error).toMatchObject({ code: "invalid_credential" });
    expect(error.message).toMatch(message);
    expect(service.requests).toHaveLength(0);
  });

  test("has its own error passed on", async () => {
    const sealed = new Error("the vault is sealed");
    const { app } = makeDaemon(undefined, {
      clientCredential: clientSecret(async () => {
        throw sealed;
      }),
    });
    expect(await failureOf(app.acquireTokenForClient({ scopes: [graph] }))).toBe(sealed);
  });

  test("is abandoned at the request's timeout if it never returns", async () => {
    let calls = 0;
    const { app, clock } = makeDaemon(undefined, {
      clientCredential: clientSecret(async () => (calls++ === 0 ? silence() : secret)),
    });
    const stuck = app.acquireTokenForClient({ scopes: [graph] });
    await clock.sleeping(30_000);
    clock.advance(30_000);
    expect(await authErrorOf(stuck)).toMatchObject({
      code: "timeout",
      message: "The client credential did not respond within 30000 ms.",
      correlationId: expect.any(String),
    });
    await expect(app.acquireTokenForClient({ scopes: [graph] })).resolves.toMatchObject({ accessToken: "token-1" });
  });

  test("is notified by its signal when no caller waits any more", async () => {
    const leaving = new AbortController();
    let notify = (_: unknown): void => {};
    const notified = new Promise((resolve) => {
      notify = resolve;
    });
    const { app } = makeDaemon(() => token(1), {
      clientCredential: clientSecret(({ signal }) => {
        signal.addEventListener("abort", () => notify(signal.reason));
        leaving.abort("gone");
        return silence();
      }),
    });
    expect(await failureOf(app.acquireTokenForClient({ scopes: [graph], signal: leaving.signal }))).toBe("gone");
    await notified;
  });
});
