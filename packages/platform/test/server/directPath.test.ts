import { generateKeyPairSync } from "node:crypto";
import { connect } from "node:tls";
import { type Platform, type Random, seededRandom, startPlatform } from "@latchkey/platform";
import { afterAll, beforeAll, beforeEach, describe, expect, it, test } from "vitest";
import { type Daemon, registerDaemon, tokenForm } from "../support/daemon.ts";
import { type RawAnswer, sendRaw } from "../support/rawRequest.ts";
import { addUser, addWebApp, challenge, codeFor } from "../support/signIn.ts";

const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const keys = [{ privateKey: privateKey.export({ format: "pem", type: "pkcs8" }).toString() }];
const spaUri = "https://spa.example/";

/** Random while the platform is set up; then always the same, so that two answers to one question are the same text. */
function stoppableRandom(): Random & { stop(): void } {
  const seeded = seededRandom("direct path");
  let isStopped = false;
  return {
    bytes: (length) => (isStopped ? new Uint8Array(length).fill(7) : seeded.bytes(length)),
    stop() {
      isStopped = true;
    },
  };
}

let platform: Platform;
let daemon: Daemon;
let host: string;
let tenant: string;
let spaForm: string;
/** A header: the daemon's token for Graph. */
let bearer: string;
let onEvent: () => void;
beforeAll(async () => {
  const random = stoppableRandom();
  platform = await startPlatform({
    mode: "interception",
    allowedHosts: ["login.test", "graph.microsoft.com"],
    keys,
    random,
    clock: { now: () => Date.UTC(2026, 10, 21) },
    onEvent: () => onEvent(),
  });
  daemon = registerDaemon(platform, ["User.Read.All"]);
  host = new URL(platform.url).host;
  tenant = platform.tenant.id;
  onEvent = () => undefined;
  const spa = addWebApp(platform, { redirectUris: [], spaRedirectUris: [spaUri] });
  const pkce = { code_challenge: challenge, code_challenge_method: "S256", redirect_uri: spaUri };
  const code = await codeFor(platform, spa, addUser(platform), pkce);
  const { appId: client_id } = spa;
  const form = { grant_type: "authorization_code", client_id, code, redirect_uri: spaUri, code_verifier: "wrong" };
  spaForm = new URLSearchParams(form).toString();
  const { access_token } = JSON.parse((await exchange({})).body);
  bearer = `Authorization: Bearer ${access_token}`;
  random.stop();
});
afterAll(() => platform.stop());
beforeEach(() => {
  onEvent = () => undefined;
});

interface Sent {
  readonly method?: string;
  /** Default the token endpoint, version 2. */
  readonly target?: string;
  /** Default the platform's own. */
  readonly host?: string;
  readonly headers?: readonly string[];
  readonly body?: string;
  /** Default that of a form with the length of the body. */
  readonly bodyHeaders?: readonly string[];
}

interface Exchanged extends RawAnswer {
  readonly events: Platform["events"];
}

async function exchange(sent: Sent): Promise<Exchanged> {
  const { method = "POST", target = `/${tenant}/oauth2/v2.0/token`, headers = [], body = form() } = sent;
  const bodyHeaders = sent.bodyHeaders ?? [
    "Content-Type: application/x-www-form-urlencoded",
    `Content-Length: ${Buffer.byteLength(body, "latin1")}`,
  ];
  const lines = [
    `${method} ${target} HTTP/1.1`,
    `Host: ${sent.host ?? host}`,
    ...(method === "POST" || sent.bodyHeaders !== undefined ? bodyHeaders : []),
    ...headers,
    "Connection: close",
  ];
  const before = platform.events.length;
  const text = `${lines.join("\r\n")}\r\n\r\n${method === "POST" || sent.bodyHeaders !== undefined ? body : ""}`;
  const answer = await sendRaw(platform, text);
  return { ...answer, events: platform.events.slice(before) };
}

/** The same by the app alone: a rule is in force that fits no request. */
async function exchangeByApp(sent: Sent): Promise<Exchanged> {
  const { id } = platform.faults.add({ path: "/no/such/path", status: 500 });
  const exchanged = await exchange(sent);
  platform.faults.remove(id);
  return exchanged;
}

