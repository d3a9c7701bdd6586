import { inspect } from "node:util";
import { PublicClientApplication, protectedApi } from "@latchkey/client";
import { describe, expect, test } from "vitest";
import { clientId, graph, makeDaemon } from "../support/daemon.ts";
import { authErrorOf } from "../support/failure.ts";
import { token } from "../support/scriptedService.ts";
import { makeTool } from "../support/tool.ts";

const canary = "CANARY-value";
const impossible: readonly (readonly [string, Record<string, string>])[] = [
  ["CR LF in a value", { "x-a": `${canary}\r\nx-b: 1` }],
  ["LF in a value", { "x-a": `${canary}\nx` }],
  ["CR in a value", { "x-a": `${canary}\rx` }],
  ["NUL in a value", { "x-a": `${canary}\0` }],
  ["another control character in a value", { "x-a": `${canary}\u0001` }],
  ["DEL in a value", { "x-a": `${canary}\u007f` }],
  ["a value beyond Latin-1", { "x-a": `${canary}–` }],
  ["half a character in a value", { "x-a": `${canary}\ud800` }],
  ["a value that is not a string", { "x-a": [canary] as unknown as string }],
  ["no name", { "": canary }],
  ["a blank in a name", { "x a": canary }],
  ["a colon in a name", { [`x-a: ${canary}`]: "" }],
  ["LF in a name", { [`x-a\n${canary}`]: "" }],
  ["a name beyond ASCII", { "x-ä": canary }],
];
const connections = [
  "host",
  "Host",
  "CONTENT-LENGTH",
  "transfer-encoding",
  "connection",
  "Keep-Alive",
  "proxy-connection",
  "te",
  "upgrade",
  "expect",
].map((name) => [`the connection's own ${name}`, { [name]: canary }] as const);

describe("an invalid header", () => {
  test.each([...impossible, ...connections])(
    "is refused in extraHeaders before anything is sent: %s",
    async (_, extraHeaders) => {
      const { app, service } = makeDaemon(undefined, { maxRetries: 2 });
      const error = await authErrorOf(app.acquireTokenForClient({ scopes: [graph], extraHeaders }));
      expect(error).toMatchObject({ name: "ConfigurationError", code: "invalid_options", retryable: false });
      expect(error.message).toContain("extraHeaders");
      expect(inspect(error, { depth: 9 })).not.toContain(canary);
      expect(service.requests).toEqual([]);
    },
  );

  test.each([...impossible, ...connections].filter(([, { "x-a": value }]) => typeof value !== "object"))(
    "is refused in an API call before anything is sent: %s",
    async (_, headers) => {
      const { app, service } = makeDaemon();
      let calls = 0;
      const api = protectedApi(app, {
        baseUrl: "https://graph.test",
        scopes: [graph],
        fetch: async () => new Response(String(calls++)),
      });
      for (const call of [api.json, api.fetch, (path: string, init: RequestInit) => api.pages(path, init).next()]) {
        const error = await authErrorOf(call("x", { headers }));
        expect(error).toMatchObject({ name: "ConfigurationError", code: "invalid_options", retryable: false });
        expect(inspect(error, { depth: 9 })).not.toContain(canary);
      }
      expect([calls, service.requests]).toEqual([0, []]);
    },
  );

  test.each(["a\r\nb", "a\nb", "\0", "–", "\u0001", 7, {}, null])(
    "may be a correlationId such as %j",
    async (given) => {
      const correlationId = given as string;
      const { app, service } = makeDaemon();
      const calls = [
        () => app.acquireTokenForClient({ scopes: [graph], correlationId }),
        () => app.acquireTokenOnBehalfOf({ scopes: ["x"], oboAssertion: "a", correlationId }),
        () => app.acquireTokenByRefreshToken({ scopes: ["x"], refreshToken: "r", correlationId }),
        () => app.acquireTokenByGrant({ grantType: "x", correlationId }),
      ];
      for (const call of calls) {
        const error = await authErrorOf(call);
        expect(error).toMatchObject({ code: "invalid_options" });
        expect(error.message).toContain("correlationId");
      }
      expect(service.requests).toEqual([]);
    },
  );

  test("is refused before a device code or metadata is requested", async () => {
    const { app, service } = makeTool();
    const deviceCodeCallback = () => undefined;
    const wrong = [{ correlationId: "a\nb" }, { extraHeaders: { host: "evil.test" } }];
    for (const more of wrong) {
      const call = app.acquireTokenByDeviceCode({ scopes: ["x"], deviceCodeCallback, ...more });
      expect(await authErrorOf(call)).toMatchObject({ code: "invalid_options" });
    }
    const generic = new PublicClientApplication({
      clientId,
      oidcAuthority: "https://issuer.test",
      fetch: service.fetch,
    });
    const call = generic.acquireTokenByRefreshToken({ scopes: ["x"], refreshToken: "r", correlationId: "a\nb" });
    expect(await authErrorOf(call)).toMatchObject({ code: "invalid_options" });
    expect(service.requests).toEqual([]);
  });
});

