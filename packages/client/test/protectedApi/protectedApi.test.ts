import type { IncomingHttpHeaders } from "node:http";
import { type ProtectedApiOptions, protectedApi } from "@latchkey/client";
import { createFetch } from "@latchkey/client/node";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { clientId, graph, makeDaemon, tenantId } from "../support/daemon.ts";
import { authErrorOf, failureOf } from "../support/failure.ts";
import { type CertifiedKey, serverCertificate } from "../support/keys.ts";
import { bodyOf, type LocalServer, sendJson, startServer } from "../support/localServer.ts";
import { manualClock, testStart } from "../support/manualClock.ts";
import { silence, token } from "../support/scriptedService.ts";

let certificate: CertifiedKey;
let fetch: typeof globalThis.fetch;
beforeAll(async () => {
  certificate = await serverCertificate("127.0.0.1");
  fetch = createFetch({ certificateAuthorities: [certificate.certificate] });
});

interface Seen {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}
interface ApiResponse {
  readonly status?: number;
  readonly headers?: Record<string, string>;
  readonly body?: unknown;
}

const servers: LocalServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

/** A local API that responds by path, and the requests that it received. */
async function startApi(
  routes: Record<string, ApiResponse>,
  tls = true,
): Promise<LocalServer & { readonly seen: Seen[] }> {
  const seen: Seen[] = [];
  const server = await startServer(
    async (request, response) => {
      const { method, url, headers } = request;
      seen.push({ method, url, headers, body: await bodyOf(request) });
      const { status = 200, headers: more = {}, body } = routes[url ?? ""] ?? { status: 404 };
      if (typeof body === "object") {
        return sendJson(response.setHeaders(new Headers(more)), body, status);
      }
      response.writeHead(status, more).end(body);
    },
    tls ? certificate : undefined,
  );
  servers.push(server);
  return Object.assign(server, { seen });
}

const apiAt = (baseUrl: string, options: Partial<ProtectedApiOptions> = {}) =>
  protectedApi(makeDaemon().app, { baseUrl, scopes: [graph], fetch, ...options });

const scripted = (answer: () => Response | Promise<Response>, options: Partial<ProtectedApiOptions> = {}) =>
  apiAt("https://graph.microsoft.com/v1.0", { fetch: async () => answer(), ...options });

describe("an API call", () => {
  test("sends the application's token to a path below the base, with method, headers and body", async () => {
    const server = await startApi({ "/v1.0/users?$top=1": { status: 201, body: { id: 1 } } });
    const api = apiAt(`${server.origin}/v1.0`);
    const init = { method: "POST", headers: { "content-type": "application/json", "x-a": "b" }, body: '{"a":1}' };
    expect(await api.json("/users?$top=1", init)).toEqual({ id: 1 });
    expect(server.seen).toEqual([
      expect.objectContaining({
        method: "POST",
        body: '{"a":1}',
        headers: expect.objectContaining({ authorization: "Bearer token-1", "x-a": "b", accept: "application/json" }),
      }),
    ]);
  });

  test("sends the application's token, whatever the caller put into Authorization", async () => {
    const server = await startApi({ "/": { body: {} } });
    await apiAt(server.origin).json("/", { headers: { Authorization: "Basic dTpw" } });
    expect(server.seen[0]?.headers.authorization).toBe("Bearer token-1");
  });

  test("is not made with a token that requires proof of possession", async () => {
    let calls = 0;
    const { app } = makeDaemon(() => token(1, { token_type: "pop" }));
    const api = protectedApi(app, {
      baseUrl: "https://api.test",
      scopes: [graph],
      fetch: async () => new Response(String(calls++)),
    });
    expect(await authErrorOf(api.fetch("x"))).toMatchObject({ code: "invalid_response" });
    expect(calls).toBe(0);
  });

  test("uses one token for many requests", async () => {
    const server = await startApi({ "/me": { body: {} } }, false);
    const { app, service } = makeDaemon();
    const api = protectedApi(app, { baseUrl: server.origin, scopes: [graph] });
    for (let round = 0; round < 3; round++) {
      await api.json("me");
    }
    expect([service.requests.length, server.seen.length]).toEqual([1, 3]);
  });

  test("by fetch returns the response, whatever the status", async () => {
    const server = await startApi({});
    const response = await apiAt(server.origin).fetch("nothing");
    expect(response.status).toBe(404);
  });

  test.each([
    ["an object", '{"a":1}', { a: 1 }],
    ["a list", "[1,2]", [1, 2]],
    ["a text", '"a"', "a"],
    ["null", "null", null],
    ["nothing", "", undefined],
  ])("by json may return %s", async (_, body, value) => {
    expect(await scripted(() => new Response(body)).json("x")).toEqual(value);
  });

  test.each(["application/problem+json", "application/json;odata.metadata=minimal", "text/plain"])(
    "by json reads JSON of the type %s",
    async (type) => {
      const answer = () => new Response('{"a":1}', { headers: { "content-type": type } });
      expect(await scripted(answer).json("x")).toEqual({ a: 1 });
    },
  );

  test("with a 204 response returns undefined", async () => {
    expect(await scripted(() => new Response(null, { status: 204 })).json("x")).toBeUndefined();
  });

  test("uses the tenant that the API was created for", async () => {
    const { app, service } = makeDaemon();
    await protectedApi(app, {
      baseUrl: "https://api.test",
      scopes: [graph],
      tenantId: "contoso.test",
      fetch: async () => new Response("{}"),
    }).json("x");
    expect(service.requests[0]?.url.pathname).toMatch("/contoso.test/");
  });
});