function form(changes: Readonly<Record<string, string | undefined>> = {}): string {
  return new URLSearchParams(tokenForm(daemon, changes)).toString();
}

/** Names in lower case, in the order of the alphabet: what is left is what a client sees. */
function comparable({ headers, ...rest }: Exchanged): object {
  const lines = headers.map((line) => line.replace(/^[^:]+/, (name) => name.toLowerCase()));
  return { ...rest, headers: lines.toSorted() };
}

/** The app writes its headers in the order of the alphabet. */
function cameDirectly({ headers }: Exchanged): boolean {
  const [ours, type] = [/^x-/i, /^content-type/i].map((name) => headers.findIndex((line) => name.test(line)));
  return ours !== undefined && type !== undefined && ours >= 0 && ours < type;
}

const directly: readonly (readonly [string, () => Sent])[] = [
  ["a token", () => ({})],
  ["a token of version 1", () => ({ target: `/${tenant}/oauth2/token`, body: v1() })],
  ["a token by the tenant's domain", () => ({ target: `/${platform.tenant.domain}/oauth2/v2.0/token` })],
  ["a token under a further name", () => ({ host: "login.test" })],
  ["a token under a name of Microsoft's", () => ({ host: "login.microsoftonline.com" })],
  ["a token by number", () => ({ host: host.replace("localhost", "127.0.0.1") })],
  ["a token with Basic credentials", () => ({ headers: [basic()], body: form(withoutClient) })],
  ["a token with a correlation id in a header", () => ({ headers: correlation })],
  ["a token with a correlation id in the body", () => ({ body: `${form()}&${correlationQuery()}` })],
  ["a token with a correlation id in the query", () => ({ target: `${path()}?${correlationQuery()}` })],
  ["a correlation id that is none", () => ({ headers: ["client-request-id: x", "return-client-request-id: true"] })],
  ["telemetry", () => ({ headers: ["x-client-current-telemetry: 4|1,0|"] })],
  [
    "a form that says its characters",
    () => ({ bodyHeaders: typed("application/x-www-form-urlencoded; charset=utf-8") }),
  ],
  ["a form in another type", () => ({ bodyHeaders: typed("application/json") })],
  ["a form without a type", () => ({ bodyHeaders: [`Content-Length: ${form().length}`] })],
  ["a form with a byte order mark", () => ({ body: `\xef\xbb\xbf${form()}` })],
  ["a form that is no UTF-8", () => ({ body: form({ scope: undefined }).concat("&scope=\xff\xfe/.default") })],
  ["a form with fields that come twice", () => ({ body: `${form()}&grant_type=password&client_id=` })],
  ["a form with fields called __proto__ and constructor", () => ({ body: `__proto__=1&constructor=2&${form()}` })],
  ["an empty form", () => ({ body: "" })],
  ["a wrong secret", () => ({ body: form({ client_secret: "wrong" }) })],
  ["an unknown client", () => ({ body: form({ client_id: "11111111-2222-4333-8444-555555555555" }) })],
  ["an unknown grant", () => ({ body: form({ grant_type: "magic" }) })],
  ["an unknown tenant", () => ({ target: "/11111111-2222-4333-8444-555555555555/oauth2/v2.0/token" })],
  ["a tenant that can be none", () => ({ target: "/nonsense/oauth2/v2.0/token" })],
  ["a shared path", () => ({ target: "/common/oauth2/v2.0/token" })],
  ["a single-page application", () => ({ headers: ["Origin: https://spa.example"], body: spaForm })],
  ["the origin of a page, unasked", () => ({ headers: ["Origin: https://spa.example"] })],
  ["discovery", () => get(`/${tenant}/v2.0/.well-known/openid-configuration`)],
  ["discovery of version 1", () => get("/common/.well-known/openid-configuration")],
  ["discovery of no tenant", () => get("/nonsense/v2.0/.well-known/openid-configuration")],
  ["keys", () => get("/common/discovery/v2.0/keys")],
  ["keys of version 1", () => get(`/${tenant}/discovery/keys`)],
  [
    "instance discovery",
    () => get(`/common/discovery/instance?api-version=1.1&authorization_endpoint=${platform.url}/x`),
  ],
  [
    "instance discovery of a foreigner",
    () => get("/common/discovery/instance?authorization_endpoint=https%3A%2F%2Fx.test"),
  ],
  ["instance discovery without a question", () => get("/common/discovery/instance")],
  ["a target with a quote", () => ({ target: `${path()}?'` })],
  ["users of Graph", () => ({ ...get("/v1.0/users"), headers: [bearer] })],
  ["users of Graph's beta", () => ({ ...get("/beta/users?top=1"), headers: [bearer, `client-request-id: ${id}`] })],
  ["Graph under its own name", () => ({ ...get("/v1.0/users"), host: "graph.microsoft.com", headers: [bearer] })],
  ["a user of Graph by key", () => ({ ...get("/v1.0/users('nobody@x.test')?$select=id"), headers: [bearer] })],
  ["a user of Graph by an encoded name", () => ({ ...get("/v1.0/users/nobody%23x"), headers: [bearer] })],
  ["a filter of Graph", () => ({ ...get("/v1.0/users?$filter=id%20eq%20'x''y'&$top=1"), headers: [bearer] })],
  ["a filter of Graph with encoded quotes", () => ({ ...get(`/v1.0/users?$filter=${filter}`), headers: [bearer] })],
  ["a count of Graph", () => ({ ...get("/v1.0/users/$count"), headers: [bearer, "ConsistencyLevel: eventual"] })],
  ["Graph without a token", () => get("/v1.0/users")],
  ["Graph with a token that is none", () => ({ ...get("/v1.0/users"), headers: ["Authorization: Bearer a.b.c"] })],
  ["Graph's unknown segments", () => ({ ...get("/v1.0/users/1/2/3"), headers: [bearer] })],
  ["Graph in the name of nobody", () => ({ ...get("/v1.0/me"), headers: [bearer] })],
];

