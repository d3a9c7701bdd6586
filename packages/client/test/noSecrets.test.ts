import { inspect } from "node:util";
import {
  type AuthError,
  type Credential,
  clientAssertion,
  clientCertificate,
  clientSecret,
  protectedApi,
} from "@latchkey/client";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { maskOf, quoteForeign } from "../src/transport/foreignText/foreignText.ts";
import { graph, makeDaemon } from "./support/daemon.ts";
import { authErrorOf } from "./support/failure.ts";
import { rsaCertificate } from "./support/keys.ts";
import type { ScriptedResponse, SentRequest } from "./support/scriptedService.ts";

const canary = "c4n4ry~/+&<\"'%= ü\\x";
const headers = { "content-type": "text/html" };
const body = (request: SentRequest): string => request.form.toString();

/** Everything that an error, or anything else, reveals of itself. */
function everythingOf(value: unknown): string {
  const texts = [inspect(value, { depth: 20, showHidden: true }), JSON.stringify(value) ?? "", String(value)];
  if (value instanceof Error) {
    texts.push(value.message, value.stack ?? "", everythingOf({ ...value }));
  }
  return texts.join("\n");
}

/** The ways in which servers and proxies repeat a request. */
const echoes: readonly (readonly [string, (text: string) => string])[] = [
  ["as it is", (text) => text],
  ["percent-encoded", encodeURIComponent],
  ["percent-encoded in lower case", (text) => encodeURIComponent(text).replace(/%../g, (hex) => hex.toLowerCase())],
  ["form-encoded", (text) => new URLSearchParams({ text }).toString().slice(5)],
  ["as JSON", (text) => JSON.stringify(text)],
  [
    "as JSON in ASCII",
    (text) => JSON.stringify(text).replace(/[^ -~]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`),
  ],
  [
    "as HTML",
    (text) =>
      text.replace(
        /[&<>"']/g,
        (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" })[c] ?? c,
      ),
  ],
  ["as HTML in hexadecimal", (text) => text.replace(/[^a-z0-9]/gi, (c) => `&#x${c.codePointAt(0)?.toString(16)};`)],
];

describe("a secret repeated in a response", () => {
  test.each(echoes)("%s is masked", async (_, spell) => {
    const { app } = makeDaemon(
      (request) => ({
        status: 400,
        headers,
        body: `<p>You sent ${spell(request.form.get("client_secret") ?? "")}!</p>`,
      }),
      { clientCredential: clientSecret(canary) },
    );
    const error = await authErrorOf(app.acquireTokenForClient({ scopes: [graph] }));
    expect(error.message).toContain("You sent");
    expect(error.message).toContain("***");
    expect(everythingOf(error)).not.toMatch(/c4n4ry/);
  });

  test.each(["error", "error_description", "suberror", "correlation_id"])("is masked in %s", async (field) => {
    const { app } = makeDaemon(
      (request) => ({ status: 400, body: { error: "x", [field]: `say ${request.form.get("client_secret")}` } }),
      { clientCredential: clientSecret(canary) },
    );
    const error = await authErrorOf(app.acquireTokenForClient({ scopes: [graph] }));
    expect(everythingOf(error)).toContain("say ***");
    expect(everythingOf(error)).not.toContain("c4n4ry");
  });

  test("is masked when it was sent as Basic, encoded or decoded", async () => {
    const { app } = makeDaemon(
      (request) => {
        const header = request.headers["authorization"] ?? "";
        const pair = Buffer.from(header.slice(6), "base64").toString("utf8");
        const decoded = new URLSearchParams(`v=${pair.split(":")[1]}`).get("v");
        return { status: 401, headers, body: `${header} | ${pair} | ${decoded}` };
      },
      { clientCredential: clientSecret(canary, { method: "client_secret_basic" }) },
    );
    const { message } = await authErrorOf(app.acquireTokenForClient({ scopes: [graph] }));
    expect(message).toMatch(/: Basic \*\*\* \| [\w-]+:\*\*\* \| \*\*\*$/);
  });

  test("is masked with every other non-public value of the request", async () => {
    const { app } = makeDaemon((request) => ({
      status: 400,
      headers,
      body: `${body(request)}&${request.url.search}&${JSON.stringify(request.headers)}`,
    }));
    const { message } = await authErrorOf(
      app.acquireTokenForClient({
        scopes: [graph],
        extraBodyParameters: { more: "canary-body" },
        extraQueryParameters: { q: "canary-query" },
        extraHeaders: { "x-key": "canary-header", cookie: "canary-cookie" },
      }),
    );
    expect(message).not.toContain("canary");
    expect(message).toContain("client_credentials");
  });

  test("is masked completely when another value is its beginning", async () => {
    const { app } = makeDaemon((request) => ({ status: 400, headers, body: body(request) }));
    const extraBodyParameters = { a: "canary", b: "canary and its tail" };
    const { message } = await authErrorOf(app.acquireTokenForClient({ scopes: [graph], extraBodyParameters }));
    expect(message).not.toContain("tail");
  });

  test("is masked before the response is cut", async () => {
    const { app } = makeDaemon((request) => ({ status: 400, headers, body: `${"x".repeat(990)}${body(request)}` }));
    const { message } = await authErrorOf(app.acquireTokenForClient({ scopes: [graph] }));
    expect(message).not.toContain("s3cr3t");
  });

  test("is masked whatever it consists of", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "binary", minLength: 8 }),
        fc.constantFrom(...echoes.slice(0, 1), ...echoes.slice(3, 5)),
        (secret, [, spell]) => {
          fc.pre(secret.trim() === secret);
          // biome-ignore lint/suspicious/noControlCharactersInRegex: JSON's short escapes stand for these alone
          fc.pre(!/[\u0008-\u000d]/.test(secret));
          const said = quoteForeign(`[${spell(secret)}]`, maskOf([["client_secret", secret]], []));
          expect(said).toMatch(/^\["?\*\*\*"?\]$/);
        },
      ),
      { numRuns: 300 },
    );
  });

  test("is masked in an API's response when it is the access token, and in the message of its page", async () => {
    const { app } = makeDaemon(() => ({ body: { access_token: "canary.access.token", expires_in: 3599 } }));
    for (const status of [400, 500]) {
      const api = protectedApi(app, {
        baseUrl: "https://api.test/",
        scopes: [graph],
        fetch: async (_, init) =>
          new Response(`You sent ${new Headers(init?.headers).get("authorization")}`, { status }),
      });
      const error = await authErrorOf(api.json("x"));
      expect(error.message).toContain("You sent Bearer ***");
      expect(everythingOf(error)).not.toContain("canary");
    }
  });
});