describe("the base address", () => {
  test.each(["http://graph.microsoft.com/v1.0/", "graph.microsoft.com", "", "ftp://x.test/"])(
    "is refused as %j",
    async (baseUrl) => {
      expect(await authErrorOf(() => apiAt(baseUrl))).toMatchObject({
        name: "ConfigurationError",
        code: "invalid_options",
      });
    },
  );

  test.each([
    ["an absolute address elsewhere", "https://evil.test/users"],
    ["the same host on another port", "https://graph.microsoft.com:8443/users"],
    ["the same host by http", "http://graph.microsoft.com/users"],
    ["an address hidden behind backslashes", "\\\\evil.test\\users"],
    ["another scheme", "data:text/plain,x"],
  ])("is not left for %s", async (_, path) => {
    const called: string[] = [];
    const { app, service } = makeDaemon();
    const api = protectedApi(app, {
      baseUrl: "https://graph.microsoft.com/v1.0",
      scopes: [graph],
      fetch: async (input) => {
        called.push(String(input));
        return new Response("{}");
      },
    });
    const outcome = await api.json(path).catch((error: { code?: string }) => error);
    if (called.length === 0) {
      expect(outcome).toMatchObject({ code: "redirect_refused" });
    }
    for (const url of called) {
      expect(new URL(url).origin).toBe("https://graph.microsoft.com");
    }
    expect(service.requests.length).toBe(called.length);
  });

  test.each([
    ["//evil.test/users", "https://graph.microsoft.com/v1.0/evil.test/users"],
    ["https://graph.microsoft.com/beta/users", "https://graph.microsoft.com/beta/users"],
  ])("keeps %s on its own origin", async (path, url) => {
    const called: string[] = [];
    await scripted(() => new Response("{}"), {
      fetch: async (input) => {
        called.push(String(input));
        return new Response("{}");
      },
    }).json(path);
    expect(called).toEqual([url]);
  });
});

