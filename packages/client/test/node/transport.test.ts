import { createServer } from "node:net";
import { inspect } from "node:util";
import { createFetch } from "@latchkey/client/node";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { makeDaemon, secret } from "../support/daemon.ts";
import { authErrorOf, failureOf } from "../support/failure.ts";
import { type CertifiedKey, serverCertificate } from "../support/keys.ts";
import {
  bodyOf,
  type LocalServer,
  sendJson,
  startProxy,
  startServer,
  startSocketServer,
} from "../support/localServer.ts";

let certificate: CertifiedKey;
const servers: LocalServer[] = [];
const started = async <T extends LocalServer>(starting: Promise<T>): Promise<T> => {
  const server = await starting;
  servers.push(server);
  return server;
};
beforeAll(async () => {
  certificate = await serverCertificate("login.example.test", "localhost", "127.0.0.1");
});
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});
const trusting = (environment: Record<string, string> = {}) =>
  createFetch({ certificateAuthorities: [certificate.certificate], environment });

describe("Node's fetch", () => {
  test("sends method, headers and body, and returns status, headers and body", async () => {
    const server = await started(
      startServer(async (request, response) => {
        const { method, url, headers } = request;
        response.writeHead(201, { "x-answer": "yes", "set-cookie": ["a=1", "b=2"] });
        response.end(JSON.stringify({ method, url, custom: headers["x-custom"], body: await bodyOf(request) }));
      }, certificate),
    );
    const body = "grant_type=client_credentials&ä=ü";
    const answer = await trusting()(`${server.origin}/a?b=c`, { method: "POST", headers: { "x-custom": "1" }, body });
    expect(answer.status).toBe(201);
    expect(answer.headers.get("x-answer")).toBe("yes");
    expect(answer.headers.getSetCookie()).toEqual(["a=1", "b=2"]);
    expect(await answer.json()).toEqual({ method: "POST", url: "/a?b=c", custom: "1", body });
  });

  test("sends binary bodies and accepts responses without one", async () => {
    const lengths: (string | undefined)[] = [];
    const server = await started(
      startServer((request, response) => {
        lengths.push(request.headers["content-length"]);
        request.resume().on("end", () => response.writeHead(204).end());
      }),
    );
    const answer = await createFetch()(server.origin, { method: "PUT", body: new Uint8Array([0, 255, 1]) });
    expect([answer.status, await answer.text(), lengths]).toEqual([204, "", ["3"]]);
  });

  test("follows no redirect", async () => {
    const server = await started(
      startServer((_, response) => response.writeHead(302, { location: "https://evil.test/" }).end()),
    );
    const answer = await createFetch()(server.origin);
    expect([answer.status, answer.headers.get("location")]).toEqual([302, "https://evil.test/"]);
  });

  test("keeps its connection for the next request", async () => {
    const server = await started(startServer((_, response) => sendJson(response, {}), certificate));
    const fetch = trusting();
    for (let round = 0; round < 3; round++) {
      await (await fetch(server.origin)).json();
    }
    expect(server.connectionCount).toBe(1);
  });

  test("trusts the given authorities in addition to Node's own", async () => {
    const server = await started(startServer((_, response) => sendJson(response, {}), certificate));
    await expect(trusting()(server.origin)).resolves.toMatchObject({ status: 200 });
    expect(await failureOf(createFetch()(server.origin))).toMatchObject({ code: "DEPTH_ZERO_SELF_SIGNED_CERT" });
  });

  test("ends with the signal's reason, before, during and after the response headers", async () => {
    const server = await started(
      startServer((request, response) => {
        if (request.url === "/body") {
          response.writeHead(200).write("half");
        }
      }),
    );
    const fetch = createFetch();
    expect(await failureOf(fetch(server.origin, { signal: AbortSignal.abort("early") }))).toBe("early");
    const waiting = new AbortController();
    const call = fetch(server.origin, { signal: waiting.signal });
    setImmediate(() => waiting.abort(new Error("enough")));
    expect(await failureOf(call)).toMatchObject({ name: "AbortError" });
    const reading = new AbortController();
    const answer = await fetch(`${server.origin}/body`, { signal: reading.signal });
    const text = answer.text();
    reading.abort(new Error("enough"));
    await expect(text).rejects.toThrow();
  });

  test("reports a connection that breaks in the body to its reader", async () => {
    const server = await started(
      startServer((_, response) => {
        response.writeHead(200, { "content-length": "100" }).write("half", () => response.destroy());
      }),
    );
    const answer = await createFetch()(server.origin);
    await expect(answer.text()).rejects.toThrow();
  });
});

