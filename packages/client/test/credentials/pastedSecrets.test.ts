import { inspect } from "node:util";
import { ConfidentialClientApplication, clientAssertion, clientSecret } from "@latchkey/client";
import { describe, expect, test } from "vitest";
import { clientId, entra, graph, makeDaemon } from "../support/daemon.ts";
import { authErrorOf } from "../support/failure.ts";
import { aadstsError, type Responder, token } from "../support/scriptedService.ts";
import { idTokenResponse, makeTool } from "../support/tool.ts";

const value = "Abc8Q~x.Value_of-the.daemon~1234567890ab";
const issuer = "https://id.example.test";

/** An issuer other than Microsoft. */
const elsewhere: Responder = (request, index) =>
  request.method === "GET" ? { body: { issuer, token_endpoint: `${issuer}/token` } } : token(index);

/** The secret as sent. */
async function sentFor(given: string, method?: "client_secret_basic"): Promise<string | null> {
  const { app, service } = makeDaemon(undefined, { clientCredential: clientSecret(given, { method }) });
  await app.acquireTokenForClient({ scopes: [graph] });
  const [request] = service.requests;
  if (method === undefined) {
    return request?.form.get("client_secret") ?? null;
  }
  const basic = Buffer.from(request?.headers["authorization"]?.slice(6) ?? "", "base64").toString();
  return decodeURIComponent(basic.split(":")[1] ?? "");
}

const wrappings: [string, (text: string) => string][] = [
  ["blanks", (text) => `  ${text}\t`],
  ["a line break", (text) => `${text}\n`],
  ["a line break of Windows", (text) => `${text}\r\n`],
  ["quotes", (text) => `"${text}"`],
  ["single quotes", (text) => `'${text}'`],
  ["backticks", (text) => `\`${text}\``],
  ["typographic quotes", (text) => `“${text}”`],
  ["German quotes", (text) => `„${text}“`],
  ["guillemets and blanks", (text) => `« ${text} »`],
  ["a directional mark", (text) => `\u200e${text}`],
  ["a byte order mark", (text) => `\ufeff${text}`],
  ["zero-width and no-break blanks", (text) => `\u200b${text}\u00a0\u2060`],
  ["a NUL", (text) => `${text}\0`],
  ["everything at once", (text) => ` \ufeff"\u200e${text}"\r\n `],
];