describe("a redirect", () => {
  test("on the same origin is followed with the token", async () => {
    const server = await startApi({
      "/a": { status: 302, headers: { location: "/b" } },
      "/b": { body: { at: "b" } },
    });
    expect(await apiAt(server.origin).json("a")).toEqual({ at: "b" });
    expect(server.seen.map(({ headers }) => headers.authorization)).toEqual(["Bearer token-1", "Bearer token-1"]);
  });

  test("to another https origin is followed without token and cookies", async () => {
    const other = await startApi({ "/file?sig=1": { body: "content" } });
    const server = await startApi({ "/content": { status: 302, headers: { location: `${other.origin}/file?sig=1` } } });
    const headers = { cookie: "a=b", "proxy-authorization": "x", "x-kept": "1" };
    const response = await apiAt(server.origin).fetch("content", { headers });
    expect(await response.text()).toBe("content");
    expect(other.seen[0]?.headers).not.toHaveProperty("authorization");
    expect(other.seen[0]?.headers).not.toHaveProperty("cookie");
    expect(other.seen[0]?.headers).not.toHaveProperty("proxy-authorization");
    expect(other.seen[0]?.headers["x-kept"]).toBe("1");
  });

  test("does not get the token back when it returns from another origin", async () => {
    const routes: Record<string, ApiResponse> = { "/secret": { body: {} } };
    const server = await startApi(routes);
    const other = await startApi({ "/x": { status: 302, headers: { location: `${server.origin}/secret` } } });
    routes["/start"] = { status: 302, headers: { location: `${other.origin}/x` } };
    await apiAt(server.origin).fetch("start");
    expect(server.seen.map(({ url, headers }) => [url, headers.authorization])).toEqual([
      ["/start", "Bearer token-1"],
      ["/secret", undefined],
    ]);
  });

  test("to http is refused", async () => {
    const plain = await startApi({ "/x": { body: {} } }, false);
    const server = await startApi({ "/a": { status: 302, headers: { location: `${plain.origin}/x` } } });
    expect(await authErrorOf(apiAt(server.origin).json("a"))).toMatchObject({ code: "redirect_refused" });
    expect(plain.seen).toEqual([]);
  });

  test("of anything but GET and HEAD is refused", async () => {
    const server = await startApi({ "/a": { status: 307, headers: { location: "/b" } } });
    const error = await authErrorOf(apiAt(server.origin).json("a", { method: "POST", body: "{}" }));
    expect(error).toMatchObject({ code: "redirect_refused" });
    expect(error.message).toContain("POST");
    expect(server.seen).toHaveLength(1);
  });

  test("is abandoned after five of them", async () => {
    const server = await startApi({ "/a": { status: 302, headers: { location: "/a" } } });
    expect((await authErrorOf(apiAt(server.origin).json("a"))).message).toContain("more than 5 times");
    expect(server.seen).toHaveLength(6);
  });

  test("that the runtime hides is an error", async () => {
    const hidden: Partial<Response> = { type: "opaqueredirect", status: 0, headers: new Headers(), body: null };
    const api = scripted(() => hidden as Response);
    expect(await authErrorOf(api.fetch("x"))).toMatchObject({ code: "redirect_refused" });
  });

  test("leaves no connection waiting for a body that nobody reads", async () => {
    const server = await startApi({
      "/a": { status: 302, headers: { location: "/b" }, body: "x".repeat(1_000_000) },
      "/b": { body: {} },
    });
    const api = apiAt(server.origin);
    for (let round = 0; round < 5; round++) {
      await api.json("a");
    }
    await api.json("b");
    expect(server.openConnectionCount).toBeLessThanOrEqual(2);
  });
});

describe("the pages of a list", () => {
  test("follow nextLink to the end", async () => {
    const routes: Record<string, ApiResponse> = {};
    const server = await startApi(routes);
    routes["/users"] = { body: { value: [1, 2], "@odata.nextLink": `${server.origin}/users?$skiptoken=x` } };
    routes["/users?$skiptoken=x"] = { body: { value: [3] } };
    const pages: number[][] = [];
    for await (const page of apiAt(server.origin).pages<number>("users")) {
      pages.push(page);
    }
    expect(pages).toEqual([[1, 2], [3]]);
  });

  test("are each requested with a currently valid token, though an earlier one expired", async () => {
    const { app, clock, service } = makeDaemon();
    const sent: (string | null)[] = [];
    const answer: typeof fetch = async (_, init) => {
      const count = sent.push(new Headers(init?.headers).get("authorization"));
      const link = count < 4 ? { "@odata.nextLink": `https://graph.microsoft.com/users?$skiptoken=${count}` } : {};
      return Response.json({ value: [count], ...link });
    };
    const api = protectedApi(app, { baseUrl: "https://graph.microsoft.com/", scopes: [graph], fetch: answer, clock });
    for await (const _ of api.pages("users")) {
      clock.advance(40 * 60_000);
    }
    expect(sent).toEqual(["Bearer token-1", "Bearer token-1", "Bearer token-2", "Bearer token-2"]);
    expect(service.requests).toHaveLength(2);
  });

  test("are requested one by one", async () => {
    const routes: Record<string, ApiResponse> = {};
    const server = await startApi(routes);
    routes["/users"] = { body: { value: [1], "@odata.nextLink": `${server.origin}/users` } };
    for await (const page of apiAt(server.origin).pages("users")) {
      if (page.length > 0) {
        break;
      }
    }
    expect(server.seen).toHaveLength(1);
  });

  test("end with an error if nextLink is on another origin, and the token is not sent there", async () => {
    const other = await startApi({ "/users": { body: { value: [] } } });
    const server = await startApi({ "/users": { body: { value: [1], "@odata.nextLink": `${other.origin}/users` } } });
    const pages = apiAt(server.origin).pages("users");
    expect((await pages.next()).value).toEqual([1]);
    expect(await authErrorOf(pages.next())).toMatchObject({ code: "redirect_refused" });
    expect(other.seen).toEqual([]);
  });
});