const byApp: readonly (readonly [string, () => Sent])[] = [
  ["GET", () => get(path())],
  ["GET by a browser", () => ({ ...get(path()), headers: ["Accept: text/html"] })],
  ["discovery by a browser", () => ({ ...get("/common/discovery/keys"), headers: ["Accept: text/html,*/*"] })],
  ["a token by a browser", () => ({ headers: ["Accept: text/html"] })],
  ["HEAD", () => ({ method: "HEAD" })],
  ["PUT", () => ({ method: "PUT" })],
  ["OPTIONS", () => ({ method: "OPTIONS", headers: ["Origin: https://spa.example"] })],
  ["HEAD of discovery", () => ({ method: "HEAD", target: `/${tenant}/v2.0/.well-known/openid-configuration` })],
  ["GET with a body", () => ({ ...get("/common/discovery/keys"), bodyHeaders: typed("text/plain") })],
  [
    "GET with a body in pieces",
    () => ({ ...get("/common/discovery/keys"), bodyHeaders: chunked, body: pieces("text") }),
  ],
  ["a foreign host", () => ({ host: "evil.example" })],
  ["the host of Graph", () => ({ host: "graph.microsoft.com" })],
  ["Graph under a name of the token service", () => ({ ...get("/v1.0/users"), host: "login.microsoftonline.com" })],
  ["Graph by a browser", () => ({ ...get("/v1.0/users"), headers: [bearer, "Accept: text/html"] })],
  ["a change of Graph", () => ({ target: "/v1.0/users", headers: [bearer] })],
  ["a batch of Graph", () => ({ target: "/v1.0/$batch", headers: [bearer] })],
  ["a path of Graph with dots", () => ({ ...get("/v1.0/x/../users"), headers: [bearer] })],
  ["a path of Graph with encoded dots", () => ({ ...get("/v1.0/x/%2e%2E/users"), headers: [bearer] })],
  ["a path of Graph with a slash at its end", () => ({ ...get("/v1.0/users/"), headers: [bearer] })],
  ["a path of Graph with a sign that is encoded", () => ({ ...get("/v1.0/users/{x}"), headers: [bearer] })],
  ["Graph's version alone", () => ({ ...get("/v1.0"), headers: [bearer] })],
  ["Graph in capitals", () => ({ ...get("/V1.0/users"), headers: [bearer] })],
  ["the host of Graph with a port", () => ({ host: host.replace("localhost", "graph.microsoft.com") })],
  ["the host in capitals", () => ({ host: host.toUpperCase() })],
  ["an address of IPv6", () => ({ host: host.replace("localhost", "[::1]") })],
  ["two hosts", () => ({ headers: ["Host: evil.example"] })],
  ["two types", () => ({ headers: ["Content-Type: text/plain"] })],
  ["two origins", () => ({ headers: ["Origin: https://spa.example", "Origin: https://spa.example"], body: spaForm })],
  ["a header called __proto__", () => ({ headers: ["__proto__: x", "Origin: https://spa.example"], body: spaForm })],
  ["a body in pieces", () => ({ bodyHeaders: chunked, body: pieces(form()) })],
  ["a body in too many pieces", () => ({ bodyHeaders: chunked, body: pieces("x".repeat(1_100_000)) })],
  ["a body that is too long", () => ({ bodyHeaders: ["Content-Length: 1048577"], body: "x".repeat(1_048_577) })],
  ["an absolute target", () => ({ target: `${platform.url}${path()}` })],
  ["an absolute target elsewhere", () => ({ target: `https://evil.example${path()}` })],
  ["a target with dots", () => ({ target: `/x/..${path()}` })],
  ["a target with nothing between", () => ({ target: `/${path()}` })],
  ["a target with a slash at its end", () => ({ target: `${path()}/` })],
  ["a target with a percent sign", () => ({ target: path().replace("token", "%74oken") })],
  ["a target with a fragment", () => ({ target: `${path()}#client-request-id` })],
  ["a tenant of dots", () => ({ target: "/../oauth2/v2.0/token" })],
  [
    "a tenant with a percent sign",
    () => ({ target: path().replace(tenant, `%${tenant.charCodeAt(0).toString(16)}${tenant.slice(1)}`) }),
  ],
  ["a target in capitals", () => ({ target: path().toUpperCase() })],
  ["a reserved segment", () => ({ target: "/v1.0/oauth2/v2.0/token" })],
  ["the control API's segment", () => ({ target: "/_latchkey/oauth2/v2.0/token" })],
];

