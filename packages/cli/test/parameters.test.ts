import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { jsonMistake } from "../src/parameters/jsonMistake.ts";
import { runCommand } from "./recordingTerminal.ts";

const complete = {
  authority: "https://localhost:1/11111111-1111-4111-8111-111111111111",
  client_id: "22222222-2222-4222-8222-222222222222",
  scope: ["https://graph.microsoft.com/.default"],
  secret: "the-secret-value",
  endpoint: "https://localhost:1/v1.0/users",
};

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "latchkey-parameters-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function runWith(parameters: unknown, mode = 0o600, environment: Record<string, string> = {}) {
  const path = join(folder, "parameters.json");
  await rm(path, { force: true });
  const isText = typeof parameters === "string" || Buffer.isBuffer(parameters);
  await writeFile(path, isText ? parameters : JSON.stringify(parameters), { mode });
  await chmod(path, mode);
  return runCommand(["run", path], { environment });
}

describe("latchkey run refuses", () => {
  const rows: [string, unknown, RegExp, RegExp][] = [
    [
      "a missing key by its name",
      { ...complete, client_id: undefined },
      /client_id is missing/,
      /Add client_id: the application/,
    ],
    ["every missing key at once", {}, /client_id is missing; scope is missing; endpoint is missing/, /Add client_id/],
    [
      "an unknown key by its name",
      { ...complete, colour: "x" },
      /colour is unknown/,
      /only these keys: note, authority/,
    ],
    ...["tenant_id", "tenantId", "tenant", "tennant"].map((key): [string, unknown, RegExp, RegExp] => [
      `${key}, which belongs in authority`,
      { ...complete, [key]: "x" },
      new RegExp(`${key} is unknown`),
      new RegExp(
        `Put the tenant into authority, as in "https://login.microsoftonline.com/contoso.onmicrosoft.com", and remove ${key}\\.`,
      ),
    ]),
    ...(
      [
        ["clientId", "client_id"],
        ["client_secret", "secret"],
        ["scopes", "scope"],
        ["endpont", "endpoint"],
        ["private_key", "private_key_file"],
        ["certificate", "certificate_file"],
        ["issuer", "oidc_authority"],
      ] as const
    ).map(([key, intended]): [string, unknown, RegExp, RegExp] => [
      `${key}, with the intended key`,
      { ...complete, [key]: "x" },
      new RegExp(`${key} is unknown`),
      new RegExp(`Replace ${key} with ${intended}: `),
    ]),
    [
      "a key under another name, which is missing under its own",
      { ...complete, client_id: undefined, clientId: "x" },
      /client_id is missing; clientId is unknown/,
      /Replace clientId with client_id/,
    ],
    [
      "an unknown key that may be a secret, without it",
      { ...complete, "the-secret-value": "secret" },
      /: one of its keys is unknown\./,
      /only these keys: note, authority/,
    ],
    ["a key of the wrong type", { ...complete, scope: "one" }, /scope is of type string, not array/, /Correct scope/],
    [
      "both authorities",
      { ...complete, oidc_authority: "https://issuer.example" },
      /both authority and oidc_authority/,
      /change the other to null/,
    ],
    ["neither authority", { ...complete, authority: null }, /neither authority nor oidc_authority/, /Set authority/],
    [
      "both credentials",
      { ...complete, private_key_file: "server.key" },
      /both secret and private_key_file/,
      /Keep one/,
    ],
    ["no credential", { ...complete, secret: null }, /neither secret nor private_key_file/, /LATCHKEY_CLIENT_SECRET/],
    [
      "a key without a thumbprint",
      { ...complete, secret: null, private_key_file: "k" },
      /without thumbprint/,
      /certificate_file/,
    ],
    [
      "a key file that is not there",
      { ...complete, secret: null, private_key_file: "k", thumbprint: "aa" },
      /Cannot read private_key_file .*no such file/,
      /Check the path/,
    ],
    [
      "an endpoint that is neither https nor local",
      { ...complete, endpoint: "http://api.example/" },
      /endpoint is neither https nor on this machine/,
      /Correct endpoint/,
    ],
    [
      "the sample's placeholders",
      { ...complete, client_id: "Enter_the_Application_Id_Here" },
      /placeholder "Enter_the_Application_Id_Here"/,
      /Replace it/,
    ],
    [
      "a file that is not JSON",
      "{ nope",
      /is not JSON: line 1, column 3 should have a name in double quotes\./,
      /Correct it/,
    ],
    [
      "a missing comma, without the text beside it",
      '{\n  "client_id": "x"\n  "secret": "the-secret-value" }',
      /line 2, column 19 lacks a comma\./,
      /Put a comma there/,
    ],
    [
      "a text without its quotes, without the text",
      '{\r\n"secret": the-secret-value }',
      /line 2, column 11 should have a value/,
      /Correct it/,
    ],
    [
      "a text in single quotes, without the text",
      "{ \"secret\": 'the-secret-value' }",
      /line 1, column 13 has a single quote\./,
      /double quotes/,
    ],
    [
      "a name in single quotes, without the name",
      "{ 'the-secret-value': 1 }",
      /line 1, column 3 has a single quote\./,
      /double quotes/,
    ],
    [
      "typographic quotation marks",
      "{ \u201csecret\u201d: 1 }",
      /line 1, column 3 has a typographic quotation mark\./,
      /double quotes/,
    ],
    [
      "a comment, without what it says",
      '{\n  "client_id": "x", // the-secret-value\n  "scope": [] }',
      /line 2, column 21 begins a comment\./,
      /Remove the comment; the key note/,
    ],
    [
      "a comment before everything",
      "# the-secret-value\n{}",
      /line 1, column 1 begins a comment\./,
      /Remove the comment/,
    ],
    [
      "a comment after everything",
      "{}\n/* the-secret-value */",
      /line 2, column 1 begins a comment\./,
      /Remove the comm/,
    ],
    [
      "a file that ends too early",
      '{ "scope": [\n',
      /line 2, column 1 should have a value.*, and the file ends\./,
      /Correct it/,
    ],
    [
      "a text that does not end, without the text",
      '{ "secret": "the-secret-value',
      /line 1, column 30 should have the double quote that ends the string, and the file ends/,
      /Correct it/,
    ],
    [
      "an extra comma, without the text beside it",
      '{ "secret": "the-secret-value", }',
      /line 1, column 31 has a comma with nothing after it\./,
      /Remove that comma/,
    ],
    [
      "an extra comma at the end of a line, at its own place",
      '{\n  "secret": "the-secret-value",\n}',
      /line 2, column 31 has a comma with nothing after it\./,
      /Remove that comma/,
    ],
    [
      "an extra comma in a list",
      '{ "scope": ["a", ] }',
      /line 1, column 16 has a comma with nothing after it\./,
      /Remove that comma/,
    ],
    [
      "text after the end, without quoting it",
      '{ "secret": "x" } the-secret-value',
      /line 1, column 19 should have the end of the file/,
      /Correct it/,
    ],
    ["an empty file", "", /parameters\.json is empty\./, /Add the keys to it/],
    ["a file of whitespace", " \n\t", /parameters\.json is empty\./, /Add the keys to it/],
    ["a list instead of an object", "[]", /contains a list, not an object/, /Put the keys/],
  ];
  test.each(rows)("%s", async (_, parameters, message, remedy) => {
    const { exitCode, out, err } = await runWith(parameters);
    expect(exitCode).toBe(1);
    expect(out).toBe("");
    expect(err).toMatch(message);
    expect(err).toMatch(remedy);
    expect(err).not.toContain("the-secret-value");
  });

  test("a file that does not exist", async () => {
    const { exitCode, err } = await runCommand(["run", join(folder, "absent.json")]);
    expect(exitCode).toBe(1);
    expect(err).toMatch(/there is no such file/);
  });
});