describe("nothing secret", () => {
  const responses: readonly (readonly [string, (request: SentRequest) => ScriptedResponse])[] = [
    ["a token", () => ({ body: { access_token: "canary-token", expires_in: 3599 } })],
    ["an echo", (request) => ({ status: 400, body: body(request) })],
    ["a page", () => ({ status: 500, body: "<html>" })],
    ["a refusal", () => ({ status: 401, body: { error: "invalid_client", error_codes: [7000215] } })],
  ];
  const credentials: readonly (readonly [string, () => Promise<Credential>])[] = [
    ["secret", async () => clientSecret("canary-secret")],
    ["Basic", async () => clientSecret("canary-secret", { method: "client_secret_basic" })],
    ["assertion", async () => clientAssertion("canary.canary.canary")],
    [
      "certificate",
      async () => {
        const { pem, certificate } = await rsaCertificate();
        return clientCertificate({ privateKey: pem, certificate });
      },
    ],
  ];

  test.each(
    credentials.flatMap(([name, make]) => responses.map(([label, response]) => [name, label, make, response] as const)),
  )("is shown or logged by a daemon with a %s that receives %s", async (_, label, make, response) => {
    const clientCredential = await make();
    const { app, service, logged } = makeDaemon(response, { clientCredential });
    const outcome = await app.acquireTokenForClient({ scopes: [graph] }).catch((error: AuthError) => error);
    const sent = service.requests.flatMap(({ form, headers }) => [
      form.get("client_assertion")?.split(".")[2] ?? "canary",
      headers["authorization"] ?? "canary",
    ]);
    // A result's JSON contains its token on purpose.
    const shown = outcome instanceof Error ? everythingOf(outcome) : inspect(outcome, { showHidden: true });
    const seen = [everythingOf(app), everythingOf(clientCredential), shown, everythingOf(logged)].join("\n");
    expect(logged.length).toBeGreaterThan(0);
    for (const value of ["canary", "PRIVATE KEY", ...sent]) {
      expect(seen).not.toContain(value);
    }
    expect(label).not.toBe("");
  });

  test("is shown when the application is printed with everything in it", async () => {
    const { app } = makeDaemon(undefined, { clientCredential: clientSecret("canary-secret") });
    await app.acquireTokenForClient({ scopes: [graph] });
    expect(inspect(app, { depth: 20, showHidden: true })).toBe(
      "ConfidentialClientApplication { [tokenCache]: [Getter] }",
    );
    expect(JSON.stringify({ app })).toBe('{"app":{}}');
  });
});