const filter = encodeURIComponent("startswith(displayName,'A')").replaceAll("'", "%27");
const withoutClient = { client_id: undefined, client_secret: undefined };
const chunked = ["Content-Type: application/x-www-form-urlencoded", "Transfer-Encoding: chunked"];
const id = "AAAAAAAA-bbbb-4ccc-8ddd-eeeeeeeeeeee";
const correlation = [`client-request-id: ${id}`, "return-client-request-id: True"];

function path(): string {
  return `/${tenant}/oauth2/v2.0/token`;
}

function get(target: string): Sent {
  return { method: "GET", target };
}

function v1(): string {
  return form({ scope: undefined, resource: "https://graph.microsoft.com" });
}

function typed(type: string): string[] {
  return [`Content-Type: ${type}`, `Content-Length: ${form().length}`];
}

function basic(): string {
  return `Authorization: Basic ${Buffer.from(`${daemon.appId}:${daemon.secret}`).toString("base64")}`;
}

function correlationQuery(): string {
  return `client-request-id=${id}&return-client-request-id=true&x=%C3%A9`;
}

function pieces(text: string): string {
  const [one, two] = [text.slice(0, 20), text.slice(20)];
  return [one, two, ""].map((piece) => `${piece.length.toString(16)}\r\n${piece}\r\n`).join("");
}

describe("a request that looks like every other is answered as by the app:", () => {
  it.each(directly)("%s", async (_, sent) => {
    const [direct, app] = [await exchange(sent()), await exchangeByApp(sent())];
    expect([cameDirectly(direct), cameDirectly(app)]).toEqual([true, false]);
    expect(comparable(direct)).toEqual(comparable(app));
  });
});