describe("the result of Node's own transport", () => {
  const tenant = "contoso.test";
  const acquire = (authority: string, fetch?: ReturnType<typeof createFetch>) => {
    const { app } = makeDaemon(undefined, {
      authority: `${authority}/${tenant}`,
      allowInsecureLoopback: true,
      knownAuthorities: ["login.example.test"],
      fetch,
      clock: undefined,
    });
    return app.acquireTokenForClient({ scopes: ["api://x/.default"], correlationId: "c1" });
  };

  test("is a token, by default without any fetch", async () => {
    const server = await started(
      startServer(async (request, response) => {
        const form = new URLSearchParams(await bodyOf(request));
        sendJson(response, { access_token: `for ${form.get("client_secret")}`, expires_in: 3599 });
      }),
    );
    await expect(acquire(server.origin)).resolves.toMatchObject({ accessToken: `for ${secret}` });
  });

  test("is a refused connection, with its code", async () => {
    const server = await startServer(() => {});
    await server.close();
    const error = await authErrorOf(acquire(server.origin));
    expect(error).toMatchObject({ name: "NetworkError", code: "network_error", retryable: true, correlationId: "c1" });
    expect(error.message).toContain(`127.0.0.1:${server.port}`);
    expect(error.message).toContain("ECONNREFUSED");
    expect(error.cause).toMatchObject({ code: "ECONNREFUSED" });
    expect(error.remedy).toContain("listens");
  });

  test("is an unknown name, with its code", async () => {
    const error = await authErrorOf(acquire("https://login.example.test", trusting()));
    expect(error.message).toMatch(/ENOTFOUND|EAI_AGAIN/);
    expect(error.cause).toMatchObject({ code: expect.stringMatching(/ENOTFOUND|EAI_AGAIN/) });
    expect(error.remedy).toContain("name resolution");
  });

  test("is an untrusted certificate, with its code and how to trust it", async () => {
    const server = await started(startServer(() => {}, certificate));
    const error = await authErrorOf(acquire(server.origin));
    expect(error.cause).toMatchObject({ code: "DEPTH_ZERO_SELF_SIGNED_CERT" });
    expect(error.remedy).toContain("NODE_EXTRA_CA_CERTS");
  });

  test("is a certificate of another host", async () => {
    const other = await serverCertificate("other.test");
    const server = await started(startServer(() => {}, other));
    const fetch = createFetch({ certificateAuthorities: [other.certificate] });
    expect((await authErrorOf(acquire(server.origin, fetch))).cause).toMatchObject({
      code: "ERR_TLS_CERT_ALTNAME_INVALID",
    });
  });

  test("is a plain server where TLS was expected", async () => {
    const server = await started(startServer(() => {}));
    const error = await authErrorOf(acquire(server.origin.replace("http:", "https:")));
    expect(error).toMatchObject({
      code: "network_error",
      cause: { code: expect.stringMatching(/SSL|EPROTO|ECONNRESET/) },
    });
  });

  test("is a connection that breaks before or during the response", async () => {
    const before = await started(
      startSocketServer(createServer((socket) => socket.once("data", () => socket.destroy()))),
    );
    expect((await authErrorOf(acquire(before.origin))).cause).toMatchObject({ code: "ECONNRESET" });
    const within = await started(
      startServer((_, response) => {
        response.writeHead(200, { "content-length": "100" }).write("{", () => response.destroy());
      }),
    );
    expect(await authErrorOf(acquire(within.origin))).toMatchObject({
      name: "NetworkError",
      code: "network_error",
      correlationId: "c1",
    });
  });

  test("is a response that is not HTTP", async () => {
    const server = await started(
      startSocketServer(createServer((socket) => socket.once("data", () => socket.end("SSH-2.0-OpenSSH\r\n")))),
    );
    expect((await authErrorOf(acquire(server.origin))).cause).toMatchObject({ code: expect.stringMatching(/^HPE_/) });
  });

  test("is an endless response, which is not read to its end", async () => {
    const server = await started(
      startServer((_, response) => {
        const more = (): void => void response.write("x".repeat(65_536), (error) => error ?? more());
        more();
      }),
    );
    const error = await authErrorOf(acquire(server.origin));
    expect(error).toMatchObject({ name: "NetworkError", code: "invalid_response", retryable: false });
    expect(error.message).toContain("longer than 1048576 bytes");
  });
});