describe("an API's refusal", () => {
  const graphError = { error: { code: "Authorization_RequestDenied", message: "Insufficient privileges." } };

  test("of 403 has the consent page in its remedy", async () => {
    const error = await authErrorOf(scripted(() => Response.json(graphError, { status: 403 })).json("users"));
    expect(error).toMatchObject({
      name: "ServerError",
      code: "insufficient_privileges",
      status: 403,
      error: "Authorization_RequestDenied",
      message:
        "GET https://graph.microsoft.com/v1.0/users failed with 403 Authorization_RequestDenied: Insufficient privileges.",
    });
    expect(error.remedy).toContain(`https://login.microsoftonline.com/${tenantId}/adminconsent?client_id=${clientId}`);
    expect(error.remedy).toContain("forceRefresh");
  });

  test.each([
    [401, "token_rejected", false, graph],
    [404, "api_error", false, "message"],
    [408, "temporarily_unavailable", true, "again"],
    [429, "throttled", true, "retryAfterMs"],
    [503, "temporarily_unavailable", true, "again"],
  ])("of %d is %s", async (status, code, retryable, remedy) => {
    const error = await authErrorOf(scripted(() => Response.json(graphError, { status }), { maxRetries: 0 }).json("x"));
    expect(error).toMatchObject({ code, retryable, status });
    expect(error.remedy).toContain(remedy);
  });

  test("contains Retry-After and the request's id", async () => {
    const headers = { "retry-after": new Date(testStart + 5_000).toUTCString(), "request-id": "r1" };
    const options = { clock: manualClock(), maxRetries: 0 };
    const api = scripted(() => Response.json(graphError, { status: 429, headers }), options);
    expect(await authErrorOf(api.json("x"))).toMatchObject({ retryAfterMs: 5_000, correlationId: "r1" });
  });

  test("of a page that is not JSON is quoted", async () => {
    const page = () => new Response("<h1>Gone\u0000</h1>", { status: 502 });
    const error = await authErrorOf(scripted(page, { maxRetries: 0 }).json("x"));
    expect(error.message).toBe("GET https://graph.microsoft.com/v1.0/x failed with 502: <h1>Gone </h1>");
  });

  test("is an invalid response if it is a page instead of JSON", async () => {
    const error = await authErrorOf(scripted(() => new Response("<html>")).json("x"));
    expect(error).toMatchObject({ name: "NetworkError", code: "invalid_response" });
  });
});

describe("the timeout of a call", () => {
  test("covers the response headers and, for json, the body", async () => {
    for (const answer of [() => silence(), async () => new Response(new ReadableStream({ start() {} }))]) {
      const clock = manualClock();
      const started: Promise<void> = clock.sleeping(1_000);
      const call = scripted(answer, { clock, requestTimeoutMs: 1_000 }).json("x");
      await started;
      clock.advance(1_000);
      expect(await authErrorOf(call)).toMatchObject({
        code: "timeout",
        message: "graph.microsoft.com did not respond within 1000 ms.",
      });
    }
  });

  test("does not cover a body that the caller reads", async () => {
    const clock = manualClock();
    const response = await scripted(() => new Response("late"), { clock, requestTimeoutMs: 1_000 }).fetch("x");
    clock.advance(10_000);
    expect([await response.text(), clock.pendingSleeps]).toEqual(["late", 0]);
  });

  test("yields to the caller's own reason, also in the body", async () => {
    const reason = new Error("enough");
    const waiting = new AbortController();
    const call = scripted(() => {
      waiting.abort(reason);
      return silence();
    }).json("x", { signal: waiting.signal });
    expect(await failureOf(call)).toBe(reason);

    const server = await startServer((_, response) => void response.writeHead(200).write("half"), certificate);
    servers.push(server);
    const reading = new AbortController();
    const response = await apiAt(server.origin).fetch("x", { signal: reading.signal });
    const text = response.text();
    reading.abort(reason);
    await expect(text).rejects.toThrow();
  });

  test("does not matter when the connection of a json call breaks in the body: that is a network error", async () => {
    const server = await startServer((_, response) => {
      response.writeHead(200, { "content-length": "100" }).write("{", () => response.destroy());
    }, certificate);
    servers.push(server);
    expect(await authErrorOf(apiAt(server.origin).json("x"))).toMatchObject({
      name: "NetworkError",
      code: "network_error",
    });
  });
});