describe("a request that looks otherwise is answered by the app:", () => {
  it.each(byApp)("%s", async (_, sent) => {
    const [usual, app] = [await exchange(sent()), await exchangeByApp(sent())];
    expect(cameDirectly(usual)).toBe(false);
    expect(comparable(usual)).toEqual(comparable(app));
  });
});

test("a fault happens to the next request, and after it requests are answered directly again", async () => {
  platform.faults.add({ id: "once", endpoint: "token", status: 503, count: 1 });
  const faulty = await exchange({});
  platform.faults.remove("once");
  expect(faulty.status).toMatch(/ 503 /);
  expect(faulty.events).toMatchObject([{ type: "fault", status: 503 }]);
  expect(cameDirectly(await exchange({}))).toBe(true);
});

test("a listener sees the next answer, and after it requests are answered directly again", async () => {
  platform.once("beforeResponse", ({ headers }) => headers.set("retry-after", "9"));
  expect((await exchange({})).headers.map((line) => line.toLowerCase())).toContain("retry-after: 9");
  expect(cameDirectly(await exchange({}))).toBe(true);
});

test("a listener changes the claims of a token that is given directly", async () => {
  const off = platform.on("beforeToken", ({ claims }) => {
    claims["roles"] = ["Changed"];
  });
  const [direct, app] = [await exchange({}), await exchangeByApp({})];
  off();
  expect(cameDirectly(direct)).toBe(true);
  expect(comparable(direct)).toEqual(comparable(app));
  const [, payload = ""] = JSON.parse(direct.body).access_token.split(".");
  expect(JSON.parse(Buffer.from(payload, "base64url").toString())).toMatchObject({ roles: ["Changed"] });
});

test("a listener that throws is the same failure either way", async () => {
  const off = platform.on("beforeToken", () => {
    throw new Error("the test is wrong");
  });
  const [direct, app] = [await exchange({}), await exchangeByApp({})];
  off();
  expect(direct.status).toMatch(/ 500 /);
  expect(direct.events.at(-1)?.why).toContain("the test is wrong");
  expect(comparable(direct)).toEqual(comparable(app));
});

test("a program that cannot take an event gets the same failure either way", async () => {
  onEvent = () => {
    throw new Error("the test is wrong");
  };
  const [direct, app] = [await exchange({}), await exchangeByApp({})];
  expect(direct.status).toMatch(/ 500 /);
  // What is logged differs: hono offers the failure to each of its layers.
  expect(comparable({ ...direct, events: [] })).toEqual(comparable({ ...app, events: [] }));
});

test("a client that goes away in the middle of its form leaves the same trace either way", async () => {
  async function abandon(): Promise<Platform["events"]> {
    const before = platform.events.length;
    const recorded = new Promise<void>((resolve) => {
      onEvent = resolve;
    });
    const socket = connect({ port: Number(host.split(":")[1]), servername: "localhost", ca: platform.caCertificate });
    const head = `POST ${path()} HTTP/1.1\r\nHost: ${host}\r\nContent-Length: 100\r\n\r\ngrant_type=`;
    socket.write(head, () => socket.destroy());
    await recorded;
    return platform.events.slice(before);
  }
  const direct = await abandon();
  const { id: rule } = platform.faults.add({ path: "/no/such/path", status: 500 });
  const app = await abandon();
  platform.faults.remove(rule);
  expect(direct).toHaveLength(1);
  expect(direct).toEqual(app);
  expect((await exchange({})).status).toMatch(/ 200 /);
});

test("a form that is not looked at does not spoil the connection", async () => {
  const unread = `POST /${tenant}/no-flow/oauth2/v2.0/token HTTP/1.1\r\nHost: ${host}\r\nContent-Length: 9\r\n\r\nnot=read&`;
  const next = `GET /common/discovery/keys HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`;
  const { status, body } = await sendRaw(platform, `${unread}${next}`);
  expect([status, ...(body.match(/HTTP\/1\.1 \d+/g) ?? [])]).toEqual(["HTTP/1.1 404 Not Found", "HTTP/1.1 200"]);
});