describe("a proxy", () => {
  const token = { access_token: "through the tunnel", expires_in: 3599 };
  const host = "https://login.example.test";
  const acquire = (proxy: string, more: Record<string, string> = {}) => {
    const { app } = makeDaemon(undefined, {
      authority: `${host}/contoso.test`,
      knownAuthorities: ["login.example.test"],
      fetch: trusting({ HTTPS_PROXY: proxy, ...more }),
      clock: undefined,
    });
    return app.acquireTokenForClient({ scopes: ["api://x/.default"] });
  };
  const service = () => started(startServer((_, response) => sendJson(response, token), certificate));

  test("is used by CONNECT, and the host's own certificate is checked", async () => {
    const { port } = await service();
    const proxy = await started(startProxy(() => port));
    await expect(acquire(proxy.origin)).resolves.toMatchObject({ accessToken: "through the tunnel" });
    expect(proxy.requests).toEqual([{ authority: "login.example.test:443", authorization: undefined }]);
  });

  test("receives its user and password", async () => {
    const { port } = await service();
    const proxy = await started(startProxy(() => port));
    await acquire(proxy.origin.replace("//", "//us%40er:p%C3%A4ss@"));
    expect(proxy.requests[0]?.authorization).toBe(`Basic ${Buffer.from("us@er:päss").toString("base64")}`);
  });

  test("keeps its tunnel for the next request", async () => {
    const server = await service();
    const proxy = await started(startProxy(() => server.port));
    const fetch = trusting({ HTTPS_PROXY: proxy.origin });
    for (let round = 0; round < 3; round++) {
      await (await fetch(`${host}/x`)).json();
    }
    expect([proxy.requests.length, server.connectionCount]).toEqual([1, 1]);
  });

  test("that requires a password is reported, without the one that it received", async () => {
    const proxy = await started(
      startProxy(
        () => 0,
        () => 407,
      ),
    );
    const error = await authErrorOf(acquire(proxy.origin.replace("//", "//user:canary@")));
    expect(error).toMatchObject({ name: "NetworkError", code: "network_error" });
    expect(error.message).toContain(`The proxy ${proxy.origin} answered 407 for login.example.test:443`);
    expect(error.remedy).toBe("Add the proxy's user and password to HTTPS_PROXY.");
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain("canary");
  });

  test("that refuses, or cannot be reached, is reported", async () => {
    const proxy = await started(
      startProxy(
        () => 0,
        () => 502,
      ),
    );
    expect((await authErrorOf(acquire(proxy.origin))).message).toContain(`${proxy.origin} answered 502`);
    await proxy.close();
    const error = await authErrorOf(acquire(proxy.origin));
    expect(error.message).toContain(`The proxy ${proxy.origin} cannot be reached`);
    expect(error.message).toContain("ECONNREFUSED");
    expect(error.remedy).toContain("HTTPS_PROXY");
  });

  test("is bypassed for hosts in NO_PROXY", async () => {
    const proxy = await started(startProxy(() => 0));
    await authErrorOf(acquire(proxy.origin, { NO_PROXY: "example.test" }));
    expect(proxy.requests).toEqual([]);
  });

  test("is bypassed for this machine", async () => {
    const server = await service();
    const proxy = await started(startProxy(() => 0));
    await trusting({ HTTPS_PROXY: proxy.origin, HTTP_PROXY: proxy.origin })(`${server.origin}/x`);
    expect(proxy.requests).toEqual([]);
  });

  test("is not used for plain http", async () => {
    const proxy = await started(startProxy(() => 0));
    const error = await failureOf(trusting({ HTTP_PROXY: proxy.origin })("http://api.example.test/"));
    expect(String(error)).toContain("NO_PROXY");
  });

  test("that never responds is released when the request is abandoned", async () => {
    let hungUp = (): void => {};
    const closed = new Promise<void>((resolve) => {
      hungUp = resolve;
    });
    const controller = new AbortController();
    const silent = await started(
      startSocketServer(
        createServer((socket) => {
          socket.once("close", hungUp);
          socket.once("data", () => controller.abort(new Error("enough")));
        }),
      ),
    );
    const fetch = trusting({ HTTPS_PROXY: silent.origin });
    await failureOf(fetch(`${host}/x`, { signal: controller.signal }));
    await closed;
  });
});

test.each<[string, (pem: string) => string]>([
  ["a path", () => "/etc/ssl/company.pem"],
  ["no text at all", () => ""],
  ["a certificate without END", (pem) => pem.slice(0, pem.indexOf("-----END"))],
  ["a key", () => "-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----"],
])("certificateAuthorities that contain %s are refused when the fetch is created", async (_, damage) => {
  const certificateAuthorities = [certificate.certificate, damage(certificate.certificate)];
  expect(await authErrorOf((async () => createFetch({ certificateAuthorities }))())).toMatchObject({
    code: "invalid_options",
    message: "certificateAuthorities[1] is not a PEM certificate.",
  });
});
