import { createServer } from "node:net";
import { inspect } from "node:util";
import { protectedApi } from "@latchkey/client";
import { createFetch } from "@latchkey/client/node";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { makeDaemon } from "../support/daemon.ts";
import { authErrorOf, failureOf } from "../support/failure.ts";
import { type CertifiedKey, serverCertificate } from "../support/keys.ts";
import { type LocalServer, sendJson, startProxy, startServer, startSocketServer } from "../support/localServer.ts";
import { manualClock } from "../support/manualClock.ts";

let certificate: CertifiedKey;
let other: CertifiedKey;
const servers: LocalServer[] = [];
const started = async <T extends LocalServer>(starting: Promise<T>): Promise<T> => {
  const server = await starting;
  servers.push(server);
  return server;
};
beforeAll(async () => {
  certificate = await serverCertificate("login.example.test");
  other = await serverCertificate("other.example.test");
});
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});
const fetchThrough = (proxy: string) =>
  createFetch({ certificateAuthorities: [certificate.certificate], environment: { HTTPS_PROXY: proxy } });

describe("a proxy's user and password", () => {
  const host = "https://login.example.test";
  /** The credentials that the proxy receives. */
  const credentialsSent = async (userInfo: string): Promise<string> => {
    const server = await started(startServer((_, response) => sendJson(response, {}), certificate));
    const proxy = await started(startProxy(() => server.port));
    await (await fetchThrough(proxy.origin.replace("//", `//${userInfo}@`))(host)).text();
    return Buffer.from(proxy.requests[0]?.authorization?.replace("Basic ", "") ?? "", "base64").toString("latin1");
  };
  const utf8 = (text: string): string => Buffer.from(text).toString("latin1");

  test.each([
    ["user:100%", "user:100%"],
    ["user:100%25", "user:100%"],
    ["user:%", "user:%"],
    ["user:%zz%4", "user:%zz%4"],
    ["us%40er:50%-ä b%40c", utf8("us@er:50%-ä b@c")],
    ["DOMAIN%5Cuser:p%3Aw", "DOMAIN\\user:p:w"],
    ["user:%E4", "user:\u00e4"],
    ["user", "user:"],
    [":password", ":password"],
  ])("given as %j arrive as %j", async (userInfo, expected) => {
    expect(await credentialsSent(userInfo)).toBe(expected);
  });

  test.each(["12/34", "12?34", "12#34", "12\\34"])(
    "that an address cannot contain (%j) are refused, and not taken for a host",
    async (password) => {
      const error = await failureOf(fetchThrough(`http://user:${password}@proxy.test:80`)(host));
      expect(String(error)).toBe("Error: The proxy in HTTPS_PROXY or HTTP_PROXY is not an http or https address.");
    },
  );
});

/** What can fail on the way through a proxy: the proxy itself, and the connection behind it. */
const troubles: readonly [string, (host: string) => Promise<LocalServer>][] = [
  [
    "it refuses",
    () =>
      startProxy(
        () => 0,
        () => 502,
      ),
  ],
  [
    "it wants a password",
    () =>
      startProxy(
        () => 0,
        () => 407,
      ),
  ],
  [
    "it answers CONNECT as if it were a GET",
    () => startSocketServer(createServer((socket) => socket.end("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"))),
  ],
  ["it hangs up", () => startSocketServer(createServer((socket) => socket.destroy()))],
  ["it speaks no HTTP", () => startSocketServer(createServer((socket) => socket.end("SSH-2.0-OpenSSH\r\n")))],
  [
    "it closes the tunnel before the handshake",
    () =>
      startSocketServer(
        createServer((socket) => {
          socket.once("data", () => socket.end("HTTP/1.1 200 OK\r\n\r\n"));
        }),
      ),
  ],
  [
    "no TLS is spoken behind it",
    async () => {
      const { port } = await started(startServer(() => {}));
      return startProxy(() => port);
    },
  ],
  [
    "a stranger's certificate is shown behind it",
    async () => {
      const { port } = await started(startServer(() => {}, await serverCertificate("login.example.test")));
      return startProxy(() => port);
    },
  ],
  [
    "another host's certificate is shown behind it",
    async () => {
      const { port } = await started(startServer(() => {}, other));
      return startProxy(() => port);
    },
  ],
  [
    "the connection breaks before the response",
    async () => {
      const { port } = await started(startServer((request) => request.socket.destroy(), certificate));
      return startProxy(() => port);
    },
  ],
  [
    "the connection breaks during the response",
    async () => {
      const { port } = await started(
        startServer((_, response) => {
          response.writeHead(200, { "content-length": "100" }).write("{", () => response.destroy());
        }, certificate),
      );
      return startProxy(() => port);
    },
  ],
];