describe("a secret in a failure before the response", () => {
  /** As HTTP libraries create them: the request is attached to the error, and consoles print it. */
  const carriers: readonly (readonly [string, (sent: string) => Error])[] = [
    ["an error with its request", (sent) => Object.assign(new Error("fetch failed"), { config: { data: sent } })],
    ["an error with a text", (sent) => Object.assign(new Error("fetch failed"), { body: sent })],
    [
      "a cause with its request",
      (sent) => new Error("fetch failed", { cause: Object.assign(new Error("reset"), { request: { sent: [sent] } }) }),
    ],
    [
      "one of several attempts",
      (sent) =>
        new AggregateError([new Error("one"), Object.assign(new Error("two"), { options: { headers: sent } })], "all"),
    ],
    [
      "an error that contains itself",
      (sent) => {
        const error = Object.assign(new Error("fetch failed"), { config: { data: sent }, self: undefined as unknown });
        error.self = error;
        return error;
      },
    ],
    [
      "an error with a long request",
      (sent) => Object.assign(new Error("fetch failed"), { config: { filler: "x".repeat(10_000), data: sent } }),
    ],
  ];

  test.each(carriers)("is kept in no cause: %s", async (_, failure) => {
    const response = (request: SentRequest): never => {
      throw Object.assign(failure(`${body(request)} ${JSON.stringify(request.headers)}`), { code: "ECONNRESET" });
    };
    const { app } = makeDaemon(response, { clientCredential: clientSecret(canary) });
    const error = await authErrorOf(app.acquireTokenForClient({ scopes: [graph] }));
    expect(error).toMatchObject({ code: "network_error", cause: { code: "ECONNRESET" } });
    expect(`${inspect(error, { depth: 20 })} ${everythingOf(error)}`).not.toContain("c4n4ry");
  });

  const failures: readonly (readonly [string, (sent: string) => Error])[] = [
    ["a network failure", (sent) => Object.assign(new Error(`cannot send ${sent}`), { code: "ECONNRESET" })],
    ["its cause", (sent) => new Error("fetch failed", { cause: new Error(`cannot send ${sent}`) })],
    ["a mistake", (sent) => new TypeError(`Headers.append: "${sent}" is an invalid header value.`)],
  ];

  test.each(failures)("of %s is masked at the token service", async (_, failure) => {
    const response = (request: SentRequest): never => {
      throw failure(`${body(request)} ${JSON.stringify(request.headers)}`);
    };
    const { app } = makeDaemon(response, { clientCredential: clientSecret(canary) });
    const extraHeaders = { "x-key": "c4n4ry-header" };
    const error = await authErrorOf(app.acquireTokenForClient({ scopes: [graph], extraHeaders }));
    expect(error.message).toContain("***");
    expect(everythingOf(error)).not.toContain("c4n4ry");
  });

  test.each(failures)("of %s is masked at an API", async (_, failure) => {
    const { app } = makeDaemon(() => ({ body: { access_token: "c4n4ry.access.token", expires_in: 3599 } }));
    const api = protectedApi(app, {
      baseUrl: "https://api.test/",
      scopes: [graph],
      fetch: async (_, init) => {
        throw failure(String(new Headers(init?.headers).get("authorization")));
      },
    });
    const error = await authErrorOf(api.fetch("x"));
    expect(error.message).toContain("***");
    expect(everythingOf(error)).not.toContain("c4n4ry");
  });

  test("keeps a cause that repeats nothing", async () => {
    const cause = Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET" });
    const { app } = makeDaemon(() => Promise.reject(cause));
    expect((await authErrorOf(app.acquireTokenForClient({ scopes: [graph] }))).cause).toBe(cause);
  });
});
