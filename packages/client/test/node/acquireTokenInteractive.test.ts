import { createHash } from "node:crypto";
import { once } from "node:events";
import { type IncomingMessage, request as send } from "node:http";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import type { Account } from "@latchkey/client";
import { type AcquireTokenInteractiveOptions, acquireTokenInteractive } from "@latchkey/client/node";
import { afterEach, describe, expect, test } from "vitest";
import { startLoopbackServer } from "../../src/node/loopbackServer.ts";
import { clientId, entra, makeDaemon, secret } from "../support/daemon.ts";
import { authErrorOf, failureOf } from "../support/failure.ts";
import { type LocalServer, startServer } from "../support/localServer.ts";
import { aadstsError, type ScriptedResponse, silence } from "../support/scriptedService.ts";
import { idTokenResponse, makeTool } from "../support/tool.ts";
import { withResolvers } from "../support/withResolvers.ts";

const scopes = ["User.Read"];
const pageOrigin = "https://login.microsoftonline.com";
const code = "canary-code";

interface Post {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

interface Shown {
  readonly status: number | undefined;
  readonly headers: IncomingMessage["headers"];
  readonly html: string;
}

/** Sends a request to a local server like a browser that submits a form, with the changes in `post`. */
async function ask(address: string, { method = "POST", path, headers = {}, body = "" }: Post): Promise<Shown> {
  const { port, pathname, host } = new URL(address);
  const type = { "content-type": "application/x-www-form-urlencoded" };
  const sent = { host, origin: pageOrigin, "sec-fetch-mode": "navigate", ...type, ...headers };
  const outgoing = send({ host: "127.0.0.1", port, method, path: path ?? pathname, headers: sent, agent: false });
  outgoing.end(body);
  const [message] = (await once(outgoing, "response")) as [IncomingMessage];
  return { status: message.statusCode, headers: message.headers, html: await text(message) };
}

/** Whether anything listens there. */
async function isOpen(address: string, host = "127.0.0.1"): Promise<boolean> {
  const socket = connect(Number(new URL(address).port), host);
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

/** Starts a sign-in; the test is the browser, and the token service responds with `scripted`. */
async function begin(
  options: Partial<AcquireTokenInteractiveOptions> = {},
  scripted: (nonce: string) => ScriptedResponse | Promise<ScriptedResponse> = (nonce) => idTokenResponse({ nonce }),
) {
  let nonce = "";
  const tool = makeTool(() => scripted(nonce));
  const opened = withResolvers<string>();
  const work = acquireTokenInteractive(tool.app, {
    scopes,
    clock: tool.clock,
    openBrowser: (address) => opened.resolve(address),
    ...options,
  });
  work.catch(() => {});
  const page = new URL(await opened.promise);
  const parameters = page.searchParams;
  const [state, redirectUri] = [parameters.get("state") ?? "", parameters.get("redirect_uri") ?? ""];
  nonce = parameters.get("nonce") ?? "";
  const form = (fields: Readonly<Record<string, string>>) => new URLSearchParams(fields).toString();
  return {
    ...tool,
    work,
    page,
    redirectUri,
    ask: (post: Post = {}) => ask(redirectUri, { body: form({ code, state, session_state: "s" }), ...post }),
    post: (fields: Readonly<Record<string, string>>) => ask(redirectUri, { body: form({ state, ...fields }) }),
    answer: { code, state },
    form,
  };
}

describe("a sign-in with this machine's browser", () => {
  test("opens the page with a loopback redirect URI, and a posted response", async () => {
    const { page, redirectUri, ask, work } = await begin({
      loginHint: "grace@contoso.example",
      prompt: "select_account",
      extraScopesToConsent: ["https://vault.azure.net/.default"],
    });
    expect(`${page.origin}${page.pathname}`).toBe(`${entra}/oauth2/v2.0/authorize`);
    expect(redirectUri).toMatch(/^http:\/\/localhost:\d{4,5}$/);
    expect(Object.fromEntries(page.searchParams)).toMatchObject({
      client_id: clientId,
      response_mode: "form_post",
      code_challenge_method: "S256",
      login_hint: "grace@contoso.example",
      prompt: "select_account",
      scope: "User.Read https://vault.azure.net/.default openid profile offline_access",
    });
    await ask();
    await work;
  });

  test("redeems the posted code, caches the account, shows the user the outcome, and stops listening", async () => {
    const { app, service, clock, redirectUri, ask, work } = await begin();
    const shown = await ask();
    expect(shown.status).toBe(200);
    expect(shown.html).toContain("<h1>You have signed in</h1>");
    const result = await work;
    expect(result).toMatchObject({ source: "network", account: { username: "grace@contoso.example" } });
    expect(Object.fromEntries(service.requests[0]?.form ?? [])).toMatchObject({
      grant_type: "authorization_code",
      code,
      redirect_uri: redirectUri,
      code_verifier: expect.stringMatching(/^[\w-]{43}$/),
    });
    const account = result.account as Account;
    expect((await app.acquireTokenSilent({ scopes, account })).source).toBe("cache");
    expect(await isOpen(redirectUri)).toBe(false);
    expect(clock.pendingSleeps).toBe(0);
  });

  test("shows a page that loads nothing, runs nothing and contains no secret", async () => {
    const { ask, answer } = await begin();
    const { html, headers } = await ask();
    const style = /<style>(.*)<\/style>/s.exec(html)?.[1] ?? "";
    const hash = createHash("sha256").update(style).digest("base64");
    expect(headers["content-security-policy"]).toBe(
      `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    );
    expect(headers).toMatchObject({
      "content-type": "text/html; charset=utf-8",
      "cache-control": "no-store",
      "referrer-policy": "no-referrer",
      "x-content-type-options": "nosniff",
      connection: "close",
    });
    expect(html).not.toMatch(/src=|href=|<script|url\(/);
    for (const secret of [code, answer.state, "token-1", "refresh-1"]) {
      expect(html).not.toContain(secret);
    }
  });

  test("works for an application with a credential", async () => {
    let nonce = "";
    const { app, service } = makeDaemon(() => idTokenResponse({ nonce }));
    const { account } = await acquireTokenInteractive(app, {
      scopes,
      openBrowser: async (address) => {
        const { searchParams } = new URL(address);
        nonce = searchParams.get("nonce") ?? "";
        const body = new URLSearchParams({ code, state: searchParams.get("state") ?? "" }).toString();
        await ask(searchParams.get("redirect_uri") ?? "", { body });
      },
    });
    expect(account?.username).toBe("grace@contoso.example");
    expect(service.requests[0]?.form.get("client_secret")).toBe(secret);
  });

  test("sends claims to the page and to the token endpoint", async () => {
    const claims = '{"access_token":{"acrs":{"essential":true,"value":"c1"}}}';
    const { app, service, page, ask, work } = await begin({ claimsFromClient: claims });
    expect(page.searchParams.get("claims")).toBe(claims);
    await ask();
    const account = (await work).account as Account;
    expect(service.requests[0]?.form.get("claims")).toBe(claims);
    expect((await app.acquireTokenSilent({ scopes, account, claimsFromClient: claims })).source).toBe("cache");
  });

  test("does not change the caller's options", async () => {
    const opened = withResolvers<string>();
    const options = Object.freeze({
      scopes: Object.freeze(["User.Read"]),
      openBrowser: opened.resolve,
      timeoutMs: 1_000,
    });
    const { app, clock } = makeTool();
    const work = authErrorOf(acquireTokenInteractive(app, { ...options, clock }));
    await opened.promise;
    clock.advance(1_000);
    expect((await work).code).toBe("timeout");
    expect(Object.keys(options)).toEqual(["scopes", "openBrowser", "timeoutMs"]);
  });
});

describe("the local address", () => {
  const others: LocalServer[] = [];
  afterEach(async () => {
    for (const other of others.splice(0)) {
      await other.close();
    }
  });
  const takePort = async (): Promise<LocalServer> => {
    const server = await startServer((_, response) => void response.end());
    others.push(server);
    return server;
  };

  test.each([
    ["http://localhost", /^http:\/\/localhost:\d+$/],
    ["http://localhost/", /^http:\/\/localhost:\d+\/$/],
    ["http://127.0.0.1/signed/in", /^http:\/\/127\.0\.0\.1:\d+\/signed\/in$/],
  ])("follows %s, with a free port", async (urlOptions, expected) => {
    const { redirectUri, ask, work } = await begin({ redirectUri: urlOptions });
    expect(redirectUri).toMatch(expected);
    expect((await ask()).status).toBe(200);
    await work;
  });

  test("is 127.0.0.1 only: other machines cannot reach it", async () => {
    const { redirectUri, ask, work } = await begin();
    expect(await isOpen(redirectUri)).toBe(true);
    expect(await isOpen(redirectUri, "127.0.0.2")).toBe(false);
    await ask();
    await work;
  });

  test("is closed though a browser holds a connection that it never used", async () => {
    const { redirectUri, ask, work } = await begin();
    const idle = connect(Number(new URL(redirectUri).port), "127.0.0.1");
    await once(idle, "connect");
    await ask();
    await work;
    await once(idle.resume(), "close");
  });

  test("has the requested port", async () => {
    const server = await takePort();
    await server.close();
    const urlOptions = `http://localhost:${server.port}/back`;
    const { redirectUri, ask, work } = await begin({ redirectUri: urlOptions });
    expect(redirectUri).toBe(urlOptions);
    await ask();
    await work;
  });

  test("is refused when another program has the port", async () => {
    const { port } = await takePort();
    const { app } = makeTool();
    const work = acquireTokenInteractive(app, {
      scopes,
      redirectUri: `http://localhost:${port}`,
      openBrowser: silence,
    });
    expect(await authErrorOf(work)).toMatchObject({
      code: "invalid_options",
      message: `Cannot listen on port ${port} of this machine.`,
      cause: { code: "EADDRINUSE" },
    });
  });

  test.each([
    ["https://localhost"],
    ["http://app.example"],
    ["http://[::1]:3000"],
    ["http://localhost/?a=b"],
    ["http://user@localhost"],
    ["nowhere"],
  ])("is refused at %s", async (redirectUri) => {
    const { app } = makeTool();
    expect(
      await authErrorOf(acquireTokenInteractive(app, { scopes, redirectUri, openBrowser: silence })),
    ).toMatchObject({
      code: "invalid_options",
      message: expect.stringContaining(redirectUri),
    });
  });
});

describe("an invalid response", () => {
  test.each<[string, number, Post]>([
    ["to another host name", 421, { headers: { host: "attacker.test" } }],
    ["to another path", 404, { path: "/favicon.ico" }],
    ["with HEAD", 405, { method: "HEAD", path: "/?code=x&state=y", body: "" }],
    ["in the address, with another state", 400, { method: "GET", path: "/?code=x&state=y", body: "" }],
    ["in the address, without a state", 400, { method: "GET", path: "/?code=x", body: "" }],
    ["in the address, without content", 400, { method: "GET", path: "/", body: "" }],
    ["for the browser's icon", 404, { method: "GET", path: "/favicon.ico", body: "" }],
    ["in the address, to another path", 404, { method: "GET", path: "/other?code=x", body: "" }],
    [
      "in the address, with an error of another sign-in",
      400,
      { method: "GET", path: "/?error=access_denied&state=y", body: "" },
    ],
    [
      "in the address, to another host name",
      421,
      { method: "GET", path: "/?code=x", headers: { host: "attacker.test" }, body: "" },
    ],
    ["from a script", 403, { headers: { "sec-fetch-mode": "cors" } }],
    ["from a page without TLS", 403, { headers: { origin: "http://attacker.test" } }],
    ["as JSON", 415, { headers: { "content-type": "application/json" } }],
    ["with many bytes", 413, { body: "x".repeat(70_000) }],
    ["with another state", 400, { body: "code=attackers&state=another" }],
    ["without a state", 400, { body: "code=attackers" }],
    ["an error of another sign-in", 400, { body: "error=access_denied&state=another" }],
  ])("is refused: %s, and the real one is still accepted", async (_, status, post) => {
    const { ask, work, service } = await begin();
    const shown = await ask(post);
    expect(shown.status).toBe(status);
    if (post.method !== "HEAD") {
      expect(shown.html).toContain("Unexpected response");
    }
    expect(service.requests).toHaveLength(0);
    expect((await ask()).status).toBe(200);
    expect((await work).source).toBe("network");
  });

  test("is refused before all of its bytes have arrived", async () => {
    const { redirectUri, ask, work } = await begin();
    const { port, host } = new URL(redirectUri);
    const headers = { host, "content-type": "application/x-www-form-urlencoded", "content-length": "10000000" };
    const endless = send({ host: "127.0.0.1", port, method: "POST", headers, agent: false });
    endless.write("x".repeat(70_000));
    const [message] = (await once(endless, "response")) as [IncomingMessage];
    expect(message.statusCode).toBe(413);
    endless.on("error", () => {}).destroy();
    await ask();
    await work;
  });

  test("is refused when its browser disconnected, and the real one is still accepted", async () => {
    const { redirectUri, ask, work } = await begin();
    const { port, host } = new URL(redirectUri);
    const head = `host: ${host}\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: 100`;
    const broken = connect(Number(port), "127.0.0.1").resume();
    broken.end(`POST / HTTP/1.1\r\n${head}\r\n\r\ncode=`);
    await once(broken, "close");
    expect((await ask()).status).toBe(200);
    await work;
  });

  test.each([["null"], ["https://login.live.com"], ["http://localhost:8443"]])(
    "is not recognized by its origin %s, which the last page of a sign-in has",
    async (origin) => {
      const { ask, work } = await begin();
      expect((await ask({ headers: { origin } })).status).toBe(200);
      await work;
    },
  );

  test("is distinguished from a test's own request, which has no origin", async () => {
    const { redirectUri, answer, work } = await begin();
    const page = await fetch(redirectUri, { method: "POST", body: new URLSearchParams(answer) });
    expect(page.status).toBe(200);
    await work;
  });

  test("arrives after the real one, and is refused", async () => {
    const server = await startLoopbackServer("http://localhost");
    let redeemed = 0;
    const work = server.waitForResponse(async () => ++redeemed);
    const responses = [await ask(server.redirectUri, { body: "a" }), await ask(server.redirectUri, { body: "b" })];
    expect(responses.map(({ status }) => status)).toEqual([200, 410]);
    expect(await work).toBe(1);
    expect(redeemed).toBe(1);
    await server.close();
  });

  test("arrives twice at once, and is redeemed once", async () => {
    const answer = withResolvers<ScriptedResponse>();
    let nonce = "";
    const { ask, work, service } = await begin({}, (expected) => {
      nonce = expected;
      return answer.promise;
    });
    const browsers = Promise.allSettled([ask(), ask()]);
    await service.received(1);
    answer.resolve(idTokenResponse({ nonce }));
    await work;
    await browsers;
    expect(service.requests).toHaveLength(1);
  });
});

describe("a response in the address, whatever was requested", () => {
  test("is redeemed, and the page clears the address without showing its content", async () => {
    const { ask, answer, form, work } = await begin();
    const shown = await ask({ method: "GET", path: `/?${form({ ...answer, session_state: "s" })}`, body: "" });
    expect(shown.status).toBe(200);
    expect(shown.html).toContain("<h1>You have signed in</h1>");
    const script = /<script>(.*)<\/script>/s.exec(shown.html)?.[1] ?? "";
    expect(script).toBe('history.replaceState(null,"",location.pathname)');
    const hash = createHash("sha256").update(script).digest("base64");
    expect(shown.headers["content-security-policy"]).toContain(`; script-src 'sha256-${hash}';`);
    expect(shown.headers).toMatchObject({ "cache-control": "no-store", "referrer-policy": "no-referrer" });
    for (const secret of [code, answer.state, "token-1", "refresh-1"]) {
      expect(shown.html).not.toContain(secret);
    }
    expect((await work).account?.username).toBe("grace@contoso.example");
  });

  test("ends the sign-in with the error in it, and its text on the page", async () => {
    const { ask, answer, form, work, service } = await begin();
    const fields = { error: "access_denied", error_description: "<b>No</b>", state: answer.state };
    const shown = await ask({ method: "GET", path: `/?${form(fields)}`, body: "" });
    expect(shown.status).toBe(400);
    expect(shown.html).toContain("&#60;b&#62;No&#60;/b&#62;");
    expect(await authErrorOf(work)).toMatchObject({ code: "access_denied" });
    expect(service.requests).toHaveLength(0);
  });

  test.each([{ "sec-purpose": "prefetch" }, { "sec-purpose": "prefetch;prerender" }, { purpose: "prefetch" }])(
    "is not spent on a browser's prefetch (%j): the visit counts",
    async (headers) => {
      const { ask, answer, form, work, service } = await begin();
      const path = `/?${form(answer)}`;
      const guess = await ask({ method: "GET", path, headers, body: "" });
      expect(guess.status).toBe(503);
      expect(service.requests).toHaveLength(0);
      expect((await ask({ method: "GET", path, body: "" })).status).toBe(200);
      await work;
    },
  );

  test("is accepted from any client, since the state is what counts", async () => {
    const { redirectUri, answer, form, work } = await begin({ redirectUri: "http://localhost/signed/in" });
    expect((await fetch(`${redirectUri}?${form(answer)}`)).status).toBe(200);
    await work;
  });

  test("ends the sign-in with issuer_mismatch if it contains another issuer", async () => {
    const issuer = "https://id.example.test";
    const opened = withResolvers<string>();
    const { app, clock } = makeTool(
      () => ({ body: { issuer, token_endpoint: `${issuer}/token`, authorization_endpoint: `${issuer}/auth` } }),
      { oidcAuthority: issuer },
    );
    const work = acquireTokenInteractive(app, { scopes, clock, openBrowser: opened.resolve });
    work.catch(() => {});
    const { searchParams } = new URL(await opened.promise);
    const back = new URL(searchParams.get("redirect_uri") ?? "");
    back.search = String(
      new URLSearchParams({ code, state: searchParams.get("state") ?? "", iss: "https://attacker.test" }),
    );
    expect((await fetch(back)).status).toBe(400);
    expect(await authErrorOf(work)).toMatchObject({ code: "issuer_mismatch" });
  });

  test("is redeemed once if it arrives twice", async () => {
    const server = await startLoopbackServer("http://localhost");
    let redeemed = 0;
    const work = server.waitForResponse(async () => ++redeemed);
    const visit = () => ask(server.redirectUri, { method: "GET", path: "/?code=a" });
    expect([await visit(), await visit()].map(({ status }) => status)).toEqual([200, 410]);
    expect(await work).toBe(1);
    expect(redeemed).toBe(1);
    await server.close();
  });
});

describe("the response mode of the page", () => {
  test.each<[string, readonly string[] | undefined, string]>([
    ["posts", ["query", "form_post"], "form_post"],
    ["does not post", ["query", "fragment"], "query"],
    ["does not say", undefined, "query"],
  ])("follows another issuer that %s", async (_, modes, expected) => {
    const issuer = "https://id.example.test";
    const opened = withResolvers<string>();
    const { app, clock } = makeTool(
      () => ({
        body: {
          issuer,
          token_endpoint: `${issuer}/token`,
          authorization_endpoint: `${issuer}/auth`,
          response_modes_supported: modes,
        },
      }),
      { oidcAuthority: issuer },
    );
    const work = acquireTokenInteractive(app, { scopes, clock, timeoutMs: 1, openBrowser: opened.resolve });
    work.catch(() => {});
    const { searchParams } = new URL(await opened.promise);
    expect(searchParams.get("response_mode")).toBe(expected);
    expect(searchParams.get("code_challenge_method")).toBe("S256");
    for (const name of ["state", "nonce", "code_challenge"]) {
      expect(searchParams.get(name)).toMatch(/^[\w-]{43}$/);
    }
    clock.advance(1);
    expect(await authErrorOf(work)).toMatchObject({ code: "timeout" });
  });
});

describe("a failing sign-in", () => {
  test("shows the user why, and ends with the error", async () => {
    const { post, work, redirectUri, service } = await begin();
    const error_description = "AADSTS65004: User declined to consent to access the <b>app</b>.";
    const shown = await post({ error: "access_denied", error_description });
    expect(shown.status).toBe(400);
    expect(shown.html).toContain("<h1>You have not signed in</h1>");
    expect(shown.html).toContain("&#60;b&#62;app&#60;/b&#62;");
    expect(await authErrorOf(work)).toMatchObject({ code: "access_denied", aadsts: 65004 });
    expect(service.requests).toHaveLength(0);
    expect(await isOpen(redirectUri)).toBe(false);
  });

  test("at the token endpoint is reported on the page too, without the code", async () => {
    const { ask, work } = await begin({}, () => aadstsError(54005, `code ${code}`, { error: "invalid_grant" }, 400));
    const shown = await ask();
    expect(shown.html).toContain("AADSTS54005: code ***");
    expect(await authErrorOf(work)).toMatchObject({ code: "authorization_code_rejected" });
  });

  test("with another sign-in's nonce caches nobody", async () => {
    const { app, ask, work } = await begin({}, () => idTokenResponse({ nonce: "another" }));
    expect((await ask()).html).toContain("You have not signed in");
    expect(await authErrorOf(work)).toMatchObject({ code: "invalid_id_token" });
    expect(await app.tokenCache.getAllAccounts()).toEqual([]);
  });

  test("stops listening if it fails before it started", async () => {
    const server = await startLoopbackServer("http://localhost");
    const { redirectUri } = server;
    await server.close();
    const { app } = makeTool(() => ({ status: 404, body: "" }), { oidcAuthority: "https://id.example.test" });
    const work = acquireTokenInteractive(app, { scopes, redirectUri, openBrowser: silence });
    expect(await authErrorOf(work)).toMatchObject({ code: "invalid_authority" });
    expect(await isOpen(redirectUri)).toBe(false);
  });

  test("ends with openBrowser's error if the browser cannot be opened", async () => {
    const { app } = makeTool();
    const broken = new Error("no display");
    for (const openBrowser of [() => Promise.reject(broken), () => fail(broken)]) {
      expect(await failureOf(acquireTokenInteractive(app, { scopes, openBrowser }))).toBe(broken);
    }
  });

  function fail(error: Error): never {
    throw error;
  }
});

describe("a sign-in that nobody waits for any longer", () => {
  test("rejects with the signal's reason at once, and stops listening", async () => {
    const controller = new AbortController();
    const { work, redirectUri } = await begin({ signal: controller.signal });
    const reason = new Error("enough");
    controller.abort(reason);
    expect(await failureOf(work)).toBe(reason);
    await expect.poll(() => isOpen(redirectUri)).toBe(false);
  });

  test("rejects while the code is redeemed", async () => {
    const controller = new AbortController();
    const { ask, work, service, redirectUri } = await begin({ signal: controller.signal }, silence);
    const browser = ask().catch(() => undefined);
    await service.received(1);
    controller.abort(new Error("enough"));
    await expect(work).rejects.toThrow("enough");
    await browser;
    await expect.poll(() => isOpen(redirectUri)).toBe(false);
  });

  test("opens no browser when it was aborted before", async () => {
    const { app } = makeTool();
    let opened = 0;
    const signal = AbortSignal.abort(new Error("enough"));
    const work = acquireTokenInteractive(app, { scopes, signal, openBrowser: () => opened++ });
    await expect(work).rejects.toThrow("enough");
    expect(opened).toBe(0);
  });

  test("times out by the clock: after five minutes, or as the caller says", async () => {
    for (const [timeoutMs, ms] of [
      [undefined, 300_000],
      [7_000, 7_000],
    ] as const) {
      const { work, clock, redirectUri } = await begin({ timeoutMs });
      clock.advance(ms - 1);
      expect(await isOpen(redirectUri)).toBe(true);
      clock.advance(1);
      expect(await authErrorOf(work)).toMatchObject({ code: "timeout", message: expect.stringContaining(`${ms} ms`) });
      await expect.poll(() => isOpen(redirectUri)).toBe(false);
    }
  });

  test("is refused with an invalid timeout", async () => {
    const { app } = makeTool();
    const work = acquireTokenInteractive(app, { scopes, timeoutMs: -1, openBrowser: silence });
    expect(await authErrorOf(work)).toMatchObject({ code: "invalid_options" });
  });
});