describe("a valid header", () => {
  test("is sent with the token request", async () => {
    const { app, service } = makeDaemon();
    const extraHeaders = { "X-A": "b\tc", "x-latin-1": "é", "x-empty": "", "x!#$%&'*+.^_`|~9": "x" };
    const correlationId = "not a GUID";
    await app.acquireTokenForClient({ scopes: [graph], extraHeaders, correlationId });
    expect(service.requests[0]?.headers).toMatchObject({
      "x-a": "b\tc",
      "x-latin-1": "é",
      "client-request-id": correlationId,
    });
  });

  test.each<[string, HeadersInit]>([
    ["Headers", new Headers({ "x-a": "1" })],
    ["pairs", [["x-a", "1"]]],
    ["an object", { "X-A": "1" }],
    ["a Map", new Map([["x-a", "1"]]) as unknown as Headers],
  ])("is sent with an API call, given as %s", async (_, headers) => {
    let sent: string | null = null;
    const api = protectedApi(makeDaemon().app, {
      baseUrl: "https://graph.test",
      scopes: [graph],
      fetch: async (_, init) => {
        sent = new Headers(init?.headers).get("x-a");
        return Response.json({});
      },
    });
    await api.json("x", { headers });
    expect(sent).toBe("1");
  });
});

const bad = ["a\nb", "a\r\nx-b: 1", "a\0", "tök", "a\u007f", "\u2028", "a\tb"];

describe("a token of invalid characters", () => {
  test.each(bad)("is refused when it comes from the service: %j", async (access_token) => {
    const { app, service } = makeDaemon((_, index) => (index === 0 ? token(1, { access_token }) : token(2)));
    const error = await authErrorOf(app.acquireTokenForClient({ scopes: [graph] }));
    expect(error).toMatchObject({ code: "invalid_response" });
    expect(inspect(error, { depth: 9 })).not.toContain(access_token);
    await expect(app.acquireTokenForClient({ scopes: [graph] })).resolves.toMatchObject({ accessToken: "token-2" });
    expect(service.requests).toHaveLength(2);
  });

  test.each(bad)("is refused as token type: %j", async (token_type) => {
    const { app } = makeDaemon(() => token(1, { token_type }));
    expect(await authErrorOf(app.acquireTokenForClient({ scopes: [graph] }))).toMatchObject({
      code: "invalid_response",
    });
  });

  test.each(bad)("is refused as refresh token: %j", async (refresh_token) => {
    const { app } = makeTool(() => token(1, { refresh_token }));
    const call = app.acquireTokenByRefreshToken({ scopes: ["x"], refreshToken: "r" });
    expect(await authErrorOf(call)).toMatchObject({ code: "invalid_response" });
  });

  test.each(bad)("is sent to no API, whatever its source: %j", async (accessToken) => {
    const { app } = makeDaemon();
    const good = await app.acquireTokenForClient({ scopes: [graph] });
    let calls = 0;
    const api = protectedApi(
      { acquireTokenForClient: async () => ({ ...good, accessToken }) },
      { baseUrl: "https://graph.test", scopes: [graph], fetch: async () => new Response(String(calls++)) },
    );
    const error = await authErrorOf(api.fetch("x"));
    expect(error).toMatchObject({ code: "invalid_response" });
    expect(inspect(error, { depth: 9 })).not.toContain(accessToken);
    expect(calls).toBe(0);
  });

  test("is not one that RFC 6749 allows, with blanks and signs", async () => {
    const access_token = Array.from({ length: 95 }, (_, index) => String.fromCharCode(0x20 + index)).join("");
    const { app } = makeDaemon(() => token(1, { access_token }));
    await expect(app.acquireTokenForClient({ scopes: [graph] })).resolves.toMatchObject({ accessToken: access_token });
  });
});

describe("the scopes of a response", () => {
  test.each(["a,b", "a, b", "a;b", "a\tb", "a\nb", "a\u00a0b", "a\u2003b", "a\u0000b", 'a "b"', "a\\b", "ä"])(
    "are refused if anything but a space is between them: %j",
    async (scope) => {
      const { app } = makeDaemon(() => token(1, { scope }));
      const error = await authErrorOf(app.acquireTokenForClient({ scopes: [graph] }));
      expect(error).toMatchObject({ code: "invalid_response" });
      expect(error.message).toContain("scope");
    },
  );

  test.each([
    ["a b", ["a", "b"]],
    [" a  b ", ["a", "b"]],
    ["https://graph.microsoft.com/User.Read api://x/y!z#'()*+-./:=?@[]^_`{|}~", undefined],
    ["", undefined],
    ["  ", undefined],
  ])("are read from %j", async (scope, scopes) => {
    const { app } = makeDaemon(() => token(1, { scope }));
    const result = await app.acquireTokenForClient({ scopes: [graph] });
    if (scopes) {
      expect(result.scopes).toEqual(scopes);
    } else {
      expect(result.scopes.length).toBeGreaterThan(0);
    }
  });

  test("may contain a comma if the requested scope does", async () => {
    const scopes = ["read,write"];
    const { app } = makeDaemon(({ method }) => (method === "GET" ? metadata : token(1, { scope: "read,write" })), {
      oidcAuthority: "https://issuer.test",
    });
    expect((await app.acquireTokenForClient({ scopes })).scopes).toEqual(scopes);
  });
});

const metadata = { body: { issuer: "https://issuer.test", token_endpoint: "https://issuer.test/token" } };