describe("an Entra secret", () => {
  test.each(wrappings)("is sent without %s around it", async (_, wrap) => {
    expect(await sentFor(wrap(value))).toBe(value);
    expect(await sentFor(wrap(value), "client_secret_basic")).toBe(value);
  });

  test("is corrected when it comes from a provider as well", async () => {
    const { app, service } = makeDaemon(undefined, { clientCredential: clientSecret(async () => `"${value}"\n`) });
    await app.acquireTokenForClient({ scopes: [graph] });
    expect(service.requests[0]?.form.get("client_secret")).toBe(value);
  });

  test.each([
    ["a line break", "\n", "U+000A"],
    ["a directional mark", "\u200e", "U+200E"],
    ["a byte order mark", "\ufeff", "U+FEFF"],
    ["a no-break blank", "\u00a0", "U+00A0"],
    ["a soft hyphen", "\u00ad", "U+00AD"],
    ["half of a character", "\ud83d", "U+D83D"],
  ])("is refused before any request with %s in it, that character reported and no other", async (_, hidden, name) => {
    const { app, service } = makeDaemon(undefined, {
      clientCredential: clientSecret(`${value}${hidden}rest-of-it`),
    });
    const error = await authErrorOf(app.acquireTokenForClient({ scopes: [graph] }));
    expect(error).toMatchObject({ name: "ConfigurationError", code: "invalid_credential" });
    expect(error.message).toBe(`The client secret contains ${name} as character 41.`);
    expect(service.requests).toEqual([]);
    expect(JSON.stringify(error)).not.toMatch(/Value_of|rest-of/);
  });

  test("is read in linear time however long it is", async () => {
    const blanks = " ".repeat(200_000);
    expect(await sentFor(`${blanks}${value}${blanks}x${blanks}`)).toBe(`${value}${blanks}x`);
  });

  test.each(["undefined", "null", ' "undefined" ', '""', "“”", "\u200e"])(
    "is refused before any request when it is %j",
    async (given) => {
      const acquire = async () => {
        const { app } = makeDaemon(() => expect.unreachable(), { clientCredential: clientSecret(given) });
        await app.acquireTokenForClient({ scopes: [graph] });
      };
      expect(await authErrorOf(acquire)).toMatchObject({
        code: "invalid_credential",
        message: expect.stringMatching(/^The client secret is (empty|the word (undefined|null))\.$/),
      });
    },
  );

  test("is sent as given when it is a GUID; the remedy of its refusal says that it looks like the secret's id", async () => {
    const id = "0f5c8a4e-1111-4222-8333-444455556666";
    for (const method of ["client_secret_post", "client_secret_basic"] as const) {
      const { app, service } = makeDaemon(() => aadstsError(7000215), {
        clientCredential: clientSecret(id, { method }),
      });
      const error = await authErrorOf(app.acquireTokenForClient({ scopes: [graph] }));
      if (method === "client_secret_post") {
        expect(service.requests[0]?.form.get("client_secret")).toBe(id);
      }
      expect(error.remedy).toMatch(/^Send the secret's value, not its id: what was sent looks like the id \(/);
      expect(JSON.stringify(error)).not.toContain(id);
    }
  });

  test("is not said to look like an id when it does not", async () => {
    const { app } = makeDaemon(() => aadstsError(7000215));
    const { remedy } = await authErrorOf(app.acquireTokenForClient({ scopes: [graph] }));
    expect(remedy).toMatch(/^Send the secret's value, not its id \(/);
  });
});

describe("a secret of another issuer", () => {
  async function sentElsewhere(given: string): Promise<string | null | undefined> {
    const { app, service } = makeDaemon(elsewhere, { oidcAuthority: issuer, clientCredential: clientSecret(given) });
    await app.acquireTokenForClient({ scopes: ["read"] });
    return service.requests.find(({ method }) => method === "POST")?.form.get("client_secret");
  }

  test.each([` ${value} `, `"${value}"`, `\u200e${value}\ufeff`, `{${value}}`, "a\u00a0b", '"', "nullify"])(
    "is never altered: %j",
    async (given) => {
      expect(await sentElsewhere(given)).toBe(given);
    },
  );

  test.each(["", "undefined", "null", `${value}\n`, `${value}\0`, `a\u0085${value}`])(
    "is refused when it is %j",
    async (given) => {
      const error = await authErrorOf(() => sentElsewhere(given));
      expect(error).toMatchObject({ name: "ConfigurationError", code: "invalid_credential" });
      expect(JSON.stringify(error)).not.toContain("Value_of");
    },
  );
});

describe("a client assertion", () => {
  test.each(wrappings)("is sent without %s around it", async (_, wrap) => {
    for (const given of [wrap("h.p.s"), async () => wrap("h.p.s")]) {
      const { app, service } = makeDaemon(undefined, { clientCredential: clientAssertion(given) });
      await app.acquireTokenForClient({ scopes: [graph] });
      expect(service.requests[0]?.form.get("client_assertion")).toBe("h.p.s");
    }
  });
});

describe("an Entra client id", () => {
  test.each([
    ...wrappings,
    ["braces", (text: string) => `{${text}}`] as const,
    ["a zero-width blank in it", (text: string) => text.replace("-", "-\u200b")] as const,
  ])("is the GUID without %s", async (_, wrap) => {
    const { app, service } = makeDaemon(undefined, { clientId: wrap(clientId) });
    await app.acquireTokenForClient({ scopes: [graph] });
    expect(service.requests[0]?.form.get("client_id")).toBe(clientId);
  });

  test.each([
    [undefined, "clientId is undefined, not a string."],
    [null, "clientId is of type Null."],
    [7, "clientId is of type Number."],
    ["", "clientId is empty."],
    ["undefined", "clientId is the word undefined."],
    ["my\u200edaemon", "clientId contains U+200E as character 3."],
  ])("is refused when it is %j", async (given, message) => {
    const error = await authErrorOf(() => makeDaemon(undefined, { clientId: given as string }));
    expect(error).toMatchObject({ code: "invalid_options", message });
  });

  test("is compared ignoring case: in the ID token, and in a blob that another spelling wrote", async () => {
    const lowerId = "abcdefab-2222-4333-8444-555555555555";
    const answered = (_: unknown, index: number) => idTokenResponse({ aud: lowerId }, index + 1);
    const tool = makeTool(answered, { clientId: lowerId.toUpperCase() });
    const { account } = await tool.app.acquireTokenByRefreshToken({ refreshToken: "rt", scopes: ["User.Read"] });
    expect(account).toBeDefined();
    const other = makeTool(answered, { clientId: lowerId });
    other.app.tokenCache.deserialize(tool.app.tokenCache.serialize());
    if (!account) {
      throw new Error("nobody");
    }
    const again = await other.app.acquireTokenSilent({ scopes: ["User.Read"], account });
    expect(again).toMatchObject({ source: "cache", accessToken: "token-1" });
  });

  test("of another issuer is compared exactly, and not altered", async () => {
    const { app, service } = makeDaemon(elsewhere, { oidcAuthority: issuer, clientId: `{${clientId}}` });
    await app.acquireTokenForClient({ scopes: ["read"] });
    expect(service.requests.at(-1)?.form.get("client_id")).toBe(`{${clientId}}`);
  });
});

describe("a client id that is not a GUID", () => {
  const swapped = { clientId: value, clientCredential: clientSecret(clientId) };
  const b2c = "https://contoso.b2clogin.com/contoso.onmicrosoft.com/b2c_1_in";

  test.each([entra, b2c, "https://contoso.ciamlogin.com/"])(
    "is refused before it gets into an address or an error at %s, since it may be the secret",
    async (authority) => {
      const { service } = makeDaemon();
      for (const given of [value, "my app", "<your-client-id>", clientId.slice(1), `${clientId}0`]) {
        const options = { ...swapped, authority, clientId: given, fetch: service.fetch };
        const error = await authErrorOf((async () => new ConfidentialClientApplication(options))());
        expect(error).toMatchObject({ code: "invalid_options", message: "clientId is not a GUID." });
        expect(error.remedy).toContain("swapped");
        expect(inspect(error, { depth: 9, showHidden: true })).not.toContain(given);
      }
      expect(service.requests).toEqual([]);
    },
  );

  test("is accepted for other issuers and AD FS", async () => {
    const { app, service } = makeDaemon(elsewhere, { ...swapped, oidcAuthority: issuer });
    await app.acquireTokenForClient({ scopes: ["read"] });
    expect(service.requests.at(-1)?.form.get("client_id")).toBe(value);
    expect(makeDaemon(undefined, { ...swapped, authority: "https://adfs.contoso.example/adfs" }).app).toBeDefined();
  });
});

test.each<[string, (pem: string) => string]>([
  ["as it is", (pem) => pem],
  ["with line breaks as two characters", (pem) => pem.replaceAll("\n", "\\n")],
  ["in one line", (pem) => pem.replaceAll("\n", " ")],
])("a PEM text %s passed as secret is answered with where it belongs, and not shown", async (_, spell) => {
  const pem = spell("-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n-----END PRIVATE KEY-----\n");
  const { app, service } = makeDaemon(undefined, { clientCredential: clientSecret(pem) });
  const error = await authErrorOf(app.acquireTokenForClient({ scopes: [graph] }));
  expect(error).toMatchObject({ code: "invalid_credential", message: "The client secret is PEM text." });
  expect(error.remedy).toContain("clientCertificate(");
  expect(inspect(error)).not.toContain("MIIEv");
  expect(service.requests).toEqual([]);
});