describe.each(troubles)("a proxy is reported, without user and password, when %s", (_, trouble) => {
  const host = "https://login.example.test";
  const begin = async () => {
    const proxy = await started(trouble("login.example.test"));
    const fetch = createFetch({
      certificateAuthorities: [certificate.certificate, other.certificate],
      environment: { HTTPS_PROXY: proxy.origin.replace("//", "//user:canary%25@") },
    });
    return { proxy, fetch };
  };
  const expectNamed = (error: Error, proxy: LocalServer): void => {
    expect(error.message.split(proxy.origin)).toHaveLength(2);
    expect(inspect(error, { depth: 9, showHidden: true })).not.toContain("canary");
  };

  test("to an acquisition", async () => {
    const { proxy, fetch } = await begin();
    const options = { authority: `${host}/contoso.test`, knownAuthorities: ["login.example.test"], fetch };
    const { app } = makeDaemon(undefined, { ...options, clock: undefined });
    expectNamed(await authErrorOf(app.acquireTokenForClient({ scopes: ["api://x/.default"] })), proxy);
  });

  test("to an API call", async () => {
    const { proxy, fetch } = await begin();
    const { app } = makeDaemon();
    const api = protectedApi(app, { baseUrl: host, scopes: ["https://graph.microsoft.com/.default"], fetch });
    expectNamed(await authErrorOf(api.json("x")), proxy);
  });

  test("to a direct fetch", async () => {
    const { proxy, fetch } = await begin();
    const error = await failureOf(fetch(host).then((answer) => answer.text()));
    expectNamed(error as Error, proxy);
  });
});

describe("a timeout reports the proxy", () => {
  const silent = async () => {
    const arrival: { now?: () => void } = {};
    const arrived = new Promise<void>((resolve) => {
      arrival.now = resolve;
    });
    const proxy = await started(
      startSocketServer(createServer((socket) => socket.once("data", () => arrival.now?.()))),
    );
    return { proxy, arrived };
  };

  test("that does not respond to an acquisition", async () => {
    const { proxy, arrived } = await silent();
    const clock = manualClock();
    const { app } = makeDaemon(undefined, {
      authority: "https://login.example.test/contoso.test",
      knownAuthorities: ["login.example.test"],
      fetch: fetchThrough(proxy.origin.replace("//", "//user:canary@")),
      clock,
    });
    const failure = authErrorOf(app.acquireTokenForClient({ scopes: ["api://x/.default"] }));
    await arrived;
    clock.advance(30_000);
    const error = await failure;
    expect(error.code).toBe("timeout");
    expect(error.message).toBe(
      `login.example.test, through the proxy ${proxy.origin}, did not respond within 30000 ms.`,
    );
    expect(error.remedy).toContain("proxy");
  });

  test("that does not respond to an API call, even through a fetch that wraps createFetch", async () => {
    const { proxy, arrived } = await silent();
    const clock = manualClock();
    const through = fetchThrough(proxy.origin);
    const api = protectedApi(makeDaemon().app, {
      baseUrl: "https://api.example.test",
      scopes: ["https://graph.microsoft.com/.default"],
      fetch: (input, init) => through(input, init),
      clock,
    });
    const failure = authErrorOf(api.json("x"));
    await arrived;
    clock.advance(100_000);
    expect((await failure).message).toBe(
      `api.example.test, through the proxy ${proxy.origin}, did not respond within 100000 ms.`,
    );
  });

  test("of none if none is used", async () => {
    const clock = manualClock();
    const { app, service } = makeDaemon(() => new Promise(() => {}), { clock });
    const failure = authErrorOf(app.acquireTokenForClient({ scopes: ["api://x/.default"] }));
    await service.received(1);
    clock.advance(30_000);
    expect((await failure).message).toBe("login.microsoftonline.com did not respond within 30000 ms.");
  });
});

describe("an untrusted certificate, behind a proxy", () => {
  test("has the remedy of certificates: such a proxy may inspect traffic", async () => {
    const { port } = await started(startServer(() => {}, await serverCertificate("login.example.test")));
    const proxy = await started(startProxy(() => port));
    const { app } = makeDaemon(undefined, {
      authority: "https://login.example.test/contoso.test",
      knownAuthorities: ["login.example.test"],
      fetch: fetchThrough(proxy.origin),
      clock: undefined,
    });
    const error = await authErrorOf(app.acquireTokenForClient({ scopes: ["api://x/.default"] }));
    expect(error.remedy).toContain("NODE_EXTRA_CA_CERTS");
  });
});

describe("a tunnel to an IPv6 address", () => {
  test("is requested in brackets", async () => {
    const proxy = await started(
      startProxy(
        () => 0,
        () => 502,
      ),
    );
    await failureOf(fetchThrough(proxy.origin)("https://[2001:db8::1]:8443/"));
    expect(proxy.requests.map(({ authority }) => authority)).toEqual(["[2001:db8::1]:8443"]);
  });
});