test("finds the first mistake in any text that the parser refuses, and quotes nothing from the text", () => {
  const pieces = fc.constantFrom(
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    '"',
    "\\",
    '"a"',
    '"\\u00e9"',
    '"\\x"',
    "1",
    "-0.5e3",
    "01",
    "true",
    "nul",
    " ",
    "\n",
    "canary",
  );
  const texts = fc.oneof(
    fc.array(pieces, { maxLength: 12 }).map((parts) => parts.join("")),
    fc.tuple(fc.json(), fc.nat(), fc.string({ maxLength: 2 })).map(([json, at, more]) => {
      const place = at % (json.length + 1);
      return json.slice(0, place) + more + json.slice(place + (at % 3));
    }),
  );
  fc.assert(
    fc.property(texts, (text) => {
      try {
        JSON.parse(text);
        return;
      } catch {
        // Searched for below.
      }
      const { line, column, what } = jsonMistake(text);
      const lines = text.split(/\r\n|\r|\n/);
      expect(line).toBeGreaterThan(0);
      expect(column - 1).toBeLessThanOrEqual(lines[line - 1]?.length ?? -1);
      // The text before the reported place is the beginning of some JSON.
      expect(what).not.toContain("canary");
    }),
  );
});

test.each([
  ["a byte order mark", (text: string) => Buffer.from(`\ufeff${text}`)],
  ["UTF-16, as PowerShell writes it", (text: string) => Buffer.from(`\ufeff${text}`, "utf16le")],
  ["UTF-16 in the other order", (text: string) => Buffer.from(`\ufeff${text}`, "utf16le").swap16()],
])("reads a file with %s", async (_, encode) => {
  const { err } = await runWith(encode(JSON.stringify({ ...complete, client_id: undefined })));
  expect(err).toMatch(/client_id is missing/);
});

test.each([
  ["undefined", /The client secret is the word undefined/],
  ["the-secret-\u200evalue", /The client secret contains U\+200E as character 12/],
])("refuses a secret from the file or the environment before anything is sent: %j", async (secret, message) => {
  const authority = "https://login.microsoftonline.com/11111111-1111-4111-8111-111111111111";
  for (const [parameters, environment] of [
    [{ ...complete, authority, secret }, {}],
    [{ ...complete, authority, secret: null }, { LATCHKEY_CLIENT_SECRET: secret }],
  ] as const) {
    const { exitCode, err } = await runWith(parameters, 0o600, environment);
    expect(exitCode).toBe(1);
    expect(err).toMatch(message);
    expect(err).not.toContain("the-secret-");
  }
});

test("does not show a placeholder in place of the secret", async () => {
  const { err } = await runWith({ ...complete, secret: "prefix/Enter_the-secret-value" });
  expect(err).toMatch(/secret still holds the sample's placeholder\./);
  expect(err).not.toContain("the-secret-value");
});

test("warns if others can read a file that contains a secret", async () => {
  const { err } = await runWith({ ...complete, authority: null }, 0o644);
  expect(err).not.toContain("Warning");
  const shared = await runWith(complete, 0o644);
  expect(shared.err).toMatch(
    /Warning: .*parameters\.json holds a secret and others on this machine can read it; run: chmod 600/,
  );
});

test("prints no warning if only the owner can read it", async () => {
  expect((await runWith(complete, 0o600)).err).not.toContain("Warning");
});
